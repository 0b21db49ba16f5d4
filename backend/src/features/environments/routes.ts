import { z } from 'zod';
import { idSchema } from '../../core/ids';
import { pathId } from '../../http/fields';
import { listRoute } from '../../http/list-route';
import type { Pager } from '../../http/page';
import { defineRoute, reply, type Route } from '../../http/route';
import { jobSchema, presentJob } from '../jobs/schemas';
import { isEnded } from '../jobs/service';
import { environmentChange, environmentRequest, environmentSchema, presentEnvironment } from './schemas';
import type { RemovalService } from './delete';
import type { EnvironmentsService } from './service';
import { type StatusService, statusSchema } from './status';
import { variablesRequest, type VariablesService, variablesSchema } from './variables';

const ofEnvironment = z.strictObject({ environment_id: pathId('environment') });

/** `/api/v1/environments` */
export const environmentRoutes = ({
	environments,
	removals,
	variables,
	status,
	pager,
}: {
	environments: EnvironmentsService;
	removals: RemovalService;
	variables: VariablesService;
	status: StatusService;
	pager: Pager;
}): Route[] => [
	listRoute(pager, {
		path: '/api/v1/environments',
		operationId: 'listEnvironments',
		summary: 'List environments, newest first',
		access: { by: 'key', permission: 'environments:read', plan: 'starter' },
		filters: {
			project_id: idSchema('project').optional().meta({ description: 'Only environments of this project' }),
		},
		kind: 'environment',
		item: environmentSchema,
		present: presentEnvironment,
		list: ({ caller, query }, after, limit) => environments.list(caller.tenant, query, after, limit),
	}),
	defineRoute({
		method: 'post',
		path: '/api/v1/environments',
		operationId: 'createEnvironment',
		summary: 'Create an environment; where its runtime runs on servers, it is placed on one',
		access: { by: 'key', permission: 'environments:write', plan: 'starter' },
		errors: ['not_found', 'name_taken', 'no_server_fits'],
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
		access: { by: 'key', permission: 'environments:read', plan: 'starter' },
		input: { params: ofEnvironment },
		responses: { 200: environmentSchema },
		handle: async ({ params, caller }) =>
			reply(200, presentEnvironment(await environments.get(caller.tenant, params.environment_id))),
	}),
	defineRoute({
		method: 'patch',
		path: '/api/v1/environments/{environment_id}',
		operationId: 'updateEnvironment',
		summary: 'Rename an environment, or change how its Odoo runs from the next deploy on',
		notes: 'The version of Odoo can be set before the first deploy alone.',
		access: { by: 'key', permission: 'environments:write', plan: 'starter' },
		errors: ['name_taken', 'version_fixed'],
		input: { params: ofEnvironment, body: environmentChange },
		responses: { 200: environmentSchema },
		handle: async ({ params, body, caller }) =>
			reply(200, presentEnvironment(await environments.update(caller.tenant, params.environment_id, body))),
	}),
	defineRoute({
		method: 'delete',
		path: '/api/v1/environments/{environment_id}',
		operationId: 'deleteEnvironment',
		summary: 'Delete an environment with all its data; answers the job where that takes longer than a minute',
		access: { by: 'key', permission: 'environments:write', plan: 'starter' },
		errors: ['environment_busy', 'deletion_failed'],
		input: { params: ofEnvironment },
		responses: { 202: jobSchema, 204: z.undefined() },
		handle: async ({ params, caller, effect_id, signal }) => {
			const request = { actor: caller.actor, effect_id, signal };
			const job = await removals.remove(caller.tenant, params.environment_id, request);
			return isEnded(job) ? reply(204, undefined) : reply(202, presentJob(job));
		},
	}),
	defineRoute({
		method: 'get',
		path: '/api/v1/environments/{environment_id}/status',
		operationId: 'getEnvironmentStatus',
		summary: 'Get how an environment is at this moment; asks the environment itself',
		access: { by: 'key', permission: 'environments:read', plan: 'starter' },
		input: { params: ofEnvironment },
		responses: { 200: statusSchema },
		handle: async ({ params, caller, signal }) =>
			reply(200, await status.of(caller.tenant, params.environment_id, signal)),
	}),
	defineRoute({
		method: 'get',
		path: '/api/v1/environments/{environment_id}/variables',
		operationId: 'getEnvironmentVariables',
		summary: 'Get the variables of an environment; secrets without their values',
		access: { by: 'key', permission: 'environments:read', plan: 'starter' },
		input: { params: ofEnvironment },
		responses: { 200: variablesSchema },
		handle: async ({ params, caller }) =>
			reply(200, { variables: await variables.list(caller.tenant, params.environment_id) }),
	}),
	defineRoute({
		method: 'put',
		path: '/api/v1/environments/{environment_id}/variables',
		operationId: 'setEnvironmentVariables',
		summary: 'Set all variables of an environment; its next deploy uses them',
		access: { by: 'key', permission: 'environments:write', plan: 'starter' },
		input: { params: ofEnvironment, body: variablesRequest },
		responses: { 200: variablesSchema },
		handle: async ({ params, body, caller }) => {
			const set = await variables.replace(caller.tenant, params.environment_id, body.variables);
			return reply(200, { variables: set });
		},
	}),
];
