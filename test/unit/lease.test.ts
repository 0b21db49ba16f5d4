import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import mongoose, { type Connection } from 'mongoose';
import { type Collection, openCollection, type StoredDocument } from '../../backend/src/database/collection';
import { claim, holdLease } from '../../backend/src/database/lease';
import { createDoze } from '../../backend/src/waiting/doze';
import { openTestDatabase, type TestDatabase } from '../support/database';
import { createFakeClock, type FakeClock } from '../support/fake-clock';
import { until } from '../support/until';

interface Task extends StoredDocument {
	readonly owner: string;
	readonly lease_until: Date;
	readonly done: number;
}

const TERMS = { owner: 'owner', until: 'lease_until', ms: 15_000 };

let database: TestDatabase;
let connection: Connection;
let tasks: Collection<Task>;
let clock: FakeClock;

beforeEach(async () => {
	database = await openTestDatabase();
	connection = await mongoose
		.createConnection(database.uri, { dbName: database.name, autoCreate: false, autoIndex: false })
		.asPromise();
	tasks = openCollection<Task>(connection, {
		name: 'tasks',
		fields: { owner: String, lease_until: Date, done: Number },
		indexes: [],
	});
	clock = createFakeClock();
	await tasks.insert({ _id: 'task', owner: 'nobody', lease_until: clock.now(), done: 0 });
});

afterEach(async () => {
	await connection.close();
	await database.drop();
});

const claimAs = (owner: string) => claim(tasks, TERMS, clock, { owner, filter: { _id: 'task' } });

/** A worker that has claimed the task; it writes by way of that collection. */
async function worker(owner: string, collection: Pick<Collection<Task>, 'update'> = tasks) {
	const claimed = await claimAs(owner);
	if (claimed === null) throw new Error('the task is not free');
	const failures: unknown[] = [];
	const lease = holdLease({
		collection,
		terms: TERMS,
		mine: { _id: 'task', owner },
		until: claimed.lease_until,
		clock,
		doze: createDoze(clock),
		lostBy: () => new Error('The task has another worker.'),
		onFailedRenewal: (error) => failures.push(error),
	});
	return { lease, failures };
}

const untilAborted = (signal: AbortSignal) => () =>
	new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));

describe('a lease', () => {
	it('is claimed by one worker alone', async () => {
		const claimed = await Promise.all([claimAs('one'), claimAs('other')]);
		expect(claimed.filter((task) => task !== null)).toHaveLength(1);
	});

	it('that has run out is claimed by another worker', async () => {
		await claimAs('one');
		await clock.advance(TERMS.ms);
		expect(await claimAs('other')).toMatchObject({ owner: 'other' });
	});

	it('is kept as long as its worker works', async () => {
		const { lease } = await worker('one');
		let finish = () => {};
		const working = lease.whileRenewing(() => new Promise<void>((resolve) => (finish = resolve)));
		const end = clock.now().getTime() + TERMS.ms;
		await clock.advance(5_000);
		await until(async () => (await tasks.findOne({}))?.lease_until.getTime() === end + 5_000);
		finish();
		await working;
	});

	it('that another worker has taken over lets the one before change nothing', async () => {
		const { lease } = await worker('one');
		await clock.advance(TERMS.ms);
		await claimAs('other');
		await expect(lease.change({ $set: { done: 1 } })).rejects.toThrow('The task has another worker.');
		expect(await tasks.findOne({})).toMatchObject({ owner: 'other', done: 0 });
	});

	it('that another worker has taken over breaks off the work of the one before', async () => {
		const { lease } = await worker('one');
		const working = lease.whileRenewing(untilAborted(lease.lost));
		await tasks.update({}, { $set: { owner: 'other' } });
		await clock.advance(5_000);
		await working;
		expect(lease.lost.reason).toEqual(new Error('The task has another worker.'));
	});

	it('outlasts a renewal that fails, and is lost where they fail until it runs out', async () => {
		const away = new Error('The database is away.');
		const { lease, failures } = await worker('one', { update: () => Promise.reject(away) });
		const working = lease.whileRenewing(untilAborted(lease.lost));
		const lostAfter: boolean[] = [];
		for (let renewal = 1; renewal <= 3; renewal++) {
			await clock.advance(5_000);
			await until(() => failures.length === renewal);
			lostAfter.push(lease.lost.aborted);
		}
		await working;
		expect({ lostAfter, failures }).toEqual({ lostAfter: [false, false, true], failures: [away, away, away] });
	});
});
