import type { Clock } from '../../core/clock';
import type { Ids } from '../../core/ids';
import type { Pager } from '../../http/page';
import type { EnvironmentsService } from '../environments/service';
import type { JobsService } from '../jobs/service';
import { deploymentRoutes } from './routes';
import { createDeploymentsService } from './service';

/** Deployments, which are jobs of one kind. */
export function createDeployments({
	jobs,
	environments,
	clock,
	ids,
	pager,
}: {
	jobs: JobsService;
	environments: Pick<EnvironmentsService, 'get'>;
	clock: Clock;
	ids: Ids;
	pager: Pager;
}) {
	const service = createDeploymentsService({ jobs, environments, ids });
	return { service, routes: deploymentRoutes({ deployments: service, jobs, pager, clock }) };
}
