import ipaddr from 'ipaddr.js';
import type { Clock } from '../core/clock';
import { ApiError } from '../core/errors';
import { Lru } from '../core/lru';
import { hashToken } from '../core/secrets';
import { createSlowDown } from '../waiting/slow-down';
import { nap } from '../waiting/wakeable-loop';
import type { Limits } from './limits';

/** Slows down and then blocks addresses that send one refused key after another. */
export interface RefusedKeys {
	/**
	 * Looks a key up, and lets a refused one wait for its answer where its address has sent many.
	 * @throws {ApiError} 429 too_many_refused_keys, without looking the key up, while the address is blocked
	 */
	watch<T>(
		request: {
			readonly address: string;
			readonly token: string;
			readonly signal: AbortSignal;
			/** Whether a token was made here; such a one is looked up in spite of a block. */
			readonly isOurs?: (token: string) => boolean;
		},
		lookUp: () => Promise<T | null>,
	): Promise<T | null>;
}

const BLOCK_MS = 5 * 60_000;
/** How long a refused key that passed a block waits for its answer. */
const BLOCKED_MS = 2_000;
const CAPACITY = 10_000;

/**
 * In this process's memory and of bounded size; replicas do not tell each other. Tokens that were made here pass a block,
 * and what was good a moment ago does, so that behind a proxy, where all clients have one address, nobody locks out others.
 */
export function createRefusedKeys({
	limits,
	clock,
}: {
	limits: Pick<Limits, 'refusedKeys'>;
	clock: Clock;
}): RefusedKeys {
	const refusals = createSlowDown(clock, Math.floor(limits.refusedKeys / 3));
	const accepted = new Lru<true>(CAPACITY);

	/** How long a source is blocked still, in milliseconds; 0 where it is not. */
	const blockOf = (source: string) => {
		const known = refusals.of(source);
		if (known === undefined || known.count < limits.refusedKeys) return 0;
		return Math.max(0, known.last + BLOCK_MS - clock.now().getTime());
	};

	return {
		async watch({ address, token, signal, isOurs = () => false }, lookUp) {
			const source = sourceOf(address);
			const digest = hashToken(token);
			const blockedFor = blockOf(source);
			if (blockedFor > 0 && accepted.get(digest) === undefined && !isOurs(token)) throw blocked(blockedFor);

			const found = await lookUp();
			if (found !== null) {
				accepted.set(digest, true);
				return found;
			}
			accepted.delete(digest);
			if (blockOf(source) === 0) await refusals.failed(source, signal);
			// A block is not made longer by what passes it, which waits as long as the last one before it.
			else await nap(clock, BLOCKED_MS, signal);
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
