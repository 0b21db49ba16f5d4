import { z } from 'zod';
import { idSchema } from '../../../core/ids';
import { attemptFields, ownerId, ownId } from '../../../http/fields';
import { timeSchema } from '../../../http/time';
import { CALLBACK_STATUSES, type CallbackDocument } from '../callbacks/model';
import { ODOO_ROUTES } from '../settings/parameters';
import { LOG_STATES, type LogDocument, type PayloadDocument } from './model';

/** What a list of logs can be asked for. */
export const logFilters = {
	route: z.enum(ODOO_ROUTES).optional().meta({ description: 'Only calls of this route' }),
	state: z.enum(LOG_STATES).optional().meta({ description: 'Only calls that ended in this state' }),
	model: z.string().min(1).max(128).optional().meta({ description: 'Only calls of this Odoo model' }),
	connection_id: idSchema('connection').optional().meta({ description: 'Only calls over this Odoo connection' }),
	since: timeSchema.optional().meta({ description: 'Only calls at this time or later' }),
	until: timeSchema.optional().meta({ description: 'Only calls before this time' }),
};

const log = {
	id: ownId('log'),
	org_id: ownerId,
	at: z.iso.datetime().meta({ description: 'When the call came in' }),
	route: z.enum(ODOO_ROUTES).meta({ description: 'Which of the five routes was called: the last part of its path' }),
	state: z.enum(LOG_STATES).meta({
		description: '`failed`: the reply has `is_success` false, or an `error`',
	}),
	model: z.string().nullable().meta({ description: 'The Odoo model of the call; null if the request named none' }),
	connection_id: idSchema('connection').nullable().meta({
		description: 'The Odoo connection that served the call; null if the call failed before one was found',
	}),
	environment_id: idSchema('environment').nullable().meta({
		description: 'The environment of that connection; null if the platform does not run that Odoo',
	}),
	key_id: idSchema('key').nullable().meta({ description: 'The key that called; null if a session did' }),
	actor: z.string().meta({ description: "Who called: the name of the key, or of the session's user" }),
	request_id: z.string().meta({ description: 'The `X-Request-Id` of the reply' }),
	duration_ms: z.int().min(0).meta({ description: 'How long the call took, in milliseconds' }),
	error: z.string().nullable().meta({ description: 'Why the call failed, in words; null if it succeeded' }),
	remark: z
		.string()
		.nullable()
		.meta({ description: 'What to know of a call that succeeded and perhaps was not meant so; null as a rule' }),
	request_preview: z.string().meta({
		description:
			'The beginning of the request as JSON, up to `webhook.preview_limit` characters; secrets are blacked out',
	}),
	request_size_bytes: z.int().min(0).meta({ description: 'The size of the whole request, as it was sent' }),
	response_preview: z
		.string()
		.meta({ description: 'The beginning of the response as JSON, with secrets blacked out' }),
	response_size_bytes: z.int().min(0).meta({ description: 'The size of the whole response, as it was sent' }),
};

const exampleLog = {
	id: 'log_01HXMZ9D3QK7R5T7V9X1Z3B5C7',
	org_id: 'org_01HXMW8QPK3R5T7V9X1Z3B5C7D',
	at: '2026-05-07T14:31:40.512Z',
	route: 'search_data',
	state: 'success',
	model: 'sale.order',
	connection_id: 'con_01HXMZ3B9TK6R5T7V9X1Z3B5C7',
	environment_id: null,
	key_id: 'key_01HXMZ1M7SK5R5T7V9X1Z3B5C7',
	actor: 'n8n',
	request_id: 'req_5d9c2b1e-8f3a-4c67-9a10-2b3c4d5e6f70',
	duration_ms: 63,
	error: null,
	remark: null,
	request_preview: '{"params":{"model":"sale.order","vals":{"payload":{"limit":1}}}}',
	request_size_bytes: 64,
	response_preview:
		'{"jsonrpc":"2.0","id":null,"result":{"is_success":true,"result":[],"messages":"Record search successfully"}}',
	response_size_bytes: 108,
};

/** A log as lists show it. */
export const logSchema = z.object(log).meta({ id: 'ApiLog', examples: [exampleLog] });

const payload = z.string().nullable();

const callbackSchema = z.object({
	id: ownId('callback'),
	url: z.string().meta({ description: 'The `callback_url` of the call' }),
	status: z.enum(CALLBACK_STATUSES).meta({
		description:
			'`waiting`: the call is running; `pending`: waits for its first or next attempt; `failed`: given up',
	}),
	next_attempt_at: z.iso
		.datetime()
		.nullable()
		.meta({ description: 'When it is posted next; null unless it is `pending`' }),
	attempts: z.array(z.object(attemptFields)).meta({ description: 'Every request that was sent, oldest first' }),
});

/** A log with the whole payloads and the callback. */
export const logDetailSchema = z
	.object({
		...log,
		request_payload: payload.meta({
			description: 'The whole request, with secrets blacked out; null if the preview is the whole',
		}),
		request_payload_cut: z.boolean().meta({ description: 'Whether the end of `request_payload` was cut off' }),
		response_payload: payload.meta({
			description: 'The whole response, with secrets blacked out; null if the preview is the whole',
		}),
		response_payload_cut: z.boolean().meta({ description: 'Whether the end of `response_payload` was cut off' }),
		callback: callbackSchema
			.nullable()
			.meta({ description: 'The callback to `callback_url`; null if the call named none' }),
	})
	.meta({
		id: 'ApiLogDetail',
		examples: [
			{
				...exampleLog,
				request_payload: null,
				request_payload_cut: false,
				response_payload: null,
				response_payload_cut: false,
				callback: null,
			},
		],
	});

export const presentLog = ({ _id, organization_id, at, request, response, remark, ...others }: LogDocument) => ({
	...others,
	remark: remark ?? null,
	id: _id,
	org_id: organization_id,
	at: at.toISOString(),
	request_preview: request.preview,
	request_size_bytes: request.size_bytes,
	response_preview: response.preview,
	response_size_bytes: response.size_bytes,
});

export const presentLogDetail = (
	log: LogDocument,
	payloads: PayloadDocument | null,
	callback: CallbackDocument | null,
) => ({
	...presentLog(log),
	request_payload: payloads?.request?.text ?? null,
	request_payload_cut: payloads?.request?.is_cut ?? false,
	response_payload: payloads?.response?.text ?? null,
	response_payload_cut: payloads?.response?.is_cut ?? false,
	callback: callback === null ? null : presentCallback(callback),
});

const presentCallback = ({ _id, url, status, due_at, attempts }: CallbackDocument) => ({
	id: _id,
	url,
	status,
	next_attempt_at: status === 'pending' ? (due_at?.toISOString() ?? null) : null,
	attempts: attempts.map(({ at, ...attempt }) => ({ ...attempt, at: at.toISOString() })),
});
