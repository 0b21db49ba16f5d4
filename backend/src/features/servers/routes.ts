import { z } from 'zod';
import { organizationFor } from '../../access/organization-for';
import { pathId } from '../../http/fields';
import { listRoute } from '../../http/list-route';
import type { Pager } from '../../http/page';
import { defineRoute, reply, type Route } from '../../http/route';
import { presentServer, serverChange, serverRequest, serverSchema, serverTestSchema } from './schemas';
import type { ServersService } from './service';

const params = z.strictObject({ server_id: pathId('server') });
const read = { by: 'key', permission: 'servers:read', plan: 'starter' } as const;
const write = { by: 'key', permission: 'servers:write', plan: 'starter' } as const;
const engineErrors = ['server_unreachable', 'server_credentials_refused', 'server_address_refused'] as const;

/** `/api/v1/servers` */
export const serverRoutes = ({ servers, pager }: { servers: ServersService; pager: Pager }): Route[] => [
	listRoute(pager, {
		path: '/api/v1/servers',
		operationId: 'listServers',
		summary: 'List servers, newest first',
		access: read,
		kind: 'server',
		item: serverSchema,
		present: presentServer,
		list: ({ caller }, after, limit) => servers.list(caller.tenant, after, limit),
	}),
	defineRoute({
		method: 'post',
		path: '/api/v1/servers',
		operationId: 'createServer',
		summary: 'Add a server; its Docker Engine is asked at once, and nothing is saved where that fails',
		access: write,
		errors: ['organization_denied', 'name_taken', ...engineErrors],
		input: { body: serverRequest },
		responses: { 201: serverSchema },
		handle: async ({ body: { org_id, ...request }, caller, signal }) =>
			reply(201, presentServer(await servers.create(organizationFor(caller, org_id), request, signal))),
	}),
	defineRoute({
		method: 'get',
		path: '/api/v1/servers/{server_id}',
		operationId: 'getServer',
		summary: 'Get a server, without its credentials',
		access: read,
		input: { params },
		responses: { 200: serverSchema },
		handle: async ({ params: { server_id }, caller }) =>
			reply(200, presentServer(await servers.get(caller.tenant, server_id))),
	}),
	defineRoute({
		method: 'patch',
		path: '/api/v1/servers/{server_id}',
		operationId: 'updateServer',
		summary: 'Change a server',
		notes:
			'Without `tls` or `ssh` the credentials stay; with another `endpoint` they must be given again. The change is ' +
			'tried first and not saved where it does not work.',
		access: write,
		errors: ['name_taken', ...engineErrors],
		input: { params, body: serverChange },
		responses: { 200: serverSchema },
		handle: async ({ params: { server_id }, body, caller, signal }) =>
			reply(200, presentServer(await servers.update(caller.tenant, server_id, body, signal))),
	}),
	defineRoute({
		method: 'delete',
		path: '/api/v1/servers/{server_id}',
		operationId: 'deleteServer',
		summary: 'Delete a server that has no environments',
		access: write,
		errors: ['server_in_use'],
		input: { params },
		responses: { 204: z.undefined() },
		handle: async ({ params: { server_id }, caller }) => {
			await servers.remove(caller.tenant, server_id);
			return reply(204, undefined);
		},
	}),
	defineRoute({
		method: 'post',
		path: '/api/v1/servers/{server_id}/test',
		operationId: 'testServer',
		summary: 'Ask the Docker Engine of a server now, and tell whether it answers',
		access: write,
		resumable: true,
		input: { params },
		responses: { 200: serverTestSchema },
		handle: async ({ params: { server_id }, caller, signal }) => {
			const check = await servers.check(caller.tenant, server_id, signal);
			if (check.ok) return reply(200, { ok: true, engine_version: check.engine_version, error: null });
			const { code, message } = check;
			return reply(200, { ok: false, engine_version: null, error: { code, message } });
		},
	}),
];
