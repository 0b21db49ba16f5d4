import { z } from 'zod';
import { groupBy } from '../../core/group-by';
import { idSchema } from '../../core/ids';
import { attemptFields, createdAt, ownerId, ownId } from '../../http/fields';
import { organizationField } from '../../access/organization-for';
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

const ONLY_ENVIRONMENTS = 'Only events about these environments; null: all events, also those about no environment';
const ONLY_PROJECTS = 'Only events about these projects; null: all events, also those about no project';

const formatSchema = z
	.enum(WEBHOOK_FORMATS)
	.describe('`generic`: `{ id, type, created_at, data }`, for programs; the others: a message for that chat');

const settings = {
	url: receiverUrl.describe(
		'Where events are posted: an address on the public internet, unless the configuration of the service allows ' +
			'others; redirects are not followed',
	),
	format: formatSchema,
	events: z
		.array(eventPatternSchema)
		.min(1)
		.max(50)
		.transform((patterns) => [...new Set(patterns)])
		.meta({
			description: 'Which events are sent: types, families such as `deployment.*`, or `*` for all',
			examples: [['deployment.*']],
		}),
	environment_ids: idList('environment').describe(ONLY_ENVIRONMENTS),
	project_ids: idList('project').describe(ONLY_PROJECTS),
};

const secret = z
	.string()
	.regex(/^[\x20-\x7e]{8,256}$/, 'must be 8 to 256 printable ASCII characters')
	.optional()
	.describe(
		'What requests are signed with (`X-OECSH-Signature`, `webhook-signature`): 8 to 256 printable ASCII characters; ' +
			'by default, one is generated',
	);

export const webhookRequest = z
	.strictObject({
		...organizationField,
		...settings,
		format: settings.format.default('generic'),
		environment_ids: settings.environment_ids.default(null),
		project_ids: settings.project_ids.default(null),
		secret,
	})
	.meta({
		id: 'WebhookRequest',
		examples: [
			{ url: 'https://hooks.example.com/odoo', events: ['deployment.succeeded', 'deployment.failed'] },
			{
				url: 'https://hooks.example.com/chat',
				format: 'slack',
				events: ['deployment.*'],
				environment_ids: ['env_01HXMZ0K3RJ8QM2P5T7V9X1Z3B'],
			},
		],
	});

export const webhookChange = z
	.strictObject(settings)
	.partial()
	.meta({ id: 'WebhookChange', examples: [{ events: ['deployment.*', 'environment.*'] }] });

export type WebhookChange = z.output<typeof webhookChange>;

export const rotateRequest = z
	.strictObject({ secret })
	.default({})
	.meta({ examples: [{}] });

const exampleWebhook = {
	id: 'whk_01HXMZ2V6PK8R5T7V9X1Z3B5C7',
	org_id: 'org_01HXMW8QPK3R5T7V9X1Z3B5C7D',
	url: 'https://hooks.example.com/odoo',
	format: 'generic',
	events: ['deployment.succeeded', 'deployment.failed'],
	environment_ids: null,
	project_ids: null,
	status: 'active',
	paused_reason: null,
	consecutive_failures: 0,
	previous_secret_expires_at: null,
	created_at: '2026-05-04T10:02:17.645Z',
};

export const webhookSchema = z
	.object({
		id: ownId('webhook'),
		org_id: ownerId,
		url: z.string().describe('Where events are posted'),
		format: formatSchema,
		events: z.array(z.string()).describe('Which events are sent: types and patterns, each once'),
		environment_ids: z.array(idSchema('environment')).nullable().describe(ONLY_ENVIRONMENTS),
		project_ids: z.array(idSchema('project')).nullable().describe(ONLY_PROJECTS),
		status: z
			.enum(WEBHOOK_STATUSES)
			.describe('`paused`: its events wait, as `held` deliveries, for up to 30 days until it is resumed'),
		paused_reason: z.string().nullable().describe('Why it is paused, in words; null while it is active'),
		consecutive_failures: z
			.int()
			.min(0)
			.describe('Failed attempts, for whichever event, since the last success; at 5 the webhook is paused'),
		previous_secret_expires_at: z.iso
			.datetime()
			.nullable()
			.describe(
				'Until when requests are also signed with the secret before the last rotation; may be past; null if it ' +
					'was never rotated',
			),
		created_at: createdAt,
	})
	.meta({ id: 'Webhook', examples: [exampleWebhook] });

