import { z } from 'zod';
import { type ErrorCode, errorCodes } from '../../core/error-codes';
import { pathId } from '../../http/fields';
import { organizationFor } from '../../access/organization-for';
import { listRoute } from '../../http/list-route';
import type { Pager } from '../../http/page';
import { defineRoute, reply, type Route } from '../../http/route';
import {
	connectionChange,
	connectionRequest,
	connectionSchema,
	connectionTestSchema,
	presentConnection,
} from './schemas';
import type { ConnectionCheck, ConnectionsService } from './service';

const params = z.strictObject({ connection_id: pathId('connection') });
const read = { by: 'key', permission: 'odoo_connections:read', plan: 'starter' } as const;
const write = { by: 'key', permission: 'odoo_connections:write', plan: 'starter' } as const;

/** What can be wrong with an Odoo; here it is the request that is refused for it. */
const odooCodes = errorCodes.filter((code) => code.startsWith('odoo_'));
const statuses: Partial<Record<ErrorCode, number>> = Object.fromEntries(odooCodes.map((code) => [code, 422]));

/** `/api/v1/odoo-connections` */
export const connectionRoutes = ({
	connections,
	pager,
}: {
	connections: ConnectionsService;
	pager: Pager;
}): Route[] => [
	listRoute(pager, {
		path: '/api/v1/odoo-connections',
		operationId: 'listOdooConnections',
		summary: "List Odoo connections, newest first; every environment's own is among them",
		access: read,
		kind: 'connection',
		item: connectionSchema,
		present: presentConnection,
		list: ({ caller }, after, limit) => connections.list(caller.tenant, after, limit),
	}),
	defineRoute({
		method: 'post',
		path: '/api/v1/odoo-connections',
		operationId: 'createOdooConnection',
		summary: 'Connect an Odoo; it is logged in to at once, and nothing is saved where that fails',
		access: write,
		errors: ['organization_denied', 'name_taken', ...odooCodes],
		statuses,
		input: { body: connectionRequest },
		responses: { 201: connectionSchema },
		handle: async ({ body: { org_id, api_key, password, ...request }, caller, signal }) => {
			const secret = api_key ?? password ?? '';
			const organization = organizationFor(caller, org_id);
			return reply(
				201,
				presentConnection(await connections.create(organization, { ...request, secret }, signal)),
			);
		},
	}),
	defineRoute({
		method: 'get',
		path: '/api/v1/odoo-connections/{connection_id}',
		operationId: 'getOdooConnection',
		summary: 'Get an Odoo connection, without its secret',
		access: read,
		input: { params },
		responses: { 200: connectionSchema },
		handle: async ({ params: { connection_id }, caller }) =>
			reply(200, presentConnection(await connections.get(caller.tenant, connection_id))),
	}),
	defineRoute({
		method: 'patch',
		path: '/api/v1/odoo-connections/{connection_id}',
		operationId: 'updateOdooConnection',
		summary: 'Change an Odoo connection',
		notes:
			'Without `api_key` or `password` the secret stays; with another `url`, `database` or `login` it must be given ' +
			"again. The change is tried first and not saved where it does not work. Of an environment's own connection only " +
			'`default` can be set.',
		access: write,
		errors: ['name_taken', 'connection_of_environment', ...odooCodes],
		statuses,
		input: { params, body: connectionChange },
		responses: { 200: connectionSchema },
		handle: async ({ params: { connection_id }, body: { api_key, password, ...changes }, caller, signal }) => {
			const secret = api_key ?? password;
			const changed = await connections.update(caller.tenant, connection_id, { ...changes, secret }, signal);
			return reply(200, presentConnection(changed));
		},
	}),
	defineRoute({
		method: 'delete',
		path: '/api/v1/odoo-connections/{connection_id}',
		operationId: 'deleteOdooConnection',
		summary: 'Delete an Odoo connection; where it was the default, there is none from then on',
		access: write,
		errors: ['connection_in_use', 'connection_of_environment'],
		input: { params },
		responses: { 204: z.undefined() },
		handle: async ({ params: { connection_id }, caller }) => {
			await connections.delete(caller.tenant, connection_id);
			return reply(204, undefined);
		},
	}),
	defineRoute({
		method: 'post',
		path: '/api/v1/odoo-connections/{connection_id}/test',
		operationId: 'testOdooConnection',
		summary: 'Log in to the Odoo of a connection now, and tell whether that works and as whom',
		access: write,
		resumable: true,
		input: { params },
		responses: { 200: connectionTestSchema },
		handle: async ({ params: { connection_id }, caller, signal }) =>
			reply(200, presentCheck(await connections.check(caller.tenant, connection_id, signal))),
	}),
];

function presentCheck(check: ConnectionCheck) {
	if (!check.ok) {
		const { kind, message } = check.error;
		const error = { code: `odoo_${kind}`, message } as const;
		return { ok: false, version: null, transport: null, user: null, error };
	}
	const { version, transport, user_id, login, name } = check.identity;
	return { ok: true, version: version.text, transport, user: { id: user_id, login, name }, error: null };
}
