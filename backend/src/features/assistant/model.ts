import type { Connection } from 'mongoose';
import type { OrganizationId } from '../../core/ids';
import { tenantCollection } from '../../database/tenant-collection';

/** Calls that the assistant proposes, which wait for their confirmation. */
export interface ProposalDocument {
	/** The hash of the token that confirms it. */
	readonly _id: string;
	readonly organization_id: OrganizationId;
	/** The key or session that asked for them; no other one can confirm them. */
	readonly caller_id: string;
	/** The Odoo and the user that they are for, hashed. */
	readonly odoo: string;
	readonly message: string;
	/** What they did once they are made, in words. */
	readonly summary: string;
	/** The calls as JSON, as a document cannot have all keys that Odoo's values may have. */
	readonly calls: string;
	readonly expires_at: Date;
}

/** Where proposals wait; the database removes them once they have expired. */
export const proposalCollection = (connection: Connection) =>
	tenantCollection<ProposalDocument>(connection, {
		name: 'proposals',
		fields: {
			caller_id: String,
			odoo: String,
			message: String,
			summary: String,
			calls: String,
			expires_at: Date,
		},
		indexes: [[{ expires_at: 1 }, { expireAfterSeconds: 0 }]],
	});
