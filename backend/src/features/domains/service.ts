import type { Clock } from '../../core/clock';
import { ApiError, invalidInput, notFound } from '../../core/errors';
import type { EnvironmentId, OrganizationId, Tenant } from '../../core/ids';
import { isDuplicateKey } from '../../database/connection';
import type { TenantCollection } from '../../database/tenant-collection';
import type { EnvironmentDocument, EnvironmentsService } from '../environments/service';
import type { DomainDocument } from './model';
import { isProven, type NameRecords, proofOf } from './proof';

/** How many an environment may have. */
const MOST = 50;

export interface DomainsService {
	/** By name. @throws {ApiError} 404 */
	list(tenant: Tenant, environment: EnvironmentId): Promise<DomainDocument[]>;
	/**
	 * Has the domain lead to the environment, once the DNS shows that its owner wants that. One that it has already stays.
	 * @throws {ApiError} 404; 409 domain_taken, domain_not_proven; 422 for an environment on no server, or with too many
	 */
	add(tenant: Tenant, environment: EnvironmentId, domain: string): Promise<DomainDocument>;
	/** @throws {ApiError} 404 */
	remove(tenant: Tenant, environment: EnvironmentId, domain: string): Promise<void>;
	/** May be called again. */
	removeOf(organization: OrganizationId, environment: EnvironmentId): Promise<void>;
}

export function createDomainsService({
	domains,
	environments,
	names,
	follow,
	clock,
}: {
	domains: TenantCollection<DomainDocument>;
	environments: Pick<EnvironmentsService, 'get' | 'find'>;
	names: NameRecords;
	/** Has the environment's server lead its names there; what cannot be reached now follows later. */
	follow: (environment: EnvironmentDocument) => Promise<void>;
	clock: Clock;
}): DomainsService {
	const listOf = (organization: OrganizationId, environment_id: EnvironmentId) =>
		domains.find(organization, { environment_id }, { sort: { _id: 1 } });

	return {
		async list(tenant, id) {
			const { organization_id } = await environments.get(tenant, id);
			return listOf(organization_id, id);
		},
		async add(tenant, id, domain) {
			const environment = await environments.get(tenant, id);
			const { organization_id, placement } = environment;
			if (placement === null) throw invalidInput('/domain', 'is for an environment on a server only');
			const present = await listOf(organization_id, id);
			const same = present.find(({ _id }) => _id === domain);
			if (same !== undefined) return same;
			if (present.length >= MOST)
				throw invalidInput('/domain', `would be one more than the ${MOST} that are allowed`);
			const proof = proofOf(domain, environment);
			if (!(await isProven(names, proof))) {
				const { cname, txt } = proof;
				throw new ApiError(
					'domain_not_proven',
					`The DNS does not show yet that ${domain} is to lead here. Make ${cname.name} a CNAME of ${cname.value}, or ` +
						`give ${txt.name} the TXT record ${txt.value}, and ask again.`,
					{ members: { cname: cname.value, txt_name: txt.name, txt: txt.value } },
				);
			}
			const added = { _id: domain, organization_id, environment_id: id, created_at: clock.now() };
			try {
				await domains.insert(added);
			} catch (error) {
				if (!isDuplicateKey(error)) throw error;
				throw new ApiError('domain_taken', `${domain} leads to another environment; remove it there first.`);
			}
			// It may have been deleted meanwhile, with the domains that it had by then.
			const now = await environments.find(tenant, id);
			if (now === null || now.status === 'deleting') {
				await domains.delete(organization_id, { _id: domain, environment_id: id });
				throw notFound('environment');
			}
			await follow(environment);
			return added;
		},
		async remove(tenant, id, domain) {
			const environment = await environments.get(tenant, id);
			const removed = await domains.delete(environment.organization_id, { _id: domain, environment_id: id });
			if (!removed) throw notFound('domain');
			await follow(environment);
		},
		async removeOf(organization, environment_id) {
			for (const { _id } of await listOf(organization, environment_id)) {
				await domains.delete(organization, { _id, environment_id });
			}
		},
	};
}
