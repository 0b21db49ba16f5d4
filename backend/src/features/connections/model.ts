import type { Connection } from 'mongoose';
import type { ConnectionId, OrganizationId } from '../../core/ids';
import { sealed } from '../../database/reencrypt';
import { tenantCollection } from '../../database/tenant-collection';
import type { OdooTransportName } from '../../odoo/client';

/** A way to an Odoo that the platform does not run. An environment's own connection is in no collection. */
export interface ConnectionDocument {
	readonly _id: ConnectionId;
	readonly organization_id: OrganizationId;
	readonly name: string;
	/** Without a trailing slash. */
	readonly url: string;
	readonly database: string;
	readonly login: string;
	/** An API key or a password; encrypted, bound to the connection's id. */
	readonly secret: string;
	/** As the server wrote it when the connection was last found to work, e.g. `19.0`. */
	readonly version: string;
	readonly transport: OdooTransportName;
	/** When it was last found to work. */
	readonly last_checked_at: Date;
	readonly created_at: Date;
}

export const sealedInConnection = ({ _id, secret }: ConnectionDocument) => sealed('secret', secret, _id);

export const connectionCollection = (connection: Connection) =>
	tenantCollection<ConnectionDocument>(connection, {
		name: 'odoo_connections',
		fields: {
			name: String,
			url: String,
			database: String,
			login: String,
			secret: String,
			version: String,
			transport: String,
			last_checked_at: Date,
			created_at: Date,
		},
		indexes: [
			[{ organization_id: 1, _id: -1 }],
			[{ organization_id: 1, name: 1 }, { unique: true }],
			[{ database: 1, _id: 1 }],
		],
	});

/**
 * Which connection serves where none is named. One document an organization, so that there is never more than one, and
 * one write moves it; one that names a connection which is gone names none.
 */
export interface DefaultConnectionDocument {
	readonly _id: OrganizationId;
	readonly organization_id: OrganizationId;
	readonly connection_id: ConnectionId;
}

export const defaultConnectionCollection = (connection: Connection) =>
	tenantCollection<DefaultConnectionDocument>(connection, {
		name: 'default_odoo_connections',
		fields: { connection_id: String },
		indexes: [[{ organization_id: 1 }]],
	});
