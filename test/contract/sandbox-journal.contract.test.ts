import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import mongoose, { type Connection } from 'mongoose';
import { createIds } from '../../backend/src/core/ids';
import { type Change, createMemoryJournal, type JournalEntry, type SandboxJournal } from '@odoo-platform/odoo-sandbox';
import { createMongoJournal } from '../../backend/src/runtimes/sandbox/mongo-journal';
import { openTestDatabase, type TestDatabase } from '../support/database';
import { createFakeClock } from '../support/fake-clock';

const ids = createIds(createFakeClock());

const change = (id: number): Change => ({
	model: 'res.partner',
	id,
	row: { id, name: `Partner ${id}`, active: true, 'a.b': 1.5, $category_id: [1, 2] },
});

const entry = (version: number, changes: readonly Change[] = [change(version)]): JournalEntry => ({
	version,
	snapshot: false,
	changes,
});

function holdsTheContract(open: () => SandboxJournal): void {
	it('reads entries as they were appended, in the order of their versions', async () => {
		const journal = open();
		const environment = ids.next('environment');
		const removal: Change = { model: 'res.partner', id: 1, row: null };
		for (const each of [entry(1), entry(2), entry(3, [removal])]) await journal.append(environment, each);
		expect(await journal.read(environment, 0)).toEqual([entry(1), entry(2), entry(3, [removal])]);
	});

	it('reads the entries after a version alone', async () => {
		const journal = open();
		const environment = ids.next('environment');
		for (const version of [1, 2, 3]) await journal.append(environment, entry(version));
		expect((await journal.read(environment, 2)).map(({ version }) => version)).toEqual([3]);
	});

	it('keeps the order of versions of more than one digit, when it reads and when it compacts', async () => {
		const journal = open();
		const environment = ids.next('environment');
		const versions = Array.from({ length: 12 }, (_, index) => index + 1);
		for (const version of versions) await journal.append(environment, entry(version));
		expect((await journal.read(environment, 0)).map(({ version }) => version)).toEqual(versions);
		await journal.compact(environment, 9, []);
		expect((await journal.read(environment, 0)).map(({ version }) => version)).toEqual([9, 10, 11, 12]);
	});

	it('lets one of many win a version', async () => {
		const journal = open();
		const environment = ids.next('environment');
		const attempts = Array.from({ length: 20 }, (_, index) =>
			journal.append(environment, entry(1, [change(index + 1)])),
		);
		const won = await Promise.all(attempts);
		expect(won.filter(Boolean)).toHaveLength(1);
		expect(await journal.read(environment, 0)).toEqual([entry(1, [change(won.indexOf(true) + 1)])]);
	});

	it('keeps environments apart', async () => {
		const journal = open();
		const [one, other] = [ids.next('environment'), ids.next('environment')];
		await journal.append(one, entry(1));
		expect(await journal.read(other, 0)).toEqual([]);
		expect(await journal.append(other, entry(1))).toBe(true);
	});

	it('puts a snapshot in the place of the entries up to its version', async () => {
		const journal = open();
		const environment = ids.next('environment');
		for (const version of [1, 2, 3, 4]) await journal.append(environment, entry(version));
		await journal.compact(environment, 3, [change(1), change(2), change(3)]);
		expect(await journal.read(environment, 0)).toEqual([
			{ version: 3, snapshot: true, changes: [change(1), change(2), change(3)] },
			entry(4),
		]);
	});

	it('forgets an environment', async () => {
		const journal = open();
		const environment = ids.next('environment');
		await journal.append(environment, entry(1));
		await journal.clear(environment);
		expect(await journal.read(environment, 0)).toEqual([]);
	});
}

describe('the journal in memory', () => {
	const journal = createMemoryJournal();
	holdsTheContract(() => journal);
});

describe('the journal in the database', () => {
	let database: TestDatabase;
	let connection: Connection;
	let journal: SandboxJournal;

	beforeAll(async () => {
		database = await openTestDatabase();
		connection = await mongoose.createConnection(database.uri, { dbName: database.name }).asPromise();
		journal = createMongoJournal(connection);
	});

	afterAll(async () => {
		await connection.close();
		await database.drop();
	});

	holdsTheContract(() => journal);
});
