import { z } from 'zod';
import { idSchema } from '../../../core/ids';
import { pageQuery } from '../../../http/page';
import { timeSchema } from '../../../http/time';
import { CALLBACK_STATUSES, type CallbackDocument } from '../callbacks/model';
import { ODOO_ROUTES } from '../settings/parameters';
import { LOG_STATES, type LogDocument, type PayloadDocument } from './model';

export const logQuery = z.strictObject({
	...pageQuery,
	route: z.enum(ODOO_ROUTES).optional().meta({ description: 'Only calls of this route' }),
	state: z.enum(LOG_STATES).optional().meta({ description: 'Only calls that ended so' }),
	model: z.string().min(1).max(128).optional().meta({ description: 'Only calls of this Odoo model' }),
	connection_id: idSchema('connection').optional().meta({ description: 'Only calls over this Odoo connection' }),
	since: timeSchema.optional().meta({ description: 'Nothing before this time' }),
	until: timeSchema.optional().meta({ description: 'Only what was before this time' }),
});

const log = {
	id: idSchema('log'),
	org_id: idSchema('organization'),
	at: z.iso.datetime().meta({ description: 'When the call came in' }),
	route: z.enum(ODOO_ROUTES),
	state: z.enum(LOG_STATES),
	model: z.string().nullable(),
	connection_id: idSchema('connection').nullable(),
	environment_id: idSchema('environment').nullable(),
	key_id: idSchema('key').nullable(),
	actor: z.string().meta({ description: "Who called: the name of the key, or of the session's user" }),
	request_id: z.string(),
	duration_ms: z.int().min(0),
	error: z.string().nullable().meta({ description: 'The reason of a failure' }),
	request_preview: z.string().meta({ description: 'The beginning of the request as JSON, without secrets' }),
	request_size_bytes: z.int().min(0),
	response_preview: z.string().meta({ description: 'The beginning of the response as JSON, without secrets' }),
	response_size_bytes: z.int().min(0),
};

/** A log as lists show it. */
export const logSchema = z.object(log).meta({ id: 'ApiLog' });

const payload = z.string().nullable();

const callbackSchema = z.object({
	id: idSchema('callback'),
	url: z.string(),
	status: z.enum(CALLBACK_STATUSES),
	next_attempt_at: z.iso.datetime().nullable(),
	attempts: z.array(
		z.object({
			at: z.iso.datetime(),
			duration_ms: z.int().min(0),
			response_code: z.int().nullable(),
			error: z.string().nullable(),
		}),
	),
});

/** A log with everything that is kept of the call. */
export const logDetailSchema = z
	.object({
		...log,
		request_payload: payload.meta({ description: 'The whole request, where its preview is shorter' }),
		request_payload_cut: z.boolean().meta({ description: 'Whether even that was too long to be kept whole' }),
		response_payload: payload.meta({ description: 'The whole response, where its preview is shorter' }),
		response_payload_cut: z.boolean().meta({ description: 'Whether even that was too long to be kept whole' }),
		callback: callbackSchema
			.nullable()
			.meta({ description: 'What became of the `callback_url`; null without one' }),
	})
	.meta({ id: 'ApiLogDetail' });

export const presentLog = ({ _id, organization_id, at, request, response, ...others }: LogDocument) => ({
	...others,
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
