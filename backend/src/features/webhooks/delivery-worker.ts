import { randomUUID } from 'node:crypto';
import type { QueryFilter } from 'mongoose';
import type { Clock } from '../../core/clock';
import { createDoze, type Doze } from '../../waiting/doze';
import type { DeliveryId, Ids, WebhookId } from '../../core/ids';
import type { Logger } from '../../core/log';
import type { Secrets } from '../../core/secrets';
import { createWakeableLoop, ENDED, type WakeableLoop } from '../../waiting/wakeable-loop';
import type { TenantCollection } from '../../database/tenant-collection';
import type { Fetch } from '../../net/outbound';
import { createLaneStore } from './lane-store';
import { isFree, leasedUntil, NO_LEASE } from './lease';
import type { DeliveryDocument, WebhookDocument } from './model';
import { createPause } from './pause';
import type { NotifyWorker } from './queue';
import { createSender } from './sender';
import { createSettlement } from './settlement';

const POLL_MS = 1_000;
/** Waits end at multiples of so many milliseconds, so that one query reads all the webhooks that waited. */
const TOGETHER_MS = 100;
/** How long a webhook belongs to the worker that claimed it; renewed while it works. */
const LEASE_MS = 60_000;
/** An attempt, its time limit included, begins only while the lease lasts at least this long. */
const LEASE_RESERVE_MS = 30_000;
/** How long a webhook is taken to be as it was last read, in milliseconds. */
const FRESH_MS = 100;
/** How many webhooks are served at the same time, not counting those whose receivers are slow. */
const MAX_QUICK = 400;
/** How many webhooks are served at the same time, all in all. */
const MAX_WEBHOOKS = 2_000;
/** The most attempts in flight to one webhook. It begins with one, and each success allows one more. */
const MAX_ATTEMPTS = 5;
/** How long an attempt may run before the next event is sent beside it. Until then, the order of events is kept. */
const HEAD_START_MS = 250;

/** A webhook that is being served. */
interface Lane {
	/** As it was last read. */
	webhook: WebhookDocument;
	readAt: Date;
	/** Whether the webhook must be read again before anything is sent. */
	changed: boolean;
	/** Whether its receiver is slow. */
	slow: boolean;
	/** Whether the last look did not find all that waits. */
	hadMany: boolean;
	/** How many attempts may be in flight. */
	allowed: number;
	/** Whether an attempt ended or something was queued since the last look began. */
	stirred: boolean;
	/** Ends when `stirred` is set. */
	readonly doze: Doze;
	/** When the first delivery that failed since the last look began is due again. */
	retryAt: Date | null;
	/** Attempts that have no answer yet, and failures that are being written down. */
	readonly inFlight: Map<DeliveryId, { readonly sending: Promise<void>; readonly over: AbortController }>;
	/** Successes that are being written down. One that could not be stays here, and its error ends the lane. */
	readonly settling: Set<Promise<unknown>>;
	/** Whether the last answer was a failure. */
	failing: boolean;
	/** The last result that was counted. Resolves with the time at which its delivery is due again. */
	counting: Promise<Date | null>;
}

