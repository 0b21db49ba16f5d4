import type { Connection } from 'mongoose';
import type { CallbackId, ConnectionId, EnvironmentId, KeyId, LogId, OrganizationId } from '../../../core/ids';
import { nullable, optional } from '../../../database/fields';
import { tenantCollection } from '../../../database/tenant-collection';
import type { OdooRoute } from '../settings/parameters';

export const LOG_STATES = ['success', 'failed'] as const;

/** What a log shows of a request or a response. Secrets are blacked out. */
export interface Excerpt {
	/** Its beginning, as JSON. */
	readonly preview: string;
	/** The size of the whole payload, as it was sent. */
	readonly size_bytes: number;
	/** Whether the preview is the whole payload. If not, the payload is stored separately. */
	readonly is_whole: boolean;
}

/** One call of the five routes. */
export interface LogDocument {
	readonly _id: LogId;
	readonly organization_id: OrganizationId;
	readonly at: Date;
	readonly route: OdooRoute;
	readonly state: (typeof LOG_STATES)[number];
	/** Null if the request names none. */
	readonly model: string | null;
	/** The connection that served the call. */
	readonly connection_id: ConnectionId | null;
	/** The environment that served the call; null if the platform does not run that Odoo. */
	readonly environment_id: EnvironmentId | null;
	/** Null if the call was made in a session. */
	readonly key_id: KeyId | null;
	/** The name of the key, or of the session's user. */
	readonly actor: string;
	readonly request_id: string;
	readonly duration_ms: number;
	/** Why the call failed; null if it did not. */
	readonly error: string | null;
	/** What whoever made the call should know, though it succeeded. */
	readonly remark?: string | undefined;
	readonly request: Excerpt;
	readonly response: Excerpt;
	readonly callback_id: CallbackId | null;
}

/** The payloads of a call that are longer than their previews. It has the id of the log. */
export interface PayloadDocument {
	readonly _id: LogId;
	readonly organization_id: OrganizationId;
	readonly at: Date;
	readonly request: Payload | null;
	readonly response: Payload | null;
}

export interface Payload {
	readonly text: string;
	/** Whether its end was cut off. */
	readonly is_cut: boolean;
}

/** How long logs are kept, in seconds. */
const RETENTION_SECONDS = 30 * 24 * 60 * 60;

const excerpt = { preview: String, size_bytes: Number, is_whole: Boolean };
const payload = nullable({ text: String, is_cut: Boolean });

export const logCollection = (connection: Connection) =>
	tenantCollection<LogDocument>(connection, {
		name: 'odoo_api_logs',
		fields: {
			at: Date,
			route: String,
			state: String,
			model: nullable(String),
			connection_id: nullable(String),
			environment_id: nullable(String),
			key_id: nullable(String),
			actor: String,
			request_id: String,
			duration_ms: Number,
			error: nullable(String),
			remark: optional(String),
			request: excerpt,
			response: excerpt,
			callback_id: nullable(String),
		},
		indexes: [
			[{ organization_id: 1, _id: -1 }],
			[{ organization_id: 1, route: 1, _id: -1 }],
			[{ organization_id: 1, state: 1, _id: -1 }],
			[{ organization_id: 1, model: 1, _id: -1 }],
			[{ organization_id: 1, connection_id: 1, _id: -1 }],
			[{ at: 1 }, { expireAfterSeconds: RETENTION_SECONDS }],
		],
	});

export const payloadCollection = (connection: Connection) =>
	tenantCollection<PayloadDocument>(connection, {
		name: 'odoo_api_payloads',
		fields: { at: Date, request: payload, response: payload },
		indexes: [[{ at: 1 }, { expireAfterSeconds: RETENTION_SECONDS }]],
	});
