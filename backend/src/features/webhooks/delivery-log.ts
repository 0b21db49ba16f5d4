import type { Clock } from '../../core/clock';
import { invalidInput, notFound } from '../../core/errors';
import { type DeliveryId, firstId, type Ids, type WebhookId } from '../../core/ids';
import type { Tenant, TenantCollection } from '../../database/tenant-collection';
import type { EventDocument } from '../events/model';
import { type DeliveredType, type DeliveryDocument, TEST_TYPE, type WebhookDocument } from './model';
import { payloads } from './payload';
import { createQueue } from './queue';
import type { WebhooksService } from './service';

/** So many deliveries one request may repeat. */
export const MAX_REPLAYED = 10_000;

/** Which deliveries of a webhook to show; what is unset shows all. */
export interface DeliveryFilter {
	readonly status?: DeliveryDocument['status'] | undefined;
	readonly event_type?: DeliveredType | undefined;
	/** Those that were made then or later. */
	readonly since?: Date | undefined;
}

/** Which deliveries of a webhook to repeat: those of events from `since` on and before `until`. */
export interface ReplayFilter {
	readonly status: 'failed' | 'succeeded';
	readonly since: Date;
	readonly until: Date;
}

/** What was sent to webhooks, kept for 30 days, and sending it again. */
export interface DeliveryLog {
	/** Newest first. @throws {ApiError} 404 */
	list(
		tenant: Tenant,
		webhook: WebhookId,
		filter: DeliveryFilter,
		after: DeliveryId | null,
		limit: number,
	): Promise<DeliveryDocument[]>;
	/** @throws {ApiError} 404 */
	get(tenant: Tenant, webhook: WebhookId, id: DeliveryId): Promise<DeliveryDocument>;
	/**
	 * Sends it again, as a new delivery with an id of its own, in the webhook's present format.
	 * @throws {ApiError} 404
	 */
	replay(tenant: Tenant, webhook: WebhookId, id: DeliveryId): Promise<DeliveryDocument>;
	/**
	 * Sends again what the filter names, each event once, in the order of events; answers how many.
	 * @throws {ApiError} 404; 422 where they are more than {@link MAX_REPLAYED}
	 */
	replayMany(tenant: Tenant, webhook: WebhookId, filter: ReplayFilter): Promise<number>;
}

export function createDeliveryLog({
	webhooks,
	webhooksService,
	deliveries,
	events,
	clock,
	ids,
	notify,
}: {
	webhooks: TenantCollection<WebhookDocument>;
	webhooksService: Pick<WebhooksService, 'get'>;
	deliveries: TenantCollection<DeliveryDocument>;
	events: TenantCollection<EventDocument>;
	clock: Clock;
	ids: Ids;
	/** Tells the worker that deliveries wait. */
	notify: () => void;
}): DeliveryLog {
	const enqueue = createQueue({ webhooks, deliveries, clock });

	const get = async (tenant: Tenant, webhook_id: WebhookId, id: DeliveryId) => {
		const delivery = await deliveries.findOne(tenant, { _id: id, webhook_id });
		if (delivery === null) throw notFound('delivery');
		return delivery;
	};

	const repeat = async (
		webhook: WebhookDocument,
		{ _id: replay_of, event_id, event_type, body }: DeliveryDocument,
	) => {
		const event = await events.findOne(webhook.organization_id, { _id: event_id });
		const id = ids.next('delivery');
		await enqueue(webhook, {
			_id: id,
			event_id,
			message_id: id,
			replay_of,
			event_type,
			body: event === null ? body : payloads[webhook.format]({ ...event, id: event._id }),
			next_attempt_at: clock.now(),
		});
		return id;
	};

	return {
		get,
		async list(tenant, webhook_id, { status, event_type, since }, after, limit) {
			await webhooksService.get(tenant, webhook_id);
			return deliveries.find(
				tenant,
				{
					webhook_id,
					...(status === undefined ? {} : { status }),
					...(event_type === undefined ? {} : { event_type }),
					...(since === undefined ? {} : { created_at: { $gte: since } }),
					...(after === null ? {} : { _id: { $lt: after } }),
				},
				{ sort: { _id: -1 }, limit },
			);
		},
		async replay(tenant, webhook_id, id) {
			const webhook = await webhooksService.get(tenant, webhook_id);
			const repeated = await repeat(webhook, await get(tenant, webhook_id, id));
			notify();
			return get(tenant, webhook_id, repeated);
		},
		async replayMany(tenant, webhook_id, { status, since, until }) {
			const webhook = await webhooksService.get(tenant, webhook_id);
			const found = await deliveries.find(
				tenant,
				{
					webhook_id,
					status,
					next_attempt_at: null,
					event_id: { $gte: firstId('event', since), $lt: firstId('event', until) },
				},
				{ sort: { event_id: 1 }, limit: MAX_REPLAYED + 1 },
			);
			if (found.length > MAX_REPLAYED) {
				throw invalidInput('/since', `More than ${MAX_REPLAYED} deliveries match; take a shorter time.`);
			}
			const events = found.filter(({ event_type }) => event_type !== TEST_TYPE);
			const ofEach = [...new Map(events.map((delivery) => [delivery.event_id, delivery])).values()];
			for (const delivery of ofEach) await repeat(webhook, delivery);
			notify();
			return ofEach.length;
		},
	};
}
