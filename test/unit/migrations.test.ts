import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import mongoose, { type Connection } from 'mongoose';
import { createLogger } from '../../backend/src/core/log';
import { type CollectionDefinition, openCollection, type StoredDocument } from '../../backend/src/database/collection';
import { migrate } from '../../backend/src/database/migrations/migrate';
import type { Migration } from '../../backend/src/database/migrations/migration';
import { openTestDatabase, type TestDatabase } from '../support/database';
import { createFakeClock, type FakeClock } from '../support/fake-clock';
import { loggedLines } from '../support/logged-lines';
import { until } from '../support/until';

let database: TestDatabase;
let clock: FakeClock;
let connections: Connection[];

beforeEach(async () => {
	database = await openTestDatabase();
	clock = createFakeClock();
	connections = [];
});

afterEach(async () => {
	await Promise.all(connections.map((connection) => connection.close()));
	await database.drop();
});

async function connect() {
	const connection = await mongoose
		.createConnection(database.uri, { dbName: database.name, autoCreate: false, autoIndex: false })
		.asPromise();
	connections.push(connection);
	return connection;
}

interface Thing extends StoredDocument {
	readonly n: number;
}

/** What a release's start does, as far as the database goes; what it says is in the log. */
async function start(migrations: readonly Migration[], indexes?: CollectionDefinition<Thing>['indexes']) {
	const connection = await connect();
	const { destination, lines } = loggedLines();
	const things = indexes && openCollection<Thing>(connection, { name: 'things', fields: { n: Number }, indexes });
	return {
		lines,
		done: migrate(connection, {
			collections: things ? [things] : [],
			clock,
			log: createLogger('info', destination),
			migrations,
		}),
	};
}

/** Starts a release whose database is then ready. */
const started = async (...args: Parameters<typeof start>) => (await start(...args)).done;

/** A release's migrations that note when they run, and then do that. */
function noting(...works: readonly (() => Promise<void>)[]) {
	const ran: number[] = [];
	const migrations = works.map((work, index): Migration => ({
		title: `the migration ${index + 1}`,
		run: () => {
			ran.push(index + 1);
			return work();
		},
	}));
	return { ran, migrations };
}

const nothing = () => Promise.resolve();

/** Something that ends when the test says so. */
function gate() {
	let open = () => {};
	const opened = new Promise<void>((resolve) => (open = resolve));
	return { open: () => open(), opened: () => opened };
}

/** Lets time go by until that has ended. */
async function overTime(work: Promise<void>) {
	let ended = false;
	const end = () => (ended = true);
	work.then(end, end);
	await until(async () => {
		await clock.advance(10_000);
		return ended;
	});
	await work;
}

const progress = async () => (await connect()).collection<StoredDocument>('migrations');

describe('migrations', () => {
	it('run in their order, each once', async () => {
		const { ran, migrations } = noting(nothing, nothing, nothing);
		await started(migrations.slice(0, 2));
		await started(migrations);
		await started(migrations);
		expect(ran).toEqual([1, 2, 3]);
	});

	it('go on with the one that failed, and say which and why', async () => {
		let fails = true;
		const { ran, migrations } = noting(nothing, () =>
			fails ? Promise.reject(new Error('The disk is full.')) : nothing(),
		);
		await expect(started(migrations)).rejects.toThrow(
			'The database could not be migrated (number 2, the migration 2): The disk is full. ' +
				'Nothing is lost: the next start goes on from there.',
		);
		fails = false;
		await started(migrations);
		expect(ran).toEqual([1, 2, 2]);
	});

	it('are refused by a release that does not know them all', async () => {
		const { migrations } = noting(nothing, nothing);
		await started(migrations);
		await expect(started(migrations.slice(0, 1))).rejects.toThrow(
			'The database was changed by a later release (its migration 2; this release knows 1). ' +
				'Start that release or a later one, or restore the backup that was made before it.',
		);
	});
});

