import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import {
	type Collection,
	type CreateIndexesOptions,
	type Document,
	type Filter,
	MongoClient,
	MongoServerError,
	ObjectId,
} from 'mongodb';
import mongoose from 'mongoose';
import { systemClock } from '../../backend/src/core/clock';
import { startEmbeddedEngine } from '@odoo-platform/embedded-mongo';
import { type TestDatabase, openTestDatabase } from '../support/database';
import { runScript } from '../support/run-script';

/*
 * What the service needs of its database. Runs on the embedded engine, and with MONGODB_URI on a MongoDB-compatible
 * server: both have to answer alike.
 */

/** A document of any fields. */
interface Thing extends Document {
	_id?: string | number | ObjectId;
}

let database: TestDatabase;
let connection: mongoose.Connection;
let things: Collection<Thing>;
let made = 0;

beforeAll(async () => {
	database = await openTestDatabase();
	connection = await mongoose
		.createConnection(database.uri, { dbName: database.name, maxPoolSize: 50, retryWrites: false })
		.asPromise();
});

afterAll(async () => {
	await connection.close();
	await database.drop();
});

beforeEach(() => {
	things = connection.getClient().db(database.name).collection<Thing>(`things_${++made}`);
});

const index = (key: Record<string, 1 | -1>, options: CreateIndexesOptions = {}) => things.createIndex(key, options, {});
/** An update that the driver's types needn't understand. */
const change = (update: Document) => update;
const ids = (docs: Thing[]) => docs.map(({ _id }) => _id);
const found = async (filter: Filter<Thing>) => ids(await things.find(filter).sort({ _id: 1 }).toArray());

describe('unique indexes', () => {
	it('refuse a second document of the same _id', async () => {
		await things.insertOne({ _id: 1 });
		await expect(things.insertOne({ _id: 1 })).rejects.toMatchObject({ code: 11000 });
	});

	it('tell which field was taken', async () => {
		await index({ email: 1 }, { unique: true });
		await things.insertOne({ email: 'a@example.com' });
		await expect(things.insertOne({ email: 'a@example.com' })).rejects.toMatchObject({
			code: 11000,
			message: expect.stringContaining('email'),
		});
	});

	it('hold for updates', async () => {
		await index({ email: 1 }, { unique: true });
		await things.insertMany([
			{ _id: 1, email: 'a@example.com' },
			{ _id: 2, email: 'b@example.com' },
		]);
		await expect(things.updateOne({ _id: 2 }, { $set: { email: 'a@example.com' } })).rejects.toMatchObject({
			code: 11000,
		});
		expect(await found({ email: 'b@example.com' })).toEqual([2]);
	});

	it('hold for findOneAndUpdate', async () => {
		await index({ email: 1 }, { unique: true });
		await things.insertMany([
			{ _id: 1, email: 'a@example.com' },
			{ _id: 2, email: 'b@example.com' },
		]);
		await expect(things.findOneAndUpdate({ _id: 2 }, { $set: { email: 'a@example.com' } })).rejects.toMatchObject({
			code: 11000,
		});
	});

	it('allow an update that keeps the value', async () => {
		await index({ email: 1 }, { unique: true });
		await things.insertOne({ _id: 1, email: 'a@example.com' });
		const { modifiedCount } = await things.updateOne({ _id: 1 }, { $set: { email: 'a@example.com', n: 1 } });
		expect(modifiedCount).toBe(1);
	});

	it('free a value when its document is gone', async () => {
		await index({ email: 1 }, { unique: true });
		await things.insertOne({ _id: 1, email: 'a@example.com' });
		await things.deleteOne({ _id: 1 });
		await things.insertOne({ _id: 2, email: 'a@example.com' });
		expect(await found({ email: 'a@example.com' })).toEqual([2]);
	});

	it('count documents without the field unless sparse', async () => {
		await index({ email: 1 }, { unique: true });
		await things.insertOne({});
		await expect(things.insertOne({})).rejects.toMatchObject({ code: 11000 });
	});

	it('leave out documents without the field when sparse', async () => {
		await index({ email: 1 }, { unique: true, sparse: true });
		await things.insertMany([{ _id: 1 }, { _id: 2 }, { _id: 3, email: 'a@example.com' }]);
		await expect(things.insertOne({ email: 'a@example.com' })).rejects.toMatchObject({ code: 11000 });
		expect(await found({})).toEqual([1, 2, 3]);
	});

	it('bind only what a partial filter covers', async () => {
		await index({ name: 1 }, { unique: true, partialFilterExpression: { active: true } });
		await things.insertMany([{ name: 'a' }, { name: 'a', active: false }, { name: 'a', active: true }]);
		await expect(things.insertOne({ name: 'a', active: true })).rejects.toMatchObject({ code: 11000 });
	});

	it('notice a document that an update brings under a partial filter', async () => {
		await index({ name: 1 }, { unique: true, partialFilterExpression: { active: true } });
		await things.insertMany([
			{ _id: 1, name: 'a', active: true },
			{ _id: 2, name: 'a' },
		]);
		await expect(things.updateOne({ _id: 2 }, { $set: { active: true } })).rejects.toMatchObject({ code: 11000 });
	});

	it('join several fields', async () => {
		await index({ organization: 1, name: 1 }, { unique: true });
		await things.insertMany([
			{ organization: 1, name: 'a' },
			{ organization: 2, name: 'a' },
		]);
		await expect(things.insertOne({ organization: 2, name: 'a' })).rejects.toMatchObject({ code: 11000 });
	});

	it('cannot be made over duplicates', async () => {
		await things.insertMany([{ n: 1 }, { n: 1 }]);
		await expect(index({ n: 1 }, { unique: true })).rejects.toMatchObject({ code: 11000 });
	});

	it('end an ordered insert at the first duplicate', async () => {
		const inserting = things.insertMany([{ _id: 1 }, { _id: 1 }, { _id: 2 }]);
		await expect(inserting).rejects.toMatchObject({ code: 11000, insertedCount: 1 });
		expect(await found({})).toEqual([1]);
	});

	it('let an unordered insert go on', async () => {
		const inserting = things.insertMany([{ _id: 1 }, { _id: 1 }, { _id: 2 }], { ordered: false });
		await expect(inserting).rejects.toMatchObject({ code: 11000, insertedCount: 2 });
		expect(await found({})).toEqual([1, 2]);
	});
});

