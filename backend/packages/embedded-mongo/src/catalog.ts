import { z } from 'zod';
import { isDoc, type Doc } from './documents';
import { type Predicate, compileFilter, readFilter } from './filter';
import { type SortSpec, type Direction } from './paths';

/** The definition of an index, in MongoDB's terms. */
export interface IndexSpec {
	name: string;
	key: Record<string, Direction>;
	unique?: boolean | undefined;
	sparse?: boolean | undefined;
	partialFilterExpression?: Doc | undefined;
	/** How many seconds after the date in the indexed field a document is removed. */
	expireAfterSeconds?: number | undefined;
}

/** An index over a collection. */
export interface Index {
	readonly id: number;
	readonly spec: IndexSpec;
	readonly fields: SortSpec;
	/** Whether the index has a document; `undefined` if it has all. */
	readonly covers: Predicate | undefined;
	/**
	 * Set once a document has an array or a value that is too long in an indexed field. From then on the index is used
	 * for equal values only, because its order is no longer the order of the documents.
	 */
	unordered: boolean;
	/** Whether its entries are committed. Readers see committed entries only, so they must not use the index before. */
	ready: boolean;
}

/** A collection. The keys of its documents begin with its id. */
export interface Collection {
	readonly id: number;
	readonly database: string;
	readonly name: string;
	readonly indexes: Index[];
}

const storedSchema = z.object({
	nextId: z.number(),
	collections: z.array(
		z.object({
			id: z.number(),
			database: z.string(),
			name: z.string(),
			indexes: z.array(
				z.object({
					id: z.number(),
					unordered: z.boolean(),
					spec: z.object({
						name: z.string(),
						key: z.record(z.string(), z.union([z.literal(1), z.literal(-1)])),
						unique: z.boolean().optional(),
						sparse: z.boolean().optional(),
						partialFilterExpression: z.custom<Doc>(isDoc).optional(),
						expireAfterSeconds: z.number().optional(),
					}),
				}),
			),
		}),
	),
});

/** All collections and their indexes. */
export class Catalog {
	/** Whether it differs from the stored catalog. */
	changed = false;
	#nextId = 1;
	readonly #collections = new Map<string, Collection>();

	/** Reads what `toDoc` wrote. */
	static fromDoc(doc: Doc): Catalog {
		const stored = storedSchema.parse(doc);
		const catalog = new Catalog();
		catalog.#nextId = stored.nextId;
		for (const { id, database, name, indexes } of stored.collections) {
			catalog.#collections.set(`${database}.${name}`, {
				id,
				database,
				name,
				indexes: indexes.map((index) => makeIndex(index.id, index.spec, index.unordered, true)),
			});
		}
		return catalog;
	}

	toDoc(): Doc {
		return {
			nextId: this.#nextId,
			collections: [...this.#collections.values()].map(({ id, database, name, indexes }) => ({
				id,
				database,
				name,
				indexes: indexes.map((index) => ({ id: index.id, unordered: index.unordered, spec: index.spec })),
			})),
		};
	}

	/** Notes that the catalog has been stored as it is. */
	stored(): void {
		if (!this.changed) return;
		this.changed = false;
		for (const { indexes } of this.#collections.values()) for (const index of indexes) index.ready = true;
	}

	find(database: string, name: string): Collection | undefined {
		return this.#collections.get(`${database}.${name}`);
	}

	all(): Collection[] {
		return [...this.#collections.values()];
	}

	/** The collection. It is created if it does not exist. */
	ensure(database: string, name: string): Collection {
		const existing = this.find(database, name);
		if (existing) return existing;
		const collection = { id: this.#nextId++, database, name, indexes: [] };
		this.#collections.set(`${database}.${name}`, collection);
		this.changed = true;
		return collection;
	}

	remove(collection: Collection): void {
		this.#collections.delete(`${collection.database}.${collection.name}`);
		this.changed = true;
	}

	addIndex(collection: Collection, spec: IndexSpec): Index {
		const index = makeIndex(this.#nextId++, spec, false, false);
		collection.indexes.push(index);
		this.changed = true;
		return index;
	}

	removeIndex(collection: Collection, index: Index): void {
		collection.indexes.splice(collection.indexes.indexOf(index), 1);
		this.changed = true;
	}
}

function makeIndex(id: number, spec: IndexSpec, unordered: boolean, ready: boolean): Index {
	const partial = spec.partialFilterExpression;
	return {
		id,
		spec,
		fields: Object.entries(spec.key),
		covers: partial && compileFilter(readFilter(partial)),
		unordered,
		ready,
	};
}
