import type { ProjectId } from '../../core/ids';
import type { Tenant, TenantCollection } from '../../database/tenant-collection';
import { ALIVE, type StoredEnvironment } from './model';

/** Whether a project has environments: asked before the project goes. */
export type HasEnvironments = (tenant: Tenant, project: ProjectId) => Promise<boolean>;

export const createProjectUse =
	(environments: TenantCollection<StoredEnvironment>): HasEnvironments =>
	async (tenant, project_id) =>
		(await environments.findOne(tenant, { project_id, ...ALIVE })) !== null;
