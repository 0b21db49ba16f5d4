import { z } from 'zod';
import { pathId } from '../../http/fields';
import { type Pager, pageOf, pageQuery } from '../../http/page';
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
	defineRoute({
		method: 'get',
		path: '/api/v1/organizations',
		operationId: 'listOrganizations',
		summary: 'List the organizations that the key sees, newest first',
		access: read,
		input: { query: z.strictObject(pageQuery) },
		responses: { 200: pageOf(organizationSchema) },
		handle: async ({ query, caller }) => {
			const { items, next_cursor } = await pager.page({
				query,
				kind: 'organization',
				scope: ['organizations'],
				fetch: (after, limit) => organizations.list(caller.tenant, after, limit),
			});
			return reply(200, { data: items.map(presentOrganization), next_cursor });
		},
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
	defineRoute({
		method: 'get',
		path: '/api/v1/organizations/{organization_id}/members',
		operationId: 'listOrganizationMembers',
		summary: "List an organization's members, newest first",
		access: { ...read, permission: 'members:read' },
		input: { params, query: z.strictObject(pageQuery) },
		responses: { 200: pageOf(memberSchema) },
		handle: async ({ params: { organization_id }, query, caller }) => {
			const { items, next_cursor } = await pager.page({
				query,
				kind: 'user',
				scope: ['members', organization_id],
				fetch: (after, limit) => members.list(caller.tenant, organization_id, after, limit),
			});
			return reply(200, { data: items.map(presentMember), next_cursor });
		},
	}),
];