interface DeliveryWorker extends Pick<WakeableLoop, 'start' | 'stop'> {
	/** Looks now for what waits for these webhooks. */
	readonly wake: NotifyWorker;
	/** Reads these webhooks again before anything else is sent there. */
	readonly noteChange: NotifyWorker;
}

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
 * Sends deliveries that are due. A worker claims a whole webhook, not a single delivery. So each webhook has one
 * sender, which keeps the order of events and the limits across all replicas, and a slow receiver delays only itself.
 * When the sender dies, its lease runs out and another worker goes on.
 *
 * Held deliveries have no `next_attempt_at`, and null sorts first. Once their webhook is active again, they are sent
 * before all others, in the order of events.
 *
 * While a webhook is claimed, its `due_at` is the end of the lease, so that it is found again if its sender dies.
 * Whoever queues a delivery meanwhile raises `queued`. By that count the sender sees that it must look again before it
 * gives the webhook back.
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
}: DeliveryWorkerOptions): DeliveryWorker {
	const pause = createPause({ webhooks, deliveries, clock, ids, notify });
	const settle = createSettlement({ webhooks, deliveries, pause, clock, random });
	const sendOnce = createSender({ fetch, secrets, clock });
	const owner = randomUUID();
	const { look, reread, giveBack } = createLaneStore({ webhooks, deliveries, clock });
	const lanes = new Map<Lane, Promise<void>>();
	/** The alarm that wakes the loop for a webhook's next retry; `time` in milliseconds since 1970. */
	const alarms = new Map<WebhookId, { readonly time: number; readonly callOff: () => void }>();
	let stopping = false;
	let claims = 0;

	const fromNow = (ms: number) => new Date(clock.now().getTime() + ms);

	/**
	 * Claims at most `limit` free webhooks. `isAll`: no other webhook is free. `answering` leaves out webhooks whose
	 * last two attempts failed; a single failure is no sign of trouble.
	 */
	const claim = async (limit: number, which: 'any' | 'answering') => {
		const now = clock.now();
		const free: QueryFilter<WebhookDocument> = {
			status: 'active',
			due_at: { $lte: now },
			...isFree(now),
			...(which === 'any' ? {} : { consecutive_failures: { $lt: 2 } }),
		};
		const found = await webhooks.everywhere.find(free, { sort: { due_at: 1 }, limit });
		if (found.length === 0) return { claimed: [], isAll: true };
		const lease = { lease_owner: `${owner}:${++claims}`, ...leasedUntil(fromNow(LEASE_MS)) };
		const _id = { $in: found.map((webhook) => webhook._id) };
		const taken = await webhooks.everywhere.updateMany({ filter: { _id, ...free }, update: { $set: lease } });
		const claimed =
			taken === found.length
				? found.map((webhook) => Object.assign(webhook, lease))
				: await webhooks.everywhere.find({ _id, lease_owner: lease.lease_owner });
		return { claimed, isAll: found.length < limit };
	};

	/**
	 * Reads the webhook again and renews the lease if need be. False if it is no longer ours: paused, deleted or lost.
	 */
	const refresh = async (lane: Lane): Promise<boolean> => {
		// Set before the read, which may miss a change that is made meanwhile.
		Object.assign(lane, { readAt: clock.now(), changed: false });
		const read = await reread(lane.webhook);
		if (read === null) return false;
		lane.webhook = read;
		if (read.lease_until && read.lease_until >= fromNow(LEASE_RESERVE_MS)) return true;
		const { _id, organization_id, lease_owner } = read;
		const prolonged = await webhooks.update(
			organization_id,
			{ _id, lease_owner, status: 'active' },
			{ $set: leasedUntil(fromNow(LEASE_MS)) },
		);
		if (prolonged === null) return false;
		lane.webhook = prolonged;
		return true;
	};

	/** Until when the receiver wants no requests (`Retry-After`); null if it takes them now. */
	const restOf = ({ webhook: { rest_until } }: Lane) =>
		rest_until !== undefined && rest_until > clock.now() ? rest_until : null;

	const isFresh = ({ readAt, changed }: Lane) => !changed && clock.now().getTime() - readAt.getTime() < FRESH_MS;

	/**
	 * Sends a delivery once. A success is written down while the next delivery is sent. But after a failure, results
	 * are written down in the order of the answers, because a success resets the count of the failures before it only.
	 */
	const send = async (lane: Lane, delivery: DeliveryDocument, over: AbortController) => {
		const { webhook } = lane;
		const result = await sendOnce(webhook, delivery, over);
		if (result === null) return;
		const isSuccess = result.verdict === 'succeeded';
		lane.allowed = isSuccess ? Math.min(lane.allowed + 1, MAX_ATTEMPTS) : 1;
		if (isSuccess && !lane.failing && lane.webhook.consecutive_failures === 0) {
			const settled = settle({ webhook, delivery, result, counts: false });
			lane.settling.add(settled);
			settled.then(
				() => lane.settling.delete(settled),
				() => undefined,
			);
			return;
		}
		lane.failing = !isSuccess;
		const before = lane.counting.catch(() => null);
		lane.counting = before.then(() => settle({ webhook, delivery, result, counts: true }));
		lane.retryAt = earliest(lane.retryAt, await lane.counting);
		lane.changed = true;
	};

	/** Begins an attempt, and waits for its end or until the next may begin beside it. */
	const begin = async (lane: Lane, delivery: DeliveryDocument) => {
		const over = new AbortController();
		const doze = createDoze(clock);
		const sending = send(lane, delivery, over);
		lane.inFlight.set(delivery._id, { sending, over });
		const end = () => {
			lane.inFlight.delete(delivery._id);
			stir(lane);
			doze.rouse();
		};
		sending.then(end, () => {
			lane.settling.add(sending);
			end();
		});
		await doze.wait(HEAD_START_MS);
		lane.slow = lane.inFlight.has(delivery._id);
		if (lane.slow) loop.wake();
	};

	/** Sets the alarm for a retry. A webhook may be given back many times before it; one alarm is enough. */
	const wakeAt = (id: WebhookId, time: number) => {
		const before = alarms.get(id);
		if (before?.time === time || stopping) return;
		before?.callOff();
		const callOff = clock.after(time - clock.now().getTime(), () => {
			alarms.delete(id);
			loop.wake();
		});
		alarms.set(id, { time, callOff });
	};

	/** Gives the webhook back, even if deliveries wait. */
	const leave = ({ _id, organization_id, lease_owner }: WebhookDocument, due?: Pick<WebhookDocument, 'due_at'>) =>
		webhooks.update(
			organization_id,
			{ _id, lease_owner },
			due ? { $set: due, $unset: NO_LEASE } : { $unset: NO_LEASE },
		);

	const isOurs = async (lane: Lane) => !stopping && (isFresh(lane) || (await refresh(lane)));

	/** Sends until nothing is due. Answers whether it gave the webhook back then; false if it was no longer ours. */
	const work = async (lane: Lane): Promise<boolean> => {
		const { inFlight, settling } = lane;
		while (await isOurs(lane)) {
			while (settling.size > 0) await Promise.all(settling);
			const busy = new Set(inFlight.keys());
			// Taken before the look: a delivery that is queued later raises `queued`, and giving back compares that.
			const { webhook } = lane;
			Object.assign(lane, { stirred: false, retryAt: null });
			const { due, next, isAll } = await look({ webhook_id: webhook._id, busy, hadMany: lane.hadMany });
			lane.hadMany = !isAll;
			let rest: Date | null = null;
			for (const delivery of due) {
				while (inFlight.size >= lane.allowed) await Promise.race(sendings(lane));
				if (!(await isOurs(lane))) return false;
				rest = restOf(lane);
				if (rest !== null) break;
				await begin(lane, delivery);
			}
			lane.changed = true;
			const mustWait = isAll || rest !== null;
			if (inFlight.size > 0) {
				if (mustWait) await news(lane, webhook.queued, rest ?? next);
				continue;
			}
			while (settling.size > 0) await Promise.all(settling);
			if (!mustWait || stopping) continue;
			const dueAt = rest ?? earliest(next, lane.retryAt);
			if (!(await giveBack({ webhook, next: dueAt }))) continue;
			if (dueAt !== null) wakeAt(webhook._id, dueAt.getTime());
			return true;
		}
		return false;
	};

	/**
	 * Serves a webhook to the end. A paused webhook keeps its lease until its attempts have ended, so that nobody sends
	 * beside them when it is resumed.
	 */
	const serve = async (lane: Lane) => {
		let isGivenBack: boolean;
		try {
			isGivenBack = await work(lane);
		} finally {
			await Promise.allSettled([...sendings(lane), ...lane.settling]);
		}
		if (isGivenBack) return;
		await leave(lane.webhook, stopping ? { due_at: clock.now() } : undefined);
		loop.wake();
	};

	const lanesOf = (ids: readonly WebhookId[]) => {
		const told = new Set(ids);
		return [...lanes.keys()].filter(({ webhook }) => told.has(webhook._id));
	};

	const stir = (lane: Lane) => {
		lane.stirred = true;
		lane.doze.rouse();
	};

	/**
	 * Waits until an attempt ends, a delivery is queued or due, or the webhook is no longer ours. This process is told
	 * of the deliveries that it queues itself. For those of other replicas it reads the webhook again every second.
	 */
	const news = async (lane: Lane, queued: number, next: Date | null) => {
		while (!hasNews(lane) && (next === null || next > clock.now())) {
			const now = clock.now().getTime();
			const poll = POLL_MS + TOGETHER_MS - (now % TOGETHER_MS);
			await lane.doze.wait(Math.min(poll, (next?.getTime() ?? Infinity) - now));
			if (!hasNews(lane) && (!(await refresh(lane)) || lane.webhook.queued !== queued)) return;
		}
	};

	const open = (webhook: WebhookDocument) => {
		const lane: Lane = {
			webhook,
			readAt: clock.now(),
			changed: false,
			slow: false,
			hadMany: false,
			allowed: 1,
			stirred: false,
			doze: createDoze(clock),
			retryAt: null,
			inFlight: new Map(),
			settling: new Set(),
			failing: false,
			counting: NOTHING_COUNTED,
		};
		const served = serve(lane)
			.catch(async (error: unknown) => {
				log.error({ err: error, webhook_id: webhook._id }, 'a webhook could not be served; trying again');
				await leave(lane.webhook, { due_at: fromNow(POLL_MS) });
			})
			// Then the lease runs out by itself.
			.catch((error: unknown) =>
				log.error(
					{ err: error, webhook_id: webhook._id },
					'a webhook could not be given back; its lease ends by itself',
				),
			)
			.finally(() => {
				const wasCrowded = isCrowded();
				lanes.delete(lane);
				if (wasCrowded) loop.wake();
			});
		lanes.set(lane, served);
	};

	/** How many more webhooks may be served now. */
	const places = () => {
		const slow = [...lanes.keys()].filter((lane) => lane.slow).length;
		return Math.min(MAX_QUICK - (lanes.size - slow), MAX_WEBHOOKS - lanes.size);
	};

	/** Whether half of the places are taken. The other half is for webhooks whose receivers answer. */
	const isCrowded = () => places() <= MAX_QUICK / 2 || lanes.size >= MAX_WEBHOOKS / 2;

	const loop = createWakeableLoop({
		clock,
		onError: (error) => log.error({ err: error }, 'due deliveries could not be looked for; trying again'),
		async round() {
			for (let free = places(); free > 0 && !stopping; free = places()) {
				const crowded = isCrowded();
				const { claimed, isAll } = await (crowded
					? claim(free, 'answering')
					: claim(free - MAX_QUICK / 2, 'any'));
				claimed.forEach(open);
				if (isAll) break;
			}
			return POLL_MS;
		},
	});

	return {
		start: loop.start,
		async stop() {
			stopping = true;
			for (const { callOff } of alarms.values()) callOff();
			for (const lane of lanes.keys()) {
				for (const { over } of lane.inFlight.values()) over.abort(ENDED);
				stir(lane);
			}
			await loop.stop();
			await Promise.all(lanes.values());
		},
		wake(ids) {
			for (const lane of lanesOf(ids)) stir(lane);
			loop.wake();
		},
		noteChange(ids) {
			for (const lane of lanesOf(ids)) {
				lane.changed = true;
				stir(lane);
			}
			loop.wake();
		},
	};
}

const NOTHING_COUNTED = Promise.resolve(null);

const earliest = (one: Date | null, other: Date | null) =>
	one === null || (other !== null && other < one) ? other : one;

const sendings = ({ inFlight }: Lane) => [...inFlight.values()].map(({ sending }) => sending);

/** A function, because the compiler would take a field that was just read to be unchanged after a wait. */
const hasNews = ({ stirred }: Lane) => stirred;