describe('making indexes', () => {
	it('twice is no error', async () => {
		await index({ a: 1, b: -1 }, { name: 'ab' });
		await expect(index({ a: 1, b: -1 }, { name: 'ab' })).resolves.toBe('ab');
	});

	it('is refused for other options under the same name', async () => {
		await index({ a: 1 }, { name: 'a' });
		await expect(index({ b: 1 }, { name: 'a' })).rejects.toThrow(MongoServerError);
	});

	it('keeps what was asked for', async () => {
		await index({ at: 1 }, { name: 'ttl', expireAfterSeconds: 60 });
		expect(await things.indexes()).toContainEqual(
			expect.objectContaining({ key: { at: 1 }, name: 'ttl', expireAfterSeconds: 60 }),
		);
	});

	it('by a mongoose schema is done when init resolves', async () => {
		const schema = new mongoose.Schema({ email: { type: String, unique: true } });
		const model = connection.model(`Model${made}`, schema);
		await model.init();
		await model.create({ email: 'a@example.com' });
		await expect(model.create({ email: 'a@example.com' })).rejects.toMatchObject({ code: 11000 });
	});

	it('can be undone', async () => {
		await index({ a: 1 }, { unique: true, name: 'a' });
		await things.dropIndex('a');
		await things.insertMany([{ a: 1 }, { a: 1 }]);
		expect(await things.countDocuments()).toBe(2);
	});
});

