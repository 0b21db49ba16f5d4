import { type Connection, Schema } from 'mongoose';
import type { ConnectionId, EnvironmentId, OrganizationId } from '../../core/ids';
import { tenantCollection } from '../../database/tenant-collection';

/** Which Odoo a connection leads to: one that the platform runs, or any other. */
export type ConnectionTarget =
	| { readonly kind: 'environment'; readonly environment_id: EnvironmentId }
	| {
			readonly kind: 'external';
			readonly url: string;
			readonly database: string;
			readonly login: string;
			/** An API key or a password; encrypted. */
			readonly secret: string;
	  };

/** A named way to an Odoo. */
export interface ConnectionDocument {
	readonly _id: ConnectionId;
	readonly organization_id: OrganizationId;
	readonly name: string;
	readonly target: ConnectionTarget;
	/** Present on the one that serves where none is named. */
	readonly default?: true;
	readonly created_at: Date;
}

export const connectionCollection = (connection: Connection) =>
	tenantCollection<ConnectionDocument>(connection, {
		name: 'odoo_connections',
		fields: {
			name: { type: String, required: true },
			target: { type: Schema.Types.Mixed, required: true },
			default: { type: Boolean },
			created_at: { type: Date, required: true },
		},
		indexes: [
			[{ organization_id: 1, name: 1 }, { unique: true }],
			[{ organization_id: 1, 'target.environment_id': 1 }],
		],
	});
