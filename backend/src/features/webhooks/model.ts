import { type Connection, Schema } from 'mongoose';
import { EVENT_TYPES, type PlatformEvent } from '../../core/events';
import type { DeliveryId, EnvironmentId, EventId, OrganizationId, ProjectId, WebhookId } from '../../core/ids';
import { outboxFields, outboxIndexes, type WithOutbox } from '../../database/outbox';
import { sealed } from '../../database/reencrypt';
import { tenantCollection } from '../../database/tenant-collection';
import type { DeliveryAttempt } from '../../net/attempt';

/** The forms in which receivers can be told of an event. */
export const WEBHOOK_FORMATS = ['generic', 'slack', 'teams', 'discord'] as const;
export type WebhookFormat = (typeof WEBHOOK_FORMATS)[number];

/** The type of what is sent to try a webhook out; it is no event of the organization and cannot be asked for. */
export const TEST_TYPE = 'webhook.test';

/** Everything that deliveries can be about. */
export const DELIVERED_TYPES = [...EVENT_TYPES, TEST_TYPE] as const;
export type DeliveredType = (typeof DELIVERED_TYPES)[number];

/** What a webhook is told: an event, or that somebody tries it out. */
export type Announcement = Omit<PlatformEvent, 'type'> & { readonly type: DeliveredType };

/** `paused`: events wait, as held deliveries, until somebody resumes the webhook. */
export const WEBHOOK_STATUSES = ['active', 'paused'] as const;

/** An address that wants to be told of events; also the lease of the worker that serves it. */
export interface WebhookDocument extends WithOutbox {
	readonly _id: WebhookId;
	readonly organization_id: OrganizationId;
	readonly url: string;
	readonly format: WebhookFormat;
	/** Event types, or patterns such as `deployment.*` and `*`. */
	readonly events: readonly string[];
	/** Only events of these environments; null: of all, and those of none. */
	readonly environment_ids: readonly EnvironmentId[] | null;
	/** Only events of these projects; null: of all, and those of none. */
	readonly project_ids: readonly ProjectId[] | null;
	/** Encrypted, bound to the webhook's id. */
	readonly secret: string;
	/** Those from before, the latest first, encrypted likewise: until then, requests are signed with each of them too. */
	readonly previous_secrets: readonly { readonly secret: string; readonly until: Date }[];
	readonly status: (typeof WEBHOOK_STATUSES)[number];
	readonly paused_reason: string | null;
	/** Failed attempts, over all events, since the last that succeeded. */
	readonly consecutive_failures: number;
	/** Its receiver asked for rest until then (`Retry-After`). */
	readonly rest_until?: Date;
	readonly created_at: Date;
	/** How often something was queued: by it a worker sees that it has to look again. */
	readonly queued: number;
	/** From when on a worker has something to do here; missing where nothing waits. */
	readonly due_at?: Date;
	/** While it lasts, one worker alone sends to this webhook: the order of events and the limits depend on it. */
	readonly lease_until?: Date;
	readonly lease_owner?: string;
}

export const sealedInWebhook = ({ _id, secret, previous_secrets }: WebhookDocument) => [
	...sealed('secret', secret, _id),
	...previous_secrets.flatMap((previous, index) => sealed(`previous_secrets.${index}.secret`, previous.secret, _id)),
];

export const webhookCollection = (connection: Connection) =>
	tenantCollection<WebhookDocument>(connection, {
		name: 'webhooks',
		fields: {
			url: { type: String, required: true },
			format: { type: String, required: true },
			events: { type: [String], required: true },
			environment_ids: { type: [String], default: null },
			project_ids: { type: [String], default: null },
			secret: { type: String, required: true },
			previous_secrets: { type: [new Schema({ secret: String, until: Date }, { _id: false })], required: true },
			status: { type: String, required: true },
			paused_reason: { type: String, default: null },
			consecutive_failures: { type: Number, required: true },
			rest_until: { type: Date },
			created_at: { type: Date, required: true },
			queued: { type: Number, required: true },
			due_at: { type: Date },
			lease_until: { type: Date },
			lease_owner: { type: String },
			...outboxFields,
		},
		indexes: [[{ organization_id: 1, _id: -1 }], [{ status: 1, due_at: 1 }], ...outboxIndexes],
	});

/**
 * `pending`: waits for its first or next attempt; `failed`: given up, after the last retry or because no retry can
 * help; `held`: the webhook is paused.
 */
export const DELIVERY_STATUSES = ['pending', 'succeeded', 'failed', 'held'] as const;

/** One event on its way to one webhook. */
export interface DeliveryDocument {
	readonly _id: DeliveryId;
	readonly organization_id: OrganizationId;
	readonly webhook_id: WebhookId;
	readonly event_id: EventId;
	/** By which receivers know what they have seen: the event's id; a replay's own id, so that it counts as new. */
	readonly message_id: EventId | DeliveryId;
	/** The delivery that this one repeats because somebody asked for it. */
	readonly replay_of: DeliveryId | null;
	readonly event_type: DeliveredType;
	/** The request's body, to the byte: signatures are computed over it, over every retry. */
	readonly body: string;
	readonly status: (typeof DELIVERY_STATUSES)[number];
	/** Null where no attempt will follow by itself. */
	readonly next_attempt_at: Date | null;
	/** Of the last response. */
	readonly response_code: number | null;
	/** The beginning of the last response's body. */
	readonly response_body: string | null;
	readonly retry_count: number;
	readonly attempts: readonly DeliveryAttempt[];
	readonly created_at: Date;
}

/** How long deliveries are kept, in seconds: the documents' "30 days of history". */
const RETENTION_SECONDS = 30 * 24 * 60 * 60;

export const deliveryCollection = (connection: Connection) =>
	tenantCollection<DeliveryDocument>(connection, {
		name: 'webhook_deliveries',
		fields: {
			webhook_id: { type: String, required: true },
			event_id: { type: String, required: true },
			message_id: { type: String, required: true },
			replay_of: { type: String, default: null },
			event_type: { type: String, required: true },
			body: { type: String, required: true },
			status: { type: String, required: true },
			next_attempt_at: { type: Date, default: null },
			response_code: { type: Number, default: null },
			response_body: { type: String, default: null },
			retry_count: { type: Number, required: true },
			attempts: { type: [Schema.Types.Mixed], required: true },
			created_at: { type: Date, required: true },
		},
		indexes: [
			[{ webhook_id: 1, event_id: 1, message_id: 1 }, { unique: true }],
			[{ webhook_id: 1, status: 1, next_attempt_at: 1, event_id: 1 }],
			[{ webhook_id: 1, _id: -1 }],
			[{ webhook_id: 1, event_type: 1, status: 1, _id: -1 }],
			[{ created_at: 1 }, { expireAfterSeconds: RETENTION_SECONDS }],
		],
	});
