import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { systemClock } from '../../backend/src/core/clock';
import { createLogger } from '../../backend/src/core/log';
import { openCollection } from '../../backend/src/database/collection';
import { type Database, openDatabase } from '../../backend/src/database/connection';
import { DatabaseUnavailableError } from '../../backend/src/database/unavailable';
import { openTestDatabase, type TestDatabase } from '../support/database';
import { type FaultyProxy, startFaultyProxy } from '../support/faulty-proxy';
import { startTestPlatform, type TestPlatform, WIDE_LIMITS } from '../support/platform';
import { type Receiver, startReceiver } from '../support/receiver';
import { until } from '../support/until';

/** How often the line to the database is cut; `OUTAGES=50` for the whole of it. */
const OUTAGES = Number(process.env['OUTAGES'] ?? 2);
/** In the last outage and every so manyth before it, the database is away for as long as it takes to answer that it is. */
const LONG = 4;
/** How long the service may take to be back after an outage. */
const BACK_MS = 40_000;
/** How many documents are looked for between two outages: for so long that the driver asks the server how it is at once. */
const FINDS = 500;
/** How many requests are under way at any time, and are answered between two outages. */
const LOAD = 12;
const ANSWERED = 300;

describe(`a connection to a database that is away ${OUTAGES} times`, () => {
	let test: TestDatabase;
	let proxy: FaultyProxy;
	let database: Database;

	beforeAll(async () => {
		test = await openTestDatabase();
		proxy = await startFaultyProxy(test.uri);
		const config = { mongodbUri: proxy.uriOf(test.name), dataDir: '' };
		database = await openDatabase(config, { clock: systemClock, log: createLogger('silent') });
	});

	afterAll(async () => {
		await database.close();
		await proxy.close();
		await test.drop();
	});

	it(
		'answers again after each, and every operation of the meantime ends',
		async () => {
			const things = openCollection<{ _id: string }>(database.connection, {
				name: 'things',
				fields: {},
				indexes: [],
			});
			let answered = 0;
			const strange = new Set<unknown>();
			const find = async () => {
				try {
					await things.findOne({ _id: 'one' });
					answered += 1;
				} catch (error) {
					if (!(error instanceof DatabaseUnavailableError)) strange.add(error);
				}
			};
			let over = false;
			const load = Array.from({ length: 20 }, async () => {
				while (!over) {
					await find();
					// A socket that is not in use when the line is cut is what the driver writes to too late.
					await systemClock.sleep(Math.random() * 3);
				}
			});
			for (let outage = 1; outage <= OUTAGES; outage++) {
				const enough = answered + FINDS;
				await until(() => answered >= enough, BACK_MS);
				await proxy.cutOff((OUTAGES - outage) % LONG);
			}
			const before = answered;
			await until(() => answered > before, BACK_MS);
			over = true;
			await Promise.all(load);
			expect([...strange]).toEqual([]);
		},
		60_000 + OUTAGES * BACK_MS,
	);
});

const acceptedSchema = z.object({ deployment_id: z.string() });
const deploymentSchema = z.object({ status: z.string() });

describe(`a service whose database is away ${OUTAGES} times`, () => {
	let database: TestDatabase;
	let proxy: FaultyProxy;
	let platform: TestPlatform;
	let inbox: Receiver;
	/** What was answered to whoever asked while the database came and went, each kind once. */
	const answers = new Map<string, number>();
	const health = new Set<number>();
	const deployments: string[] = [];

	const note = ({ status, json, headers }: Awaited<ReturnType<TestPlatform['api']>>) => {
		const refusal =
			status < 400 ? '' : ` ${String(json.code)}, Retry-After ${headers.get('retry-after') ?? 'none'}`;
		const kind = `${status}${refusal}`;
		answers.set(kind, (answers.get(kind) ?? 0) + 1);
		return status;
	};

	const answered = () => answers.get('200') ?? 0;

	const deploy = async () => {
		const { production } = platform.firstRun.environments;
		const body = { ref: 'main', wait: false };
		const reply = await platform.api('POST', `/api/v1/environments/${production}/deploy`, body, {
			headers: { 'Idempotency-Key': randomUUID() },
		});
		if (reply.status === 202) deployments.push(acceptedSchema.parse(reply.json).deployment_id);
		if (reply.json.code !== 'environment_busy') note(reply);
	};

	const ask = async (round: number) => {
		const path = ['/api/v1/projects', '/api/v1/deployments', '/api/v1/webhooks'][round % 3] ?? '';
		return note(await platform.api('GET', path));
	};

	const answersAgain = async () => {
		await until(async () => (await ask(0)) === 200, BACK_MS);
		await until(async () => (await platform.api('GET', '/readyz')).status === 200, BACK_MS);
		health.add((await platform.api('GET', '/healthz')).status);
	};

	beforeAll(
		async () => {
			database = await openTestDatabase();
			proxy = await startFaultyProxy(database.uri);
			const environment = { MONGODB_URI: proxy.uriOf(database.name), LOG_LEVEL: 'fatal' };
			platform = await startTestPlatform(environment, { limits: WIDE_LIMITS });
			inbox = await startReceiver();
			const webhook = { url: inbox.url, events: ['deployment.succeeded'] };
			expect((await platform.api('POST', '/api/v1/webhooks', webhook)).status).toBe(201);

			let over = false;
			const load = Array.from({ length: LOAD }, async (_, index) => {
				for (let round = index; !over; round++) await ask(round);
			});
			for (let outage = 1; outage <= OUTAGES; outage++) {
				const enough = answered() + ANSWERED;
				await until(() => answered() >= enough, BACK_MS);
				await deploy();
				const cuts = (OUTAGES - outage) % LONG;
				if (cuts === 0) await proxy.refuse(() => until(async () => (await ask(0)) === 503));
				else await proxy.cutOff(cuts);
				await answersAgain();
			}
			over = true;
			await Promise.all(load);
		},
		60_000 + OUTAGES * (BACK_MS + 10_000),
	);

	afterAll(async () => {
		await platform.remove();
		await proxy.close();
		await inbox.close();
		await database.drop();
	});

	it('answers what it cannot do meanwhile with 503, when to try again and a stable code, and nothing otherwise', () => {
		expect([...answers.keys()].sort()).toEqual(['200', '202', '503 database_unavailable, Retry-After 2']);
	});

	it('lives on all the time', () => {
		expect([...health]).toEqual([200]);
	});

	it('ends every deploy that it took, without another start', async () => {
		const ended = await until(async () => {
			const found = await Promise.all(
				deployments.map(async (id) => (await platform.api('GET', `/api/v1/deployments/${id}`)).json),
			);
			const statuses = found.map((deployment) => deploymentSchema.parse(deployment).status);
			return statuses.every((status) => !['queued', 'running'].includes(status)) && statuses;
		});
		expect([...new Set(ended)]).toEqual(['succeeded']);
	});

	it('delivers their events to the webhook', async () => {
		await until(() => {
			const told = new Set(inbox.requests.flatMap(({ body }) => body.match(/dep_\w+/g) ?? []));
			return deployments.every((id) => told.has(id));
		});
	});
});
