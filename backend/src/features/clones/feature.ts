import type { EnvironmentsService } from '../environments/service';
import type { JobsService } from '../jobs/service';
import type { ProjectsService } from '../projects/service';
import { cloneRoutes } from './routes';
import { createClonesService } from './service';

/** Copies of one environment's data in the place of another's. */
export function createClones(parts: {
	jobs: JobsService;
	environments: Pick<EnvironmentsService, 'get' | 'find'>;
	projects: Pick<ProjectsService, 'get'>;
}) {
	const service = createClonesService(parts);
	return { service, routes: cloneRoutes({ clones: service }) };
}