describe('upserts', () => {
	it('insert what filter, $set and $setOnInsert say', async () => {
		await things.updateOne(
			{ _id: 'x', kind: 'k' },
			{ $set: { n: 1 }, $setOnInsert: { made: true } },
			{ upsert: true },
		);
		expect(await things.findOne({ _id: 'x' })).toEqual({ _id: 'x', kind: 'k', n: 1, made: true });
	});

	it('leave $setOnInsert out when the document is there', async () => {
		await things.insertOne({ _id: 'x' });
		await things.updateOne({ _id: 'x' }, { $set: { n: 1 }, $setOnInsert: { made: true } }, { upsert: true });
		expect(await things.findOne({ _id: 'x' })).toEqual({ _id: 'x', n: 1 });
	});

	it('make an _id of their own', async () => {
		const { upsertedId } = await things.updateOne({ name: 'a' }, { $set: { n: 1 } }, { upsert: true });
		expect(upsertedId).toBeInstanceOf(ObjectId);
		expect(await things.findOne({ _id: upsertedId ?? '' })).toMatchObject({ name: 'a', n: 1 });
	});

	it('replace whole documents', async () => {
		await things.replaceOne({ _id: 1 }, { a: 1 }, { upsert: true });
		await things.replaceOne({ _id: 1 }, { b: 2 }, { upsert: true });
		expect(await things.find().toArray()).toEqual([{ _id: 1, b: 2 }]);
	});

	it('make one document however many race', async () => {
		await index({ key: 1 }, { unique: true });
		const count = async () => {
			try {
				await things.findOneAndUpdate({ key: 'k' }, { $inc: { n: 1 } }, { upsert: true });
				return 1;
			} catch (error) {
				if (error instanceof MongoServerError && error.code === 11000) return 0;
				throw error;
			}
		};
		const counted = await Promise.all(Array.from({ length: 20 }, count));
		const n = counted.filter((one) => one === 1).length;
		expect(await things.find().toArray()).toEqual([expect.objectContaining({ key: 'k', n })]);
	});
});

describe('findOneAndUpdate', () => {
	it('gives each document to one of fifty that claim at once', async () => {
		const jobs = Array.from({ length: 60 }, (_, n) => ({ _id: n, status: 'pending', at: new Date(n) }));
		await things.insertMany(jobs);
		await index({ status: 1, at: 1 });
		const claimed: unknown[] = [];
		const claim = async (owner: number) => {
			for (;;) {
				const job = await things.findOneAndUpdate(
					{ status: 'pending', at: { $lte: new Date(1000) } },
					{ $set: { status: 'running', owner } },
					{ sort: { at: 1 }, returnDocument: 'after' },
				);
				if (!job) return;
				claimed.push(job._id);
			}
		};
		await Promise.all(Array.from({ length: 50 }, (_, owner) => claim(owner)));
		expect(claimed.toSorted((a, b) => Number(a) - Number(b))).toEqual(ids(jobs));
	});

	it('takes the first by the order asked for', async () => {
		await things.insertMany([
			{ _id: 1, n: 3 },
			{ _id: 2, n: 1 },
			{ _id: 3, n: 2 },
		]);
		expect(await things.findOneAndUpdate({}, { $set: { taken: true } }, { sort: { n: 1 } })).toEqual({
			_id: 2,
			n: 1,
		});
	});

	it('shows the document as it is after, and only the fields asked for', async () => {
		await things.insertOne({ _id: 1, n: 1, other: true });
		const options = { returnDocument: 'after', projection: { n: 1 } } as const;
		expect(await things.findOneAndUpdate({ _id: 1 }, { $inc: { n: 1 } }, options)).toEqual({ _id: 1, n: 2 });
	});

	it('gives null when there is none', async () => {
		expect(await things.findOneAndUpdate({ _id: 1 }, { $set: { n: 1 } })).toBeNull();
	});

	it('removes with findOneAndDelete', async () => {
		await things.insertMany([{ _id: 1 }, { _id: 2 }]);
		expect(await things.findOneAndDelete({ _id: 1 })).toEqual({ _id: 1 });
		expect(await found({})).toEqual([2]);
	});

	it('counts without loss when many add to one document', async () => {
		await things.insertOne({ _id: 1, n: 0 });
		await Promise.all(Array.from({ length: 50 }, () => things.updateOne({ _id: 1 }, { $inc: { n: 1 } })));
		expect(await things.findOne({ _id: 1 })).toEqual({ _id: 1, n: 50 });
	});
});

