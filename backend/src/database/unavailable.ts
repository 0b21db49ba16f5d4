import {
	MongoBulkWriteError,
	MongoClientClosedError,
	MongoDriverError,
	MongoExpiredSessionError,
	MongoNetworkError,
	MongoNotConnectedError,
	MongoServerClosedError,
	MongoServerError,
	MongoServerSelectionError,
	MongoStalePrimaryError,
	MongoTopologyClosedError,
	MongoUnexpectedServerResponseError,
} from 'mongodb';
import { systemClock } from '../core/clock';
import { ApiError } from '../core/errors';

const RETRY_AFTER_S = 2;
/** How long an operation may take: more than any one needs that has its index. */
const OPERATION_MS = 20_000;

/** The database could not be asked, or did not answer. What was to be written may have been written all the same. */
export class DatabaseUnavailableError extends ApiError {
	constructor(cause: unknown) {
		super(
			'database_unavailable',
			'The database of the service does not answer at the moment. Send the request again after Retry-After; what it ' +
				'was to change may have been changed already.',
			{ headers: { 'Retry-After': String(RETRY_AFTER_S) } },
		);
		this.cause = cause;
	}
}

/**
 * Work on the database that ends: within some milliseconds, in real time, for the driver itself may wait for ever
 * (`docs/decisions/outages.md`).
 * @throws {DatabaseUnavailableError} where the database could not be asked, or did not answer in time
 */
export async function reaching<T>(work: () => Promise<T>, ms = OPERATION_MS): Promise<T> {
	let callOff = () => {};
	const late = new Promise<never>((_, reject) => {
		const reason = `no answer within ${ms / 1_000} seconds`;
		callOff = systemClock.after(ms, () => reject(new DatabaseUnavailableError(new Error(reason))));
	});
	try {
		return await Promise.race([work(), late]);
	} catch (error) {
		throw isUnreachable(error) ? new DatabaseUnavailableError(error) : error;
	} finally {
		callOff();
	}
}

/** What the driver throws where no server answered a command. It exports no class of its pool's errors. */
const UNREACHED = [
	MongoNetworkError,
	MongoServerSelectionError,
	MongoNotConnectedError,
	MongoTopologyClosedError,
	MongoServerClosedError,
	MongoClientClosedError,
	MongoExpiredSessionError,
	MongoStalePrimaryError,
	MongoUnexpectedServerResponseError,
];
const POOL_ERRORS = new Set(['MongoPoolClosedError', 'MongoWaitQueueTimeoutError']);

/** What a server answers that stops, starts, or is not the primary any more (MongoDB's error_codes.yml). */
const NOT_SERVING = new Set([6, 7, 89, 91, 189, 262, 9001, 10107, 11600, 11602, 13435, 13436]);

function isUnreachable(error: unknown): boolean {
	if (UNREACHED.some((kind) => error instanceof kind)) return true;
	if (error instanceof MongoDriverError) return POOL_ERRORS.has(error.name);
	if (error instanceof MongoBulkWriteError && hidesFailure(error)) return true;
	return error instanceof MongoServerError && NOT_SERVING.has(Number(error.code));
}

/** Bulk writes wrap whatever the driver threw: then nothing in them is of a server. */
const hidesFailure = ({ code, result }: MongoBulkWriteError) =>
	code === undefined && result.getWriteErrors().length === 0 && result.getWriteConcernError() === undefined;
