import type { Connection } from 'mongoose';
import type { AuditId, KeyId, OrganizationId, UserId } from '../../core/ids';
import { nullable } from '../../database/fields';
import { tenantCollection } from '../../database/tenant-collection';

/** What somebody changed. Entries are made and read, never changed or deleted. */
export interface AuditDocument {
	readonly _id: AuditId;
	/** Whose thing was changed. */
	readonly organization_id: OrganizationId;
	readonly at: Date;
	/** The name of the key; `platform` where the service did it by itself. */
	readonly actor: string;
	/** Null where no request asked for it, as the two below are. */
	readonly key_id: KeyId | null;
	/** Who the actor acted as; null where it acted for itself. */
	readonly on_behalf_of: UserId | null;
	/** The operationId of the route, or the type of the event that tells of it. */
	readonly action: string;
	/** What was made or changed. */
	readonly resource_id: string | null;
	/** The network address that the request came from. */
	readonly address: string | null;
	readonly request_id: string | null;
}

export const auditCollection = (connection: Connection) =>
	tenantCollection<AuditDocument>(connection, {
		name: 'audit_log',
		fields: {
			at: Date,
			actor: String,
			key_id: nullable(String),
			on_behalf_of: nullable(String),
			action: String,
			resource_id: nullable(String),
			address: nullable(String),
			request_id: nullable(String),
		},
		indexes: [
			[{ organization_id: 1, _id: -1 }],
			[{ organization_id: 1, actor: 1, _id: -1 }],
			[{ organization_id: 1, key_id: 1, _id: -1 }],
			[{ organization_id: 1, action: 1, _id: -1 }],
		],
	});
