import type { Clock } from '../../../core/clock';
import { groupBy } from '../../../core/group-by';
import type { OrganizationId } from '../../../core/ids';
import type { Logger } from '../../../core/log';
import type { Secrets } from '../../../core/secrets';
import { createWakeableLoop, ENDED, type WakeableLoop } from '../../../waiting/wakeable-loop';
import { claim } from '../../../database/lease';
import type { TenantCollection } from '../../../database/tenant-collection';
import { attempt, type AttemptResult } from '../../../net/attempt';
import type { Fetch } from '../../../net/outbound';
import { nextRetry } from '../../../net/retry-schedule';
import { signatureHeaders } from '../../../net/webhook-signature';
import type { CallbackDocument } from './model';

const POLL_MS = 1_000;
/** Leases are not renewed, so a lease lasts longer than an attempt can take. */
const LEASE = { until: 'due_at', ms: 60_000 };
/** The most attempts in flight. */
const MAX_ATTEMPTS = 50;
/** The most attempts in flight of one organization, so that its slow receivers do not delay other organizations. */
const MAX_OF_ONE = 5;
/**
 * When half of the places are taken, the rest go to organizations that have none. Organizations whose receivers were
 * slow last time get at most half. So receivers that do not answer delay nobody else for long.
 */
const HALF = MAX_ATTEMPTS / 2;
/** An attempt that takes so long makes its organization count as slow. */
const SLOW_MS = 1_000;
/** How many slow organizations are remembered. One more, and the oldest is forgotten. */
const MAX_KNOWN = 1_000;

/** Posts the outcomes of calls, signed like webhooks and retried by the same schedule. */
export function createCallbackWorker({
	callbacks,
	fetch,
	secrets,
	clock,
	random,
	log,
}: {
	callbacks: TenantCollection<CallbackDocument>;
	fetch: Fetch;
	secrets: Secrets;
	clock: Clock;
	/** From 0 to 1. */
	random: () => number;
	log: Logger;
}): WakeableLoop {
	let stopping = false;
	const lanes = new Map<
		Promise<void>,
		{ readonly organization_id: OrganizationId; readonly over: AbortController }
	>();
	const slow = new Set<OrganizationId>();

	const noteSpeed = (organization: OrganizationId, tookMs: number) => {
		slow.delete(organization);
		if (tookMs < SLOW_MS) return;
		slow.add(organization);
		const [first] = slow;
		if (first !== undefined && slow.size > MAX_KNOWN) slow.delete(first);
	};

	/** The organizations that get no further place now. */
	const waiting = () => {
		const serving = groupBy([...lanes.values()], ({ organization_id }) => organization_id);
		const allowed = lanes.size < HALF ? MAX_OF_ONE : 1;
		const busy = [...serving].flatMap(([one, { length }]) => (length >= allowed ? one : []));
		const ofSlow = [...lanes.values()].filter(({ organization_id }) => slow.has(organization_id)).length;
		return ofSlow < HALF ? busy : [...busy, ...slow];
	};

	const claimNext = () =>
		claim(callbacks.everywhere, LEASE, clock, {
			owner: null,
			filter: { organization_id: { $nin: waiting() } },
			update: { $set: { status: 'pending' } },
			sort: { due_at: 1 },
		});

	const send = ({ _id, url, secret, body }: CallbackDocument, over: AbortController) => {
		if (secret === null || body === null) throw new Error('a callback that is due has nothing to send');
		const headers = {
			'Content-Type': 'application/json',
			'User-Agent': 'OdooPlatform-Webhooks/1.0',
			'X-OECSH-Delivery': _id,
			...signatureHeaders({
				secret: secrets.decrypt(secret, _id),
				messageId: _id,
				timestamp: Math.floor(clock.now().getTime() / 1_000),
				body,
			}),
		};
		return attempt({ url, headers, body }, { fetch, clock, over });
	};

	/** Each lease of a callback ends later than the ones before, so its end tells whether it is still this worker's. */
	const settle = async (callback: CallbackDocument, { verdict, attempt: made, retryAfterMs }: AttemptResult) => {
		const { _id, organization_id, due_at: lease } = callback;
		const retries = callback.attempts.length;
		const due_at = verdict === 'failed' ? nextRetry({ now: clock.now(), retries, retryAfterMs, random }) : null;
		const { at, duration_ms, response_code, error } = made;
		const $push = { attempts: { at, duration_ms, response_code, error } };
		const status = verdict === 'succeeded' ? 'succeeded' : 'failed';
		await callbacks.update(
			organization_id,
			{ _id, due_at: lease },
			due_at === null
				? { $set: { status, secret: null, body: null }, $unset: { due_at: 1 }, $push }
				: { $set: { due_at }, $push },
		);
	};

	const serve = async (callback: CallbackDocument, over: AbortController) => {
		try {
			const result = await send(callback, over);
			if (result === null) return;
			noteSpeed(callback.organization_id, result.attempt.duration_ms);
			await settle(callback, result);
		} catch (error) {
			log.error({ err: error, callback_id: callback._id }, 'a callback could not be sent');
		}
	};

	const loop = createWakeableLoop({
		clock,
		onError: (error) => log.error({ err: error }, 'due callbacks could not be looked for; trying again'),
		async round() {
			while (lanes.size < MAX_ATTEMPTS && !stopping) {
				const callback = await claimNext();
				if (callback === null) break;
				const over = new AbortController();
				const lane = serve(callback, over).finally(() => {
					lanes.delete(lane);
					loop.wake();
				});
				lanes.set(lane, { organization_id: callback.organization_id, over });
			}
			return POLL_MS;
		},
	});

	return {
		start: loop.start,
		async stop() {
			stopping = true;
			for (const { over } of lanes.values()) over.abort(ENDED);
			await loop.stop();
			for (const { over } of lanes.values()) over.abort(ENDED);
			await Promise.all(lanes.keys());
		},
		wake: loop.wake,
	};
}