describe('finding', () => {
	it('goes on over several batches', async () => {
		await things.insertMany(Array.from({ length: 250 }, (_, _id) => ({ _id })));
		const fetched = ids(await things.find().batchSize(20).toArray());
		expect(new Set(fetched).size).toBe(250);
	});

	it('stops when the cursor is closed', async () => {
		await things.insertMany(Array.from({ length: 50 }, (_, _id) => ({ _id })));
		const cursor = things.find().batchSize(10);
		await cursor.next();
		const getMore = { getMore: cursor.id, collection: things.collectionName };
		await cursor.close();
		await expect(connection.db?.command(getMore)).rejects.toMatchObject({ code: 43 });
	});

	it('pages backwards through an index', async () => {
		await index({ organization: 1, _id: -1 });
		await things.insertMany(Array.from({ length: 30 }, (_, _id) => ({ _id, organization: _id % 3 })));
		const page = await things
			.find({ organization: 1, _id: { $lt: 20 } })
			.sort({ _id: -1 })
			.limit(3)
			.toArray();
		expect(ids(page)).toEqual([19, 16, 13]);
	});

	it('sorts by several fields, skips and limits', async () => {
		await things.insertMany([
			{ _id: 1, a: 1, b: 1 },
			{ _id: 2, a: 2, b: 1 },
			{ _id: 3, a: 1, b: 2 },
			{ _id: 4, a: 2, b: 2 },
		]);
		expect(ids(await things.find().sort({ a: -1, b: 1 }).skip(1).limit(2).toArray())).toEqual([4, 1]);
	});

	it('sorts what is missing and null before numbers, those before strings, dates last', async () => {
		await things.insertMany([
			{ _id: 1, v: new Date(0) },
			{ _id: 2, v: 'text' },
			{ _id: 3, v: 5 },
			{ _id: 4, v: null },
			{ _id: 5, v: true },
			{ _id: 6, v: new ObjectId() },
			{ _id: 7, v: -1.5 },
		]);
		expect(ids(await things.find().sort({ v: 1 }).toArray())).toEqual([4, 7, 3, 2, 6, 5, 1]);
	});

	it('keeps fields in or out', async () => {
		await things.insertOne({ _id: 1, a: 1, b: { c: 2, d: 3 } });
		expect(await things.findOne({}, { projection: { 'b.c': 1 } })).toEqual({ _id: 1, b: { c: 2 } });
		expect(await things.findOne({}, { projection: { a: 0, 'b.d': 0 } })).toEqual({ _id: 1, b: { c: 2 } });
		expect(await things.findOne({}, { projection: { _id: 0, a: 1 } })).toEqual({ a: 1 });
	});

	it('compares', async () => {
		await things.insertMany([
			{ _id: 1, n: 1 },
			{ _id: 2, n: 2 },
			{ _id: 3, n: 3 },
			{ _id: 4, n: '2' },
		]);
		expect(await found({ n: { $gt: 1, $lte: 3 } })).toEqual([2, 3]);
		expect(await found({ n: { $in: [1, '2'] } })).toEqual([1, 4]);
		expect(await found({ n: { $nin: [1, 2] } })).toEqual([3, 4]);
		expect(await found({ n: { $ne: 2 } })).toEqual([1, 3, 4]);
	});

	it('compares dates and object ids', async () => {
		const id = new ObjectId();
		await things.insertMany([
			{ _id: 1, at: new Date(1000), ref: id },
			{ _id: 2, at: new Date(2000), ref: new ObjectId() },
		]);
		expect(await found({ at: { $gt: new Date(1000) } })).toEqual([2]);
		expect(await found({ at: new Date(1000) })).toEqual([1]);
		expect(await found({ ref: id })).toEqual([1]);
	});

	it('takes null for missing too', async () => {
		await things.insertMany([{ _id: 1 }, { _id: 2, a: null }, { _id: 3, a: 1 }]);
		expect(await found({ a: null })).toEqual([1, 2]);
		expect(await found({ a: { $exists: true } })).toEqual([2, 3]);
		expect(await found({ a: { $exists: false } })).toEqual([1]);
		expect(await found({ a: { $ne: null } })).toEqual([3]);
	});

	it('joins conditions', async () => {
		await things.insertMany([
			{ _id: 1, a: 1 },
			{ _id: 2, a: 2, b: 1 },
			{ _id: 3, b: 1 },
		]);
		expect(await found({ $or: [{ a: 1 }, { b: 1, a: { $exists: false } }] })).toEqual([1, 3]);
		expect(await found({ $and: [{ b: 1 }, { a: { $exists: true } }] })).toEqual([2]);
		expect(await found({ $nor: [{ a: 1 }] })).toEqual([2, 3]);
		expect(await found({ a: { $not: { $gt: 1 } } })).toEqual([1, 3]);
	});

	it('looks into arrays', async () => {
		await things.insertMany([
			{
				_id: 1,
				tags: ['a', 'b'],
				outbox: [
					{ id: 'x', n: 1 },
					{ id: 'y', n: 2 },
				],
			},
			{ _id: 2, tags: [], outbox: [] },
			{ _id: 3, tags: ['b'], outbox: [{ id: 'z', n: 2 }] },
		]);
		expect(await found({ tags: 'b' })).toEqual([1, 3]);
		expect(await found({ 'outbox.id': 'y' })).toEqual([1]);
		expect(await found({ 'outbox.0.id': { $exists: true } })).toEqual([1, 3]);
		expect(await found({ outbox: { $elemMatch: { id: 'x', n: 2 } } })).toEqual([]);
		expect(await found({ outbox: { $elemMatch: { id: 'y', n: { $gte: 2 } } } })).toEqual([1]);
		expect(await found({ tags: { $size: 0 } })).toEqual([2]);
		expect(await found({ tags: { $all: ['a', 'b'] } })).toEqual([1]);
	});

	it('looks into arrays by an index', async () => {
		await index({ 'outbox.id': 1 });
		await things.insertMany([
			{ _id: 1, outbox: [{ id: 'x' }, { id: 'y' }] },
			{ _id: 2, outbox: [{ id: 'y' }, { id: 'y' }] },
			{ _id: 3, outbox: [] },
		]);
		expect(await found({ 'outbox.id': 'y' })).toEqual([1, 2]);
		await things.updateOne({ _id: 1 }, change({ $pull: { outbox: { id: 'y' } } }));
		expect(await found({ 'outbox.id': 'y' })).toEqual([2]);
	});

	it('matches patterns', async () => {
		await things.insertMany([
			{ _id: 1, s: 'Shop\nmain' },
			{ _id: 2, s: 'shop' },
			{ _id: 3, s: 5 },
		]);
		expect(await found({ s: /^shop/i })).toEqual([1, 2]);
		expect(await found({ s: { $regex: '^main', $options: 'm' } })).toEqual([1]);
		expect(await found({ s: { $in: [/op$/] } })).toEqual([2]);
	});

	it('tells distinct values and counts', async () => {
		await things.insertMany([{ a: 1 }, { a: 2 }, { a: [2, 3] }, {}]);
		expect(await things.distinct('a')).toEqual([1, 2, 3]);
		expect(await things.countDocuments({ a: 2 })).toBe(2);
		expect(await things.estimatedDocumentCount()).toBe(4);
	});

	it('finds nothing in a collection that does not exist', async () => {
		expect(await things.find().toArray()).toEqual([]);
		expect(await things.countDocuments()).toBe(0);
	});
});

