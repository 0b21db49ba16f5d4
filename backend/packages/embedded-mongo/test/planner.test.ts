import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ObjectId } from 'bson';
import * as fc from 'fast-check';
import { Query } from 'mingo';
import type { Collection, IndexSpec } from '../src/catalog';
import type { Doc } from '../src/documents';
import { encodeStored } from '../src/documents';
import { readFilter } from '../src/filter';
import { compareValues } from '../src/keys';
import type { SortSpec } from '../src/paths';
import { plan } from '../src/planner';
import { find } from '../src/query';
import { Store } from '../src/store';
import { applyUpdate, concernedBy } from '../src/update';

let dir: string;
let store: Store;

beforeAll(() => {
	dir = mkdtempSync(join(tmpdir(), 'odoo-platform-test-'));
	store = Store.open(dir);
});

afterAll(async () => {
	await store.close();
	rmSync(dir, { recursive: true, force: true });
});

/** A collection with these indexes and documents, in the place of the one before. */
function collectionOf(indexes: IndexSpec[], docs: Doc[]): Promise<Collection> {
	return store.write(() => {
		for (const old of store.catalog.all()) {
			for (const { id } of old.indexes) store.clear(store.indexRange({ id }));
			store.clear(store.documentRange(old));
			store.catalog.remove(old);
		}
		const collection = store.catalog.ensure('db', 'things');
		// Half before and half after, so that both ways of filling an index are taken.
		const half = Math.floor(docs.length / 2);
		for (const doc of docs.slice(0, half)) store.insert(collection, doc);
		for (const spec of indexes) store.fill(collection, store.catalog.addIndex(collection, spec));
		for (const doc of docs.slice(half)) store.insert(collection, doc);
		return collection;
	});
}

const index = (key: IndexSpec['key'], options: Partial<IndexSpec> = {}): IndexSpec => ({
	key,
	name: Object.keys(key).join('_'),
	...options,
});

const OBJECT_IDS = ['0'.repeat(24), 'f'.repeat(24)].map((hex) => new ObjectId(hex));

const scalar = fc.oneof(
	fc.integer({ min: -3, max: 3 }),
	fc.constantFrom(1.5, -0, 1e300, Number.MAX_SAFE_INTEGER),
	fc.constantFrom('', 'a', 'b', 'a\0', 'a\0b', 'ab', 'é', 'x'.repeat(2000)),
	fc.boolean(),
	fc.constant(null),
	fc.constantFrom(new Date(0), new Date(-1), new Date(5_000)),
	fc.constantFrom(...OBJECT_IDS),
);
const value = fc.oneof(
	{ weight: 6, arbitrary: scalar },
	{ weight: 1, arbitrary: fc.array(scalar, { maxLength: 3 }) },
	{
		weight: 1,
		arbitrary: fc.array(fc.record({ x: scalar }, { requiredKeys: [], noNullPrototype: true }), { maxLength: 2 }),
	},
	{ weight: 1, arbitrary: fc.record({ x: scalar, y: scalar }, { requiredKeys: [], noNullPrototype: true }) },
);
/** Documents, most of them without arrays, so that ordered reading of an index is tried as well. */
const documents = fc
	.tuple(
		fc.boolean(),
		fc.array(fc.record({ a: value, b: value, c: scalar }, { requiredKeys: [], noNullPrototype: true }), {
			maxLength: 24,
		}),
	)
	.map(([plain, docs]): Doc[] =>
		docs.map((doc, _id) => ({
			_id,
			...(plain ? Object.fromEntries(Object.entries(doc).filter(([, v]) => !Array.isArray(v))) : doc),
		})),
	);
const path = fc.constantFrom('a', 'b', 'c', 'a.x', 'b.y', '_id');
const comparable = scalar.filter((v) => v !== null);
const condition = fc.oneof(
	scalar,
	fc.array(scalar, { maxLength: 4 }).map(($in) => ({ $in })),
	fc.tuple(fc.constantFrom('$gt', '$gte', '$lt', '$lte'), comparable).map(([op, v]) => ({ [op]: v })),
	fc.tuple(comparable, comparable).map(([low, high]) => ({ $gte: low, $lt: high })),
	fc.constantFrom({ $exists: true }, { $exists: false }, { $ne: null }),
);
const conditions = fc.dictionary(path, condition, { maxKeys: 3, noNullPrototype: true });
const filters = fc.oneof(
	conditions,
	fc.tuple(conditions, conditions).map(([own, $and]): Doc => ({ ...own, $and: [$and] })),
	fc.tuple(conditions, conditions, conditions).map(([own, x, y]): Doc => ({ ...own, $or: [x, y] })),
);
const sorts = fc
	.uniqueArray(fc.tuple(fc.constantFrom('a', 'b', 'c', '_id'), fc.constantFrom<1 | -1>(1, -1)), {
		maxLength: 3,
		selector: ([field]) => field,
	})
	.map((sort): SortSpec => sort);
