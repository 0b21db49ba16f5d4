import { beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createIds } from '../../backend/src/core/ids';
import { LIMITS } from '../../backend/src/http/limits';
import { createRateLimiter, type RateLimiter } from '../../backend/src/http/rate-limit';
import { createFakeClock, type FakeClock } from '../support/fake-clock';
import { createMemoryCounter } from '../support/pipeline';

let clock: FakeClock;
let counter: ReturnType<typeof createMemoryCounter>;

beforeEach(() => {
	clock = createFakeClock(new Date('2026-05-07T14:23:15.000Z'));
	counter = createMemoryCounter();
});

const ids = createIds(createFakeClock());
const platformKey = { key_id: ids.next('key'), organization_id: ids.next('organization'), scope: 'org' } as const;
const webhookKey = { ...platformKey, key_id: ids.next('key'), scope: 'webhook' } as const;

const replica = () => createRateLimiter({ counter, limits: LIMITS, clock });

async function spend(limiter: RateLimiter, times: number, key: typeof platformKey | typeof webhookKey = platformKey) {
	let passed = 0;
	for (let sent = 0; sent < times; sent += 1) if ((await limiter.spend(key)).refusal === null) passed += 1;
	return passed;
}

describe('the rate limit', () => {
	it.each([
		[300, platformKey],
		[100, webhookKey],
	])('lets %i requests a minute pass', async (limit, key) => {
		expect(await spend(replica(), 500, key)).toBe(limit);
	});

	it('counts what comes at once', async () => {
		const limiter = replica();
		const all = await Promise.all(Array.from({ length: 500 }, () => limiter.spend(platformKey)));
		expect(all.filter(({ refusal }) => refusal === null)).toHaveLength(300);
	});

	it('counts down by one with every request', async () => {
		const limiter = replica();
		const seen: (string | undefined)[] = [];
		for (let sent = 0; sent < 301; sent += 1) {
			seen.push((await limiter.spend(platformKey)).headers['X-RateLimit-Remaining']);
		}
		expect(seen).toEqual([...Array.from({ length: 300 }, (_, index) => String(299 - index)), '0']);
	});

	it('tells the limit, what is left and until when, in both dialects', async () => {
		expect((await replica().spend(platformKey)).headers).toEqual({
			'X-RateLimit-Limit': '300',
			'X-RateLimit-Remaining': '299',
			'X-RateLimit-Reset': '2026-05-07T14:24:00.000Z',
			RateLimit: '"default";r=299;t=45',
			'RateLimit-Policy': '"default";q=300;w=60',
		});
	});

	it('says when to come back', async () => {
		const limiter = replica();
		await spend(limiter, 300);
		expect((await limiter.spend(platformKey)).refusal).toMatchObject({
			status: 429,
			code: 'rate_limited',
			more: { headers: { 'Retry-After': '45' }, members: { limit: 300, reset_at: '2026-05-07T14:24:00.000Z' } },
		});
	});

	it('begins anew with the next minute', async () => {
		const limiter = replica();
		await spend(limiter, 400);
		await clock.advance(45_000);
		expect(await spend(limiter, 400)).toBe(300);
	});

	it('is each key’s own', async () => {
		const limiter = replica();
		await spend(limiter, 400);
		expect((await limiter.spend(webhookKey)).refusal).toBeNull();
	});

	it('asks the counter for few of the requests, and no more once it is used up', async () => {
		await spend(replica(), 10_000);
		expect(counter.asked).toBeLessThan(100);
	});

	it('never lets more pass over several replicas, and withholds no more than a tenth for each idle one', async () => {
		await fc.assert(
			fc.asyncProperty(
				fc.array(fc.tuple(fc.nat(2), fc.nat(40)), { minLength: 1, maxLength: 60 }),
				async (bursts) => {
					counter = createMemoryCounter();
					const replicas = [replica(), replica(), replica()];
					let passed = 0;
					let sent = 0;
					const burst = async (index: number, size: number) => {
						const limiter = replicas[index];
						if (!limiter) return;
						const all = await Promise.all(Array.from({ length: size }, () => limiter.spend(platformKey)));
						passed += all.filter(({ refusal }) => refusal === null).length;
						sent += size;
					};
					for (const [index, size] of bursts) await burst(index, size);
					expect(passed).toBeLessThanOrEqual(300);
					expect(passed).toBeGreaterThanOrEqual(Math.min(sent, 300 - 60));
				},
			),
			{ numRuns: 200 },
		);
	});

	it('lets nobody pass while the counter fails, and counts on when it is back', async () => {
		const failing = { take: () => Promise.reject(new Error('no database')) };
		const working = counter;
		let up = false;
		const limiter = createRateLimiter({
			counter: { take: (...args) => (up ? working.take(...args) : failing.take()) },
			limits: LIMITS,
			clock,
		});
		await expect(limiter.spend(platformKey)).rejects.toThrow('no database');
		up = true;
		expect(await spend(limiter, 400)).toBe(300);
	});
});
