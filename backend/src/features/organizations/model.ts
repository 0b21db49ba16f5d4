import type { Connection } from 'mongoose';
import type { OrganizationId, UserId } from '../../core/ids';
import type { Plan } from '../../core/permissions';
import { tenantCollection } from '../../database/tenant-collection';

/** A tenant: everything belongs to one, itself included. */
export interface OrganizationDocument {
	readonly _id: OrganizationId;
	readonly organization_id: OrganizationId;
	readonly name: string;
	readonly plan: Plan;
	readonly created_at: Date;
}

export const organizationCollection = (connection: Connection) =>
	tenantCollection<OrganizationDocument>(connection, {
		name: 'organizations',
		fields: {
			name: { type: String, required: true },
			plan: { type: String, required: true },
			created_at: { type: Date, required: true },
		},
		indexes: [[{ organization_id: 1, _id: -1 }]],
	});

/** A person. */
export interface UserDocument {
	readonly _id: UserId;
	readonly organization_id: OrganizationId;
	readonly email: string;
	readonly name: string;
	readonly role: 'owner';
	/** scrypt with the parameters that Node.js has by default, and its salt. */
	readonly password_hash: string;
	readonly created_at: Date;
}

export const userCollection = (connection: Connection) =>
	tenantCollection<UserDocument>(connection, {
		name: 'users',
		fields: {
			email: { type: String, required: true },
			name: { type: String, required: true },
			role: { type: String, required: true },
			password_hash: { type: String, required: true },
			created_at: { type: Date, required: true },
		},
		indexes: [[{ email: 1 }, { unique: true }], [{ organization_id: 1, _id: -1 }]],
	});
