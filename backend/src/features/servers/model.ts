import type { Connection } from 'mongoose';
import type { OrganizationId, ServerId } from '../../core/ids';
import { anything, nullable, optional } from '../../database/fields';
import { outboxFields, outboxIndexes, type WithOutbox } from '../../database/outbox';
import { sealed } from '../../database/reencrypt';
import { tenantCollection } from '../../database/tenant-collection';
import type { Health } from './health';

/** A Docker Engine that environments run on. */
export interface ServerDocument extends WithOutbox, Health {
	readonly _id: ServerId;
	readonly organization_id: OrganizationId;
	readonly name: string;
	/** `unix:///path`, `tcp://host:port` or `ssh://user@host:port`. */
	readonly endpoint: string;
	/** What proves the service there, as JSON; encrypted, bound to the server's id. null: a socket needs none. */
	readonly credentials: string | null;
	readonly labels: Readonly<Record<string, string>>;
	/** How many environments it takes; null: as many as there are. */
	readonly capacity: number | null;
	/** It keeps what it has and takes nothing new. */
	readonly drain: boolean;
	readonly ingress: { readonly host: string; readonly http_port: number; readonly https_port: number };
	readonly base_domain: string | null;
	readonly engine_version: string;
	readonly cpus: number;
	readonly memory_bytes: number;
	/** null while no container of the service runs there that could tell. */
	readonly free_memory_bytes: number | null;
	readonly disk_free_bytes: number | null;
	/** When it last answered. */
	readonly checked_at: Date;
	/** When it is to be looked at next. */
	readonly due_at: Date;
	readonly created_at: Date;
	/** When its deletion began; nothing is placed on it from then on. */
	readonly deleting_at?: Date;
}

export const sealedInServer = ({ _id, credentials }: ServerDocument) => sealed('credentials', credentials, _id);

export const serverCollection = (connection: Connection) =>
	tenantCollection<ServerDocument>(connection, {
		name: 'servers',
		fields: {
			name: String,
			endpoint: String,
			credentials: nullable(String),
			labels: anything,
			capacity: nullable(Number),
			drain: Boolean,
			ingress: { host: String, http_port: Number, https_port: Number },
			base_domain: nullable(String),
			status: String,
			reason: nullable(String),
			streak: Number,
			engine_version: String,
			cpus: Number,
			memory_bytes: Number,
			free_memory_bytes: nullable(Number),
			disk_free_bytes: nullable(Number),
			checked_at: Date,
			due_at: Date,
			created_at: Date,
			deleting_at: optional(Date),
			...outboxFields,
		},
		indexes: [
			[{ organization_id: 1, _id: -1 }],
			[{ organization_id: 1, name: 1 }, { unique: true }],
			[{ due_at: 1 }],
			...outboxIndexes,
		],
	});
