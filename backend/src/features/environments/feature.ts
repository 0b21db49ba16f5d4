import type { Clock } from '../../core/clock';
import type { Ids } from '../../core/ids';
import type { Secrets } from '../../core/secrets';
import type { TenantCollection } from '../../database/tenant-collection';
import type { Pager } from '../../http/page';
import type { Runtimes } from '../../runtimes/runtimes';
import type { Signals } from '../../signals';
import type { EventCarriage } from '../events/feature';
import type { JobsService } from '../jobs/service';
import type { ProjectsService } from '../projects/service';
import type { ServersService } from '../servers/service';
import type { StoredEnvironment } from './model';
import { createRemovalService } from './delete';
import { createLifecycleService } from './lifecycle';
import { lifecycleRoutes } from './lifecycle-routes';
import { environmentRoutes } from './routes';
import { createEnvironmentsService } from './service';
import { createStatusService } from './status';
import { watchRoutes } from './watch-routes';
import { createVariablesService, type VariablesDocument } from './variables';

/** Environments and their variables; the routes need the jobs, which need these. */
export function createEnvironments({
	environments,
	variables,
	projects,
	servers,
	events,
	runtimes,
	secrets,
	signals,
	clock,
	ids,
	pager,
}: {
	environments: TenantCollection<StoredEnvironment>;
	variables: TenantCollection<VariablesDocument>;
	projects: Pick<ProjectsService, 'ownerOf'>;
	servers: Pick<ServersService, 'place' | 'isThere'>;
	events: Pick<EventCarriage, 'carryFrom'>;
	runtimes: Pick<Runtimes, 'of'>;
	secrets: Secrets;
	signals: Pick<Signals, 'outboxFilled'>;
	clock: Clock;
	ids: Ids;
	pager: Pager;
}) {
	const service = createEnvironmentsService({
		environments,
		ownerOfProject: (tenant, id) => projects.ownerOf(tenant, id),
		servers,
		addressOf: (kind, site) => runtimes.of(kind).addressOf(site),
		clock,
		ids,
		notify: signals.outboxFilled.notify,
	});
	const variablesService = createVariablesService({ variables, environments: service, secrets });
	events.carryFrom(environments);
	return {
		service,
		variables: variablesService,
		routes: ({ jobs }: { jobs: JobsService }) => [
			...environmentRoutes({
				environments: service,
				removals: createRemovalService({ environments: service, jobs }),
				variables: variablesService,
				status: createStatusService({ environments: service, jobs, runtimes, clock }),
				pager,
			}),
			...watchRoutes({ environments: service, runtimes, clock }),
			...lifecycleRoutes({ lifecycle: createLifecycleService({ environments: service, jobs }) }),
		],
	};
}
