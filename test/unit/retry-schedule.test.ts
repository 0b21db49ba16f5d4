import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { nextRetry, parseRetryAfter, RETRY_DELAYS_MS } from '../../backend/src/net/retry-schedule';

const anyRandom = fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true });
const anyRetries = fc.nat({ max: RETRY_DELAYS_MS.length - 1 });
const never = () => 0;

const START = new Date('2026-05-07T14:00:00.000Z');
const anyNow = fc.nat({ max: 86_400_000 }).map((ms) => new Date(START.getTime() + ms));

interface Case {
	readonly now?: Date;
	readonly retries: number;
	readonly retryAfterMs?: number | null;
	readonly random?: () => number;
}

/** How many milliseconds later the next retry is. */
const delay = ({ now = START, retries, retryAfterMs = null, random = never }: Case) => {
	const at = nextRetry({ now, retries, retryAfterMs, random });
	return at === null ? null : at.getTime() - now.getTime();
};

describe('the retry schedule', () => {
	it('is 1 s, 5 s, 30 s, 2 min, 10 min, 1 h and then ends', () => {
		const delays = [0, 1, 2, 3, 4, 5, 6].map((retries) => delay({ retries }));
		expect(delays).toEqual([1_000, 5_000, 30_000, 120_000, 600_000, 3_600_000, null]);
	});

	it('is late by a tenth at most and never early', () => {
		fc.assert(
			fc.property(anyNow, anyRetries, anyRandom, (now, retries, random) => {
				const step = RETRY_DELAYS_MS[retries] ?? 0;
				const waited = delay({ now, retries, random: () => random }) ?? -1;
				return waited >= step && waited <= step * 1.1;
			}),
		);
	});

	it('falls on tenths of a second, so that many retries are found together', () => {
		fc.assert(
			fc.property(anyNow, anyRetries, anyRandom, (now, retries, random) => {
				const at = nextRetry({ now, retries, retryAfterMs: null, random: () => random });
				return at !== null && at.getTime() % 100 === 0;
			}),
		);
	});

	it('leaves every tenth of a second within its limits to chance', () => {
		const all = Array.from({ length: 100 }, (_, part) => delay({ retries: 1, random: () => part / 100 }));
		expect([...new Set(all)]).toEqual([5_000, 5_100, 5_200, 5_300, 5_400, 5_500]);
	});

	it('waits as long as the receiver asks, but not past the next step and not less than its own', () => {
		fc.assert(
			fc.property(anyRetries, fc.nat({ max: 80_000 }), (retries, tenths) => {
				const step = RETRY_DELAYS_MS[retries] ?? 0;
				const longest = RETRY_DELAYS_MS[retries + 1] ?? step;
				const expected = Math.max(step, Math.min(tenths * 100, longest));
				return delay({ retries, retryAfterMs: tenths * 100 }) === expected;
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