const indexSets = fc.subarray([
	index({ a: 1 }),
	index({ a: 1, c: -1 }),
	index({ b: -1 }),
	index({ c: 1, _id: -1 }),
	index({ 'a.x': 1 }, { sparse: true }),
	index({ c: 1, a: 1 }, { partialFilterExpression: { c: { $exists: true } } }),
]);

const answers = (collection: Collection, filter: Doc, sort: SortSpec = [], skip = 0, limit = 0) =>
	[...find(store, collection, { filter: readFilter(filter), sort, skip, limit })].map(({ doc }) => doc);

const matching = (docs: Doc[], filter: Doc) => docs.filter((doc) => new Query<Doc>(filter).test(doc));

const numbered = (docs: Doc[]) => docs.map(({ _id }) => Number(_id)).sort((a, b) => a - b);

describe('finding through indexes', () => {
	it('gives exactly what mingo finds among all documents', async () => {
		await fc.assert(
			fc.asyncProperty(
				documents,
				indexSets,
				fc.array(filters, { minLength: 1, maxLength: 5 }),
				async (docs, indexes, asked) => {
					const collection = await collectionOf(indexes, docs);
					for (const filter of asked) {
						expect(numbered(answers(collection, filter))).toEqual(numbered(matching(docs, filter)));
					}
				},
			),
			{ numRuns: 200 },
		);
	});

	it('sorts, skips and limits as if all were sorted', async () => {
		const plain = documents.map((docs) =>
			docs.map(({ _id, c, a }) => ({ _id, c, ...(!Array.isArray(a) && { a }) })),
		);
		await fc.assert(
			fc.asyncProperty(
				plain,
				indexSets,
				filters,
				sorts,
				fc.nat(5),
				fc.nat(8),
				async (docs, indexes, filter, sort, skip, limit) => {
					const collection = await collectionOf(indexes, docs);
					const order = (a: Doc, b: Doc) =>
						sort
							.map(([field, direction]) => direction * compareValues(a[field], b[field]))
							.find((n) => n !== 0) ?? 0;
					const all = matching(docs, filter).sort(order);
					const expected = all.slice(skip, limit > 0 ? skip + limit : undefined);
					const given = answers(collection, filter, sort, skip, limit);
					// Documents that sort alike may come in any order: their sort keys have to be the same at each place.
					const keyOf = (value: unknown) => (value === 0 ? 0 : (value ?? null)); // -0 sorts as 0 does
					const keys = (docs: Doc[]) => docs.map((doc) => sort.map(([field]) => keyOf(doc[field])));
					expect(keys(given)).toEqual(keys(expected));
					expect(matching(given, filter)).toEqual(given);
					expect(new Set(numbered(given)).size).toBe(expected.length);
				},
			),
			{ numRuns: 200 },
		);
	});

	it('stays exact while documents change and go', async () => {
		const change = fc
			.tuple(fc.nat(23), fc.constantFrom('a', 'b', 'c'), value, scalar, fc.boolean())
			.map(([id, field, any, one, goes]) => ({ id, field, to: goes ? undefined : field === 'c' ? one : any }));
		await fc.assert(
			fc.asyncProperty(
				documents,
				indexSets,
				fc.array(change, { maxLength: 10 }),
				filters,
				async (docs, indexes, changes, filter) => {
					const collection = await collectionOf(indexes, docs);
					const model = new Map(docs.map((doc) => [doc['_id'], doc]));
					await store.write(() => {
						for (const { id, field, to } of changes) {
							const [stored] = find(store, collection, {
								filter: { _id: id },
								sort: [],
								skip: 0,
								limit: 1,
							});
							if (!stored) continue;
							if (to === undefined) {
								store.remove(collection, stored);
								model.delete(id);
								continue;
							}
							const doc = { ...stored.doc };
							const update = { $set: { [field]: to } };
							const entries = store.entriesIn(collection.indexes.filter(concernedBy(update)), doc);
							applyUpdate(doc, update, {
								filter: {},
								arrayFilters: [],
								inserting: false,
								now: new Date(0),
							});
							store.replace(collection, stored.id, entries, doc, encodeStored(doc));
							model.set(id, doc);
						}
					});
					expect(numbered(answers(collection, filter))).toEqual(
						numbered(matching([...model.values()], filter)),
					);
					for (const one of collection.indexes) store.catalog.removeIndex(collection, one);
					expect(numbered(answers(collection, filter))).toEqual(
						numbered(matching([...model.values()], filter)),
					);
				},
			),
			{ numRuns: 200 },
		);
	});
});

