import type { Clock } from '../../core/clock';
import type { EnvironmentId, OrganizationId, Tenant } from '../../core/ids';
import type { TenantCollection } from '../../database/tenant-collection';
import type { EnvironmentDocument, EnvironmentsService } from '../environments/service';
import type { BackupPolicy } from './model';
import { nextRun } from './schedule';
import { DEFAULT_KEEP } from './schemas';

/** What an owner may say of it. */
export type PolicyWish = Omit<BackupPolicy, '_id' | 'organization_id' | 'next_run_at'>;

export interface BackupPoliciesService {
	/** @throws {ApiError} 404 */
	get(tenant: Tenant, environment: EnvironmentId): Promise<BackupPolicy>;
	/** @throws {ApiError} 404 */
	set(tenant: Tenant, environment: EnvironmentId, wish: PolicyWish): Promise<BackupPolicy>;
	/** That of an environment, or what holds where nothing was said. */
	of(environment: Pick<EnvironmentDocument, '_id' | 'organization_id' | 'production'>): Promise<BackupPolicy>;
	/** May be called again. */
	removeOf(organization: OrganizationId, environment: EnvironmentId): Promise<void>;
}

export function createBackupPolicies({
	backupPolicies,
	environments,
	clock,
}: {
	backupPolicies: TenantCollection<BackupPolicy>;
	environments: Pick<EnvironmentsService, 'get'>;
	clock: Clock;
}): BackupPoliciesService {
	const of: BackupPoliciesService['of'] = async ({ _id, organization_id, production }) =>
		(await backupPolicies.findOne(organization_id, { _id })) ?? {
			_id,
			organization_id,
			cron: null,
			timezone: 'UTC',
			keep: DEFAULT_KEEP,
			encrypt: true,
			// People work with it: what they wrote is worth the seconds.
			before_updates: production,
			next_run_at: null,
		};
	return {
		of,
		get: async (tenant, id) => of(await environments.get(tenant, id)),
		async set(tenant, id, wish) {
			const { organization_id } = await environments.get(tenant, id);
			const next_run_at = wish.cron === null ? null : nextRun(wish.cron, wish.timezone, clock.now());
			const policy = { ...wish, next_run_at };
			const set = await backupPolicies.update(organization_id, { _id: id }, { $set: policy }, { upsert: true });
			if (set === null) throw new Error(`the policy of ${id} was not kept`);
			return set;
		},
		removeOf: async (organization, _id) => {
			await backupPolicies.delete(organization, { _id });
		},
	};
}
