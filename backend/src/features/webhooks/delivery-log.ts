import type { Clock } from '../../core/clock';
import { invalidInput, notFound } from '../../core/errors';
import {
	type DeliveryId,
	type EventId,
	firstId,
	idAfter,
	idBefore,
	type Ids,
	type WebhookId,
	type Tenant,
} from '../../core/ids';
import type { TenantCollection } from '../../database/tenant-collection';
import type { EventsService } from '../events/service';
import {
	DELIVERED_TYPES,
	type DeliveredType,
	DELIVERY_STATUSES,
	type DeliveryDocument,
	TEST_TYPE,
	type WebhookDocument,
} from './model';
import { payloads } from './payload';
import { createBulkQueue, type NotifyWorker } from './queue';
import type { WebhooksService } from './service';

/** The most deliveries that one request may repeat. */
export const MAX_REPLAYED = 10_000;

/** How many deliveries are read at a time: each may hold the bodies of several answers. */
const CHUNK = 100;

/** Which deliveries of a webhook to show; what is unset shows all. */
export interface DeliveryFilter {
	readonly status?: DeliveryDocument['status'] | undefined;
	readonly event_type?: DeliveredType | undefined;
	/** Those that were made then or later. */
	readonly since?: Date | undefined;
}

/**
 * Which events to send again: those that happened at `since` or later, and before `until`. An event has `failed` if
 * none of its deliveries has succeeded, is pending or is held.
 */
export interface ReplayFilter {
	readonly status: 'failed' | 'succeeded';
	readonly since: Date;
	readonly until: Date;
}

/** Reads deliveries, which are kept for 30 days, and sends them again. */
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
	 * Sends each event that the filter matches again, once and in the order of events. Answers how many there were.
	 * @throws {ApiError} 404; 422 if there are more than {@link MAX_REPLAYED}
	 */
	replayMany(tenant: Tenant, webhook: WebhookId, filter: ReplayFilter): Promise<number>;
}

