import { z } from 'zod';
import { eventTypeSchema } from '../../core/events';
import { idSchema } from '../../core/ids';
import { organizationField } from '../../http/organization-for';
import { eventPatternSchema } from './event-patterns';
import {
	DELIVERY_STATUSES,
	type DeliveryDocument,
	WEBHOOK_FORMATS,
	WEBHOOK_STATUSES,
	type WebhookDocument,
} from './model';

const isPlainHttpUrl = (text: string) => {
	const url = URL.canParse(text) ? new URL(text) : null;
	return url !== null && ['http:', 'https:'].includes(url.protocol) && url.username === '' && url.password === '';
};

export const webhookRequest = z
	.strictObject({
		...organizationField,
		url: z
			.string()
			.max(2000)
			.regex(/^[\x21-\x7e]+$/, 'must be a URL in ASCII without spaces')
			.refine(isPlainHttpUrl, 'must be an http or https URL without a user or password')
			.meta({ examples: ['https://hooks.example.com/odoo'] }),
		format: z.enum(WEBHOOK_FORMATS, 'must be generic: other formats are not offered').default('generic'),
		events: z
			.array(eventPatternSchema)
			.min(1)
			.max(50)
			.meta({ examples: [['deployment.*']] })
			.transform((patterns) => [...new Set(patterns)]),
		secret: z
			.string()
			.regex(/^[\x20-\x7e]{8,256}$/, 'must be 8 to 256 printable ASCII characters')
			.optional(),
	})
	.meta({ id: 'WebhookRequest' });

export const webhookSchema = z
	.object({
		id: idSchema('webhook'),
		org_id: idSchema('organization'),
		url: z.string(),
		format: z.enum(WEBHOOK_FORMATS),
		events: z.array(z.string()),
		status: z.enum(WEBHOOK_STATUSES),
		paused_reason: z.string().nullable(),
		consecutive_failures: z.int().min(0),
		created_at: z.iso.datetime(),
	})
	.meta({ id: 'Webhook' });

/** A webhook just made: the only reply that shows its secret. */
export const createdWebhookSchema = webhookSchema.extend({ secret: z.string() }).meta({ id: 'CreatedWebhook' });

export const presentWebhook = (webhook: WebhookDocument) => ({
	id: webhook._id,
	org_id: webhook.organization_id,
	url: webhook.url,
	format: webhook.format,
	events: [...webhook.events],
	status: webhook.status,
	paused_reason: webhook.paused_reason,
	consecutive_failures: webhook.consecutive_failures,
	created_at: webhook.created_at.toISOString(),
});

export const deliverySchema = z
	.object({
		id: idSchema('delivery'),
		event_id: idSchema('event'),
		event_type: eventTypeSchema,
		status: z.enum(DELIVERY_STATUSES),
		response_code: z.int().nullable(),
		response_body: z.string().nullable(),
		retry_count: z.int().min(0),
		next_attempt_at: z.iso.datetime().nullable(),
		attempts: z.array(
			z.object({
				at: z.iso.datetime(),
				duration_ms: z.number().min(0),
				response_code: z.int().nullable(),
				error: z.string().nullable(),
			}),
		),
		created_at: z.iso.datetime(),
	})
	.meta({ id: 'WebhookDelivery' });

export const presentDelivery = (delivery: DeliveryDocument) => ({
	id: delivery._id,
	event_id: delivery.event_id,
	event_type: delivery.event_type,
	status: delivery.status,
	response_code: delivery.response_code,
	response_body: delivery.response_body,
	retry_count: delivery.retry_count,
	next_attempt_at: delivery.next_attempt_at?.toISOString() ?? null,
	attempts: delivery.attempts.map(({ at, duration_ms, response_code, error }) => ({
		at: at.toISOString(),
		duration_ms,
		response_code,
		error,
	})),
	created_at: delivery.created_at.toISOString(),
});
