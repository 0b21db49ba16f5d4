import type { Clock } from '../core/clock';
import { ApiError } from '../core/errors';
import type { KeyId } from '../core/ids';
import type { KeyCaller } from '../access/caller';
import type { Limits } from './limits';

/** One minute of the clock's, in which a key has its limit anew. */
export interface RateWindow {
	readonly start: Date;
	readonly end: Date;
}

type Holder = Pick<KeyCaller, 'key_id' | 'organization_id' | 'scope'>;

/** What all replicas count in. An interface, so that the pipeline knows no database. */
export interface RateCounter {
	/** Adds to what a key has taken in a window, atomically; answers the sum. */
	take(holder: Holder, window: RateWindow, count: number): Promise<number>;
}

export interface RateLimiter {
	/** Counts a request of that key: what to tell the client, and the refusal where its limit is used up. */
	spend(
		holder: Holder,
	): Promise<{ readonly headers: Readonly<Record<string, string>>; readonly refusal: ApiError | null }>;
}

const WINDOW_MS = 60_000;
/** The part of what is left that a replica takes at once (see docs/decisions/rate-limits.md). */
const SHARE = 1 / 20;

/** What this replica has of one key's window. */
interface Allotment {
	/** Taken from the counter and not spent yet. */
	spare: number;
	/** Left in the counter when it was last asked. */
	left: number;
	/** Requests that wait for more. */
	waiting: number;
	refill: Promise<void> | null;
}

/**
 * Limits each key's requests a minute over all replicas: each takes allotments from the shared counter and spends them
 * in memory, so that few requests wait for the database. What is let through is never more than the limit.
 */
export function createRateLimiter({
	counter,
	limits,
	clock,
}: {
	counter: RateCounter;
	limits: Pick<Limits, 'platform' | 'webhook'>;
	clock: Clock;
}): RateLimiter {
	let current = 0;
	const allotments = new Map<KeyId, Allotment>();

	const allotmentOf = (key: KeyId, start: number, limit: number) => {
		if (start !== current) {
			current = start;
			allotments.clear();
		}
		const known = allotments.get(key);
		if (known) return known;
		const fresh: Allotment = { spare: 0, left: limit, waiting: 0, refill: null };
		allotments.set(key, fresh);
		return fresh;
	};

	return {
		async spend(holder) {
			const limit = holder.scope === 'webhook' ? limits.webhook : limits.platform;
			const now = clock.now().getTime();
			const start = now - (now % WINDOW_MS);
			const window = { start: new Date(start), end: new Date(start + WINDOW_MS) };
			const allotment = allotmentOf(holder.key_id, start, limit);

			const share = () => Math.max(1, Math.floor(allotment.left * SHARE));
			const take = async () => {
				const count = Math.max(share(), allotment.waiting);
				try {
					const taken = await counter.take(holder, window, count);
					allotment.spare += Math.min(count, Math.max(0, limit - (taken - count)));
					allotment.left = Math.max(0, limit - taken);
				} finally {
					allotment.refill = null;
				}
			};

			while (allotment.spare === 0 && allotment.left > 0) {
				allotment.waiting += 1;
				try {
					await (allotment.refill ??= take());
				} finally {
					allotment.waiting -= 1;
				}
			}
			const allowed = allotment.spare > 0;
			if (allowed) allotment.spare -= 1;
			if (allotment.refill === null && share() > 1 && allotment.spare < share() / 2) {
				allotment.refill = take();
				// Whoever waits for it is told of a failure, and then tries again.
				allotment.refill.catch(() => undefined);
			}
			return report(limit, allotment.spare + allotment.left, window, now, allowed);
		},
	};
}

/**
 * The documented `X-RateLimit-*` and, beside them, the fields of draft-ietf-httpapi-ratelimit-headers-10. `remaining` is
 * what this replica knows: others may have spent of it since.
 */
function report(limit: number, remaining: number, { end }: RateWindow, now: number, allowed: boolean) {
	const seconds = Math.ceil((end.getTime() - now) / 1_000);
	const headers = {
		'X-RateLimit-Limit': String(limit),
		'X-RateLimit-Remaining': String(remaining),
		'X-RateLimit-Reset': end.toISOString(),
		RateLimit: `"default";r=${remaining};t=${seconds}`,
		'RateLimit-Policy': `"default";q=${limit};w=${WINDOW_MS / 1_000}`,
	};
	if (allowed) return { headers, refusal: null };
	const refusal = new ApiError(
		'rate_limited',
		`This key may send ${limit} requests a minute. Wait until ${end.toISOString()}, then go on.`,
		{ headers: { 'Retry-After': String(seconds) }, members: { limit, reset_at: end.toISOString() } },
	);
	return { headers, refusal };
}
