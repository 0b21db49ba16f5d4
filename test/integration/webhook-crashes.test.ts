import { randomInt } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { systemClock } from '../../backend/src/core/clock';
import { createIds } from '../../backend/src/core/ids';
import { startEmbeddedEngine } from '@odoo-platform/embedded-mongo';
import { openTestDatabase, type TestDatabase } from '../support/database';
import { answer, type Receiver, startReceiver } from '../support/receiver';
import { until } from '../support/until';
import { clockAhead, type Order } from '../support/webhook-process';
import { prepareReplica, type Replica } from '../support/webhook-replica';
import { openWebhookStage, type WebhookStage } from '../support/webhook-stage';
import { randomFrom } from '../support/seeded-random';

/** How often a process is killed; `CRASHES=100` for the whole of it. */
const CRASHES = Number(process.env['CRASHES'] ?? 5);
/** Decides the moments; a failed test names it. */
const SEED = Number(process.env['CRASH_SEED'] ?? randomInt(2 ** 31));

const LEASE_MS = 60_000;
const WEBHOOKS = 3;
/** How long what the crashes left may take to be delivered. */
const SETTLED_MS = 60_000;

type Stage = WebhookStage<ReturnType<typeof clockAhead>>;

const replicas: Replica[] = [];
const receivers: Receiver[] = [];

function prepare(): Replica {
	const replica = prepareReplica();
	replicas.push(replica);
	return replica;
}

async function receiver(...respond: Parameters<typeof startReceiver>) {
	const started = await startReceiver(...respond);
	receivers.push(started);
	return started;
}

/** Waits until no delivery waits and no outbox holds anything. */
async function settled({ deliveries, things }: Stage): Promise<void> {
	const waiting = async () =>
		(await things.everywhere.findOne({ outbox_pending: true })) ??
		(await deliveries.everywhere.findOne({ status: { $ne: 'succeeded' } }));
	await until(async () => (await waiting()) === null, SETTLED_MS);
}

afterEach(async () => {
	for (const replica of replicas.splice(0)) await replica.kill();
});

afterAll(async () => {
	for (const started of receivers) await started.close();
});

