import { beforeEach, describe, expect, it } from '@jest/globals';
import { Lru } from '../../backend/src/core/lru';
import { LIMITS } from '../../backend/src/http/limits';
import { createRefusedKeys, type RefusedKeys } from '../../backend/src/http/refused-keys';
import { createFakeClock, type FakeClock } from '../support/fake-clock';

let clock: FakeClock;
let refusedKeys: RefusedKeys;
let lookedUp: number;

beforeEach(() => {
	clock = createFakeClock();
	refusedKeys = createRefusedKeys({ limits: LIMITS, clock });
	lookedUp = 0;
});

/** Sends a key, and lets the time pass that its answer takes. */
async function send(token: string, address = '198.51.100.7') {
	const start = clock.now().getTime();
	const isOurs = () => token.startsWith('made here');
	const answer = refusedKeys.watch({ address, token, signal: new AbortController().signal, isOurs }, () => {
		lookedUp += 1;
		return Promise.resolve(token.endsWith('good') ? 'caller' : null);
	});
	answer.catch(() => undefined);
	await clock.advance(0);
	await clock.advance(clock.sleeping[0] ?? 0);
	return { found: await answer, waited: clock.now().getTime() - start };
}

async function sendMany(count: number, address?: string) {
	const waits: number[] = [];
	for (let sent = 0; sent < count; sent += 1) waits.push((await send('bad', address)).waited);
	return waits;
}

describe('refused keys', () => {
	it('are answered at once at first, then more slowly each time', async () => {
		const waits = await sendMany(13);
		expect(waits).toEqual([...Array.from({ length: 10 }, () => 0), 100, 200, 300]);
	});

	it('block their address after thirty, without a look at the key', async () => {
		await sendMany(30);
		await expect(send('unknown')).rejects.toMatchObject({
			status: 429,
			code: 'too_many_refused_keys',
			more: { headers: { 'Retry-After': expect.stringMatching(/^\d+$/) } },
		});
		expect(lookedUp).toBe(30);
	});

	it('do not block another address', async () => {
		await sendMany(30);
		expect((await send('good', '198.51.100.8')).found).toBe('caller');
	});

	it('do not block a key that was good before, as behind a proxy', async () => {
		await send('good');
		await sendMany(30);
		expect((await send('good')).found).toBe('caller');
	});

	it('do not block a token that was made here, as behind a proxy', async () => {
		await sendMany(30);
		expect((await send('made here, good')).found).toBe('caller');
		expect((await send('made here, revoked')).found).toBeNull();
		await expect(send('made elsewhere')).rejects.toMatchObject({ status: 429 });
	});

	it('block for five minutes', async () => {
		await sendMany(30);
		await clock.advance(5 * 60_000);
		expect(await send('bad')).toEqual({ found: null, waited: 0 });
	});

	it('are forgotten after a quiet minute', async () => {
		await sendMany(20);
		await clock.advance(60_001);
		expect((await send('bad')).waited).toBe(0);
	});

	it.each([
		['an IPv4 address written as IPv6', '198.51.100.7', '::ffff:198.51.100.7'],
		['the same network of IPv6', '2001:db8:1:2::1', '2001:db8:1:2:ffff::9'],
	])('count together from %s', async (_case, one, other) => {
		await sendMany(30, one);
		await expect(send('bad', other)).rejects.toMatchObject({ status: 429 });
	});
});

describe('a bounded memory', () => {
	it('lets go of what was not used for the longest time', () => {
		const memory = new Lru<number>(2);
		memory.set('a', 1);
		memory.set('b', 2);
		memory.get('a');
		memory.set('c', 3);
		expect([memory.get('a'), memory.get('b'), memory.get('c')]).toEqual([1, undefined, 3]);
	});
});
