import type { Clock } from '../../backend/src/core/clock';
import { createLogger } from '../../backend/src/core/log';
import { createSecrets } from '../../backend/src/core/secrets';
import type { Audit } from '../../backend/src/http/audit';
import { type Claim, type ClaimStore, createIdempotency } from '../../backend/src/http/idempotency';
import { LIMITS, type Limits } from '../../backend/src/http/limits';
import { createRateLimiter, type RateCounter } from '../../backend/src/http/rate-limit';
import { createRefusedKeys } from '../../backend/src/http/refused-keys';
import { createLoginGate } from '../../backend/src/http/login-gate';
import type { Once } from '../../backend/src/http/route';

/** What the pipeline needs beside routes and keys, in memory. */
export function createPipelineParts(clock: Clock, { limits = LIMITS }: { limits?: Limits } = {}) {
	const audit: Audit = (_deed, work) => work();
	return {
		audit,
		refusedKeys: createRefusedKeys({ limits, clock }),
		loginGate: createLoginGate({ limits }),
		rateLimiter: createRateLimiter({ counter: createMemoryCounter(), limits, clock }),
		idempotency: createIdempotency({
			store: createMemoryClaims(),
			secrets: createSecrets(Buffer.alloc(32, 7)),
			clock,
			log: createLogger('silent'),
		}),
	};
}

/** What a request without an Idempotency-Key runs by. */
export const runAlways: Once = (work) => work({ effect_id: null, signal: new AbortController().signal });

/** A counter that replicas of one process can share. */
export function createMemoryCounter(): RateCounter & { asked: number } {
	const taken = new Map<string, number>();
	const counter = {
		asked: 0,
		async take({ key_id }: { key_id: string }, { start }: { start: Date }, count: number) {
			counter.asked += 1;
			await Promise.resolve();
			const sum = (taken.get(key_id + start.toISOString()) ?? 0) + count;
			taken.set(key_id + start.toISOString(), sum);
			return sum;
		},
	};
	return counter;
}

/** Claims that replicas of one process can share; `kept` shows them as they lie there. */
export function createMemoryClaims(): ClaimStore & { readonly kept: ReadonlyMap<string, Claim> } {
	const kept = new Map<string, Claim>();
	const own = (claim: Claim) => {
		const found = kept.get(claim.id);
		return found?.owner === claim.owner && found.effect_id === claim.effect_id ? found : undefined;
	};
	return {
		kept,
		open(claim) {
			const found = kept.get(claim.id);
			if (found === undefined) kept.set(claim.id, claim);
			return Promise.resolve(found ?? null);
		},
		takeOver(claim, heir, now) {
			const found = own(claim);
			if (found?.reply !== null || found.lease_until > now) return Promise.resolve(null);
			const taken = { ...found, owner: heir.owner, lease_until: heir.lease_until, failed: false };
			kept.set(claim.id, taken);
			return Promise.resolve(taken);
		},
		change(claim, change) {
			const found = own(claim);
			if (found) kept.set(claim.id, { ...found, ...change });
			return Promise.resolve();
		},
		remove(claim) {
			if (own(claim)) kept.delete(claim.id);
			return Promise.resolve();
		},
	};
}
