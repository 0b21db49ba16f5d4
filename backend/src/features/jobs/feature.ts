import { randomUUID } from 'node:crypto';
import type { Clock } from '../../core/clock';
import type { Ids } from '../../core/ids';
import type { Logger } from '../../core/log';
import type { TenantCollection } from '../../database/tenant-collection';
import type { Pager } from '../../http/page';
import type { Signals } from '../../signals';
import type { EventCarriage } from '../events/feature';
import type { JobDefinition } from './definition';
import type { JobDocument, JobLogLine } from './model';
import { jobRoutes } from './routes';
import { createJobsService } from './service';
import { createJobWorker } from './worker';

/** Jobs of these kinds, and the worker that runs them. */
export function createJobs({
	jobs,
	jobLogs: logs,
	definitions,
	events,
	signals,
	clock,
	ids,
	log,
	pager,
}: {
	jobs: TenantCollection<JobDocument>;
	jobLogs: TenantCollection<JobLogLine>;
	definitions: readonly JobDefinition[];
	events: Pick<EventCarriage, 'carryFrom'>;
	signals: Signals;
	clock: Clock;
	ids: Ids;
	log: Logger;
	pager: Pager;
}) {
	const { outboxFilled, jobQueued, jobCanceled, jobChanged } = signals;
	const service = createJobsService({
		jobs,
		logs,
		definitions,
		clock,
		ids,
		notify: outboxFilled.notify,
		wake: jobQueued.notify,
		nudge: jobCanceled.notify,
	});
	const worker = createJobWorker({
		jobs,
		logs,
		definitions,
		clock,
		log,
		owner: randomUUID(),
		notify: outboxFilled.notify,
		onChange: jobChanged.notify,
	});
	events.carryFrom(jobs);
	jobQueued.on(worker.wake);
	jobCanceled.on(worker.nudge);
	jobChanged.on((id) => service.changed(id));
	return { service, routes: jobRoutes({ jobs: service, pager, clock }), worker };
}
