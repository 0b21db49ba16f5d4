import { randomBytes, scrypt } from 'node:crypto';
import { promisify } from 'node:util';
import type { Clock } from '../../core/clock';
import { notFound } from '../../core/errors';
import type { OrganizationId, UserId } from '../../core/ids';
import type { Plan } from '../../core/permissions';
import type { Tenant, TenantCollection } from '../../database/tenant-collection';
import type { OrganizationDocument, UserDocument } from './model';

export interface OrganizationsService {
	/** The plan of an organization; null where there is no such organization. */
	planOf(id: OrganizationId): Promise<Plan | null>;
	/** Newest first. */
	list(tenant: Tenant, after: OrganizationId | null, limit: number): Promise<OrganizationDocument[]>;
	/** @throws {ApiError} 404 */
	get(tenant: Tenant, id: OrganizationId): Promise<OrganizationDocument>;
	/** Newest first. @throws {ApiError} 404 */
	listMembers(tenant: Tenant, id: OrganizationId, after: UserId | null, limit: number): Promise<UserDocument[]>;
	/** Makes an organization; the one with that id, should it exist, stays as it is. */
	create(organization: { id: OrganizationId; name: string; plan: Plan }): Promise<void>;
	/** Makes an owner; the one with that id, should it exist, stays as it is. */
	createOwner(owner: {
		id: UserId;
		organization_id: OrganizationId;
		email: string;
		name: string;
		password: string;
	}): Promise<void>;
}

const derive = promisify<string, Buffer, number, Buffer>(scrypt);

export function createOrganizationsService({
	organizations,
	users,
	clock,
}: {
	organizations: TenantCollection<OrganizationDocument>;
	users: TenantCollection<UserDocument>;
	clock: Clock;
}): OrganizationsService {
	const get = async (tenant: Tenant, id: OrganizationId) => {
		const organization = await organizations.findOne(tenant, { _id: id });
		if (organization === null) throw notFound('organization');
		return organization;
	};

	return {
		get,
		list: (tenant, after, limit) =>
			organizations.find(tenant, after === null ? {} : { _id: { $lt: after } }, { sort: { _id: -1 }, limit }),
		async listMembers(tenant, id, after, limit) {
			await get(tenant, id);
			return users.find(id, after === null ? {} : { _id: { $lt: after } }, { sort: { _id: -1 }, limit });
		},
		planOf: async (id) => (await organizations.findOne(id, { _id: id }))?.plan ?? null,
		async create({ id, name, plan }) {
			const made = { name, plan, created_at: clock.now() };
			await organizations.update(id, { _id: id }, { $setOnInsert: made }, { upsert: true });
		},
		async createOwner({ id, organization_id, email, name, password }) {
			const made = {
				email,
				name,
				role: 'owner',
				password_hash: await hashPassword(password),
				created_at: clock.now(),
			};
			await users.update(organization_id, { _id: id }, { $setOnInsert: made }, { upsert: true });
		},
	};
}

async function hashPassword(password: string) {
	const salt = randomBytes(16);
	return `scrypt$${salt.toString('base64')}$${(await derive(password, salt, 32)).toString('base64')}`;
}
