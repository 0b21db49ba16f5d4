import { STATUS_CODES } from 'node:http';
import { z } from 'zod';
import { type ErrorCode, errorCodes } from '../../core/error-codes';
import type { ApiError } from '../../core/errors';
import type { ErrorReply, RenderError } from '../../http/route';
import type { JsonValue } from '../../odoo/json';

/** The id that the sender gave to a request (JSON-RPC 2.0, 4); null if it gave none. */
export type RpcId = string | number | null;

export const rpcIdSchema = z.union([z.string().max(200), z.number(), z.null()]);

/** The outcome of a call, in the form of the webhook-routes module. */
export interface Outcome {
	readonly is_success: boolean;
	/** Null if the call failed. */
	readonly result: JsonValue;
	readonly messages: string;
}

export interface Envelope {
	readonly jsonrpc: '2.0';
	readonly id: RpcId;
	readonly result: Outcome;
}

const JSON_RPC = 'The version of JSON-RPC; always 2.0';

export const envelopeSchema = z
	.object({
		jsonrpc: z.literal('2.0').meta({ description: JSON_RPC }),
		id: rpcIdSchema.meta({ description: 'The `id` of the request; null if it had none' }),
		result: z
			.object({
				is_success: z
					.boolean()
					.meta({ description: 'Whether the call succeeded; if not, `messages` says why' }),
				result: z.unknown().meta({ description: 'The result of the call; null if it failed' }),
				messages: z.string().meta({ description: 'What was done, or why the call failed' }),
			})
			.meta({ description: 'The outcome of the call' }),
	})
	.meta({
		id: 'OdooRouteReply',
		examples: [
			{
				jsonrpc: '2.0',
				id: 1,
				result: { is_success: true, result: { id: 42 }, messages: 'Record created successfully' },
			},
		],
	});

export const enveloped = (id: RpcId, result: Outcome): Envelope => ({ jsonrpc: '2.0', id, result });

/** The id of a request that was not validated; null if it has none, or one that was rounded. */
export function idOf(request: unknown): RpcId {
	const { id } = z.object({ id: rpcIdSchema }).catch({ id: null }).parse(request);
	return Number.isInteger(id) && !Number.isSafeInteger(id) ? null : id;
}

const RESULTS: ReadonlySet<ErrorCode> = new Set(
	errorCodes.filter((code) => code === 'validation_failed' || code.startsWith('odoo_')),
);

/**
 * Whether a failure is an outcome of the call, which is answered with status 200, as the module does. Other failures,
 * e.g. of the key, its permissions or limits, happen before the call begins.
 */
export const isResult = ({ code }: ApiError) => RESULTS.has(code);

export const failedOutcome = (messages: string): Outcome => ({ is_success: false, result: null, messages });

/** "Parse error" of JSON-RPC 2.0, 5.1. For other failures, the code is the HTTP status, as with Odoo's own 404. */
const PARSE_ERROR = -32700;

/** The reply's body for a failure: a `result` if it is an outcome of the call, or else an `error` in Odoo's form. */
export function failureBody(id: RpcId, failure: ApiError, requestId: string) {
	return isResult(failure) ? enveloped(id, failedOutcome(failure.detail)) : rpcError(id, failure, requestId);
}

const rpcError = (id: RpcId, { status, code, detail, more }: ApiError, requestId: string) => ({
	jsonrpc: '2.0',
	id,
	error: {
		code: code === 'malformed_json' ? PARSE_ERROR : status,
		message: STATUS_CODES[status] ?? 'Error',
		data: { name: code, message: detail, ...more.members, request_id: requestId },
	},
});

/** Renders a failure from before the request was read, when its id is not known. */
export const renderRpcError: RenderError = (failure, requestId) => ({
	type: 'application/json',
	body: rpcError(null, failure, requestId),
});

/** The reply for a failure from before the call. Some codes add members to `data`. */
export const rpcErrorReply: ErrorReply = {
	type: 'application/json',
	schema: z
		.object({
			jsonrpc: z.literal('2.0').meta({ description: JSON_RPC }),
			id: rpcIdSchema.meta({ description: 'The `id` of the request; null if it had none or was not read' }),
			error: z
				.object({
					code: z.int().meta({ description: 'The HTTP status; -32700 for a body that is not JSON' }),
					message: z.string().meta({ description: "The status's name" }),
					data: z
						.looseObject({
							name: z.enum(errorCodes).meta({ description: 'Stable; programs should look at this' }),
							message: z.string().meta({ description: 'What happened and what to do about it' }),
							request_id: z
								.string()
								.meta({ description: 'The id of the request in our log; also in `X-Request-Id`' }),
						})
						.meta({ description: 'The details; some codes add members of their own' }),
				})
				.meta({ description: 'Why the call did not begin' }),
		})
		.meta({ id: 'JsonRpcError', description: 'An error of JSON-RPC 2.0, for a call that did not begin' }),
	badInput: null,
};
