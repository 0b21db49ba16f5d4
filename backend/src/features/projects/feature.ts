import type { Clock } from '../../core/clock';
import type { Ids, ProjectId, Tenant } from '../../core/ids';
import type { TenantCollection } from '../../database/tenant-collection';
import type { GitRepositories } from '../../git/repositories';
import type { Pager } from '../../http/page';
import type { ProjectDocument } from './model';
import { projectRoutes } from './routes';
import { createProjectsService } from './service';

/** Projects: where the code of environments comes from. */
export function createProjects({
	git,
	pager,
	...parts
}: {
	projects: TenantCollection<ProjectDocument>;
	git: Pick<GitRepositories, 'check' | 'forget' | 'tidyUp'>;
	/** Asked before a project goes. */
	hasEnvironments: (tenant: Tenant, id: ProjectId) => Promise<boolean>;
	clock: Clock;
	ids: Ids;
	pager: Pager;
}) {
	const service = createProjectsService({ ...parts, checkRepository: git.check, repositories: git });
	return { service, routes: projectRoutes({ projects: service, pager }) };
}