describe('updating', () => {
	const updated = async (before: Thing, update: Document, filter: Thing = { _id: 1 }) => {
		await things.insertOne({ _id: 1, ...before });
		await things.updateOne(filter, update);
		const { _id, ...after } = (await things.findOne({ _id: 1 })) ?? {};
		return after;
	};

	it('sets and unsets nested fields', async () => {
		expect(await updated({ a: { b: 1 }, c: 1 }, { $set: { 'a.d.e': 2 }, $unset: { 'a.b': '', c: '' } })).toEqual({
			a: { d: { e: 2 } },
		});
	});

	it('calculates', async () => {
		expect(await updated({ n: 1 }, { $inc: { n: 2, m: -1 } })).toEqual({ n: 3, m: -1 });
	});

	it('keeps the least and the greatest', async () => {
		expect(await updated({ a: 5, b: 5 }, { $min: { a: 3 }, $max: { b: 3, c: 1 } })).toEqual({ a: 3, b: 5, c: 1 });
	});

	it('adds to arrays', async () => {
		expect(await updated({ a: [1] }, { $push: { a: 2, b: { $each: [1, 2, 3], $slice: -2 } } })).toEqual({
			a: [1, 2],
			b: [2, 3],
		});
	});

	it('adds to arrays what is not there yet', async () => {
		expect(await updated({ a: [1, { x: 1 }] }, { $addToSet: { a: { $each: [1, { x: 1 }, 2] } } })).toEqual({
			a: [1, { x: 1 }, 2],
		});
	});

	it('takes from arrays', async () => {
		expect(
			await updated({ a: [{ id: 1 }, { id: 2 }], b: [1, 2, 3] }, { $pull: { a: { id: 1 }, b: { $gte: 2 } } }),
		).toEqual({
			a: [{ id: 2 }],
			b: [1],
		});
	});

	it('changes the element that was found', async () => {
		expect(
			await updated(
				{ outbox: [{ id: 'x' }, { id: 'y' }] },
				{ $set: { 'outbox.$.done': true, 'outbox.$.at': new Date(1) } },
				{ _id: 1, 'outbox.id': 'y' },
			),
		).toEqual({ outbox: [{ id: 'x' }, { id: 'y', done: true, at: new Date(1) }] });
	});

	it('changes the element that $elemMatch found', async () => {
		const filter = { _id: 1, outbox: { $elemMatch: { id: 'x', n: 2 } } };
		const before = {
			outbox: [
				{ id: 'x', n: 1 },
				{ id: 'x', n: 2 },
			],
		};
		expect(await updated(before, { $inc: { 'outbox.$.n': 5 } }, filter)).toEqual({
			outbox: [
				{ id: 'x', n: 1 },
				{ id: 'x', n: 7 },
			],
		});
	});

	it('changes the elements that array filters name', async () => {
		await things.insertOne({ _id: 1, a: [{ n: 1 }, { n: 2 }, { n: 3 }] });
		await things.updateOne(
			{ _id: 1 },
			{ $set: { 'a.$[big].big': true } },
			{ arrayFilters: [{ 'big.n': { $gte: 2 } }] },
		);
		expect(await things.findOne()).toEqual({ _id: 1, a: [{ n: 1 }, { n: 2, big: true }, { n: 3, big: true }] });
	});

	it('changes all that match, and tells how many it changed', async () => {
		await things.insertMany([
			{ _id: 1, n: 1 },
			{ _id: 2, n: 2 },
			{ _id: 3, n: 2, done: true },
		]);
		const result = await things.updateMany({ n: 2 }, { $set: { done: true } });
		expect([result.matchedCount, result.modifiedCount]).toEqual([2, 1]);
	});

	it('refuses to change the _id', async () => {
		await expect(updated({}, { $set: { _id: 2 } })).rejects.toThrow(MongoServerError);
	});

	it('refuses to add to what is no number and to push to what is no array', async () => {
		await things.insertOne({ _id: 1, s: 'text' });
		await expect(things.updateOne({ _id: 1 }, { $inc: { s: 1 } })).rejects.toThrow(MongoServerError);
		await expect(things.updateOne({ _id: 1 }, change({ $push: { s: 1 } }))).rejects.toThrow(MongoServerError);
	});

	it('refuses two changes of one field', async () => {
		await expect(updated({}, { $set: { 'a.b': 1 }, $inc: { a: 1 } })).rejects.toThrow(MongoServerError);
	});

	it('writes many at once, of several kinds', async () => {
		await things.insertOne({ _id: 1 });
		const result = await things.bulkWrite([
			{ insertOne: { document: { _id: 2 } } },
			{ updateOne: { filter: { _id: 1 }, update: { $set: { n: 1 } } } },
			{ updateOne: { filter: { _id: 3 }, update: { $set: { n: 1 } }, upsert: true } },
			{ deleteOne: { filter: { _id: 2 } } },
		]);
		expect(result).toMatchObject({ insertedCount: 1, modifiedCount: 1, upsertedCount: 1, deletedCount: 1 });
		expect(await found({})).toEqual([1, 3]);
	});

	it('deletes all that match', async () => {
		await things.insertMany([{ _id: 1, n: 1 }, { _id: 2, n: 1 }, { _id: 3 }]);
		expect(await things.deleteMany({ n: 1 })).toMatchObject({ deletedCount: 2 });
		expect(await found({})).toEqual([3]);
	});

	it('keeps an index in step', async () => {
		await index({ status: 1, at: 1 });
		await things.insertOne({ _id: 1, status: 'a', at: 1 });
		await things.updateOne({ _id: 1 }, { $set: { status: 'b' } });
		expect([await found({ status: 'a' }), await found({ status: 'b' })]).toEqual([[], [1]]);
	});

	it('keeps binaries, dates and nested values as they are', async () => {
		const doc = {
			_id: 1,
			bytes: Buffer.from([0, 255, 128]),
			at: new Date(123),
			deep: { list: [null, { a: 1.5 }] },
		};
		await things.insertOne(doc);
		await things.updateOne({ _id: 1 }, { $set: { n: 1 } });
		const after = await things.findOne({}, { promoteBuffers: true });
		expect(after).toEqual({ ...doc, n: 1 });
	});
});

