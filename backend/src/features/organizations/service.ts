import type { Clock } from '../../core/clock';
import { notFound } from '../../core/errors';
import type { OrganizationId, Tenant } from '../../core/ids';
import type { Plan } from '../../core/permissions';
import type { TenantCollection } from '../../database/tenant-collection';
import type { OrganizationDocument } from './model';

export interface OrganizationsService {
	/** The plan of an organization; null where there is no such organization. */
	planOf(id: OrganizationId): Promise<Plan | null>;
	/** Newest first. */
	list(tenant: Tenant, after: OrganizationId | null, limit: number): Promise<OrganizationDocument[]>;
	/** @throws {ApiError} 404 */
	get(tenant: Tenant, id: OrganizationId): Promise<OrganizationDocument>;
	/** Makes an organization; the one with that id, should it exist, stays as it is. */
	create(organization: { id: OrganizationId; name: string; plan: Plan }): Promise<void>;
}

export function createOrganizationsService({
	organizations,
	clock,
}: {
	organizations: TenantCollection<OrganizationDocument>;
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
		planOf: async (id) => (await organizations.findOne(id, { _id: id }))?.plan ?? null,
		async create({ id, name, plan }) {
			const made = { name, plan, created_at: clock.now() };
			await organizations.update(id, { _id: id }, { $setOnInsert: made }, { upsert: true });
		},
	};
}
