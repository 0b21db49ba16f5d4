import { z } from 'zod';
import { idSchema } from '../../core/ids';
import { type Pager, pageOf, pageQuery } from '../../http/page';
import { defineRoute, reply, type Route } from '../../http/route';
import { timeSchema } from '../../http/time';
import type { AuditDocument } from './model';
import type { AuditService } from './service';

const auditSchema = z.object({
	id: idSchema('audit'),
	org_id: idSchema('organization'),
	at: z.iso.datetime(),
	actor: z.string(),
	key_id: idSchema('key').nullable(),
	on_behalf_of: idSchema('user').nullable(),
	action: z.string(),
	resource_id: z.string().nullable(),
	address: z.string().nullable(),
	request_id: z.string().nullable(),
});

const presentEntry = ({ _id, organization_id, at, ...entry }: AuditDocument) => ({
	...entry,
	id: _id,
	org_id: organization_id,
	at: at.toISOString(),
});

/** `/api/v1/audit-log` */
export const auditRoutes = ({ auditLog, pager }: { auditLog: AuditService; pager: Pager }): Route[] => [
	defineRoute({
		method: 'get',
		path: '/api/v1/audit-log',
		operationId: 'listAuditLog',
		summary: 'List who changed what, when and from where, newest first',
		access: { scope: 'org', permission: 'audit_log:read', plan: 'starter' },
		input: {
			query: z.strictObject({
				...pageQuery,
				actor: z.string().min(1).max(100).optional().meta({ description: 'The name of a key, or its id' }),
				action: z.string().min(1).max(100).optional().meta({
					description: 'The operationId of the request, e.g. `deployEnvironment`; or `webhook.paused`',
				}),
				since: timeSchema.optional().meta({ description: 'Nothing before this time' }),
			}),
		},
		responses: { 200: pageOf(auditSchema) },
		handle: async ({ query, caller }) => {
			const { items, next_cursor } = await pager.page({
				query,
				kind: 'audit',
				scope: ['audit log', query.actor, query.action, query.since?.toISOString()],
				fetch: (after, limit) => auditLog.list(caller.tenant, query, after, limit),
			});
			return reply(200, { data: items.map(presentEntry), next_cursor });
		},
	}),
];