describe(`a process that is killed ${CRASHES} times under load`, () => {
	const random = randomFrom(SEED);
	const committed: string[] = [];
	let database: TestDatabase | undefined;
	let dataDir: string;
	let stage: Stage;
	let requests: Receiver['requests'];
	let end: () => Promise<void>;

	beforeAll(
		async () => {
			dataDir = await mkdtemp(path.join(tmpdir(), 'odoo-platform-crashes-'));
			const mongodb = process.env['MONGODB_URI'];
			if (mongodb !== undefined) database = await openTestDatabase();
			const dbName = database?.name ?? 'crashes';
			let failing = true;
			const inbox = await receiver((response, before) => {
				answer(failing && before % 10 === 9 ? 500 : 200)(response);
			});
			({ requests } = inbox);
			const load = createIds(systemClock).next('organization');

			/** Opens the data in this process. */
			const open = async (aheadMs: number) => {
				const clock = clockAhead(() => aheadMs);
				const engine = mongodb === undefined ? await startEmbeddedEngine({ dataDir, clock }) : null;
				const uri = engine?.uri ?? mongodb ?? '';
				const opened = await openWebhookStage({ uri, name: dbName }, clock, dbName);
				const close = async () => {
					await opened.close();
					await engine?.close();
				};
				return { opened, close };
			};

			const before = await open(0);
			const { service } = before.opened.startReplica({ working: false });
			for (let count = 0; count < WEBHOOKS; count++) {
				const url = `${inbox.url}/${count}`;
				await service.create(load, before.opened.request(url, { events: ['deployment.*'] }));
			}
			await before.close();

			let aheadMs = 0;
			let next = prepare();
			for (let crash = 0; crash < CRASHES; crash++) {
				const replica = next;
				next = prepare();
				await replica.ready;
				// On a server, the dead one's leases hold the others up: each comes when they are over.
				aheadMs += mongodb === undefined ? 0 : LEASE_MS;
				const order: Order = {
					dbName,
					dataDir,
					aheadMs,
					load,
					...(mongodb === undefined ? {} : { uri: mongodb }),
				};
				const working = replica.start(order);
				// Most die at work, some while they start.
				if (random() < 0.8) {
					await working;
					await replica.hasCommitted(Math.floor(random() * 20));
				}
				await systemClock.sleep(random() * 50);
				await replica.kill();
				committed.push(...replica.committed);
			}
			await next.kill();

			failing = false;
			const after = await open(aheadMs + LEASE_MS);
			stage = after.opened;
			stage.startReplica();
			await settled(stage);
			end = after.close;
		},
		20_000 + CRASHES * 10_000,
	);

	afterAll(async () => {
		await end();
		await rm(dataDir, { recursive: true, force: true });
		await database?.drop();
	});

	it('has delivered every event that was committed, to every webhook', async () => {
		const webhooks = await stage.webhooks.everywhere.find({});
		const received = new Set(requests.map(({ path, headers }) => `${path} ${String(headers['webhook-id'])}`));
		const lost = committed.flatMap((id) =>
			webhooks.map(({ url }) => `${new URL(url).pathname} ${id}`).filter((sent) => !received.has(sent)),
		);
		expect({ SEED, some: committed.length > CRASHES, lost }).toEqual({ SEED, some: true, lost: [] });
	});

	it('keeps every event in the history, and one delivery of it to each webhook', async () => {
		const deliveries = await stage.deliveries.everywhere.find({});
		const events = await stage.events.everywhere.find({});
		const webhooks = await stage.webhooks.everywhere.find({});
		const expected = events.flatMap(({ _id }) => webhooks.map((webhook) => `${_id} ${webhook._id}`));
		const kept = new Set<string>(events.map(({ _id }) => _id));
		expect({
			SEED,
			forgotten: committed.filter((id) => !kept.has(id)),
			deliveries: deliveries.map(({ event_id, webhook_id }) => `${event_id} ${webhook_id}`).sort(),
		}).toEqual({ SEED, forgotten: [], deliveries: expected.sort() });
	});

	it('says of no delivery that it was attempted, or has succeeded, when the receiver got nothing', async () => {
		const seen = new Map<string, number>();
		for (const { headers } of requests) {
			const id = String(headers['x-oecsh-delivery']);
			seen.set(id, (seen.get(id) ?? 0) + 1);
		}
		const untrue = (await stage.deliveries.everywhere.find({})).filter(
			({ _id, attempts, status }) =>
				attempts.length > (seen.get(_id) ?? 0) ||
				(status === 'succeeded') !== (attempts.at(-1)?.response_code === 200),
		);
		expect({ SEED, untrue }).toEqual({ SEED, untrue: [] });
	});

	it('leaves no webhook claimed, due or paused', async () => {
		const idle = { status: 'active', due_at: { $exists: false }, lease_owner: { $exists: false } } as const;
		await until(async () => (await stage.webhooks.everywhere.find(idle)).length === WEBHOOKS);
	});
});

describe('two replicas of the service on one database', () => {
	let database: TestDatabase;
	let stage: Stage;

	beforeAll(async () => {
		database = await openTestDatabase();
		stage = await openWebhookStage(
			database,
			clockAhead(() => 0),
		);
	});

	afterAll(async () => {
		await stage.close();
		await database.drop();
	});

	/** Two replicas at work, and something that lets `count` events happen to ten organizations with a webhook each. */
	const start = async (url: string) => {
		const { uri } = database;
		const order: Order = { dbName: stage.connection.name, uri, dataDir: '', aheadMs: 0 };
		const both = [prepare(), prepare()];
		await Promise.all(both.map((replica) => replica.start(order)));
		const { service } = stage.startReplica({ working: false });
		const tenants = Array.from({ length: 10 }, () => stage.ids.next('organization'));
		for (const tenant of tenants) await service.create(tenant, stage.request(url, { events: ['deployment.*'] }));
		const happen = async (count: number) => {
			for (let made = 0; made < count; made += tenants.length) {
				const events = tenants.map((tenant) => stage.makeEvent('deployment.succeeded', tenant));
				await Promise.all(events.map((event) => stage.change(event)));
			}
		};
		return { both, happen };
	};

	const sentTo = ({ requests }: Receiver) => requests.map(({ headers }) => String(headers['x-oecsh-delivery']));

	it('send nothing twice', async () => {
		const inbox = await receiver();
		const { happen } = await start(inbox.url);
		await happen(300);
		await settled(stage);
		expect({ requests: inbox.requests.length, different: new Set(sentTo(inbox)).size }).toEqual({
			requests: 300,
			different: 300,
		});
	});

	it('stand in for each other: what a dead one was about to send is sent by the other', async () => {
		const inbox = await receiver();
		const {
			both: [one, other],
			happen,
		} = await start(inbox.url);
		await happen(100);
		await inbox.received(50);
		await one?.kill();
		await happen(100);
		other?.moveClock(LEASE_MS);
		await settled(stage);
		expect(new Set(sentTo(inbox)).size).toBe(200);
	});
});
