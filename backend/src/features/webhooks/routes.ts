import { z } from 'zod';
import { invalidInput } from '../../core/errors';
import type { EnvironmentId, OrganizationId, ProjectId } from '../../core/ids';
import { pathId } from '../../http/fields';
import { organizationFor } from '../../access/organization-for';
import { listRoute } from '../../http/list-route';
import type { Pager } from '../../http/page';
import { defineRoute, reply, type Route } from '../../http/route';
import type { Outbound } from '../../net/outbound';
import { refuseUnreachable } from '../../net/receiver-url';
import {
	createdWebhookSchema,
	deliveryDetailSchema,
	presentDeliveryDetail,
	presentWebhook,
	rotateRequest,
	type WebhookChange,
	webhookChange,
	webhookRequest,
	webhookSchema,
} from './schemas';
import type { WebhooksService } from './service';

const params = z.strictObject({ webhook_id: pathId('webhook') });
const read = { by: 'key', permission: 'webhooks:read', plan: 'free' } as const;
const write = { by: 'key', permission: 'webhooks:write', plan: 'free' } as const;

/** Whether an organization has an environment or a project. */
export interface Holdings {
	readonly hasEnvironment: (organization: OrganizationId, id: EnvironmentId) => Promise<boolean>;
	readonly hasProject: (organization: OrganizationId, id: ProjectId) => Promise<boolean>;
}

/** Refuses ids that the organization does not have. @throws {ApiError} 422 naming the first such id */
async function refuseUnknown(
	organization: OrganizationId,
	{ environment_ids, project_ids }: Pick<WebhookChange, 'environment_ids' | 'project_ids'>,
	{ hasEnvironment, hasProject }: Holdings,
): Promise<void> {
	for (const [index, id] of (environment_ids ?? []).entries()) {
		if (await hasEnvironment(organization, id)) continue;
		throw invalidInput(`/environment_ids/${index}`, 'names no environment of the organization');
	}
	for (const [index, id] of (project_ids ?? []).entries()) {
		if (await hasProject(organization, id)) continue;
		throw invalidInput(`/project_ids/${index}`, 'names no project of the organization');
	}
}

/** `/api/v1/webhooks` */
export const webhookRoutes = ({
	webhooks,
	pager,
	outbound: { mayReach },
	holdings,
}: {
	webhooks: WebhooksService;
	pager: Pager;
	outbound: Pick<Outbound, 'mayReach'>;
	holdings: Holdings;
}): Route[] => [
	listRoute(pager, {
		path: '/api/v1/webhooks',
		operationId: 'listWebhooks',
		summary: 'List webhooks, newest first',
		access: read,
		kind: 'webhook',
		item: webhookSchema,
		present: presentWebhook,
		list: ({ caller }, after, limit) => webhooks.list(caller.tenant, after, limit),
	}),
	defineRoute({
		method: 'post',
		path: '/api/v1/webhooks',
		operationId: 'createWebhook',
		summary: 'Register a webhook; only this reply shows its secret',
		access: write,
		errors: ['organization_denied'],
		input: { body: webhookRequest },
		responses: { 201: createdWebhookSchema },
		handle: async ({ body: { org_id, ...request }, caller }) => {
			refuseUnreachable('/url', request.url, mayReach);
			const organization = organizationFor(caller, org_id);
			await refuseUnknown(organization, request, holdings);
			const { webhook, secret } = await webhooks.create(organization, request);
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
		method: 'patch',
		path: '/api/v1/webhooks/{webhook_id}',
		operationId: 'updateWebhook',
		summary: 'Change a webhook; deliveries that wait already keep their body',
		access: write,
		input: { params, body: webhookChange },
		responses: { 200: webhookSchema },
		handle: async ({ params: { webhook_id }, body, caller }) => {
			if (body.url !== undefined) refuseUnreachable('/url', body.url, mayReach);
			const { organization_id } = await webhooks.get(caller.tenant, webhook_id);
			await refuseUnknown(organization_id, body, holdings);
			return reply(200, presentWebhook(await webhooks.update(caller.tenant, webhook_id, body)));
		},
	}),
	defineRoute({
		method: 'post',
		path: '/api/v1/webhooks/{webhook_id}/pause',
		operationId: 'pauseWebhook',
		summary: 'Pause a webhook: its events wait for up to 30 days until it is resumed',
		access: write,
		resumable: true,
		input: { params },
		responses: { 200: webhookSchema },
		handle: async ({ params: { webhook_id }, caller }) =>
			reply(200, presentWebhook(await webhooks.pause(caller.tenant, webhook_id))),
	}),
	defineRoute({
		method: 'post',
		path: '/api/v1/webhooks/{webhook_id}/resume',
		operationId: 'resumeWebhook',
		summary: 'Resume a webhook: the deliveries that waited are sent in the order of events',
		access: write,
		resumable: true,
		input: { params },
		responses: { 200: webhookSchema },
		handle: async ({ params: { webhook_id }, caller }) =>
			reply(200, presentWebhook(await webhooks.resume(caller.tenant, webhook_id))),
	}),
	defineRoute({
		method: 'post',
		path: '/api/v1/webhooks/{webhook_id}/test',
		operationId: 'testWebhook',
		summary: 'Send a webhook.test at once, even to a paused webhook, and reply with the outcome',
		access: write,
		input: { params },
		responses: { 200: deliveryDetailSchema },
		handle: async ({ params: { webhook_id }, caller }) =>
			reply(200, presentDeliveryDetail(await webhooks.test(caller.tenant, webhook_id))),
	}),
	defineRoute({
		method: 'post',
		path: '/api/v1/webhooks/{webhook_id}/rotate-secret',
		operationId: 'rotateWebhookSecret',
		summary: 'Give a webhook a new secret, which only this reply shows; for 24 hours the old one signs too',
		access: write,
		input: { params, body: rotateRequest },
		responses: { 200: createdWebhookSchema },
		handle: async ({ params: { webhook_id }, body, caller }) => {
			const { webhook, secret } = await webhooks.rotateSecret(caller.tenant, webhook_id, body.secret ?? null);
			return reply(200, { ...presentWebhook(webhook), secret });
		},
	}),
];
