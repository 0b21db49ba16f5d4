import { z } from 'zod';
import { idSchema } from '../../core/ids';
import { type Pager, pageOf, pageQuery } from '../../http/page';
import { defineRoute, reply, type Route } from '../../http/route';
import { environmentRequest, environmentSchema, presentEnvironment } from './schemas';
import type { EnvironmentsService } from './service';

/** `/api/v1/environments` */
export const environmentRoutes = ({
	environments,
	pager,
}: {
	environments: EnvironmentsService;
	pager: Pager;
}): Route[] => [
	defineRoute({
		method: 'get',
		path: '/api/v1/environments',
		operationId: 'listEnvironments',
		summary: 'List environments, newest first',
		access: { scope: 'org', permission: 'environments:read', plan: 'starter' },
		input: { query: z.strictObject({ ...pageQuery, project_id: idSchema('project').optional() }) },
		responses: { 200: pageOf(environmentSchema) },
		handle: async ({ query, caller }) => {
			const { items, next_cursor } = await pager.page({
				query,
				kind: 'environment',
				scope: ['environments', query.project_id],
				fetch: (after, limit) => environments.list(caller.tenant, query, after, limit),
			});
			return reply(200, { data: items.map(presentEnvironment), next_cursor });
		},
	}),
	defineRoute({
		method: 'post',
		path: '/api/v1/environments',
		operationId: 'createEnvironment',
		summary: 'Create an environment',
		access: { scope: 'org', permission: 'environments:write', plan: 'starter' },
		errors: ['not_found', 'name_taken'],
		input: { body: environmentRequest },
		responses: { 201: environmentSchema },
		handle: async ({ body, caller }) =>
			reply(201, presentEnvironment(await environments.create(caller.tenant, body))),
	}),
	defineRoute({
		method: 'get',
		path: '/api/v1/environments/{environment_id}',
		operationId: 'getEnvironment',
		summary: 'Get an environment',
		access: { scope: 'org', permission: 'environments:read', plan: 'starter' },
		input: { params: z.strictObject({ environment_id: idSchema('environment') }) },
		responses: { 200: environmentSchema },
		handle: async ({ params, caller }) =>
			reply(200, presentEnvironment(await environments.get(caller.tenant, params.environment_id))),
	}),
];
