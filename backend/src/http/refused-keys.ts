import ipaddr from 'ipaddr.js';
import type { Clock } from '../core/clock';
import { ApiError } from '../core/errors';
import { Lru } from '../core/lru';
import { hashToken } from '../core/secrets';
import { nap } from '../waiting/wakeable-loop';
import type { Limits } from './limits';

/** Slows down and then blocks addresses that send one refused key after another. */
export interface RefusedKeys {
	/**
	 * Looks a key up, and lets a refused one wait for its answer where its address has sent many.
	 * @throws {ApiError} 429 too_many_refused_keys, without looking the key up, while the address is blocked
	 */
	watch<T>(
		request: { readonly address: string; readonly token: string; readonly signal: AbortSignal },
		lookUp: () => Promise<T | null>,
	): Promise<T | null>;
}

/** Refusals further apart than this begin to count anew, in milliseconds. */
const QUIET_MS = 60_000;
const BLOCK_MS = 5 * 60_000;
/** Every refusal beyond the free ones waits so much longer than the one before. */
const DELAY_STEP_MS = 100;
const CAPACITY = 10_000;

interface Refusals {
	readonly count: number;
	readonly last: number;
}

/**
 * In this process's memory and of bounded size; replicas do not tell each other. Keys that were good a moment ago pass a
 * block, so that behind a proxy, where all clients have one address, one client's stale key locks out no other's.
 */
export function createRefusedKeys({
	limits,
	clock,
}: {
	limits: Pick<Limits, 'refusedKeys'>;
	clock: Clock;
}): RefusedKeys {
	const refusals = new Lru<Refusals>(CAPACITY);
	const accepted = new Lru<true>(CAPACITY);
	const free = Math.floor(limits.refusedKeys / 3);

	return {
		async watch({ address, token, signal }, lookUp) {
			const source = sourceOf(address);
			const digest = hashToken(token);
			const before = refusals.get(source);
			const blockedFor =
				before && before.count >= limits.refusedKeys ? before.last + BLOCK_MS - clock.now().getTime() : 0;
			if (blockedFor > 0 && accepted.get(digest) === undefined) throw blocked(blockedFor);

			const found = await lookUp();
			if (found !== null) {
				accepted.set(digest, true);
				return found;
			}
			accepted.delete(digest);
			const now = clock.now().getTime();
			const known = refusals.get(source);
			if (known && known.count >= limits.refusedKeys && now < known.last + BLOCK_MS) return null;
			const count = known && now - known.last <= QUIET_MS ? known.count + 1 : 1;
			refusals.set(source, { count, last: now });
			if (count > free) await nap(clock, (count - free) * DELAY_STEP_MS, signal);
			return null;
		},
	};
}

const blocked = (ms: number) =>
	new ApiError(
		'too_many_refused_keys',
		'Too many refused API keys or logins came from this address. Check what is sent, wait, then try again.',
		{ headers: { 'Retry-After': String(Math.ceil(ms / 1_000)) } },
	);

/** Who is at an address: an IPv4 address, or the /64 that one IPv6 network has to choose from. */
function sourceOf(address: string): string {
	if (!ipaddr.isValid(address)) return address;
	const parsed = ipaddr.process(address);
	return parsed instanceof ipaddr.IPv6 ? parsed.parts.slice(0, 4).join(':') : parsed.toString();
}
