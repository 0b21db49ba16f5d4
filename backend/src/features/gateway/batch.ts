import type { Clock } from '../../core/clock';
import { ApiError, internalError } from '../../core/errors';
import { JsonBytes } from '../../core/json-bytes';
import type { Logger } from '../../core/log';
import { withTimeLimit } from '../../waiting/time-limit';
import { OdooError } from '../../odoo/errors';
import { isJsonObject, type JsonObject, type JsonValue } from '../../odoo/json';
import type { BatchResult } from './answers';
import { failureOf, odooFailure } from './gateway-reply';
import type { GatewayAction, GatewayBatch } from './schemas';

const TIME_LIMIT_MS = 120_000;
/** The answers of one batch together may have so many characters, as one answer of Odoo may have bytes. */
const MAX_LENGTH = 32 * 1024 * 1024;

/** Refusals that have nothing to do with the values, so that fewer of them fare no better. */
const WHATEVER_THE_VALUES: ReadonlySet<string> = new Set([
	'authentication_failed',
	'database_not_found',
	'unknown_model',
	'unknown_method',
]);

/**
 * Runs the requests of a batch in their order and answers what each would have been answered by itself. Consecutive
 * creates of one model are one call, which Odoo carries out wholly or not at all; one that it refuses is halved until
 * each request has a verdict of its own. One whose fate is not known is not repeated.
 */
export function runBatch(
	{ requests, stop_on_error }: GatewayBatch,
	act: (request: GatewayAction, signal: AbortSignal) => Promise<Answer>,
	{ clock, log, signal }: { clock: Clock; log: Logger; signal?: AbortSignal | undefined },
): Promise<BatchResult[]> {
	const results: BatchResult[] = [];
	let length = 0;
	let failed = false;

	const fail = (error: ApiError, count = 1) => {
		failed = true;
		for (let n = 0; n < count; n++) results.push(failureOf(error));
	};
	const succeed = (data: Answer) => {
		length += data instanceof JsonBytes ? data.size : JSON.stringify(data).length;
		if (length > MAX_LENGTH) fail(odooFailure(tooLarge()));
		else results.push({ success: true, data });
	};

	const run = async (group: Group, limited: AbortSignal): Promise<void> => {
		signal?.throwIfAborted();
		const hindrance = limited.aborted
			? 'the time for the batch was over'
			: failed && stop_on_error
				? 'an earlier one failed'
				: null;
		if (hindrance !== null) {
			fail(notRun(hindrance), group.length);
			return;
		}
		try {
			for (const answer of await answersOf(group, (request) => act(request, limited))) succeed(answer);
		} catch (error) {
			signal?.throwIfAborted();
			if (group.length > 1 && mayDifferByValues(error)) {
				const half = Math.ceil(group.length / 2);
				await run(group.slice(0, half), limited);
				await run(group.slice(half), limited);
			} else {
				fail(toApiError(error, log), group.length);
			}
		}
	};

	return withTimeLimit({ clock, ms: TIME_LIMIT_MS, reason: timeOver, signal }, async (limited) => {
		for (const group of groupsOf(requests)) await run(group, limited);
		return results;
	});
}

type Answer = JsonValue | JsonBytes;

/** What one call to Odoo, or none, answers: creates that fit together, or a single request of any kind. */
type Group = readonly Item[];

interface Item {
	readonly request: GatewayAction;
	/** Where the request is a create with values alone for arguments. */
	readonly create: Create | null;
}

interface Create {
	/** The request without its values. */
	readonly call: Omit<Extract<GatewayAction, { action: 'execute_method' }>, 'args'>;
	/** The call as text: those of one text can be one call. */
	readonly target: string;
	readonly values: JsonObject[];
	/** Whether the answer is one id instead of a list. */
	readonly single: boolean;
}

function groupsOf(requests: readonly GatewayAction[]): Group[] {
	const groups: Item[][] = [];
	for (const request of requests) {
		const item = { request, create: createOf(request) };
		const last = groups.at(-1);
		const fits = item.create !== null && last?.[0]?.create?.target === item.create.target;
		if (fits) last.push(item);
		else groups.push([item]);
	}
	return groups;
}

function createOf(request: GatewayAction): Create | null {
	if (request.action !== 'execute_method' || request.method !== 'create') return null;
	const { args, kwargs, ...target } = request;
	const { vals_list, context, ...others } = kwargs;
	const [given, ...more] = vals_list === undefined ? args : [...args, vals_list];
	const values = isJsonObject(given) ? [given] : given;
	if (more.length > 0 || Object.keys(others).length > 0) return null;
	if (!Array.isArray(values) || !values.every(isJsonObject)) return null;
	const call = { ...target, kwargs: { ...(context !== undefined && { context }) } };
	return { call, target: JSON.stringify(call), values, single: isJsonObject(given) };
}

async function answersOf(group: Group, act: (request: GatewayAction) => Promise<Answer>): Promise<readonly Answer[]> {
	const creates = group.flatMap(({ create }) => create ?? []);
	const [first, ...others] = creates;
	if (first === undefined || others.length === 0) return Promise.all(group.map(({ request }) => act(request)));
	const values = creates.flatMap((create) => create.values);
	const ids = await act({ ...first.call, args: [values] });
	if (!Array.isArray(ids) || ids.length !== values.length) throw notOneEach();
	let taken = 0;
	return creates.map((create) => {
		const own = ids.slice(taken, (taken += create.values.length));
		return create.single ? (own[0] ?? null) : own;
	});
}

/** Whether Odoo refused a call, and kept nothing of it, for a reason that may lie in some of its values. */
const mayDifferByValues = (error: unknown) =>
	error instanceof OdooError && error.exception !== null && !WHATEVER_THE_VALUES.has(error.kind);

function toApiError(error: unknown, log: Logger): ApiError {
	if (error instanceof ApiError) return error;
	if (error instanceof OdooError) return odooFailure(error);
	log.error({ err: error }, 'a request of a batch failed');
	return internalError();
}

const notRun = (why: string) => new ApiError('batch_stopped', `The request was not run: ${why}.`);

const timeOver = () => {
	const detail = `The batch took longer than ${TIME_LIMIT_MS / 1_000} seconds. What was asked for may have been carried out all the same.`;
	return new OdooError('timeout', detail);
};

const tooLarge = () =>
	new OdooError('too_large', `The request was carried out, but the batch's answers exceed ${MAX_LENGTH} characters.`);

const notOneEach = () =>
	new OdooError('server_error', 'The records were created together, and Odoo did not answer one id for each.');
