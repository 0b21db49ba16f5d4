import type { Connection } from 'mongoose';
import type { EnvironmentId, OrganizationId } from '../../core/ids';
import { type TenantCollection, tenantCollection } from '../../database/tenant-collection';

/** A name of its owner's that leads to an environment. It is its own id: no two environments have one name. */
export interface DomainDocument {
	readonly _id: string;
	readonly organization_id: OrganizationId;
	readonly environment_id: EnvironmentId;
	readonly created_at: Date;
}

export const domainCollection = (connection: Connection) =>
	tenantCollection<DomainDocument>(connection, {
		name: 'domains',
		fields: { environment_id: String, created_at: Date },
		indexes: [[{ environment_id: 1 }]],
	});

/** Finds the domains of environments, whoever's they are: for their runtime. */
export const createDomainFinder =
	(domains: TenantCollection<DomainDocument>) =>
	async (environments: readonly EnvironmentId[]): Promise<ReadonlyMap<EnvironmentId, readonly string[]>> => {
		const found = new Map<EnvironmentId, string[]>();
		if (environments.length === 0) return found;
		const filter = { environment_id: { $in: environments } };
		for (const { _id, environment_id } of await domains.everywhere.find(filter, { sort: { _id: 1 } })) {
			found.set(environment_id, [...(found.get(environment_id) ?? []), _id]);
		}
		return found;
	};
