import type { Connection } from 'mongoose';
import type { CallbackId, OrganizationId } from '../../../core/ids';
import { nullable, optional } from '../../../database/fields';
import { sealed } from '../../../database/reencrypt';
import { tenantCollection } from '../../../database/tenant-collection';
import type { DeliveryAttempt } from '../../../net/attempt';

/** `waiting`: the call is running; `pending`: waits for its first or next attempt; `failed`: given up. */
export const CALLBACK_STATUSES = ['waiting', 'pending', 'succeeded', 'failed'] as const;

/** Posts the outcome of one call of the five routes to the `callback_url` of the call. */
export interface CallbackDocument {
	readonly _id: CallbackId;
	readonly organization_id: OrganizationId;
	readonly url: string;
	/**
	 * The HMAC secret of the calling key, encrypted and bound to the callback's id; null once the callback has ended.
	 */
	readonly secret: string | null;
	/** The exact body to post; null once the callback has ended. */
	readonly body: string | null;
	readonly status: (typeof CALLBACK_STATUSES)[number];
	/** When a worker next has something to do, or, while one has it, when its lease runs out; missing at the end. */
	readonly due_at?: Date;
	readonly attempts: readonly CallbackAttempt[];
	readonly created_at: Date;
}

export const sealedInCallback = ({ _id, secret }: CallbackDocument) => sealed('secret', secret, _id);

export type CallbackAttempt = Pick<DeliveryAttempt, 'at' | 'duration_ms' | 'response_code' | 'error'>;

/** How long callbacks are kept, in seconds: as long as webhooks' deliveries. */
const RETENTION_SECONDS = 30 * 24 * 60 * 60;

export const callbackCollection = (connection: Connection) =>
	tenantCollection<CallbackDocument>(connection, {
		name: 'odoo_callbacks',
		fields: {
			url: String,
			secret: nullable(String),
			body: nullable(String),
			status: String,
			due_at: optional(Date),
			attempts: [{ at: Date, duration_ms: Number, response_code: nullable(Number), error: nullable(String) }],
			created_at: Date,
		},
		indexes: [[{ due_at: 1 }], [{ created_at: 1 }, { expireAfterSeconds: RETENTION_SECONDS }]],
	});
