import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import mongoose, { type Connection } from 'mongoose';
import { type Collection, openCollection } from '../../backend/src/database/collection';
import { anything, type Fields, nullable, optional } from '../../backend/src/database/fields';
import { openTestDatabase, type TestDatabase } from '../support/database';

interface Thing {
	readonly _id: string;
	readonly git_branch: string;
	readonly status: 'open' | 'closed';
	readonly size: number | null;
	readonly due_at?: Date;
	readonly tags: readonly string[];
	readonly steps: readonly { readonly name: string; readonly done: boolean }[];
	readonly data: Readonly<Record<string, unknown>>;
}

const fields: Fields<Omit<Thing, '_id'>> = {
	git_branch: String,
	status: String,
	size: nullable(Number),
	due_at: optional(Date),
	tags: [String],
	steps: [{ name: String, done: Boolean }],
	data: anything,
};

/** What a collection takes for its fields; the compiler is asked, so nothing of it runs. */
const describing = (...described: readonly Fields<Omit<Thing, '_id'>>[]) => expect(described).toHaveLength(1);

describe('a field in the description of a collection does not compile', () => {
	it('that is misspelled', () => {
		const { git_branch, ...others } = fields;
		// @ts-expect-error -- no document has a git_brunch
		describing({ ...others, git_brunch: git_branch });
	});

	it('that is no field of the document', () => {
		// @ts-expect-error -- nor a color
		describing({ ...fields, color: String });
	});

	it('that is missing', () => {
		const { size: _, ...others } = fields;
		// @ts-expect-error -- the size is missing
		describing(others);
	});

	it('of another type than its value', () => {
		// @ts-expect-error -- a branch's name is no number
		describing({ ...fields, git_branch: Number });
	});

	it('of another type than its elements', () => {
		// @ts-expect-error -- tags are texts
		describing({ ...fields, tags: [Date] });
	});

	it('of another type within an object', () => {
		// @ts-expect-error -- a step is done or not
		describing({ ...fields, steps: [{ name: String, done: String }] });
	});

	it('that may be null and does not say so', () => {
		// @ts-expect-error -- the size may be null
		describing({ ...fields, size: Number });
	});

	it('that may be missing and does not say so', () => {
		// @ts-expect-error -- the date may be missing
		describing({ ...fields, due_at: Date });
	});

	it('that says it may be null, and never is', () => {
		// @ts-expect-error -- a branch has a name
		describing({ ...fields, git_branch: nullable(String) });
	});
});

describe('a document', () => {
	let database: TestDatabase;
	let connection: Connection;
	let things: Collection<Thing>;

	beforeAll(async () => {
		database = await openTestDatabase();
		connection = await mongoose.createConnection(database.uri, { dbName: database.name }).asPromise();
		things = openCollection<Thing>(connection, { name: 'things', fields, indexes: [] });
	});

	afterAll(async () => {
		await connection.close();
		await database.drop();
	});

	const thing: Thing = {
		_id: 'one',
		git_branch: '',
		status: 'open',
		size: null,
		tags: [],
		steps: [{ name: 'first', done: false }],
		data: { any: ['thing'] },
	};

	it('is kept as it is described, with nothing added', async () => {
		await things.insert(thing);
		expect(await things.findOne({ _id: 'one' })).toEqual(thing);
	});

	it('is null where nothing was said of what may be null', async () => {
		const { size: _, ...others } = thing;
		await things.update({ _id: 'two' }, { $setOnInsert: { ...others, _id: 'two' } }, { upsert: true });
		expect(await things.findOne({ _id: 'two' })).toEqual({ ...thing, _id: 'two' });
	});

	it('is refused with a field that is not described', async () => {
		await expect(things.insert(Object.assign({}, thing, { _id: 'three', color: 'red' }))).rejects.toThrow('color');
	});
});
