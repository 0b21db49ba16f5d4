import { STATUS_CODES } from 'node:http';
import { z } from 'zod';
import { type ErrorCode, errorCodes } from '../../core/error-codes';
import type { ApiError } from '../../core/errors';
import type { ErrorReply, RenderError } from '../../http/route';
import type { JsonValue } from '../../odoo/json';

/** What a request is known by to its sender (JSON-RPC 2.0, 4); null where it names nothing. */
export type RpcId = string | number | null;

export const rpcIdSchema = z.union([z.string().max(200), z.number(), z.null()]);

/** What became of a call, as the webhook-routes module tells it. */
export interface Outcome {
	readonly is_success: boolean;
	/** Null where the call failed. */
	readonly result: JsonValue;
	readonly messages: string;
}

export interface Envelope {
	readonly jsonrpc: '2.0';
	readonly id: RpcId;
	readonly result: Outcome;
}

/** The version of the protocol, JSON-RPC 2.0, 4. */
const JSON_RPC = 'The version of JSON-RPC; always this';

export const envelopeSchema = z
	.object({
		jsonrpc: z.literal('2.0').meta({ description: JSON_RPC }),
		id: rpcIdSchema.meta({ description: "The request's own; null where it named none" }),
		result: z
			.object({
				is_success: z
					.boolean()
					.meta({ description: 'Whether the call did what it was to do; if not, `messages` says why' }),
				result: z.unknown().meta({ description: 'Null where the call failed' }),
				messages: z.string().meta({ description: 'What was done, or why it was not' }),
			})
			.meta({ description: 'What became of the call' }),
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

/** The id of a request that may be anything. */
export const idOf = (request: unknown): RpcId => z.object({ id: rpcIdSchema }).catch({ id: null }).parse(request).id;

const RESULTS: ReadonlySet<ErrorCode> = new Set(
	errorCodes.filter((code) => code === 'validation_failed' || code.startsWith('odoo_')),
);

/**
 * Whether a failure is a result of the call, told with status 200 as the module does. The others let no call begin: the
 * key, its rights and limits, a request that cannot be read.
 */
export const isResult = ({ code }: ApiError) => RESULTS.has(code);

export const failedOutcome = (messages: string): Outcome => ({ is_success: false, result: null, messages });

/** Parse error, of JSON-RPC 2.0, 5.1. Every other failure has its HTTP status for a code, as Odoo's own 404 has. */
const PARSE_ERROR = -32700;

/** What a failure answers: a `result` that tells of it, or an `error` in Odoo's form. */
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

/** What went wrong before the request was read: its id is not known then. */
export const renderRpcError: RenderError = (failure, requestId) => ({
	type: 'application/json',
	body: rpcError(null, failure, requestId),
});

/** A failure that is no result; codes may add members of their own to `data`. */
export const rpcErrorReply: ErrorReply = {
	type: 'application/json',
	schema: z
		.object({
			jsonrpc: z.literal('2.0').meta({ description: JSON_RPC }),
			id: rpcIdSchema.meta({ description: "The request's own; null where it was not read, or named none" }),
			error: z
				.object({
					code: z.int().meta({ description: 'The HTTP status; -32700 for a body that is no JSON' }),
					message: z.string().meta({ description: "The status's name" }),
					data: z
						.looseObject({
							name: z.enum(errorCodes).meta({ description: 'Stable; what programs should look at' }),
							message: z.string().meta({ description: 'What happened and what to do about it' }),
							request_id: z
								.string()
								.meta({ description: 'Names the request in our log; also in `X-Request-Id`' }),
						})
						.meta({ description: 'The same in more words; some codes add members of their own' }),
				})
				.meta({ description: 'Why the call did not begin' }),
		})
		.meta({ id: 'JsonRpcError', description: 'A call that did not begin, as JSON-RPC 2.0 has it' }),
	badInput: null,
};