/** A webhook with its secret. Only the replies that register a webhook and rotate its secret are so. */
export const createdWebhookSchema = webhookSchema
	.extend({
		secret: z
			.string()
			.describe(
				'What requests are signed with; shown here and never again. A generated secret begins with `whsec_`',
			),
	})
	.meta({
		id: 'CreatedWebhook',
		examples: [{ ...exampleWebhook, secret: 'whsec_c2VjcmV0LW9mLXRoZS1leGFtcGxl' }],
	});

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
	previous_secret_expires_at: webhook.previous_secrets[0]?.until.toISOString() ?? null,
	created_at: webhook.created_at.toISOString(),
});

const RESPONSE_BODY = 'The first 10,000 bytes of the last response, as text; null if there was none';

const exampleAttempt = { at: '2026-05-07T14:24:58.402Z', duration_ms: 87, response_code: 200, error: null };

const exampleDelivery = {
	id: 'dlv_01HXMZ7W5CK1R5T7V9X1Z3B5C7',
	event_id: 'evt_01HXMZ7W2NK4R5T7V9X1Z3B5C7',
	event_type: 'deployment.succeeded',
	replay_of: null,
	status: 'succeeded',
	response_code: 200,
	response_body: 'ok',
	retry_count: 0,
	next_attempt_at: null,
	created_at: '2026-05-07T14:24:58.344Z',
};

export const deliverySchema = z
	.object({
		id: ownId('delivery').describe(
			'Sent as `X-OECSH-Delivery`; the same for every retry, while a replay has its own',
		),
		event_id: idSchema('event').describe(
			'The event that is sent; the id of a test names no event that could be read',
		),
		event_type: z.enum(DELIVERED_TYPES).describe('The type of the event; `webhook.test` for a test'),
		replay_of: idSchema('delivery').nullable().describe('The delivery that it replays; null if it is no replay'),
		status: z
			.enum(DELIVERY_STATUSES)
			.describe(
				'`pending`: waits for its first or next attempt; `failed`: given up, after the last retry or because none ' +
					'can help; `held`: waits because the webhook is paused',
			),
		response_code: z
			.int()
			.nullable()
			.describe('The HTTP status of the last response; null if the last attempt got none'),
		response_body: z.string().nullable().describe(RESPONSE_BODY),
		retry_count: z
			.int()
			.min(0)
			.describe('Attempts after the first; at most 6, after 1 s, 5 s, 30 s, 2 min, 10 min and 1 h'),
		next_attempt_at: z.iso
			.datetime()
			.nullable()
			.describe('When the next attempt is due; null while the webhook is paused, and if there will be none'),
		attempts: z.array(z.object(attemptFields)).describe('Every request that was sent, oldest first'),
		created_at: createdAt.describe('When it was created; deliveries are kept for 30 days'),
	})
	.meta({ id: 'WebhookDelivery', examples: [{ ...exampleDelivery, attempts: [exampleAttempt] }] });

const headers = z.record(z.string(), z.string());

/** A delivery with all its requests and responses. */
export const deliveryDetailSchema = deliverySchema
	.extend({
		request_body: z.string().describe('The exact body, which every attempt sends and signs'),
		attempts: z
			.array(
				z.object({
					...attemptFields,
					url: z.string().describe("Where it was sent: the webhook's `url` at that time"),
					request_headers: headers.describe('The headers as they were sent, signatures included'),
					response_headers: headers
						.nullable()
						.describe(
							'Names in lower case, values of repeated headers joined by commas; null if there was no response',
						),
					response_body: z
						.string()
						.nullable()
						.describe('The first 10,000 bytes, as text; null if there was no response'),
				}),
			)
			.describe('Every request that was sent, oldest first, with its response'),
	})
	.meta({
		id: 'WebhookDeliveryDetail',
		examples: [
			{
				...exampleDelivery,
				request_body:
					'{"id":"evt_01HXMZ7W2NK4R5T7V9X1Z3B5C7","type":"deployment.succeeded","created_at":"2026-05-07T14:24:58.310Z","data":{}}',
				attempts: [
					{
						...exampleAttempt,
						url: 'https://hooks.example.com/odoo',
						request_headers: { 'Content-Type': 'application/json', 'X-OECSH-Timestamp': '1778163898' },
						response_headers: { 'content-type': 'text/plain' },
						response_body: 'ok',
					},
				],
			},
		],
	});

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

/** The values of repeated header fields are joined (RFC 9110, 5.3). */
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
