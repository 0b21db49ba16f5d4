import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { LIMITS } from '../../backend/src/http/limits';
import type { Platform } from '../../backend/src/platform';
import { type ApiReply, ask } from '../support/ask';
import { outsideAccess } from '../support/connections';
import { createFakeClock, type FakeClock } from '../support/fake-clock';
import { addKey, addOrganization, startReplica, startTestPlatform, type TestPlatform } from '../support/platform';
import { until } from '../support/until';

let clock: FakeClock;
let platform: TestPlatform;
let replica: Platform;

beforeAll(async () => {
	// The database tells what has expired by its own clock: this one stands still near to it, within one minute.
	clock = createFakeClock(new Date(Math.floor(Date.now() / 60_000) * 60_000));
	platform = await startTestPlatform({}, { clock });
	replica = await startReplica(platform, { clock });
});

afterAll(async () => {
	await replica.stop();
	await platform.remove();
});

const get = (base: Platform, key: string, path = '/api/v1/projects') => ask(base.url, 'GET', path, { key });

const post = (key: string) =>
	ask(platform.url, 'POST', '/api/n8n/webhook', { headers: { 'X-API-Key': key }, body: {} });

/** Moves the clock on until that has come. */
async function whileTimePasses<T>(awaited: Promise<T>): Promise<T> {
	const over = new AbortController();
	void awaited.finally(() => over.abort());
	while (!over.signal.aborted) await clock.advance(1);
	return awaited;
}

describe('the limit of a key', () => {
	it('is counted over the replicas, and told with every reply', async () => {
		const { api_key } = await addOrganization(platform);
		const replies = await Promise.all(
			Array.from({ length: 320 }, (_, index) => get(index % 2 ? replica : platform, api_key)),
		);
		const passed = replies.filter(({ status }) => status === 200).length;
		expect(passed).toBeLessThanOrEqual(300);
		// What the one still holds, the other cannot let pass.
		expect(passed).toBeGreaterThanOrEqual(270);
		expect(replies.every(({ headers }) => headers.get('x-ratelimit-limit') === '300')).toBe(true);
		const refused = replies.find(({ status }) => status === 429);
		expect(refused?.headers.get('x-ratelimit-remaining')).toBe('0');
		expect(refused?.headers.get('retry-after')).toBe('60');
		expect(refused?.json).toMatchObject({ status: 429, code: 'rate_limited', limit: 300 });
	});

	it('is told with refusals as well', async () => {
		const { organization_id } = await addOrganization(platform);
		const key = await addKey(platform, { organization_id, permissions: [] });
		const { status, headers } = await get(platform, key);
		expect([status, headers.get('x-ratelimit-remaining')]).toEqual([403, '299']);
		expect(headers.get('ratelimit')).toBe('"default";r=299;t=60');
		expect(headers.get('ratelimit-policy')).toBe('"default";q=300;w=60');
	});

	it('is 100 at the gateway, refused as its document says', async () => {
		const { organization_id } = await addOrganization(platform);
		const key = await addKey(platform, { organization_id, scope: 'webhook' });
		const replies: ApiReply[] = [];
		for (let sent = 0; sent < 101; sent += 1) replies.push(await post(key));
		expect(replies.filter(({ status }) => status === 400)).toHaveLength(100);
		const last = replies.at(-1);
		const reset = last?.headers.get('x-ratelimit-reset');
		expect(reset).toBe(new Date(clock.now().getTime() + 60_000).toISOString());
		expect(last?.json).toMatchObject({ error: 'Rate limit exceeded', limit: 100, resetAt: reset });
	});

	it('is the same one at the five routes, refused as JSON-RPC has it', async () => {
		const { organization_id } = await addOrganization(platform);
		const key = await addKey(platform, { organization_id, scope: 'webhook' });
		await Promise.all(Array.from({ length: 100 }, () => post(key)));
		const refused = await platform.api('POST', '/api/search_data', {}, { key });
		expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '60']);
		expect(refused.json).toMatchObject({
			error: { code: 429, data: { name: 'rate_limited', limit: 100 } },
		});
	});
});

