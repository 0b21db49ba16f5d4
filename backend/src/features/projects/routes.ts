import { z } from 'zod';
import { pathId } from '../../http/fields';
import { organizationFor } from '../../access/organization-for';
import { listRoute } from '../../http/list-route';
import type { Pager } from '../../http/page';
import { defineRoute, reply, type Route } from '../../http/route';
import { presentProject, projectChange, projectRequest, projectSchema } from './schemas';
import type { ProjectsService } from './service';

const ofProject = z.strictObject({ project_id: pathId('project') });

/** `/api/v1/projects` */
export const projectRoutes = ({ projects, pager }: { projects: ProjectsService; pager: Pager }): Route[] => [
	listRoute(pager, {
		path: '/api/v1/projects',
		operationId: 'listProjects',
		summary: 'List projects, newest first',
		access: { by: 'key', permission: 'projects:read', plan: 'starter' },
		kind: 'project',
		item: projectSchema,
		present: presentProject,
		list: ({ caller }, after, limit) => projects.list(caller.tenant, after, limit),
	}),
	defineRoute({
		method: 'post',
		path: '/api/v1/projects',
		operationId: 'createProject',
		summary: 'Create a project',
		access: { by: 'key', permission: 'projects:write', plan: 'starter' },
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
		access: { by: 'key', permission: 'projects:read', plan: 'starter' },
		input: { params: ofProject },
		responses: { 200: projectSchema },
		handle: async ({ params, caller }) =>
			reply(200, presentProject(await projects.get(caller.tenant, params.project_id))),
	}),
	defineRoute({
		method: 'patch',
		path: '/api/v1/projects/{project_id}',
		operationId: 'updateProject',
		summary: 'Rename a project, or set its default branch',
		access: { by: 'key', permission: 'projects:write', plan: 'starter' },
		errors: ['name_taken'],
		input: { params: ofProject, body: projectChange },
		responses: { 200: projectSchema },
		handle: async ({ params, body, caller }) =>
			reply(200, presentProject(await projects.update(caller.tenant, params.project_id, body))),
	}),
	defineRoute({
		method: 'delete',
		path: '/api/v1/projects/{project_id}',
		operationId: 'deleteProject',
		summary: 'Delete a project that has no environments',
		access: { by: 'key', permission: 'projects:write', plan: 'starter' },
		errors: ['project_in_use'],
		input: { params: ofProject },
		responses: { 204: z.undefined() },
		handle: async ({ params, caller }) => {
			await projects.remove(caller.tenant, params.project_id);
			return reply(204, undefined);
		},
	}),
];