describe('aggregating', () => {
	beforeEach(async () => {
		await things.insertMany([
			{ _id: 1, kind: 'a', n: 1 },
			{ _id: 2, kind: 'b', n: 2 },
			{ _id: 3, kind: 'a', n: 3 },
			{ _id: 4, kind: 'c', n: 4 },
		]);
	});
	const aggregated = (pipeline: Document[]) => things.aggregate(pipeline).toArray();

	it('groups, sums and sorts', async () => {
		expect(
			await aggregated([
				{ $match: { n: { $lt: 4 } } },
				{ $group: { _id: '$kind', total: { $sum: '$n' }, count: { $sum: 1 }, last: { $max: '$n' } } },
				{ $sort: { total: -1 } },
			]),
		).toEqual([
			{ _id: 'a', total: 4, count: 2, last: 3 },
			{ _id: 'b', total: 2, count: 1, last: 2 },
		]);
	});

	it('counts', async () => {
		expect(await aggregated([{ $match: { kind: 'a' } }, { $count: 'many' }])).toEqual([{ many: 2 }]);
	});

	it('projects, sorts, skips and limits', async () => {
		expect(
			await aggregated([{ $sort: { n: -1 } }, { $skip: 1 }, { $limit: 2 }, { $project: { _id: 0, n: 1 } }]),
		).toEqual([{ n: 3 }, { n: 2 }]);
	});

	it('goes through arrays', async () => {
		await things.insertOne({ _id: 5, kind: 'd', list: [{ v: 1 }, { v: 2 }] });
		expect(
			await aggregated([{ $match: { _id: 5 } }, { $unwind: '$list' }, { $project: { _id: 0, v: '$list.v' } }]),
		).toEqual([{ v: 1 }, { v: 2 }]);
	});
});

