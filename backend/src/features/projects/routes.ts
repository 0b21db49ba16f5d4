import { z } from 'zod';
import { idSchema } from '../../core/ids';
import { organizationFor } from '../../http/organization-for';
import { type Pager, pageOf, pageQuery } from '../../http/page';
import { defineRoute, reply, type Route } from '../../http/route';
import { presentProject, projectRequest, projectSchema } from './schemas';
import type { ProjectsService } from './service';

/** `/api/v1/projects` */
export const projectRoutes = ({ projects, pager }: { projects: ProjectsService; pager: Pager }): Route[] => [
	defineRoute({
		method: 'get',
		path: '/api/v1/projects',
		operationId: 'listProjects',
		summary: 'List projects, newest first',
		access: { scope: 'org', permission: 'projects:read', plan: 'starter' },
		input: { query: z.strictObject(pageQuery) },
		responses: { 200: pageOf(projectSchema) },
		handle: async ({ query, caller }) => {
			const { items, next_cursor } = await pager.page({
				query,
				kind: 'project',
				scope: ['projects'],
				fetch: (after, limit) => projects.list(caller.tenant, after, limit),
			});
			return reply(200, { data: items.map(presentProject), next_cursor });
		},
	}),
	defineRoute({
		method: 'post',
		path: '/api/v1/projects',
		operationId: 'createProject',
		summary: 'Create a project',
		access: { scope: 'org', permission: 'projects:write', plan: 'starter' },
		errors: ['name_taken', 'organization_denied'],
		input: { body: projectRequest },
		responses: { 201: projectSchema },
		handle: async ({ body: { org_id, ...request }, caller }) =>
			reply(201, presentProject(await projects.create(organizationFor(caller, org_id), request))),
	}),
	defineRoute({
		method: 'get',
		path: '/api/v1/projects/{project_id}',
		operationId: 'getProject',
		summary: 'Get a project',
		access: { scope: 'org', permission: 'projects:read', plan: 'starter' },
		input: { params: z.strictObject({ project_id: idSchema('project') }) },
		responses: { 200: projectSchema },
		handle: async ({ params, caller }) =>
			reply(200, presentProject(await projects.get(caller.tenant, params.project_id))),
	}),
];
