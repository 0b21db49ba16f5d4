import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { attempt } from '../../backend/src/net/attempt';
import type { Fetch } from '../../backend/src/net/outbound';
import { createFakeClock } from '../support/fake-clock';

const request = { url: 'https://hooks.example.com/', headers: {}, body: '{}' };

/** What is kept of an answer that comes in these pieces. */
async function kept(...pieces: readonly Uint8Array[]): Promise<string> {
	const clock = createFakeClock();
	const fetch: Fetch = () =>
		Promise.resolve({ status: 200, headers: new Headers(), body: ReadableStream.from(pieces) });
	const result = await attempt(request, { fetch, clock, over: new AbortController() });
	return result?.attempt.response_body ?? '';
}

describe('what is kept of an answer', () => {
	it('is all of a text of 10,000 bytes', async () => {
		expect(await kept(Buffer.from('€'.repeat(3_333)), Buffer.from('x'))).toBe(`${'€'.repeat(3_333)}x`);
	});

	it('ends before the character that no longer fits', async () => {
		expect(await kept(Buffer.from('x€'.repeat(5_000)))).toBe('x€'.repeat(2_500));
		expect(await kept(Buffer.from('€'.repeat(5_000)))).toBe('€'.repeat(3_333));
		expect(await kept(Buffer.from('💥'.repeat(5_000)))).toBe('💥'.repeat(2_500));
		expect(await kept(Buffer.from(`x${'💥'.repeat(5_000)}`))).toBe(`x${'💥'.repeat(2_499)}`);
	});

	it('is a character whole that comes in two pieces', async () => {
		const bytes = Buffer.from('a€b');
		expect(await kept(bytes.subarray(0, 2), bytes.subarray(2))).toBe('a€b');
	});

	it('is at most 10,000 bytes of UTF-8 though no text came', async () => {
		await fc.assert(
			fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 50 }), async (noise) => {
				const body = await kept(Buffer.concat(Array.from({ length: 1_000 }, () => noise)));
				const stored = Buffer.from(body);
				expect([stored.length <= 10_000, stored.toString() === body]).toEqual([true, true]);
			}),
		);
	});
});

describe('the duration of an attempt', () => {
	it('is never negative, though the clock is set back meanwhile', async () => {
		const steady = createFakeClock();
		let aheadMs = 5_000;
		const clock = { ...steady, now: () => new Date(steady.now().getTime() + aheadMs) };
		const fetch: Fetch = () => {
			aheadMs = 0;
			return Promise.resolve({ status: 200, headers: new Headers(), body: null });
		};
		const result = await attempt(request, { fetch, clock, over: new AbortController() });
		expect(result?.attempt.duration_ms).toBe(0);
	});
});
