import { ERROR_CODES, type ErrorCode } from './error-codes';

/** An input that was refused. `pointer` is a JSON pointer (RFC 6901) into the body, or the name of a parameter. */
export interface InputError {
	readonly pointer: string;
	readonly detail: string;
}

/**
 * A refusal or failure that is shown to the caller. Any other error is answered with 500 and no details.
 * `code` is stable and documented; `detail` says what happened and what to do about it.
 */
export class ApiError extends Error {
	override readonly name = 'ApiError';
	/** The usual status of the code. A route may answer with another. */
	readonly status: number;

	constructor(
		readonly code: ErrorCode,
		readonly detail: string,
		readonly more: {
			readonly errors?: readonly InputError[];
			/** Further members of the reply, e.g. `job_id` of `environment_busy`. */
			readonly members?: Readonly<Record<string, string | number | null>>;
			readonly headers?: Readonly<Record<string, string>>;
		} = {},
	) {
		super(detail);
		this.status = ERROR_CODES[code].status;
	}

	/** The same with further headers. */
	withHeaders(headers: Readonly<Record<string, string>>): ApiError {
		return new ApiError(this.code, this.detail, { ...this.more, headers: { ...headers, ...this.more.headers } });
	}
}

/** 404. It is the same whether a thing does not exist or belongs to another organization. */
export const notFound = (what: string) =>
	new ApiError('not_found', `There is no such ${what}, or this key cannot see it.`);

/** 422 for an input that has the right form but cannot be accepted. */
export const invalidInput = (pointer: string, detail: string) =>
	new ApiError('validation_failed', `${pointer}: ${detail}`, { errors: [{ pointer, detail }] });

/** 500 for a failure that is not the caller's fault. Its cause is in the log. */
export const internalError = () =>
	new ApiError('internal_error', 'Something failed on our side. Try again, and quote the request_id if it stays.');

/** The code of an error of Node.js or a library, e.g. `EEXIST`; undefined if it has none. */
export const systemCode = (error: unknown) =>
	typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
