import type { ProjectId, Tenant } from '../../core/ids';
import type { TenantCollection } from '../../database/tenant-collection';
import { ALIVE, type StoredEnvironment } from './model';

/** Tells whether a project has environments. */
export const createProjectUse =
	(environments: TenantCollection<StoredEnvironment>) =>
	async (tenant: Tenant, project_id: ProjectId): Promise<boolean> =>
		(await environments.findOne(tenant, { project_id, ...ALIVE })) !== null;
