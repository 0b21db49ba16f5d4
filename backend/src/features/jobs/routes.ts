import { z } from 'zod';
import type { Clock } from '../../core/clock';
import { idSchema } from '../../core/ids';
import { pathId } from '../../http/fields';
import { listRoute } from '../../http/list-route';
import type { Pager } from '../../http/page';
import { defineRoute, reply, type Route } from '../../http/route';
import { logRoute } from './log-route';
import { jobSchema, presentJob, statusFilter } from './schemas';
import type { JobsService } from './service';

const read = { by: 'key', permission: 'deployments:read', plan: 'starter' } as const;

const ofJob = z.strictObject({ job_id: pathId('job') });

/** `/api/v1/jobs` */
export const jobRoutes = ({ jobs, pager, clock }: { jobs: JobsService; pager: Pager; clock: Clock }): Route[] => [
	listRoute(pager, {
		path: '/api/v1/jobs',
		operationId: 'listJobs',
		summary: 'List jobs, newest first',
		access: read,
		filters: {
			status: statusFilter.optional(),
			environment_id: idSchema('environment').optional().meta({ description: 'Only jobs on this environment' }),
		},
		kind: 'job',
		item: jobSchema,
		present: presentJob,
		list: ({ caller, query }, after, limit) => jobs.list(caller.tenant, query, after, limit),
	}),
	defineRoute({
		method: 'get',
		path: '/api/v1/jobs/{job_id}',
		operationId: 'getJob',
		summary: 'Get a job',
		access: read,
		input: { params: ofJob },
		responses: { 200: jobSchema },
		handle: async ({ params, caller }) => reply(200, presentJob(await jobs.get(caller.tenant, params.job_id))),
	}),
	logRoute(
		{ jobs, pager, clock },
		{
			path: '/api/v1/jobs/{job_id}/logs',
			operationId: 'getJobLogs',
			summary: "Read a job's log: as pages, as text, or line by line as it is written, by Accept",
			access: read,
			params: ofJob,
			jobOf: (tenant, { job_id }) => jobs.get(tenant, job_id),
		},
	),
];
