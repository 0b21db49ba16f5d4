import type { Connection } from 'mongoose';
import { EVENT_TYPES, type PlatformEvent } from '../../core/events';
import type { DeliveryId, EnvironmentId, EventId, OrganizationId, ProjectId, WebhookId } from '../../core/ids';
import { anything, nullable, optional } from '../../database/fields';
import { outboxFields, outboxIndexes, type WithOutbox } from '../../database/outbox';
import { sealed } from '../../database/reencrypt';
import { tenantCollection } from '../../database/tenant-collection';
import type { DeliveryAttempt } from '../../net/attempt';

/** The formats in which events can be sent. */
export const WEBHOOK_FORMATS = ['generic', 'slack', 'teams', 'discord'] as const;
export type WebhookFormat = (typeof WEBHOOK_FORMATS)[number];

/** The type of a test delivery. It is not an event, and webhooks cannot subscribe to it. */
export const TEST_TYPE = 'webhook.test';

/** The types that a delivery can have. */
export const DELIVERED_TYPES = [...EVENT_TYPES, TEST_TYPE] as const;
export type DeliveredType = (typeof DELIVERED_TYPES)[number];

/** What a webhook is sent: an event, or a test. */
export type Announcement = Omit<PlatformEvent, 'type'> & { readonly type: DeliveredType };

/** `paused`: events wait, as held deliveries, until somebody resumes the webhook. */
export const WEBHOOK_STATUSES = ['active', 'paused'] as const;

/** A subscription to events, and the lease of the worker that sends them. */
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
	/** Earlier secrets, the latest first, encrypted likewise. Requests are signed with each of them too, until then. */
	readonly previous_secrets: readonly { readonly secret: string; readonly until: Date }[];
	readonly status: (typeof WEBHOOK_STATUSES)[number];
	readonly paused_reason: string | null;
	/** How many attempts, for whichever event, have failed since the last success. */
	readonly consecutive_failures: number;
	/** The receiver asked for no requests until then (`Retry-After`). */
	readonly rest_until?: Date;
	readonly created_at: Date;
	/** How often a delivery was queued. By this count the sender sees that it must look again. */
	readonly queued: number;
	/** When a worker next has something to do; missing if nothing waits. */
	readonly due_at?: Date;
	/** Until then only `lease_owner` sends to this webhook. The order of events and the limits depend on it. */
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
			url: String,
			format: String,
			events: [String],
			environment_ids: nullable([String]),
			project_ids: nullable([String]),
			secret: String,
			previous_secrets: [{ secret: String, until: Date }],
			status: String,
			paused_reason: nullable(String),
			consecutive_failures: Number,
			rest_until: optional(Date),
			created_at: Date,
			queued: Number,
			due_at: optional(Date),
			lease_until: optional(Date),
			lease_owner: optional(String),
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
	/**
	 * By this id receivers recognize repetitions: the event's id, or for a replay its own id, so that it counts as new.
	 */
	readonly message_id: EventId | DeliveryId;
	/** The delivery that this one replays; null if it is no replay. */
	readonly replay_of: DeliveryId | null;
	readonly event_type: DeliveredType;
	/** The exact body of the request. Every attempt sends and signs the same bytes. */
	readonly body: string;
	readonly status: (typeof DELIVERY_STATUSES)[number];
	/** Null if no attempt is planned. */
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
			webhook_id: String,
			event_id: String,
			message_id: String,
			replay_of: nullable(String),
			event_type: String,
			body: String,
			status: String,
			next_attempt_at: nullable(Date),
			response_code: nullable(Number),
			response_body: nullable(String),
			retry_count: Number,
			attempts: [anything],
			created_at: Date,
		},
		indexes: [
			[{ webhook_id: 1, event_id: 1, message_id: 1 }, { unique: true }],
			[{ webhook_id: 1, status: 1, next_attempt_at: 1, event_id: 1 }],
			[{ webhook_id: 1, _id: -1 }],
			[{ webhook_id: 1, event_type: 1, status: 1, _id: -1 }],
			[{ created_at: 1 }, { expireAfterSeconds: RETENTION_SECONDS }],
		],
	});