describe('what is not there', () => {
	it('is refused by name: commands', async () => {
		await expect(connection.db?.command({ noSuchCommand: 1 })).rejects.toMatchObject({ code: 59 });
	});

	it('is refused: operators of filters', async () => {
		await things.insertOne({});
		await expect(things.find({ a: { $noSuch: 1 } }).toArray()).rejects.toThrow(MongoServerError);
	});

	it('is refused: operators of updates', async () => {
		await things.insertOne({});
		const command = { findAndModify: things.collectionName, query: {}, update: { $noSuch: { a: 1 } } };
		await expect(connection.db?.command(command)).rejects.toThrow(MongoServerError);
	});

	it('is refused: stages of pipelines', async () => {
		await things.insertOne({});
		await expect(things.aggregate([{ noSuch: 1 }]).toArray()).rejects.toThrow(MongoServerError);
	});
});

describe('a writer that is killed', () => {
	it('loses nothing that was acknowledged', async () => {
		const dir = mkdtempSync(join(tmpdir(), 'odoo-platform-test-'));
		const external = process.env['MONGODB_URI'];
		const child = runScript('database-writer.ts', external ?? dir, database.name);
		const acknowledged: string[] = [];
		for await (const line of createInterface({ input: child.stdout })) {
			if (acknowledged.push(line) === 500) child.kill('SIGKILL');
		}
		if (child.signalCode === null) await once(child, 'exit');

		const engine =
			external === undefined ? await startEmbeddedEngine({ dataDir: dir, clock: systemClock }) : undefined;
		const client = await new MongoClient(engine?.uri ?? external ?? '').connect();
		const written = client.db(database.name).collection('written');
		const names = new Set((await written.find({ group: 'updated' }).toArray()).map(({ name }) => String(name)));
		const byScan = await written.countDocuments({ group: { $not: { $eq: 'inserted' } } });
		await client.close();
		await engine?.close();
		rmSync(dir, { recursive: true, force: true });
		expect(acknowledged.length).toBeGreaterThanOrEqual(500);
		expect(acknowledged.filter((name) => !names.has(name))).toEqual([]);
		expect(byScan).toBe(names.size);
	});
});
