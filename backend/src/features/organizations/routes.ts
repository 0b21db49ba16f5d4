import { z } from 'zod';
import { pathId } from '../../http/fields';
import { listRoute } from '../../http/list-route';
import type { Pager } from '../../http/page';
import { defineRoute, reply, type Route } from '../../http/route';
import type { MembersService } from './members';
import { memberSchema, organizationSchema, presentMember, presentOrganization } from './schemas';
import type { OrganizationsService } from './service';

const params = z.strictObject({ organization_id: pathId('organization') });
const read = { by: 'key', permission: 'organizations:read', plan: 'starter' } as const;

/** `/api/v1/organizations` */
export const organizationRoutes = ({
	organizations,
	members,
	pager,
}: {
	organizations: OrganizationsService;
	members: MembersService;
	pager: Pager;
}): Route[] => [
	listRoute(pager, {
		path: '/api/v1/organizations',
		operationId: 'listOrganizations',
		summary: 'List the organizations that the key sees, newest first',
		access: read,
		kind: 'organization',
		item: organizationSchema,
		present: presentOrganization,
		list: ({ caller }, after, limit) => organizations.list(caller.tenant, after, limit),
	}),
	defineRoute({
		method: 'get',
		path: '/api/v1/organizations/{organization_id}',
		operationId: 'getOrganization',
		summary: 'Get an organization',
		access: read,
		input: { params },
		responses: { 200: organizationSchema },
		handle: async ({ params: { organization_id }, caller }) =>
			reply(200, presentOrganization(await organizations.get(caller.tenant, organization_id))),
	}),
	listRoute(pager, {
		path: '/api/v1/organizations/{organization_id}/members',
		operationId: 'listOrganizationMembers',
		summary: "List an organization's members, newest first",
		access: { ...read, permission: 'members:read' },
		params,
		kind: 'user',
		item: memberSchema,
		present: presentMember,
		list: ({ caller, params: { organization_id } }, after, limit) =>
			members.list(caller.tenant, organization_id, after, limit),
	}),
];
