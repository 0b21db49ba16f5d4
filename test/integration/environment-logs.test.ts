import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { siteLogEvents, siteLogText } from '../../backend/src/features/environments/logs';
import { ServerError } from '../../backend/src/runtimes/runtime';
import { openEventStream } from '../support/event-stream';
import { createFakeClock } from '../support/fake-clock';
import { addOrganization, startTestPlatform, type TestPlatform } from '../support/platform';
import { until } from '../support/until';

describe('what a sandbox says and takes, at the API', () => {
	let platform: TestPlatform;
	let route: string;

	beforeAll(async () => {
		platform = await startTestPlatform();
		route = `/api/v1/environments/${platform.firstRun.environments.production}`;
	});

	afterAll(() => platform.remove());

	const headers = () => ({ Authorization: `Bearer ${platform.firstRun.api_key}` });

	it('is, as text, that it keeps no log', async () => {
		const response = await fetch(`${platform.url}${route}/logs?tail=5&since=2026-05-07T14:23:11Z`, {
			headers: headers(),
		});
		expect(response.headers.get('content-type')).toBe('text/plain; charset=utf-8');
		expect(await response.text()).toBe('A sandbox keeps no log.\n');
	});

	it('is the same as events, and their end', async () => {
		const stream = await openEventStream(`${platform.url}${route}/logs`, headers());
		expect(await stream.rest()).toEqual([
			{ data: '{"text":"A sandbox keeps no log."}' },
			{ event: 'end', data: '{"message":null}' },
		]);
	});

	it.each(['tail=5001', 'tail=-1', 'tail=x', 'since=yesterday', 'limit=1'])(
		'is not asked for by ?%s',
		async (query) => {
			expect((await platform.api('GET', `${route}/logs?${query}`)).status).toBe(422);
		},
	);

	it('is not JSON', async () => {
		const response = await fetch(`${platform.url}${route}/logs`, {
			headers: { ...headers(), Accept: 'application/json' },
		});
		expect(response.status).toBe(406);
	});

	it('is entered with the name and password that its runtime made, once something was deployed', async () => {
		expect((await platform.api('GET', `${route}/login`)).json).toMatchObject({ code: 'environment_not_deployed' });
		const deploy = { ref: 'HEAD', wait: true };
		expect((await platform.api('POST', `${route}/deploy`, deploy)).json).toMatchObject({ status: 'succeeded' });
		expect((await platform.api('GET', `${route}/login`)).json).toEqual({
			url: expect.stringContaining('/sandbox/'),
			login: 'admin',
			password: expect.stringMatching(/.{16,}/),
		});
	});

	it('is measured as not known', async () => {
		expect((await platform.api('GET', `${route}/metrics`)).json).toEqual({
			at: expect.any(String),
			memory_bytes: null,
			memory_limit_bytes: null,
			cpu_percent: null,
			processes: null,
			database: { memory_bytes: null, size_bytes: null },
			disk_bytes: { filestore: null, database: null },
		});
	});

	it.each(['logs', 'metrics'])('is nothing that others see: %s', async (what) => {
		const key = (await addOrganization(platform)).api_key;
		expect((await platform.api('GET', `${route}/${what}`, undefined, { key })).status).toBe(404);
	});
});

describe('the log of an environment', () => {
	it('has no line of more than 2,000 characters, and 5,000 lines at most', async () => {
		const text = await siteLogText(Readable.from(Array.from({ length: 5_001 }, () => 'x'.repeat(2_001))));
		const lines = text.trimEnd().split('\n');
		expect(lines).toHaveLength(5_000);
		expect(new Set(lines.map(({ length }) => length))).toEqual(new Set([2_000]));
	});

	it('sends a sign of life where nothing is written for 15 seconds', async () => {
		const clock = createFakeClock();
		const silent = { [Symbol.asyncIterator]: () => ({ next: () => new Promise<never>(() => undefined) }) };
		const events = siteLogEvents(silent, clock);
		await events.next();
		const next = events.next();
		await until(() => clock.sleeping.length > 0);
		await clock.advance(15_000);
		expect((await next).value).toBe(': heartbeat\n\n');
	});

	it('ends with the reason where the server fails amid it', async () => {
		const failing = {
			[Symbol.asyncIterator]: () => ({ next: () => Promise.reject(new ServerError('It is gone.')) }),
		};
		const events: string[] = [];
		for await (const event of siteLogEvents(failing, createFakeClock())) events.push(event);
		expect(events.at(-1)).toBe('event: end\ndata: {"message":"It is gone."}\n\n');
	});
});
