import type { Clock } from '../../core/clock';
import type { Ids } from '../../core/ids';
import type { Pager } from '../../http/page';
import type { Runtimes } from '../../runtimes/runtimes';
import type { EnvironmentsService } from '../environments/service';
import type { JobsService } from '../jobs/service';
import { deploymentRoutes } from './routes';
import { createDeploymentsService } from './service';

/** Deployments, which are jobs of two kinds. */
export function createDeployments({
	jobs,
	environments,
	runtimes,
	clock,
	ids,
	pager,
}: {
	jobs: JobsService;
	environments: Pick<EnvironmentsService, 'get'>;
	runtimes: Pick<Runtimes, 'of'>;
	clock: Clock;
	ids: Ids;
	pager: Pager;
}) {
	const service = createDeploymentsService({ jobs, environments, runtimes, clock, ids });
	return { service, routes: deploymentRoutes({ deployments: service, jobs, pager, clock }) };
}
