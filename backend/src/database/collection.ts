import { type Document, MongoBulkWriteError } from 'mongodb';
import type { Connection, IndexDefinition, IndexOptions, Model, QueryFilter, UpdateQuery } from 'mongoose';
import { Schema } from 'mongoose';
import { DUPLICATE_KEY, isDuplicateKey } from './connection';
import { type Fields, schemaOf } from './fields';
import { reaching } from './unavailable';

/** The field that every document has. */
export interface StoredDocument {
	readonly _id: string;
}

export interface FindOptions {
	readonly sort?: Readonly<Record<string, 1 | -1>>;
	readonly limit?: number;
}

export type UpdateOptions = Pick<FindOptions, 'sort'>;

export interface UpsertOptions extends UpdateOptions {
	readonly upsert?: boolean;
}

/** One of several changes that are sent to the database together. */
export interface Change<T> {
	readonly filter: QueryFilter<T>;
	readonly update: UpdateQuery<T>;
}

export interface CollectionDefinition<T> {
	readonly name: string;
	/** The fields of the documents except `_id`, which is added. */
	readonly fields: Fields<Omit<T, '_id'>>;
	readonly indexes: readonly (readonly [IndexDefinition, IndexOptions?])[];
}

/**
 * A collection of documents that belong to the whole service. Documents of an organization are in a `TenantCollection`.
 */
export interface Collection<T extends StoredDocument> {
	insert(document: T): Promise<void>;
	/**
	 * Inserts the documents, except those that a unique index refuses. Values are stored as they are, without casts.
	 */
	insertNew(documents: readonly T[]): Promise<void>;
	find(filter: QueryFilter<T>, options?: FindOptions): Promise<T[]>;
	findOne(filter: QueryFilter<T>, options?: FindOptions): Promise<T | null>;
	/** Changes the first match atomically and answers it as it is afterwards; null if nothing matched. */
	update(filter: QueryFilter<T>, change: UpdateQuery<T>, options?: UpsertOptions): Promise<T | null>;
	/** Makes the changes one after the other, each to all matches of its filter. Answers how many matched in all. */
	updateMany(...changes: readonly Change<T>[]): Promise<number>;
	/** Deletes the first match and answers it as it was; null if nothing matched. */
	delete(filter: QueryFilter<T>): Promise<T | null>;
	/** Makes the indexes that are missing. */
	createIndexes(): Promise<void>;
	/** Makes missing indexes, and drops those that are not defined or are defined differently. */
	syncIndexes(): Promise<void>;
}

/** The most documents of a batch. It is large because DocumentDB sometimes fails in a second batch. */
const LARGEST_BATCH = 10_000;

/** Binds a definition to a connection. */
export const openCollection = <T extends StoredDocument>(
	connection: Connection,
	definition: CollectionDefinition<T>,
): Collection<T> => bindCollection(connection, definition);

/** The same, for fields whose types were checked already. */
export function bindCollection<T extends StoredDocument>(
	connection: Connection,
	{ name, fields, indexes }: Omit<CollectionDefinition<T>, 'fields'> & { readonly fields: object },
): Collection<T> {
	const options = { collection: name, versionKey: false, strict: 'throw', minimize: false } as const;
	const schema = new Schema<T>(undefined, options);
	schema.add(schemaOf({ _id: String, ...fields }));
	for (const [keys, options] of indexes) schema.index(keys, options);
	const model: Model<T> = connection.model<T>(name, schema);

	const findOne: Collection<T>['findOne'] = (filter, { sort } = {}) => {
		const query = model.findOne(filter);
		if (sort) query.sort(sort);
		return reaching(() => query.lean<T | null>().exec());
	};

	return {
		insert: async (document) => {
			await reaching(() => model.create([document]));
		},
		async insertNew(documents) {
			if (documents.length === 0) return;
			try {
				await reaching(() => model.insertMany(documents, { ordered: false, lean: true }));
			} catch (error) {
				if (!areDuplicates(error)) throw error;
			}
		},
		find: (filter, { sort, limit } = {}) => {
			const query = model.find(filter);
			if (sort) query.sort(sort);
			if (limit !== undefined) query.limit(limit);
			query.batchSize(limit ?? LARGEST_BATCH);
			return reaching(() => query.lean<T[]>().exec());
		},
		findOne,
		update(filter, change, { sort, upsert = false } = {}) {
			const write = () =>
				reaching(() =>
					model
						.findOneAndUpdate(filter, change, { returnDocument: 'after', sort, upsert })
						.lean<T | null>()
						.exec(),
				);
			// If two upserts make the same document at once, MongoDB may refuse one. It then finds the other's
			// document.
			return write().catch((error: unknown) => {
				if (upsert && isDuplicateKey(error)) return write();
				throw error;
			});
		},
		async updateMany(...changes) {
			if (changes.length === 0) return 0;
			const operations = changes.map((change) => ({ updateMany: change }));
			const { matchedCount } = await reaching(() => model.bulkWrite<Document>(operations));
			return matchedCount;
		},
		async delete(filter) {
			for (;;) {
				const deleted = await reaching(() => model.findOneAndDelete(filter).lean<T | null>().exec());
				// DocumentDB misses a document that another command changes at the same moment. Try again if it is
				// there.
				if (deleted !== null || (await findOne(filter)) === null) return deleted;
			}
		},
		createIndexes: async () => {
			await model.createIndexes();
		},
		syncIndexes: async () => {
			await model.createCollection();
			await model.syncIndexes();
		},
	};
}

/** Whether an unordered insert failed only for documents that a unique index refuses. */
const areDuplicates = (error: unknown) =>
	error instanceof MongoBulkWriteError &&
	error.result.getWriteConcernError() === undefined &&
	error.result.getWriteErrors().length > 0 &&
	error.result.getWriteErrors().every(({ code }) => code === DUPLICATE_KEY);
