import { z } from 'zod';
import { idSchema } from '../../core/ids';
import { pathId } from '../../http/fields';
import { type Pager, pageOf, pageQuery } from '../../http/page';
import { defineRoute, reply, type Route } from '../../http/route';
import { jobSchema, presentJob, statusFilter } from './schemas';
import type { JobsService } from './service';

const read = { by: 'key', permission: 'deployments:read', plan: 'starter' } as const;

/** `/api/v1/jobs` */
export const jobRoutes = ({ jobs, pager }: { jobs: JobsService; pager: Pager }): Route[] => [
	defineRoute({
		method: 'get',
		path: '/api/v1/jobs',
		operationId: 'listJobs',
		summary: 'List jobs, newest first',
		access: read,
		input: {
			query: z.strictObject({
				...pageQuery,
				status: statusFilter.optional(),
				environment_id: idSchema('environment')
					.optional()
					.meta({ description: 'Only jobs on this environment' }),
			}),
		},
		responses: { 200: pageOf(jobSchema) },
		handle: async ({ query, caller }) => {
			const { items, next_cursor } = await pager.page({
				query,
				kind: 'job',
				scope: ['jobs', query.status?.join(), query.environment_id],
				fetch: (after, limit) => jobs.list(caller.tenant, query, after, limit),
			});
			return reply(200, { data: items.map(presentJob), next_cursor });
		},
	}),
	defineRoute({
		method: 'get',
		path: '/api/v1/jobs/{job_id}',
		operationId: 'getJob',
		summary: 'Get a job',
		access: read,
		input: { params: z.strictObject({ job_id: pathId('job') }) },
		responses: { 200: jobSchema },
		handle: async ({ params, caller }) => reply(200, presentJob(await jobs.get(caller.tenant, params.job_id))),
	}),
];
