import { randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import type { Clock } from '../../core/clock';
import type { DeliveryId, Ids, WebhookId } from '../../core/ids';
import type { Logger } from '../../core/log';
import type { Secrets } from '../../core/secrets';
import { createWakeableLoop, nap, type WakeableLoop } from '../../core/wakeable-loop';
import type { TenantCollection } from '../../database/tenant-collection';
import type { Fetch } from '../../net/outbound';
import type { DeliveryDocument, WebhookDocument } from './model';
import { createPause } from './pause';
import { createSender } from './sender';
import { createSettlement } from './settlement';

const POLL_MS = 1_000;
/** How long a webhook belongs to the worker that claimed it; renewed while it works. */
const LEASE_MS = 60_000;
/** An attempt, its time limit included, begins only while the lease lasts at least this long. */
const LEASE_RESERVE_MS = 30_000;
const BATCH = 50;
/** Webhooks served at the same time. */
const MAX_WEBHOOKS = 100;
/** Attempts in flight to one webhook. */
const MAX_ATTEMPTS = 5;
/** How long a receiver may take before the next event is sent beside the last: order first, then speed. */
const HEAD_START_MS = 250;

interface DeliveryWorkerOptions {
	webhooks: TenantCollection<WebhookDocument>;
	deliveries: TenantCollection<DeliveryDocument>;
	fetch: Fetch;
	secrets: Secrets;
	clock: Clock;
	ids: Ids;
	/** From 0 to 1. */
	random: () => number;
	/** Tells the relay that an outbox has something. */
	notify: () => void;
	log: Logger;
}

/**
 * Sends what is due. A worker claims a whole webhook, not a delivery: one sender at a time keeps the order of events
 * and the limits over all replicas, and a slow receiver delays itself alone. When the sender dies, its lease runs out
 * and another goes on.
 *
 * What a pause held has no time of its next attempt, which sorts first: once the webhook is active again it goes out
 * before everything else, in the order of events.
 *
 * While a webhook is claimed, its `due_at` is the lease's end, so that it is found again if nobody returns it; a
 * delivery that is queued meanwhile moves `due_at` to an earlier time, by which the sender sees that it has to look
 * again before it returns the webhook.
 */
export function createDeliveryWorker({
	webhooks,
	deliveries,
	fetch,
	secrets,
	clock,
	ids,
	random,
	notify,
	log,
}: DeliveryWorkerOptions): WakeableLoop {
	const pause = createPause({ webhooks, deliveries, clock, ids, notify });
	const settle = createSettlement({ webhooks, deliveries, pause, clock, random });
	const sendOnce = createSender({ fetch, secrets, clock });
	const owner = randomUUID();
	const lanes = new Set<Promise<void>>();
	/** When the loop will be woken for a webhook's next retry, in milliseconds since 1970. */
	const alarms = new Map<WebhookId, number>();
	const shutdown = new AbortController();
	setMaxListeners(0, shutdown.signal);
	let claims = 0;

	const fromNow = (ms: number) => new Date(clock.now().getTime() + ms);
	const leaseUntil = (until: Date) => ({ due_at: until, lease_until: until });
	const noLease = { lease_until: 1, lease_owner: 1 };

	const claim = () => {
		const now = clock.now();
		// Half of the places are kept for receivers that answered last time.
		const crowded = lanes.size >= MAX_WEBHOOKS / 2;
		return webhooks.everywhere.update(
			{
				status: 'active',
				due_at: { $lte: now },
				lease_until: { $not: { $gt: now } },
				...(crowded ? { consecutive_failures: 0 } : {}),
			},
			{ $set: { ...leaseUntil(fromNow(LEASE_MS)), lease_owner: `${owner}:${++claims}` } },
			{ sort: { due_at: 1 } },
		);
	};

	/** The webhook as it is now; null where it is no longer ours to serve: paused, deleted, lost. */
	const ours = async ({ _id, organization_id, lease_owner }: WebhookDocument) => {
		const mine = { _id, lease_owner, status: 'active' } as const;
		const webhook = await webhooks.findOne(organization_id, mine);
		if (webhook?.lease_until && webhook.lease_until < fromNow(LEASE_RESERVE_MS)) {
			return webhooks.update(organization_id, mine, { $set: leaseUntil(fromNow(LEASE_MS)) });
		}
		return webhook;
	};

	const send = async (webhook: WebhookDocument, delivery: DeliveryDocument) => {
		if (delivery.status === 'held') {
			const { _id, organization_id } = delivery;
			const release = { $set: { status: 'pending', next_attempt_at: clock.now() } } as const;
			if ((await deliveries.update(organization_id, { _id, status: 'held' }, release)) === null) return;
		}
		const result = await sendOnce(webhook, delivery, shutdown.signal);
		if (result !== null) await settle(webhook, delivery, result);
	};

	/** Begins an attempt, and waits a moment for its end. */
	const begin = async (
		webhook: WebhookDocument,
		delivery: DeliveryDocument,
		inFlight: Map<DeliveryId, Promise<void>>,
	) => {
		const over = new AbortController();
		const sending = send(webhook, delivery);
		inFlight.set(delivery._id, sending);
		void sending
			.then(
				() => inFlight.delete(delivery._id),
				// One that could not even be written down stays, for the lane to trip over.
				() => undefined,
			)
			.finally(() => over.abort());
		await nap(clock, HEAD_START_MS, over.signal);
	};

	/** Webhooks are given back again and again while one retry is far away: it is waited for once. */
	const wakeAt = async (id: WebhookId, time: number) => {
		if (alarms.get(id) === time) return;
		alarms.set(id, time);
		await nap(clock, time - clock.now().getTime(), shutdown.signal);
		if (alarms.get(id) === time) alarms.delete(id);
		loop.wake();
	};

	/** Ends the lease where nothing was queued meanwhile; else renews it. True where the webhook is no longer ours. */
	const giveBack = async ({ _id, organization_id, lease_owner }: WebhookDocument, next: Date | null) => {
		const untouched = { _id, lease_owner, $expr: { $eq: ['$due_at', '$lease_until'] } };
		const returned = await webhooks.update(
			organization_id,
			untouched,
			next === null ? { $unset: { due_at: 1, ...noLease } } : { $set: { due_at: next }, $unset: noLease },
		);
		if (returned !== null) {
			if (next !== null) void wakeAt(_id, next.getTime());
			return true;
		}
		const mine = { _id, lease_owner, status: 'active' } as const;
		return (await webhooks.update(organization_id, mine, { $set: leaseUntil(fromNow(LEASE_MS)) })) === null;
	};

	/** Leaves everything to other workers, at once. */
	const leave = ({ _id, organization_id, lease_owner }: WebhookDocument) =>
		webhooks.update(organization_id, { _id, lease_owner }, { $set: { due_at: clock.now() }, $unset: noLease });

	const serve = async (lane: WebhookDocument) => {
		const inFlight = new Map<DeliveryId, Promise<void>>();
		let justClaimed: WebhookDocument | null = lane;
		try {
			for (;;) {
				const now = clock.now();
				const busy = [...inFlight.keys()];
				const waiting = await deliveries.find(
					lane.organization_id,
					{ webhook_id: lane._id, status: { $in: ['pending', 'held'] }, _id: { $nin: busy } },
					{ sort: { next_attempt_at: 1, event_id: 1 }, limit: BATCH },
				);
				const due = waiting.filter(({ next_attempt_at }) => next_attempt_at === null || next_attempt_at <= now);
				for (const delivery of due) {
					if (inFlight.size >= MAX_ATTEMPTS) await Promise.race(inFlight.values());
					const webhook: WebhookDocument | null = justClaimed ?? (await ours(lane));
					if (webhook === null || shutdown.signal.aborted) return;
					justClaimed = null;
					await begin(webhook, delivery, inFlight);
				}
				if (due.length > 0) continue;
				// What was in flight at that look may have become due for a retry since: one more look.
				if (inFlight.size > 0) await firstOf(inFlight.values());
				else if (busy.length === 0 && (await giveBack(lane, waiting[0]?.next_attempt_at ?? null))) return;
			}
		} finally {
			await Promise.allSettled(inFlight.values());
			if (shutdown.signal.aborted) await leave(lane);
		}
	};

	/** Waits for an attempt's end, but looks up now and then for what was queued meanwhile. */
	const firstOf = async (attempts: Iterable<Promise<void>>) => {
		const over = new AbortController();
		try {
			await Promise.race([...attempts, nap(clock, POLL_MS, over.signal)]);
		} finally {
			over.abort();
		}
	};

	const open = (webhook: WebhookDocument) => {
		const lane = serve(webhook)
			.catch((error: unknown) =>
				log.error({ err: error, webhook_id: webhook._id }, 'a webhook could not be served'),
			)
			.finally(() => {
				const wereFull = lanes.size >= MAX_WEBHOOKS;
				lanes.delete(lane);
				if (wereFull) loop.wake();
			});
		lanes.add(lane);
	};

	const loop = createWakeableLoop({
		clock,
		onError: (error) => log.error({ err: error }, 'due deliveries could not be looked for; trying again'),
		async round() {
			while (lanes.size < MAX_WEBHOOKS && !shutdown.signal.aborted) {
				const webhook = await claim();
				if (webhook === null) break;
				open(webhook);
			}
			return POLL_MS;
		},
	});

	return {
		start: loop.start,
		async stop() {
			shutdown.abort();
			await loop.stop();
			await Promise.all(lanes);
		},
		wake: loop.wake,
	};
}
