import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import mongoose from 'mongoose';
import { Webhook } from 'standardwebhooks';
import { z } from 'zod';
import { createIds, type OrganizationId } from '../../backend/src/core/ids';
import { createLogger } from '../../backend/src/core/log';
import { createSecrets } from '../../backend/src/core/secrets';
import { callbackCollection } from '../../backend/src/features/odoo-routes/callbacks/model';
import { createCallbacksService } from '../../backend/src/features/odoo-routes/callbacks/service';
import { createCallbackWorker } from '../../backend/src/features/odoo-routes/callbacks/worker';
import { createOutbound } from '../../backend/src/net/outbound';
import { signatureHeaders } from '../../backend/src/net/webhook-signature';
import { openTestDatabase, type TestDatabase } from '../support/database';
import { createFakeClock } from '../support/fake-clock';
import { odooRouteCaller } from '../support/odoo-route-caller';
import { addKey, startTestPlatform, type TestPlatform, WIDE_LIMITS } from '../support/platform';
import { answer, type Receiver, startReceiver } from '../support/receiver';
import { until } from '../support/until';

const open: { close: () => Promise<void> }[] = [];
afterEach(async () => {
	for (const one of open.splice(0)) await one.close();
});

async function receiver(...respond: Parameters<typeof startReceiver>): Promise<Receiver> {
	const started = await startReceiver(...respond);
	open.push(started);
	return started;
}

describe('the callback_url of a call', () => {
	let platform: TestPlatform;
	beforeAll(async () => {
		platform = await startTestPlatform({}, { limits: WIDE_LIMITS });
	});
	afterAll(() => platform.remove());

	const call = (...request: Parameters<ReturnType<typeof odooRouteCaller>['call']>) =>
		odooRouteCaller(platform).call(...request);
	const lastLog = async () => {
		const { json } = await platform.api('GET', '/api/v1/odoo-logs?limit=1');
		const [log] = z.array(z.looseObject({ id: z.string() })).parse(json.data);
		return (await platform.api('GET', `/api/v1/odoo-logs/${log?.id}`)).json;
	};

	it('gets the very outcome that the call is answered with', async () => {
		const there = await receiver();
		const { url, requests } = there;
		const vals = { payload: { name: 'Called Back' }, callback_url: url };
		const { jsonrpc, id, result } = await call('create_data', 'res.partner', vals);
		await there.received(1);
		expect(JSON.parse(requests[0]?.body ?? '')).toEqual({ jsonrpc, id, result });
	});

	it('gets the reason of a failure', async () => {
		const there = await receiver();
		const { url, requests } = there;
		const { result } = await call('create_data', 'no.model', { payload: { name: 'X' }, callback_url: url });
		await there.received(1);
		expect(JSON.parse(requests[0]?.body ?? '')).toMatchObject({ result: { is_success: false, ...result } });
	});

	it("is signed with the key's secret, in both ways that webhooks are", async () => {
		const there = await receiver();
		const { url, requests } = there;
		await call('search_data', 'res.partner', { payload: { limit: 1 }, callback_url: url });
		await there.received(1);
		const [request] = requests;
		if (request === undefined) throw new Error('no request');
		const { headers, body } = request;
		const { hmac_secret: secret } = platform.firstRun.webhook_key;
		const [messageId, timestamp] = [String(headers['webhook-id']), Number(headers['webhook-timestamp'])];
		const signed = signatureHeaders({ secret, messageId, timestamp, body });
		expect(headers['x-oecsh-signature']).toBe(signed['X-OECSH-Signature']);
		const flat = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
		expect(() => new Webhook(secret, { format: 'raw' }).verify(body, flat)).not.toThrow();
	});

	it("is in the call's log, with what became of it", async () => {
		const { url } = await receiver();
		await call('search_data', 'res.partner', { payload: { limit: 1 }, callback_url: url });
		const log = await until(async () => {
			const { callback } = z
				.looseObject({ callback: z.looseObject({ status: z.string() }) })
				.parse(await lastLog());
			return callback.status === 'succeeded' && callback;
		});
		expect(log).toEqual({
			id: expect.stringMatching(/^cbk_/),
			url,
			status: 'succeeded',
			next_attempt_at: null,
			attempts: [{ at: expect.any(String), duration_ms: expect.any(Number), response_code: 200, error: null }],
		});
	});

	it('is told once of a call that is sent again with its Idempotency-Key', async () => {
		const there = await receiver();
		const { url, requests } = there;
		const { send } = odooRouteCaller(platform);
		const vals = { payload: { name: 'Once' }, callback_url: url };
		const body = JSON.stringify({ params: { model: 'res.partner', vals } });
		await send('create_data', body, { 'Idempotency-Key': 'callback-1' });
		await there.received(1);
		await send('create_data', body, { 'Idempotency-Key': 'callback-1' });
		await call('search_data', 'res.partner', { payload: { limit: 1 }, callback_url: url });
		await there.received(2);
		expect(requests.filter(({ body: sent }) => sent.includes('created'))).toHaveLength(1);
	});

	it('is in the log of a replay of its call as well', async () => {
		const { url } = await receiver();
		const vals = { payload: { name: 'Again' }, callback_url: url };
		const body = JSON.stringify({ params: { model: 'res.partner', vals } });
		const send = () => odooRouteCaller(platform).send('create_data', body, { 'Idempotency-Key': 'callback-2' });
		await send();
		const { callback } = z.looseObject({ callback: z.looseObject({ id: z.string() }) }).parse(await lastLog());
		const replay = await send();
		const { id } = callback;
		expect(await lastLog()).toMatchObject({ request_id: replay.headers.get('x-request-id'), callback: { id } });
	});

	it('needs a key with a secret, and nothing is written without', async () => {
		const { organization_id } = platform.firstRun;
		const token = await addKey(platform, { organization_id, scope: 'webhook' });
		const vals = { payload: { name: 'Unsigned' }, callback_url: 'https://hooks.example.com/odoo' };
		const refused = await odooRouteCaller(platform).send(
			'create_data',
			JSON.stringify({ params: { model: 'res.partner', vals } }),
			{ Authorization: `Bearer ${token}` },
		);
		expect(refused.result).toMatchObject({ is_success: false, messages: expect.stringContaining('HMAC secret') });
		const found = await call('search_data', 'res.partner', {
			payload: { search_domain: [['name', '=', 'Unsigned']] },
		});
		expect(found.result?.result).toEqual([]);
	});

	it.each([
		'http://10.0.0.1/',
		'http://[::ffff:10.0.0.1]/',
		'ftp://hooks.example.com/',
		'https://user@hooks.example.com/',
	])('refuses %s', async (callback_url) => {
		const vals = { payload: { name: 'X' }, callback_url };
		expect((await call('create_data', 'res.partner', vals)).result?.is_success).toBe(false);
	});
});

