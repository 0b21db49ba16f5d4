import { z } from 'zod';
import { idSchema } from '../../core/ids';
import { organizationFor } from '../../http/organization-for';
import { type Pager, pageOf, pageQuery } from '../../http/page';
import { defineRoute, reply, type Route } from '../../http/route';
import {
	createdWebhookSchema,
	deliverySchema,
	presentDelivery,
	presentWebhook,
	webhookRequest,
	webhookSchema,
} from './schemas';
import type { WebhooksService } from './service';

const params = z.strictObject({ webhook_id: idSchema('webhook') });
const read = { scope: 'org', permission: 'webhooks:read', plan: 'free' } as const;
const write = { scope: 'org', permission: 'webhooks:write', plan: 'free' } as const;

/** `/api/v1/webhooks` */
export const webhookRoutes = ({ webhooks, pager }: { webhooks: WebhooksService; pager: Pager }): Route[] => [
	defineRoute({
		method: 'get',
		path: '/api/v1/webhooks',
		operationId: 'listWebhooks',
		summary: 'List webhooks, newest first',
		access: read,
		input: { query: z.strictObject(pageQuery) },
		responses: { 200: pageOf(webhookSchema) },
		handle: async ({ query, caller }) => {
			const { items, next_cursor } = await pager.page({
				query,
				kind: 'webhook',
				scope: ['webhooks'],
				fetch: (after, limit) => webhooks.list(caller.tenant, after, limit),
			});
			return reply(200, { data: items.map(presentWebhook), next_cursor });
		},
	}),
	defineRoute({
		method: 'post',
		path: '/api/v1/webhooks',
		operationId: 'createWebhook',
		summary: 'Register a webhook; the reply alone shows its secret',
		access: write,
		errors: ['organization_denied'],
		input: { body: webhookRequest },
		responses: { 201: createdWebhookSchema },
		handle: async ({ body: { org_id, ...request }, caller }) => {
			const { webhook, secret } = await webhooks.create(organizationFor(caller, org_id), request);
			return reply(201, { ...presentWebhook(webhook), secret });
		},
	}),
	defineRoute({
		method: 'get',
		path: '/api/v1/webhooks/{webhook_id}',
		operationId: 'getWebhook',
		summary: 'Get a webhook',
		access: read,
		input: { params },
		responses: { 200: webhookSchema },
		handle: async ({ params: { webhook_id }, caller }) =>
			reply(200, presentWebhook(await webhooks.get(caller.tenant, webhook_id))),
	}),
	defineRoute({
		method: 'delete',
		path: '/api/v1/webhooks/{webhook_id}',
		operationId: 'deleteWebhook',
		summary: 'Delete a webhook',
		access: write,
		input: { params },
		responses: { 204: z.undefined() },
		handle: async ({ params: { webhook_id }, caller }) => {
			await webhooks.delete(caller.tenant, webhook_id);
			return reply(204, undefined);
		},
	}),
	defineRoute({
		method: 'get',
		path: '/api/v1/webhooks/{webhook_id}/deliveries',
		operationId: 'listWebhookDeliveries',
		summary: "List a webhook's deliveries, newest first",
		access: read,
		input: { params, query: z.strictObject(pageQuery) },
		responses: { 200: pageOf(deliverySchema) },
		handle: async ({ params: { webhook_id }, query, caller }) => {
			const { items, next_cursor } = await pager.page({
				query,
				kind: 'delivery',
				scope: ['deliveries', webhook_id],
				fetch: (after, limit) => webhooks.listDeliveries(caller.tenant, webhook_id, after, limit),
			});
			return reply(200, { data: items.map(presentDelivery), next_cursor });
		},
	}),
];
