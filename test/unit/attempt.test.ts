import { describe, expect, it } from '@jest/globals';
import { attempt } from '../../backend/src/net/attempt';
import type { Fetch } from '../../backend/src/net/outbound';
import { createFakeClock } from '../support/fake-clock';

const request = { url: 'https://hooks.example.com/', headers: {}, body: '{}' };

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
