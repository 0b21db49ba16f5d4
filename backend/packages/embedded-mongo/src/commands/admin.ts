import { z } from 'zod';
import type { Collection, IndexSpec } from '../catalog';
import { type Doc, encode, isDoc } from '../documents';
import { EngineError, unsupported } from '../errors';
import { compileFilter, readFilter } from '../filter';
import { sameValue } from '../keys';
import { find } from '../query';
import type { Store } from '../store';
import { type Engine, collectionSchema, command, countSchema, docSchema, ignored, noCollation } from './command';

const ID_INDEX = { v: 2, key: { _id: 1 }, name: '_id_' };

const cursorSchema = z.strictObject({ batchSize: countSchema.optional() }).default({});

/** The options of an index. `background` and `v` are accepted and have no effect. */
const indexSchema = z.strictObject({
	key: z
		.record(z.string(), z.unknown())
		.refine((key) => Object.keys(key).length > 0, 'may not be empty')
		.transform(readKey),
	name: z.string().optional(),
	unique: z.boolean().optional(),
	sparse: z.boolean().optional(),
	partialFilterExpression: docSchema.optional(),
	expireAfterSeconds: z.number().nonnegative().optional(),
	background: ignored,
	v: ignored,
	ns: ignored,
	collation: noCollation,
	hidden: z.literal(false).optional(),
});

/** Commands about collections, indexes and databases. */
export const adminCommands = {
	create: command({ create: collectionSchema, collation: noCollation, autoIndexId: ignored }, ({ store }, body) =>
		store.write(() => {
			if (store.catalog.find(body.$db, body.create)) {
				throw new EngineError('NamespaceExists', `Collection ${body.$db}.${body.create} already exists.`);
			}
			store.catalog.ensure(body.$db, body.create);
			return { ok: 1 };
		}),
	),

	drop: command({ drop: collectionSchema }, ({ store }, body) =>
		store.write(() => {
			const collection = existing(store, body.$db, body.drop);
			const nIndexesWas = collection.indexes.length + 1;
			drop(store, collection);
			return { nIndexesWas, ns: `${body.$db}.${body.drop}`, ok: 1 };
		}),
	),

	dropDatabase: command({ dropDatabase: ignored }, ({ store }, body) =>
		store.write(() => {
			for (const collection of store.catalog.all()) {
				if (collection.database === body.$db) drop(store, collection);
			}
			return { dropped: body.$db, ok: 1 };
		}),
	),

	listDatabases: command(
		{ listDatabases: ignored, filter: docSchema.default({}), nameOnly: ignored, authorizedDatabases: ignored },
		({ store }, body) => {
			const names = [...new Set(store.catalog.all().map(({ database }) => database))].sort();
			const matches = compileFilter(readFilter(body.filter));
			return { databases: names.map((name) => ({ name, sizeOnDisk: 0, empty: false })).filter(matches), ok: 1 };
		},
	),

	listCollections: command(
		{
			listCollections: ignored,
			filter: docSchema.default({}),
			cursor: cursorSchema,
			nameOnly: z.boolean().default(false),
			authorizedCollections: ignored,
		},
		({ store, cursors }, body) => {
			const matches = compileFilter(readFilter(body.filter));
			const found = store.catalog
				.all()
				.filter(({ database }) => database === body.$db)
				.map(({ name }) => ({
					name,
					type: 'collection',
					options: {},
					info: { readOnly: false },
					idIndex: ID_INDEX,
				}))
				.filter(matches)
				.map((entry) => encode(body.nameOnly ? { name: entry.name, type: entry.type } : entry));
			return cursors.open(`${body.$db}.$cmd.listCollections`, found, body.cursor.batchSize);
		},
	),

	listIndexes: command({ listIndexes: collectionSchema, cursor: cursorSchema }, ({ store, cursors }, body) => {
		const collection = existing(store, body.$db, body.listIndexes);
		const indexes = [ID_INDEX, ...collection.indexes.map(({ spec }) => ({ v: 2, ...spec }))].map(encode);
		return cursors.open(`${body.$db}.$cmd.listIndexes.${body.listIndexes}`, indexes, body.cursor.batchSize);
	}),

	createIndexes: command(
		{ createIndexes: collectionSchema, indexes: z.array(indexSchema).min(1), commitQuorum: ignored },
		({ store }, body) =>
			store.write(() => {
				const createdCollectionAutomatically = !store.catalog.find(body.$db, body.createIndexes);
				const collection = store.catalog.ensure(body.$db, body.createIndexes);
				const numIndexesBefore = collection.indexes.length + 1;
				for (const index of body.indexes) createIndex(store, collection, index);
				return {
					numIndexesBefore,
					numIndexesAfter: collection.indexes.length + 1,
					createdCollectionAutomatically,
					ok: 1,
				};
			}),
	),

	dropIndexes: command(
		{ dropIndexes: collectionSchema, index: z.union([z.string(), z.array(z.string()), docSchema]) },
		({ store }, body) =>
			store.write(() => {
				const collection = existing(store, body.$db, body.dropIndexes);
				const nIndexesWas = collection.indexes.length + 1;
				for (const index of indexesNamed(collection, body.index)) {
					store.clear(store.indexRange(index));
					store.catalog.removeIndex(collection, index);
				}
				return { nIndexesWas, ok: 1 };
			}),
	),
};

