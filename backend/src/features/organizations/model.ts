import type { Connection } from 'mongoose';
import type { OrganizationId, UserId } from '../../core/ids';
import type { Plan } from '../../core/permissions';
import { openCollection } from '../../database/collection';
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
			name: String,
			plan: String,
			created_at: Date,
		},
		indexes: [[{ organization_id: 1, _id: -1 }]],
	});

/** A person, known to the whole service by one e-mail address; where they may do what, their memberships say. */
export interface UserDocument {
	readonly _id: UserId;
	readonly email: string;
	readonly name: string;
	/** scrypt with the parameters that Node.js has by default, and its salt. */
	readonly password_hash: string;
	readonly created_at: Date;
}

export const userCollection = (connection: Connection) =>
	openCollection<UserDocument>(connection, {
		name: 'users',
		fields: {
			email: String,
			name: String,
			password_hash: String,
			created_at: Date,
		},
		indexes: [[{ email: 1 }, { unique: true }]],
	});

/** What a user is in an organization. */
export interface MemberDocument {
	/** The organization and the user, so that nobody is a member twice. */
	readonly _id: string;
	readonly organization_id: OrganizationId;
	readonly user_id: UserId;
	readonly role: 'owner';
	readonly created_at: Date;
}

export const memberCollection = (connection: Connection) =>
	tenantCollection<MemberDocument>(connection, {
		name: 'members',
		fields: {
			user_id: String,
			role: String,
			created_at: Date,
		},
		indexes: [[{ organization_id: 1, user_id: -1 }]],
	});