it('does not take what has changed since an index led to it', async () => {
	const docs = Array.from({ length: 3 }, (_, _id) => ({ _id, a: 1 }));
	const collection = await collectionOf([index({ a: 1 })], docs);
	const found = find(store, collection, { filter: { a: 1 }, sort: [], skip: 0, limit: 0 });
	const seen: unknown[] = [];
	const see = (count: number) => {
		for (let left = count; left > 0; left--) {
			const { done, value } = found.next();
			if (done !== true) seen.push(value.doc['_id']);
		}
	};
	see(1);
	await store.write(() => {
		for (const { id } of find(store, collection, { filter: { _id: 1 }, sort: [], skip: 0, limit: 0 })) {
			const doc = { _id: 1, a: 2 };
			store.replace(
				collection,
				id,
				store.entriesIn(collection.indexes, { _id: 1, a: 1 }),
				doc,
				encodeStored(doc),
			);
		}
	});
	see(3);
	expect(seen).toEqual([0, 2]);
});

describe('the plan', () => {
	it.each<[string, boolean, Doc]>([
		['values', true, { a: 1, c: { $in: ['x', 'y'] } }],
		['a range', true, { a: 1, c: { $gte: 'x', $lt: 'y' } }],
		['conditions joined by $and', true, { $and: [{ a: 1 }, { c: { $eq: 'x' } }] }],
		['what a partial index holds', true, { name: 'n', active: true }],
		['nothing', true, { a: null }],
		['NaN', false, { a: NaN }],
		['another field', false, { a: 1, other: 1 }],
		['another operator', false, { a: { $in: [1, 2], $ne: 2 } }],
		['a range and more', false, { a: { $gt: 1, $ne: 2 } }],
		['a value beyond what an index keeps of it', false, { a: 1, c: { $gt: 'x'.repeat(3000) } }],
		['two values of one field', false, { $and: [{ a: 1 }, { a: 2 }] }],
		['alternatives beside', false, { a: 1, $or: [{ c: 1 }, { b: 2 }] }],
		['fields of documents', false, { 'd.x': 1 }],
	])('knows whether %s leave anything to be looked at: exact is %s', async (_, exact, filter) => {
		const partial = index({ name: 1 }, { partialFilterExpression: { active: true } });
		const collection = await collectionOf([index({ a: 1, c: 1 }), index({ 'd.x': 1 }), partial], []);
		expect(plan(store, collection, filter, []).exact).toBe(exact);
	});

	const planOf = async (indexes: IndexSpec[], filter: Doc, sort: SortSpec = [], docs: Doc[] = []) => {
		const { index: chosen, sorted, reverse, ranges } = plan(store, await collectionOf(indexes, docs), filter, sort);
		return { index: chosen?.spec.name, sorted, reverse, ranges: ranges.length };
	};
	const org = index({ org: 1, status: 1, at: 1 });

	it('takes the index with the most fields compared', async () => {
		expect(await planOf([index({ org: 1 }), org], { org: 1, status: 'a' })).toMatchObject({
			index: 'org_status_at',
		});
	});

	it('prefers what can find one document only', async () => {
		expect(await planOf([org], { org: 1, status: 'a', _id: 5 })).toMatchObject({ index: undefined });
	});

	it('reads pages off the index, in reverse, by the _id behind its fields', async () => {
		expect(await planOf([index({ org: 1 })], { org: 1, _id: { $lt: 5 } }, [['_id', -1]])).toEqual({
			index: 'org',
			sorted: true,
			reverse: true,
			ranges: 1,
		});
	});

	it('merges the ranges of $in in order', async () => {
		expect(await planOf([org], { org: 1, status: { $in: ['a', 'b'] } }, [['at', 1]])).toMatchObject({
			sorted: true,
			ranges: 2,
		});
	});

	it('does not take the order of an index that has met an array', async () => {
		const docs = [{ _id: 1, at: [1, 2] }];
		expect(await planOf([index({ at: 1 })], {}, [['at', 1]], docs)).toMatchObject({ sorted: false });
	});

	it('does not take a sparse index for what may be missing', async () => {
		expect(await planOf([index({ a: 1 }, { sparse: true })], { a: null })).toMatchObject({ index: undefined });
	});

	it('does not take an index whose entries are not committed, which readers do not see', async () => {
		const collection = await collectionOf([], [{ _id: 1, a: 1 }]);
		const chosen = await store.write(() => {
			store.fill(collection, store.catalog.addIndex(collection, index({ a: 1 })));
			return plan(store, collection, { a: 1 }, []).index;
		});
		expect(chosen).toBeUndefined();
	});

	it('takes a partial index for filters that say the same only', async () => {
		const partial = index({ name: 1 }, { partialFilterExpression: { active: true } });
		expect(await planOf([partial], { name: 'a', active: true })).toMatchObject({ index: 'name' });
		expect(await planOf([partial], { name: 'a' })).toMatchObject({ index: undefined });
	});
});