describe('of several replicas that start at once', () => {
	it('one migrates, and the others wait and say so', async () => {
		const { open, opened } = gate();
		const { ran, migrations } = noting(opened);
		const first = await start(migrations);
		await until(() => ran.length === 1);
		const second = await start(migrations);
		await until(() => clock.sleeping.includes(500));
		expect(second.lines()).toMatchObject([
			{ msg: 'another replica migrates the database; this one waits until it has' },
		]);
		open();
		await first.done;
		await clock.advance(500);
		await second.done;
		expect(ran).toEqual([1]);
	});

	it('one takes over when the one that migrates has died', async () => {
		const { ran, migrations } = noting(nothing);
		await started([]);
		const lease_until = new Date(clock.now().getTime() + 15_000);
		await (await progress()).updateOne({}, { $set: { owner: 'one that died', lease_until } });
		await overTime((await start(migrations)).done);
		expect(ran).toEqual([1]);
	});

	it('one keeps the lease as long as it lives', async () => {
		const { open, opened } = gate();
		const { ran, migrations } = noting(opened);
		const { done } = await start(migrations);
		await until(() => ran.length === 1);
		const leases = await progress();
		const [before] = await leases.find().toArray();
		await clock.advance(5_000);
		await until(async () => {
			const [renewed] = await leases.find().toArray();
			return JSON.stringify(renewed) !== JSON.stringify(before);
		});
		open();
		await done;
	});

	it('one that has lost the lease stops', async () => {
		const stopping: Migration = {
			title: 'a long one',
			run: (_, signal) =>
				new Promise((_resolve, reject) => {
					signal.addEventListener('abort', () => {
						reject(signal.reason instanceof Error ? signal.reason : new Error('aborted'));
					});
				}),
		};
		const { done } = await start([stopping]);
		await until(() => clock.sleeping.includes(5_000));
		await (await progress()).updateOne({}, { $set: { owner: 'another' } });
		const failed = expect(done).rejects.toThrow('Another replica has taken the migrations over.');
		await clock.advance(5_000);
		await failed;
	});

	it('those that wait give up after ten minutes', async () => {
		await started([]);
		await (await progress()).updateOne({}, { $set: { lease_until: new Date('9999-01-01') } });
		await expect(overTime((await start([])).done)).rejects.toThrow(
			'Another replica has been migrating the database for over 10 minutes. ' +
				'Its log says how far it is. Start this one again when it has ended.',
		);
	});
});

describe('indexes', () => {
	const keysOf = async () => {
		const indexes = await (await connect()).collection('things').indexes();
		return indexes.map(({ key, unique, expireAfterSeconds }) => ({ key, unique, expireAfterSeconds }));
	};
	const _id = { key: { _id: 1 } };

	it('are made at any start where they are missing', async () => {
		const { migrations } = noting(nothing);
		await started(migrations, []);
		await started(migrations, [[{ n: 1 }]]);
		expect(await keysOf()).toEqual([_id, { key: { n: 1 } }]);
	});

	it('that are not defined any more, or are otherwise, are replaced by the release that migrates', async () => {
		const { migrations } = noting(nothing, nothing);
		await started(migrations.slice(0, 1), [[{ n: 1 }], [{ m: 1 }]]);
		await started(migrations, [[{ n: 1 }, { unique: true }]]);
		expect(await keysOf()).toEqual([_id, { key: { n: 1 }, unique: true }]);
	});

	it('are left to other releases of the same number', async () => {
		const { migrations } = noting(nothing);
		await started(migrations, [[{ n: 1 }], [{ m: 1 }]]);
		await started(migrations, [[{ n: 1 }]]);
		expect(await keysOf()).toEqual([_id, { key: { n: 1 } }, { key: { m: 1 } }]);
	});

	it('are brought to their definition by the next start where one was interrupted before', async () => {
		const { migrations } = noting(nothing, nothing);
		await started(migrations.slice(0, 1), [[{ n: 1 }], [{ m: 1 }]]);
		await (await connect()).collection('things').insertMany([{ n: 1 }, { n: 1 }]);
		await expect(started(migrations, [[{ n: 1 }, { unique: true }]])).rejects.toThrow('E11000');
		await (await connect()).collection('things').deleteOne({ n: 1 });
		await started(migrations, [[{ n: 1 }, { unique: true }]]);
		expect(await keysOf()).toEqual([_id, { key: { n: 1 }, unique: true }]);
	});
});
