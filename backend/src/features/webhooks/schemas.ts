import { z } from 'zod';
import { groupBy } from '../../core/group-by';
import { idSchema } from '../../core/ids';
import { organizationField } from '../../http/organization-for';
import type { DeliveryAttempt, HeaderList } from '../../net/attempt';
import { receiverUrl } from '../../net/receiver-url';
import { eventPatternSchema } from '../events/event-patterns';
import {
	DELIVERED_TYPES,
	DELIVERY_STATUSES,
	type DeliveryDocument,
	WEBHOOK_FORMATS,
	WEBHOOK_STATUSES,
	type WebhookDocument,
} from './model';

const idList = <K extends 'environment' | 'project'>(kind: K) => z.array(idSchema(kind)).min(1).max(100).nullable();

const settings = {
	url: receiverUrl,
	format: z.enum(WEBHOOK_FORMATS),
	events: z
		.array(eventPatternSchema)
		.min(1)
		.max(50)
		.meta({ examples: [['deployment.*']] })
		.transform((patterns) => [...new Set(patterns)])
		.meta({ examples: [['deployment.*']] }),
	environment_ids: idList('environment').describe('Only events of these environments; null: no such limit'),
	project_ids: idList('project').describe('Only events of these projects; null: no such limit'),
};

const secret = z
	.string()
	.regex(/^[\x20-\x7e]{8,256}$/, 'must be 8 to 256 printable ASCII characters')
	.optional();

export const webhookRequest = z
	.strictObject({
		...organizationField,
		...settings,
		format: settings.format.default('generic'),
		environment_ids: settings.environment_ids.default(null),
		project_ids: settings.project_ids.default(null),
		secret,
	})
	.meta({ id: 'WebhookRequest' });

export const webhookChange = z.strictObject(settings).partial().meta({ id: 'WebhookChange' });

export type WebhookChange = z.output<typeof webhookChange>;

export const rotateRequest = z.strictObject({ secret }).default({});

export const webhookSchema = z
	.object({
		id: idSchema('webhook'),
		org_id: idSchema('organization'),
		url: z.string(),
		format: z.enum(WEBHOOK_FORMATS),
		events: z.array(z.string()),
		environment_ids: z.array(idSchema('environment')).nullable(),
		project_ids: z.array(idSchema('project')).nullable(),
		status: z.enum(WEBHOOK_STATUSES),
		paused_reason: z.string().nullable(),
		consecutive_failures: z.int().min(0),
		previous_secret_expires_at: z.iso.datetime().nullable(),
		created_at: z.iso.datetime(),
	})
	.meta({ id: 'Webhook' });

/** A webhook just made, or with a new secret: the only replies that show it. */
export const createdWebhookSchema = webhookSchema.extend({ secret: z.string() }).meta({ id: 'CreatedWebhook' });

export const presentWebhook = (webhook: WebhookDocument) => ({
	id: webhook._id,
	org_id: webhook.organization_id,
	url: webhook.url,
	format: webhook.format,
	events: [...webhook.events],
	environment_ids: webhook.environment_ids && [...webhook.environment_ids],
	project_ids: webhook.project_ids && [...webhook.project_ids],
	status: webhook.status,
	paused_reason: webhook.paused_reason,
	consecutive_failures: webhook.consecutive_failures,
	previous_secret_expires_at: webhook.previous_secret?.until.toISOString() ?? null,
	created_at: webhook.created_at.toISOString(),
});

const attempt = {
	at: z.iso.datetime(),
	duration_ms: z.number().min(0),
	response_code: z.int().nullable(),
	error: z.string().nullable(),
};

export const deliverySchema = z
	.object({
		id: idSchema('delivery'),
		event_id: idSchema('event'),
		event_type: z.enum(DELIVERED_TYPES),
		replay_of: idSchema('delivery').nullable(),
		status: z.enum(DELIVERY_STATUSES),
		response_code: z.int().nullable(),
		response_body: z.string().nullable(),
		retry_count: z.int().min(0),
		next_attempt_at: z.iso.datetime().nullable(),
		attempts: z.array(z.object(attempt)),
		created_at: z.iso.datetime(),
	})
	.meta({ id: 'WebhookDelivery' });

const headers = z.record(z.string(), z.string());

/** A delivery with everything that was sent and came back. */
export const deliveryDetailSchema = deliverySchema
	.extend({
		request_body: z.string().describe('To the byte: what the signatures are computed over'),
		attempts: z.array(
			z.object({
				...attempt,
				url: z.string(),
				request_headers: headers,
				response_headers: headers.nullable(),
				response_body: z.string().nullable().describe('The first 10,000 bytes'),
			}),
		),
	})
	.meta({ id: 'WebhookDeliveryDetail' });

export const presentDelivery = (delivery: DeliveryDocument) => ({
	id: delivery._id,
	event_id: delivery.event_id,
	event_type: delivery.event_type,
	replay_of: delivery.replay_of,
	status: delivery.status,
	response_code: delivery.response_code,
	response_body: delivery.response_body,
	retry_count: delivery.retry_count,
	next_attempt_at: delivery.next_attempt_at?.toISOString() ?? null,
	attempts: delivery.attempts.map(presentAttempt),
	created_at: delivery.created_at.toISOString(),
});

export const presentDeliveryDetail = (delivery: DeliveryDocument) => ({
	...presentDelivery(delivery),
	request_body: delivery.body,
	attempts: delivery.attempts.map((attempt) => ({
		...presentAttempt(attempt),
		url: attempt.url,
		request_headers: Object.fromEntries(attempt.request_headers),
		response_headers: attempt.response_headers && joined(attempt.response_headers),
		response_body: attempt.response_body,
	})),
});

/** Fields that came more than once are joined (RFC 9110, 5.3). */
function joined(fields: HeaderList): Record<string, string> {
	const values = groupBy(fields, ([name]) => name);
	return Object.fromEntries([...values].map(([name, list]) => [name, list.map(([, value]) => value).join(', ')]));
}

const presentAttempt = ({ at, duration_ms, response_code, error }: DeliveryAttempt) => ({
	at: at.toISOString(),
	duration_ms,
	response_code,
	error,
});
