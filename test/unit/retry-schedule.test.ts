import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { parseRetryAfter, RETRY_DELAYS_MS, retryDelay } from '../../backend/src/net/retry-schedule';

const anyRandom = fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true });
const anyRetries = fc.nat({ max: RETRY_DELAYS_MS.length - 1 });
const never = () => 0;

describe('the retry schedule', () => {
	it('is 1 s, 5 s, 30 s, 2 min, 10 min, 1 h and then ends', () => {
		const delays = [0, 1, 2, 3, 4, 5, 6].map((retries) =>
			retryDelay({ retries, retryAfterMs: null, random: never }),
		);
		expect(delays).toEqual([1_000, 5_000, 30_000, 120_000, 600_000, 3_600_000, null]);
	});

	it('is late by a tenth at most and never early', () => {
		fc.assert(
			fc.property(anyRetries, anyRandom, (retries, random) => {
				const step = RETRY_DELAYS_MS[retries] ?? 0;
				const delay = retryDelay({ retries, retryAfterMs: null, random: () => random }) ?? -1;
				return delay >= step && delay <= step * 1.1;
			}),
		);
	});

	it('waits as long as the receiver asks, but not past the next step and not less than its own', () => {
		fc.assert(
			fc.property(anyRetries, fc.nat({ max: 8_000_000 }), (retries, retryAfterMs) => {
				const step = RETRY_DELAYS_MS[retries] ?? 0;
				const longest = RETRY_DELAYS_MS[retries + 1] ?? step;
				const expected = Math.max(step, Math.min(retryAfterMs, longest));
				return retryDelay({ retries, retryAfterMs, random: never }) === expected;
			}),
		);
	});
});

describe('Retry-After', () => {
	const now = new Date('2026-05-07T14:00:00.000Z');

	it.each([
		['0', 0],
		['3', 3_000],
		[' 120 ', 120_000],
		['Thu, 07 May 2026 14:00:30 GMT', 30_000],
		['Thu, 07 May 2026 13:00:00 GMT', 0],
	])('"%s" asks for %d ms', (header, expected) => {
		expect(parseRetryAfter(header, now)).toBe(expected);
	});

	it.each([null, '', 'soon', '-5x'])('%j asks for nothing', (header) => {
		expect(parseRetryAfter(header, now)).toBeNull();
	});
});
