import type { Clock } from '../../core/clock';
import { notFound } from '../../core/errors';
import type { PlatformEvent } from '../../core/events';
import type { DeliveryId, Ids, OrganizationId, WebhookId } from '../../core/ids';
import type { Secrets } from '../../core/secrets';
import { isDuplicateKey } from '../../database/connection';
import type { Tenant, TenantCollection } from '../../database/tenant-collection';
import { wants } from './event-patterns';
import type { DeliveryDocument, WebhookDocument } from './model';
import { payloads } from './payload';
import { makeWebhookSecret } from './signature';

interface WebhookRequest extends Pick<WebhookDocument, 'url' | 'format' | 'events'> {
	/** Unset: one is made. */
	readonly secret?: string | undefined;
}

export interface WebhooksService {
	/** Newest first. */
	list(tenant: Tenant, after: WebhookId | null, limit: number): Promise<WebhookDocument[]>;
	/** @throws {ApiError} 404 */
	get(tenant: Tenant, id: WebhookId): Promise<WebhookDocument>;
	/** Answers the secret in clear beside the webhook. */
	create(
		organization: OrganizationId,
		request: WebhookRequest,
	): Promise<{ webhook: WebhookDocument; secret: string }>;
	/** Ends it: nothing is sent there any more. @throws {ApiError} 404 */
	delete(tenant: Tenant, id: WebhookId): Promise<void>;
	/** Newest first. @throws {ApiError} 404 */
	listDeliveries(tenant: Tenant, id: WebhookId, after: DeliveryId | null, limit: number): Promise<DeliveryDocument[]>;
	/** Makes the deliveries of an event, once, however often it is called. */
	fanOut(event: PlatformEvent): Promise<void>;
	/** Frees every webhook of its sender: for the start of a process that knows itself to be the only one. */
	releaseAll(): Promise<void>;
}

export function createWebhooksService({
	webhooks,
	deliveries,
	secrets,
	clock,
	ids,
	notify,
}: {
	webhooks: TenantCollection<WebhookDocument>;
	deliveries: TenantCollection<DeliveryDocument>;
	secrets: Secrets;
	clock: Clock;
	ids: Ids;
	/** Tells the worker that deliveries wait. */
	notify: () => void;
}): WebhooksService {
	const get = async (tenant: Tenant, id: WebhookId) => {
		const webhook = await webhooks.findOne(tenant, { _id: id });
		if (webhook === null) throw notFound('webhook');
		return webhook;
	};

	const queue = async (webhook: WebhookDocument, event: PlatformEvent) => {
		const tenant = event.organization_id;
		const now = clock.now();
		try {
			await deliveries.insert({
				_id: ids.next('delivery'),
				organization_id: tenant,
				webhook_id: webhook._id,
				event_id: event.id,
				event_type: event.type,
				body: payloads[webhook.format](event),
				status: 'pending',
				// The event's own time keeps events in order when they come late or side by side.
				next_attempt_at: event.created_at < now ? event.created_at : now,
				response_code: null,
				response_body: null,
				retry_count: 0,
				attempts: [],
				created_at: now,
			});
		} catch (error) {
			if (!isDuplicateKey(error)) throw error;
		}
		const active = await webhooks.update(tenant, { _id: webhook._id, status: 'active' }, { $min: { due_at: now } });
		if (active === null) {
			const waiting = { webhook_id: webhook._id, event_id: event.id, status: 'pending' } as const;
			await deliveries.update(tenant, waiting, { $set: { status: 'held', next_attempt_at: null } });
		}
	};

	return {
		get,
		list: (tenant, after, limit) =>
			webhooks.find(tenant, after === null ? {} : { _id: { $lt: after } }, { sort: { _id: -1 }, limit }),
		async create(organization_id, { secret = makeWebhookSecret(), ...request }) {
			const id = ids.next('webhook');
			const webhook: WebhookDocument = {
				_id: id,
				organization_id,
				...request,
				secret: secrets.encrypt(secret, id),
				status: 'active',
				paused_reason: null,
				consecutive_failures: 0,
				created_at: clock.now(),
				outbox: [],
			};
			await webhooks.insert(webhook);
			return { webhook, secret };
		},
		async delete(tenant, id) {
			if ((await webhooks.delete(tenant, { _id: id })) === null) throw notFound('webhook');
		},
		async listDeliveries(tenant, id, after, limit) {
			await get(tenant, id);
			const filter = { webhook_id: id, ...(after === null ? {} : { _id: { $lt: after } }) };
			return deliveries.find(tenant, filter, { sort: { _id: -1 }, limit });
		},
		async fanOut(event) {
			const registered = await webhooks.find(event.organization_id, {});
			const interested = registered.filter(({ events }) => wants(events, event.type));
			await Promise.all(interested.map((webhook) => queue(webhook, event)));
			notify();
		},
		async releaseAll() {
			const now = clock.now();
			const free = { $set: { due_at: now }, $unset: { lease_until: 1, lease_owner: 1 } };
			while (await webhooks.everywhere.update({ status: 'active', lease_until: { $gt: now } }, free));
		},
	};
}
