import { z } from 'zod';
import { idSchema } from '../../core/ids';
import { ownId } from '../../http/fields';
import { listRoute } from '../../http/list-route';
import type { Pager } from '../../http/page';
import type { Route } from '../../http/route';
import { timeSchema } from '../../http/time';
import type { AuditDocument } from './model';
import type { AuditService } from './service';

const auditSchema = z
	.object({
		id: ownId('audit'),
		org_id: idSchema('organization').meta({ description: 'Whose thing was changed' }),
		at: z.iso.datetime().meta({ description: 'When it was done' }),
		actor: z.string().meta({
			description: 'The name of the key; `platform` where the service did it by itself',
		}),
		key_id: idSchema('key')
			.nullable()
			.meta({ description: 'The key that asked for it; null where no request did' }),
		on_behalf_of: idSchema('user')
			.nullable()
			.meta({ description: 'Who the actor acted as; null where it acted for itself' }),
		action: z.string().meta({
			description:
				'The operationId of the request, e.g. `deployEnvironment`; or the type of an event, `webhook.paused`',
		}),
		resource_id: z.string().nullable().meta({
			description:
				'What was made or changed: the last id in the path, or that of the new thing; null where there is none',
		}),
		address: z.string().nullable().meta({
			description: 'The network address that the request came from, which may be a proxy; null where none did',
		}),
		request_id: z.string().nullable().meta({
			description: 'The `X-Request-Id` of its reply, to find it in our log; null where there was no request',
		}),
	})
	.meta({
		id: 'AuditEntry',
		examples: [
			{
				id: 'aud_01HXMZ4T8RK7R5T7V9X1Z3B5C7',
				org_id: 'org_01HXMW8QPK3R5T7V9X1Z3B5C7D',
				at: '2026-05-07T14:23:11.212Z',
				actor: 'ci',
				key_id: 'key_01HXMZ1M7SK5R5T7V9X1Z3B5C7',
				on_behalf_of: null,
				action: 'deployEnvironment',
				resource_id: 'env_01HXMZ0K3RJ8QM2P5T7V9X1Z3B',
				address: '203.0.113.7',
				request_id: 'req_5d9c2b1e-8f3a-4c67-9a10-2b3c4d5e6f70',
			},
		],
	});

const presentEntry = ({ _id, organization_id, at, ...entry }: AuditDocument) => ({
	...entry,
	id: _id,
	org_id: organization_id,
	at: at.toISOString(),
});

/** `/api/v1/audit-log` */
export const auditRoutes = ({ auditLog, pager }: { auditLog: AuditService; pager: Pager }): Route[] => [
	listRoute(pager, {
		path: '/api/v1/audit-log',
		operationId: 'listAuditLog',
		summary: 'List who changed what, when and from where, newest first',
		access: { by: 'key', permission: 'audit_log:read', plan: 'starter' },
		filters: {
			actor: z.string().min(1).max(100).optional().meta({ description: 'The name of a key, or its id' }),
			action: z.string().min(1).max(100).optional().meta({
				description: 'The operationId of the request, e.g. `deployEnvironment`; or `webhook.paused`',
			}),
			since: timeSchema.optional().meta({ description: 'Nothing before this time' }),
		},
		kind: 'audit',
		item: auditSchema,
		present: presentEntry,
		list: ({ caller, query }, after, limit) => auditLog.list(caller.tenant, query, after, limit),
	}),
];
