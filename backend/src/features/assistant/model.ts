import type { Connection } from 'mongoose';
import type { OrganizationId } from '../../core/ids';
import { tenantCollection } from '../../database/tenant-collection';

/** A plan that waits for its confirmation. */
export interface PlanDocument {
	/** The hash of the token that confirms it. */
	readonly _id: string;
	readonly organization_id: OrganizationId;
	/** The key or session that asked for it; no other one can confirm it. */
	readonly caller_id: string;
	/** The Odoo and the user that it was made for, hashed. */
	readonly odoo: string;
	readonly message: string;
	/** What it would do, in words. */
	readonly summary: string;
	/** The calls as JSON: a document's keys may not be all that an Odoo's may. */
	readonly calls: string;
	readonly expires_at: Date;
}

/** Where plans wait; the database removes them once they have expired. */
export const planCollection = (connection: Connection) =>
	tenantCollection<PlanDocument>(connection, {
		name: 'assistant_plans',
		fields: {
			caller_id: { type: String, required: true },
			odoo: { type: String, required: true },
			message: { type: String, required: true },
			summary: { type: String, required: true },
			calls: { type: String, required: true },
			expires_at: { type: Date, required: true },
		},
		indexes: [[{ expires_at: 1 }, { expireAfterSeconds: 0 }]],
	});
