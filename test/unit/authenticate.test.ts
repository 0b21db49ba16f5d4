import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import mongoose, { type Connection } from 'mongoose';
import { createIds } from '../../backend/src/core/ids';
import { createLogger } from '../../backend/src/core/log';
import type { Plan } from '../../backend/src/core/permissions';
import { createSecrets } from '../../backend/src/core/secrets';
import type { TenantCollection } from '../../backend/src/database/tenant-collection';
import { type KeyDocument, keyCollection } from '../../backend/src/features/keys/model';
import { createKeysService, type KeySpecification, type KeysService } from '../../backend/src/features/keys/service';
import { openTestDatabase, type TestDatabase } from '../support/database';
import { createFakeClock, type FakeClock } from '../support/fake-clock';
import { until } from '../support/until';

let database: TestDatabase;
let connection: Connection;
let clock: FakeClock;
let collection: TenantCollection<KeyDocument>;
/** How often the database was asked for a key, and how often one was changed in it. */
let reads: number;
let writes: number;
let plan: Plan;
/** Called amid every look-up. */
let onLookUp: () => Promise<unknown>;
let service: KeysService;
let key: KeySpecification;
let token: string;

beforeAll(async () => {
	database = await openTestDatabase();
	connection = await mongoose.createConnection(database.uri, { dbName: database.name }).asPromise();
	collection = keyCollection(connection);
});

afterAll(async () => {
	await connection.close();
	await database.drop();
});

beforeEach(async () => {
	clock = createFakeClock();
	reads = 0;
	writes = 0;
	plan = 'pro';
	onLookUp = () => Promise.resolve();
	const ids = createIds(clock);
	const { everywhere } = collection;
	const counted: typeof collection = {
		...collection,
		update: (...args: Parameters<typeof collection.update>) => {
			writes += 1;
			return collection.update(...args);
		},
		everywhere: {
			...everywhere,
			findOne: async (filter) => {
				reads += 1;
				const found = await everywhere.findOne(filter);
				await onLookUp();
				return found;
			},
		},
	};
	service = createKeysService({
		keys: counted,
		planOf: () => Promise.resolve(plan),
		connectionExists: () => Promise.resolve(true),
		secrets: createSecrets(Buffer.alloc(32, 7)),
		clock,
		ids,
		log: createLogger('silent'),
	});
	key = {
		id: ids.next('key'),
		organization_id: ids.next('organization'),
		name: 'ci',
		scope: 'org',
		permissions: ['projects:read'],
		connection_id: null,
		expires_at: null,
		hmac_secret: null,
	};
	token = service.mint(key);
	await service.store(key, token);
	writes = 0;
});

const stored = () => collection.findOne(key.organization_id, { _id: key.id });

describe('looking a key up', () => {
	it('asks the database once a second', async () => {
		await service.authenticate(token);
		await service.authenticate(token);
		expect(reads).toBe(1);
		await clock.advance(1_000);
		await service.authenticate(token);
		expect(reads).toBe(2);
	});

	it('looks again beside a request late in that second, which does not wait', async () => {
		await service.authenticate(token);
		await clock.advance(600);
		let answer = () => {};
		onLookUp = () => new Promise<void>((resolve) => (answer = resolve));
		expect(await service.authenticate(token)).not.toBeNull();
		await until(() => reads === 2);
		answer();
	});

	it('tells of a failed look-up only who waits for it', async () => {
		await service.authenticate(token);
		await clock.advance(600);
		onLookUp = () => Promise.reject(new Error('no database'));
		expect(await service.authenticate(token)).not.toBeNull();
		await clock.advance(400);
		await expect(service.authenticate(token)).rejects.toThrow('no database');
	});

	it('sees a revocation in this process at once', async () => {
		expect(await service.authenticate(token)).not.toBeNull();
		await service.revoke(key.organization_id, key.id);
		expect(await service.authenticate(token)).toBeNull();
	});

	it('sees a revocation that came amid a look-up', async () => {
		onLookUp = () => service.revoke(key.organization_id, key.id);
		await service.authenticate(token);
		onLookUp = () => Promise.resolve();
		expect(await service.authenticate(token)).toBeNull();
	});

	it('sees what other replicas changed within a second', async () => {
		await service.authenticate(token);
		plan = 'free';
		const change = { $set: { permissions: ['webhooks:read'] } };
		await collection.update(key.organization_id, { _id: key.id }, change);
		await clock.advance(1_000);
		expect(await service.authenticate(token)).toMatchObject({ plan, permissions: new Set(['webhooks:read']) });
	});

	it('sees an expiry to the millisecond, however short ago the key was looked up', async () => {
		const expires_at = new Date(clock.now().getTime() + 500);
		await collection.update(key.organization_id, { _id: key.id }, { $set: { expires_at } });
		expect(await service.authenticate(token)).not.toBeNull();
		await clock.advance(500);
		expect(await service.authenticate(token)).toBeNull();
	});

	it('notes the last use at most once a minute', async () => {
		await service.authenticate(token);
		const first = clock.now();
		await until(async () => (await stored())?.last_used_at);
		for (let second = 0; second < 59; second += 1) {
			await clock.advance(1_000);
			await service.authenticate(token);
		}
		expect([writes, (await stored())?.last_used_at]).toEqual([1, first]);
		await clock.advance(1_000);
		await service.authenticate(token);
		expect(writes).toBe(2);
		await until(async () => (await stored())?.last_used_at?.getTime() === clock.now().getTime());
	});
});
