import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import mongoose, { type Connection } from 'mongoose';
import { createIds, idSchema } from '../../backend/src/core/ids';
import { createLogger } from '../../backend/src/core/log';
import type { TenantCollection } from '../../backend/src/database/tenant-collection';
import type { ContainerDetails } from '../../backend/src/docker/engine';
import { EngineError } from '../../backend/src/docker/errors';
import { createHeartbeat, type LookedAt } from '../../backend/src/features/servers/heartbeat';
import { HEALTHY } from '../../backend/src/features/servers/health';
import { type ServerDocument, serverCollection } from '../../backend/src/features/servers/model';
import { openTestDatabase, type TestDatabase } from '../support/database';
import { createFakeClock, type FakeClock } from '../support/fake-clock';
import { until } from '../support/until';

const GIB = 1024 ** 3;
const OWNER = idSchema('organization').parse('org_01HXMW8QPK3R5T7V9X1Z3B5C7D');

let database: TestDatabase;
let connection: Connection;
let servers: TenantCollection<ServerDocument>;
let clock: FakeClock;
let stop: (() => Promise<void>)[];
let made = 0;

beforeAll(async () => {
	database = await openTestDatabase();
});
afterAll(() => database.drop());
beforeEach(async () => {
	connection = await mongoose.createConnection(database.uri, { dbName: `${database.name}_${++made}` }).asPromise();
	servers = serverCollection(connection);
	clock = createFakeClock();
	stop = [];
});
afterEach(async () => {
	await Promise.all(stop.map((end) => end()));
	await connection.dropDatabase();
	await connection.close();
});

const meminfo = (available: number) => `MemTotal: 1000 kB\nMemAvailable: ${available} kB\noverlay 1000 500 500 50% /\n`;
const running = { id: 'c0ffee', name: 'ingress', labels: {}, running: true, restarting: false };

/** An Engine that does as a test says; what is not said is well. */
const engineLike = (parts: Partial<LookedAt> = {}): LookedAt => ({
	info: () => Promise.resolve({ name: 'docker-1', version: '28.2.2', cpus: 4, memory_bytes: 8 * GIB }),
	containers: () => Promise.resolve([running]),
	exec: () => Promise.resolve({ exit_code: 0, stdout: meminfo(500), stderr: '' }),
	inspect: () => Promise.resolve(null),
	...parts,
});

const down = () => Promise.reject(new EngineError('unreachable', 'The Docker Engine does not answer (ECONNREFUSED).'));

/** A server whose Engine can be changed, and replicas that look at it. */
async function openStage({ replicas = 1 } = {}) {
	const state = { engine: engineLike(), looks: 0 };
	const ids = createIds(clock);
	const _id = ids.next('server');
	await servers.insert({
		_id,
		organization_id: OWNER,
		...{ name: 'docker-1', endpoint: 'unix:///docker.sock', credentials: null, labels: {}, capacity: null },
		...{ drain: false, base_domain: null, ingress: { host: '127.0.0.1', http_port: 80, https_port: 443 } },
		...HEALTHY,
		...{ engine_version: '', cpus: 1, memory_bytes: GIB, free_memory_bytes: null, disk_free_bytes: null },
		...{ checked_at: clock.now(), due_at: clock.now(), created_at: clock.now(), outbox: [] },
	});
	for (let replica = 0; replica < replicas; replica++) {
		const worker = createHeartbeat({
			servers,
			engines: {
				of: () => {
					state.looks++;
					return Promise.resolve(state.engine);
				},
				forget: () => undefined,
			},
			installation: () => Promise.resolve(OWNER),
			clock,
			ids,
			notify: () => undefined,
			log: createLogger('silent'),
		});
		worker.start();
		stop.push(() => worker.stop());
	}
	const asleep = () => until(() => clock.sleeping.length === replicas);
	const server = async () => {
		const found = await servers.findOne(OWNER, { _id });
		if (found === null) throw new Error('the server is gone');
		return found;
	};
	/** Lets so many looks happen. */
	const look = async (times: number) => {
		for (let time = 0; time < times; time++) {
			const before = state.looks;
			while (state.looks === before) {
				await asleep();
				await clock.advance(2_000);
			}
			await asleep();
		}
	};
	await asleep();
	return { state, look, server };
}

const told = ({ outbox }: ServerDocument) => outbox.map(({ type, data }) => ({ type, ...data }));

describe('a server that is looked at', () => {
	it('shows what it has', async () => {
		const { server } = await openStage();
		expect(await server()).toMatchObject({
			engine_version: '28.2.2',
			cpus: 4,
			memory_bytes: 8 * GIB,
			free_memory_bytes: 500 * 1024,
			disk_free_bytes: 500 * 1024,
		});
	});

	it('is told of once when it degrades, and once when it recovers', async () => {
		const { state, look, server } = await openStage();
		state.engine = engineLike({ info: down });
		await look(5);
		state.engine = engineLike();
		await look(3);
		expect(told(await server())).toMatchObject([
			{ type: 'server.degraded', server: { name: 'docker-1', status: 'degraded', reason: 'unreachable' } },
			{ type: 'server.recovered', server: { name: 'docker-1', status: 'ready', reason: null } },
		]);
	});

	it('keeps what was known of it while it does not answer', async () => {
		const { state, look, server } = await openStage();
		const { checked_at } = await server();
		state.engine = engineLike({ info: down });
		await look(1);
		expect(await server()).toMatchObject({ engine_version: '28.2.2', checked_at });
	});

	it('counts as unreachable where its Engine never answers', async () => {
		const { state, look, server } = await openStage();
		state.engine = engineLike({ info: () => new Promise(() => undefined) });
		await look(4);
		expect((await server()).reason).toBe('unreachable');
	});

	it('degrades where its memory runs short', async () => {
		const { state, look, server } = await openStage();
		state.engine = engineLike({ exec: () => Promise.resolve({ exit_code: 0, stdout: meminfo(49), stderr: '' }) });
		await look(3);
		expect((await server()).reason).toBe('memory');
	});

	it('degrades where a container keeps dying', async () => {
		const { state, look, server } = await openStage();
		state.engine = engineLike({
			inspect: (name): Promise<ContainerDetails> =>
				Promise.resolve({
					...running,
					...{
						name,
						exit_code: 1,
						out_of_memory: false,
						restarts: 4,
						started_at: clock.now(),
						addresses: {},
					},
				}),
		});
		await look(12);
		expect((await server()).reason).toBe('container');
	});

	it('is looked at by one replica at a time', async () => {
		const { state, look } = await openStage({ replicas: 3 });
		const before = state.looks;
		await look(3);
		expect(state.looks - before).toBe(3);
	});
});