export function createDeliveryLog({
	webhooks,
	webhooksService,
	deliveries,
	history,
	clock,
	ids,
	notify,
}: {
	webhooks: TenantCollection<WebhookDocument>;
	webhooksService: Pick<WebhooksService, 'get'>;
	deliveries: TenantCollection<DeliveryDocument>;
	history: Pick<EventsService, 'thoseOf'>;
	clock: Clock;
	ids: Ids;
	notify: NotifyWorker;
}): DeliveryLog {
	const enqueueAll = createBulkQueue({ webhooks, deliveries, clock, notify });

	const find = async (tenant: Tenant, webhook_id: WebhookId, id: DeliveryId) => {
		const delivery = await deliveries.findOne(tenant, { _id: id, webhook_id });
		if (delivery === null) throw notFound('delivery');
		return delivery;
	};

	/** The events of these deliveries that the history still has, by id. */
	const happened = async (tenant: Tenant, of: readonly Pick<DeliveryDocument, 'event_id'>[]) => {
		const found = await history.thoseOf(
			tenant,
			of.map(({ event_id }) => event_id),
		);
		return new Map(found.map((event) => [event._id, event]));
	};

	/** Queues new deliveries, all due at the same moment, so that they are sent in the order of events. */
	const repeat = async (webhook: WebhookDocument, originals: readonly DeliveryDocument[], now: Date) => {
		const eventsById = await happened(webhook.organization_id, originals);
		const queued = originals.map(({ _id: replay_of, event_id, event_type, body }) => {
			const event = eventsById.get(event_id);
			const id = ids.next('delivery');
			const delivery = {
				_id: id,
				event_id,
				message_id: id,
				replay_of,
				event_type,
				body: event === undefined ? body : payloads[webhook.format]({ ...event, id: event_id }),
				next_attempt_at: now,
			};
			return { webhook, delivery };
		});
		await enqueueAll(queued);
		return queued.map(({ delivery }) => delivery._id);
	};

	/** The events of which a delivery has succeeded or still may. */
	const notFailed = async (tenant: Tenant, webhook_id: WebhookId, event_id: { $in: EventId[] }) => {
		const status = { $in: ['pending', 'held', 'succeeded'] } as const;
		const found = await deliveries.find(tenant, { webhook_id, event_id, status });
		return new Set(found.map((delivery) => delivery.event_id));
	};

	/** One delivery of each event that the filter matches, in the order of events. */
	const named = async (tenant: Tenant, webhook_id: WebhookId, { status, since, until }: ReplayFilter) => {
		const chosen: DeliveryId[] = [];
		let after: { $gte: EventId } | { $gt: EventId } = { $gte: idBefore('event', since) };
		for (;;) {
			const page: DeliveryDocument[] = await deliveries.find(
				tenant,
				{ webhook_id, status, next_attempt_at: null, event_id: { ...after, $lt: idAfter('event', until) } },
				{ sort: { event_id: 1 }, limit: CHUNK },
			);
			const last = page.at(-1);
			if (last === undefined) return chosen;
			after = { $gt: last.event_id };
			const eventsById = await happened(tenant, page);
			// Once the history has dropped an event, only the time in its id is left, which may differ a little.
			const isOfThatTime = ({ event_id }: DeliveryDocument) => {
				const at = eventsById.get(event_id)?.created_at;
				return at === undefined
					? event_id >= firstId('event', since) && event_id < firstId('event', until)
					: at >= since && at < until;
			};
			const ofEach = new Map(page.map((delivery) => [delivery.event_id, delivery]));
			const left =
				status === 'failed'
					? await notFailed(tenant, webhook_id, { $in: [...ofEach.keys()] })
					: new Set<EventId>();
			for (const delivery of ofEach.values()) {
				const { _id, event_type, event_id } = delivery;
				if (event_type !== TEST_TYPE && !left.has(event_id) && isOfThatTime(delivery)) chosen.push(_id);
			}
			if (chosen.length > MAX_REPLAYED) {
				throw invalidInput('/since', `More than ${MAX_REPLAYED} deliveries match; take a shorter time.`);
			}
		}
	};

	return {
		async get(tenant, webhook_id, id) {
			await webhooksService.get(tenant, webhook_id);
			return find(tenant, webhook_id, id);
		},
		async list(tenant, webhook_id, { status, event_type, since }, after, limit) {
			await webhooksService.get(tenant, webhook_id);
			return deliveries.find(
				tenant,
				{
					webhook_id,
					// With all values of the missing filter listed, one index serves either filter and both.
					...(status === undefined && event_type === undefined
						? {}
						: {
								event_type: event_type ?? { $in: DELIVERED_TYPES },
								status: status ?? { $in: DELIVERY_STATUSES },
							}),
					...(since === undefined ? {} : { created_at: { $gte: since } }),
					_id: {
						$gte: idBefore('delivery', since ?? new Date(0)),
						...(after === null ? {} : { $lt: after }),
					},
				},
				{ sort: { _id: -1 }, limit },
			);
		},
		async replay(tenant, webhook_id, id) {
			const webhook = await webhooksService.get(tenant, webhook_id);
			const original = await find(tenant, webhook_id, id);
			const [repeated] = await repeat(webhook, [original], clock.now());
			return find(tenant, webhook_id, repeated ?? id);
		},
		async replayMany(tenant, webhook_id, filter) {
			const webhook = await webhooksService.get(tenant, webhook_id);
			const chosen = await named(tenant, webhook_id, filter);
			const now = clock.now();
			for (let from = 0; from < chosen.length; from += CHUNK) {
				const _id = { $in: chosen.slice(from, from + CHUNK) };
				await repeat(
					webhook,
					await deliveries.find(tenant, { _id }, { sort: { event_id: 1 }, limit: CHUNK }),
					now,
				);
			}
			return chosen.length;
		},
	};
}