describe('an address that sends one refused key after another', () => {
	it('is blocked, but neither for a good key nor from the health checks', async () => {
		const { api_key } = await addOrganization(platform);
		const sent = Promise.all(Array.from({ length: 30 }, (_, index) => get(platform, `oec_live_${index}`)));
		expect((await whileTimePasses(sent)).every(({ status }) => status === 401)).toBe(true);
		const blocked = await get(platform, 'oec_live_x');
		expect([blocked.status, Number(blocked.headers.get('retry-after')) > 0]).toEqual([429, true]);
		expect((await get(platform, api_key)).status).toBe(200);
		expect((await ask(platform.url, 'GET', '/readyz')).status).toBe(200);
	});
});

describe('clients behind a trusted proxy', () => {
	it('are told apart by the address that the proxy gives them', async () => {
		const config = { ...platform.config, trustedProxies: ['127.0.0.0/8', '::1/128', '10.0.0.0/8'] };
		const behind = await startReplica({ config }, { clock, limits: { ...LIMITS, refusedKeys: 3 } });
		const via = (forwarded: string, token = 'oec_live_guessed') =>
			ask(behind.url, 'GET', '/api/v1/projects', { key: token, headers: { 'X-Forwarded-For': forwarded } });
		const guess = async (forwarded: string) => (await whileTimePasses(via(forwarded))).status;
		// What a client itself wrote stands before what the proxy saw.
		const guesses = ['198.51.100.7', '203.0.113.9, 198.51.100.7', '198.51.100.7:41000, 10.0.0.2'];
		for (const forwarded of guesses) expect(await guess(forwarded)).toBe(401);
		expect(await guess('198.51.100.7')).toBe(429);
		expect(await guess('198.51.100.8')).toBe(401);
		await behind.stop();
	});

	it('are one address where no proxy is trusted', async () => {
		const alone = await startReplica(platform, { clock, limits: { ...LIMITS, refusedKeys: 1 } });
		const via = (forwarded: string) =>
			ask(alone.url, 'GET', '/api/v1/projects', { key: 'guessed', headers: { 'X-Forwarded-For': forwarded } });
		expect((await whileTimePasses(via('198.51.100.7'))).status).toBe(401);
		expect((await via('198.51.100.8')).status).toBe(429);
		await alone.stop();
	});
});

describe('guesses at a sandbox', () => {
	it('are answered ever more slowly, and hold up nobody who knows its key', async () => {
		const { staging } = platform.firstRun.environments;
		const { api_key } = await outsideAccess(platform, staging);
		const send = async (key: string) =>
			(await ask(platform.url, 'POST', `/sandbox/${staging}/json/2/res.users/context_get`, { key, body: {} }))
				.status;
		const guesses = Promise.all(Array.from({ length: 12 }, () => send('guessed')));
		await until(() => clock.sleeping.includes(100) && clock.sleeping.includes(200));
		const right = await send(api_key);
		expect([right, new Set(await whileTimePasses(guesses))]).toEqual([200, new Set([401])]);
	});
});

describe('what browsers are told', () => {
	it('opens nothing to other origins', async () => {
		const headers = { Origin: 'https://example.com', 'Access-Control-Request-Method': 'GET' };
		for (const method of ['GET', 'OPTIONS']) {
			const reply = await ask(platform.url, method, '/api/v1/projects', { headers });
			expect([...reply.headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([]);
		}
	});

	it('may be neither framed, sniffed nor kept', async () => {
		const { headers } = await get(platform, platform.firstRun.api_key);
		expect(Object.fromEntries(headers)).toMatchObject({
			'cache-control': 'no-store',
			'content-security-policy': expect.stringContaining("frame-ancestors 'none'"),
			'x-content-type-options': 'nosniff',
			'referrer-policy': 'no-referrer',
			'cross-origin-resource-policy': 'same-origin',
		});
	});
});
