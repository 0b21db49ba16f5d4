import type { Connection } from 'mongoose';
import type { ConnectionId, OrganizationId, OdooLoginId } from '../../core/ids';
import { sealed } from '../../database/reencrypt';
import { tenantCollection } from '../../database/tenant-collection';

/**
 * Somebody who logged in to the Odoo of a connection with their own login: a session, as Odoo calls it. Its token is not
 * kept.
 */
export interface OdooLoginDocument {
	readonly _id: OdooLoginId;
	readonly organization_id: OrganizationId;
	/** Whose Odoo it is; it is over where that leads elsewhere. */
	readonly connection_id: ConnectionId;
	readonly url: string;
	readonly database: string;
	readonly login: string;
	/** The user's password or API key; encrypted, bound to the login's id. */
	readonly secret: string;
	readonly token_hash: string;
	/** When it ends unless it is used before: later with every use, up to `expires_at`. */
	readonly ends_at: Date;
	readonly expires_at: Date;
}

export const sealedInOdooLogin = ({ _id, secret }: OdooLoginDocument) => sealed('secret', secret, _id);

export const odooLoginCollection = (connection: Connection) =>
	tenantCollection<OdooLoginDocument>(connection, {
		name: 'odoo_logins',
		fields: {
			connection_id: String,
			url: String,
			database: String,
			login: String,
			secret: String,
			token_hash: String,
			ends_at: Date,
			expires_at: Date,
		},
		indexes: [
			[{ token_hash: 1 }, { unique: true }],
			[{ ends_at: 1 }, { expireAfterSeconds: 0 }],
		],
	});