function existing(store: Store, database: string, name: string): Collection {
	const collection = store.catalog.find(database, name);
	if (!collection) throw new EngineError('NamespaceNotFound', `ns does not exist: ${database}.${name}`);
	return collection;
}

function drop(store: Store, collection: Collection): void {
	for (const index of collection.indexes) store.clear(store.indexRange(index));
	store.clear(store.documentRange(collection));
	store.catalog.remove(collection);
}

function readKey(key: Doc): IndexSpec['key'] {
	return Object.fromEntries(
		Object.entries(key).map(([path, direction]) => {
			if (direction !== 1 && direction !== -1) throw unsupported(`indexes of the kind ${String(direction)}`);
			if (path.includes('$')) throw unsupported('wildcard indexes');
			return [path, direction];
		}),
	);
}

function createIndex(store: Store, collection: Collection, options: z.output<typeof indexSchema>): void {
	const { key, unique, sparse, partialFilterExpression, expireAfterSeconds } = options;
	const name = options.name ?? Object.entries(key).flat().join('_');
	if (sameValue(key, { _id: 1 })) return;
	if (expireAfterSeconds !== undefined && Object.keys(key).length > 1) {
		throw new EngineError('CannotCreateIndex', 'TTL indexes are single-field indexes');
	}
	if (sparse && partialFilterExpression) {
		throw new EngineError('CannotCreateIndex', 'An index is either sparse or has a partialFilterExpression.');
	}
	const spec: IndexSpec = {
		key,
		name,
		...(unique && { unique }),
		...(sparse && { sparse }),
		...(partialFilterExpression && { partialFilterExpression }),
		...(expireAfterSeconds !== undefined && { expireAfterSeconds }),
	};
	for (const { spec: other } of collection.indexes) {
		const { name: otherName, ...otherOptions } = other;
		const { name: _, ...ownOptions } = spec;
		const same = sameValue({ ...ownOptions }, { ...otherOptions });
		if (same && otherName === name) return;
		if (otherName === name) {
			throw new EngineError(
				'IndexKeySpecsConflict',
				`An index of the name ${name} exists with other keys or options.`,
			);
		}
		if (sameValue(other.key, key) && sameFilter(other, spec)) {
			throw new EngineError('IndexOptionsConflict', `Index ${otherName} exists on the same fields.`);
		}
	}
	const index = store.catalog.addIndex(collection, spec);
	try {
		store.fill(collection, index);
	} catch (error) {
		store.catalog.removeIndex(collection, index);
		throw error;
	}
}

function sameFilter(a: IndexSpec, b: IndexSpec): boolean {
	return sameValue(a.partialFilterExpression, b.partialFilterExpression);
}

function indexesNamed(collection: Collection, which: string | string[] | Doc) {
	if (which === '*') return [...collection.indexes];
	const wanted = Array.isArray(which) ? which : [which];
	return wanted.map((one) => {
		const index = collection.indexes.find(({ spec }) =>
			isDoc(one) ? sameValue(spec.key, one) : spec.name === one,
		);
		if (!index)
			throw new EngineError('IndexNotFound', `index not found: ${isDoc(one) ? JSON.stringify(one) : one}`);
		return index;
	});
}

/** Removes the documents that an index with `expireAfterSeconds` lets expire. Answers how many they were. */
export async function removeExpired({ store, clock }: Engine): Promise<number> {
	let removed = 0;
	for (const { database, name, indexes } of store.catalog.all()) {
		for (const { spec } of indexes) {
			const [path] = Object.keys(spec.key);
			if (spec.expireAfterSeconds === undefined || path === undefined) continue;
			const $lte = new Date(clock.now().getTime() - spec.expireAfterSeconds * 1000);
			removed += await store.write(() => {
				const collection = store.catalog.find(database, name);
				const index = collection?.indexes.find((one) => one.spec.name === spec.name);
				if (!collection || !index) return 0;
				const found = [
					...find(store, collection, { filter: { [path]: { $lte } }, sort: [], skip: 0, limit: 0 }),
				].filter(({ doc }) => index.covers?.(doc) ?? true);
				for (const stored of found) store.remove(collection, stored);
				return found.length;
			});
		}
	}
	return removed;
}