describe('the delivery of callbacks', () => {
	let server: TestDatabase;
	let stages = 0;
	beforeAll(async () => {
		server = await openTestDatabase();
	});
	afterAll(() => server.drop());

	/** A service and a worker on callbacks of their own. */
	async function stage() {
		const clock = createFakeClock();
		const connection = await mongoose
			.createConnection(server.uri, { dbName: `${server.name}_${++stages}` })
			.asPromise();
		const callbacks = callbackCollection(connection);
		await callbacks.createIndexes();
		const common = { callbacks, clock, secrets: createSecrets(Buffer.alloc(32, 7)), log: createLogger('silent') };
		const { fetch, mayReach, close } = createOutbound({ allowedCidrs: ['127.0.0.0/8'] });
		const ids = createIds(clock);
		const organization = ids.next('organization');
		const workers: ReturnType<typeof createCallbackWorker>[] = [];
		const startWorker = (own: Partial<Parameters<typeof createCallbackWorker>[0]> = {}) => {
			const worker = createCallbackWorker({ ...common, fetch, random: () => 0, ...own });
			worker.start();
			workers.push(worker);
			return worker;
		};
		const worker = startWorker();
		const service = createCallbacksService({ ...common, ids, mayReach, notify: worker.wake });
		open.push({
			close: async () => {
				await Promise.all(workers.map(({ stop }) => stop()));
				await close();
				await connection.dropDatabase();
				await connection.close();
			},
		});
		return {
			/** Moves the time on and lets the worker look. */
			advance: async (ms: number) => {
				await clock.advance(ms);
				worker.wake();
			},
			ids,
			startWorker,
			/** Queues outcomes of one organization for that URL. */
			enqueue: async (tenant: OrganizationId, url: string, count = 1) => {
				const one = async () => service.finish(tenant, await service.open(tenant, order(url)), '{}');
				await Promise.all(Array.from({ length: count }, one));
			},
			/** Resolves once the first attempts of so many are written down. */
			timedOut: (count: number) =>
				until(async () => (await callbacks.everywhere.find({ attempts: { $size: 1 } })).length === count),
			stop: worker.stop,
			service,
			organization,
			other: ids.next('organization'),
			/** The callback as soon as so many attempts are written down. */
			attempted: (id: Awaited<ReturnType<typeof service.open>>, count: number) =>
				until(async () => {
					const found = await service.find(organization, id);
					return found !== null && found.attempts.length === count && found;
				}),
		};
	}

	const order = (url: string) => ({ url, secret: 'a secret', interrupted: '{"interrupted":true}' });

	it('is tried again by the schedule of webhooks, with the same id', async () => {
		const { url, requests } = await receiver((response, before) => answer(before < 2 ? 500 : 200)(response));
		const { advance, service, organization, attempted } = await stage();
		const id = await service.open(organization, order(url));
		await service.finish(organization, id, '{}');
		await attempted(id, 1);
		await advance(1_000);
		await attempted(id, 2);
		await advance(5_000);
		expect(await attempted(id, 3)).toMatchObject({ status: 'succeeded', secret: null, body: null });
		expect(new Set(requests.map(({ headers }) => headers['webhook-id']))).toEqual(new Set([id]));
	});

	it('is given up after the last retry', async () => {
		const { url } = await receiver(answer(500));
		const { advance, service, organization, attempted } = await stage();
		const id = await service.open(organization, order(url));
		await service.finish(organization, id, '{}');
		for (const [count, delay] of [1_000, 5_000, 30_000, 120_000, 600_000, 3_600_000].entries()) {
			await attempted(id, count + 1);
			await advance(delay);
		}
		expect(await attempted(id, 7)).toMatchObject({ status: 'failed' });
	});

	it('is given up at once where the receiver is gone', async () => {
		const { url } = await receiver(answer(410));
		const { service, organization, attempted } = await stage();
		const id = await service.open(organization, order(url));
		await service.finish(organization, id, '{}');
		expect(await attempted(id, 1)).toMatchObject({ status: 'failed' });
	});

	it('waits for no receiver of another organization', async () => {
		const silent = await receiver(() => undefined);
		const there = await receiver();
		const { service, organization, other } = await stage();
		for (let count = 0; count < 6; count += 1) {
			await service.finish(organization, await service.open(organization, order(silent.url)), '{}');
		}
		await silent.received(5);
		await service.finish(other, await service.open(other, order(there.url)), '{}');
		await there.received(1);
		expect(silent.requests).toHaveLength(5);
	});

	it.each([500, 200])(
		'is out of the hands of a worker whose lease ran out, and which gets a late %s',
		async (late) => {
			const { startWorker, stop, advance, service, organization, attempted } = await stage();
			await stop();
			let respond: (response: Response) => void = () => undefined;
			let begun = () => {};
			const sent = new Promise<void>((resolve) => (begun = resolve));
			const stalled = startWorker({
				clock: createFakeClock(),
				fetch: () => {
					begun();
					return new Promise((resolve) => (respond = resolve));
				},
			});
			const { url } = await receiver();
			const id = await service.open(organization, order(url));
			await service.finish(organization, id, '{}');
			stalled.wake();
			await sent;
			await advance(60_000);
			const successor = startWorker();
			await attempted(id, 1);
			await successor.stop();
			const settled = await service.find(organization, id);
			respond(new Response('', { status: late }));
			await stalled.stop();
			expect(await service.find(organization, id)).toEqual(settled);
			expect(settled).toMatchObject({ status: 'succeeded' });
		},
	);

	it('waits for none of ten organizations whose receivers do not answer', async () => {
		const silent = await receiver(() => undefined);
		const there = await receiver();
		const { ids, advance, other, enqueue } = await stage();
		await Promise.all(Array.from({ length: 10 }, () => enqueue(ids.next('organization'), silent.url, 6)));
		await silent.received(25);
		await advance(1);
		await enqueue(other, there.url);
		await there.received(1);
		expect(silent.requests.length).toBeLessThanOrEqual(30);
	});

	it('waits for no number of organizations whose receivers did not answer last time', async () => {
		const silent = await receiver(() => undefined);
		const there = await receiver();
		const { ids, advance, other, enqueue, timedOut } = await stage();
		await Promise.all(Array.from({ length: 50 }, () => enqueue(ids.next('organization'), silent.url)));
		await silent.received(50);
		await advance(15_000);
		await timedOut(50);
		await advance(1_000);
		await silent.received(75);
		await advance(1);
		await enqueue(other, there.url);
		await there.received(1);
		expect(silent.requests).toHaveLength(75);
	});

	it('says that the outcome is not known where the process died amid the call', async () => {
		const there = await receiver();
		const { url, requests } = there;
		const { advance, service, organization } = await stage();
		await service.open(organization, order(url));
		await advance(15 * 60_000);
		await there.received(1);
		expect(requests[0]?.body).toBe('{"interrupted":true}');
	});
});
