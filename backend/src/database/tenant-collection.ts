import { type Document, MongoBulkWriteError } from 'mongodb';
import type {
	Connection,
	IndexDefinition,
	IndexOptions,
	Model,
	QueryFilter,
	SchemaDefinition,
	UpdateQuery,
} from 'mongoose';
import { Schema } from 'mongoose';
import { DUPLICATE_KEY, isDuplicateKey } from './connection';
import type { OrganizationId } from '../core/ids';

/** What every tenant's document has. */
export interface TenantDocument {
	readonly _id: string;
	readonly organization_id: OrganizationId;
}

/** Whose documents a query may see: one organization's, or those of several. What is made belongs to one. */
export type Tenant = OrganizationId | readonly OrganizationId[];

interface FindOptions {
	readonly sort?: Readonly<Record<string, 1 | -1>>;
	readonly limit?: number;
}

type UpdateOptions = Pick<FindOptions, 'sort'>;

interface UpsertOptions extends UpdateOptions {
	readonly upsert?: boolean;
}

/** One of several changes that travel to the database together. */
export interface Change<T> {
	readonly filter: QueryFilter<T>;
	readonly update: UpdateQuery<T>;
}

export interface CollectionDefinition {
	readonly name: string;
	/** mongoose's description of the fields; `_id` and `organization_id` are added. */
	readonly fields: SchemaDefinition;
	readonly indexes: readonly (readonly [IndexDefinition, IndexOptions?])[];
}

/**
 * A collection of one feature's documents. Every query names the tenant, and one without it does not compile; what
 * must see all tenants (a worker that claims due work) says so by `everywhere`.
 */
export interface TenantCollection<T extends TenantDocument> {
	insert(document: T): Promise<void>;
	/** Inserts those whose unique values no other document has yet, and passes over the rest. Nothing is cast. */
	insertNew(documents: readonly T[]): Promise<void>;
	find(tenant: Tenant, filter: QueryFilter<T>, options?: FindOptions): Promise<T[]>;
	findOne(tenant: Tenant, filter: QueryFilter<T>, options?: FindOptions): Promise<T | null>;
	/** Changes the first match atomically and answers it as it is afterwards; null where nothing matched. */
	update(tenant: Tenant, filter: QueryFilter<T>, change: UpdateQuery<T>, options?: UpdateOptions): Promise<T | null>;
	/** The same; what an upsert makes belongs to that organization. */
	update(
		organization: OrganizationId,
		filter: QueryFilter<T>,
		change: UpdateQuery<T>,
		options: UpsertOptions,
	): Promise<T | null>;
	/** Changes every match, each atomically; answers how many matched. */
	updateMany(tenant: Tenant, filter: QueryFilter<T>, change: UpdateQuery<T>): Promise<number>;
	/** Deletes the first match and answers it as it was; null where nothing matched. */
	delete(tenant: Tenant, filter: QueryFilter<T>): Promise<T | null>;
	/** The same over all tenants, for workers and start-up; never for a request. */
	readonly everywhere: {
		find(filter: QueryFilter<T>, options?: FindOptions): Promise<T[]>;
		findOne(filter: QueryFilter<T>, options?: FindOptions): Promise<T | null>;
		update(filter: QueryFilter<T>, change: UpdateQuery<T>, options?: UpsertOptions): Promise<T | null>;
		/** Each change holds for every match of its filter, one change after the other; answers how many matched in all. */
		updateMany(...changes: readonly Change<T>[]): Promise<number>;
	};
	createIndexes(): Promise<void>;
}

/** How many documents come at a time; few need a second batch, in which DocumentDB fails now and then. */
const LARGEST_BATCH = 10_000;

/** Binds a definition to a connection. */
export function tenantCollection<T extends TenantDocument>(
	connection: Connection,
	definition: CollectionDefinition,
): TenantCollection<T> {
	const schema = new Schema<T>(undefined, {
		collection: definition.name,
		versionKey: false,
		strict: 'throw',
		minimize: false,
	});
	schema.add(
		new Schema({ _id: { type: String, required: true }, organization_id: { type: String, required: true } }),
	);
	schema.add(new Schema(definition.fields, { _id: false }));
	for (const [keys, options] of definition.indexes) schema.index(keys, options);
	const model: Model<T> = connection.model<T>(definition.name, schema);

	const find = (filter: QueryFilter<T>, { sort, limit }: FindOptions = {}) => {
		const query = model.find(filter);
		if (sort) query.sort(sort);
		if (limit !== undefined) query.limit(limit);
		query.batchSize(limit ?? LARGEST_BATCH);
		return query.lean<T[]>().exec();
	};
	const findOne = (filter: QueryFilter<T>, { sort }: FindOptions = {}) => {
		const query = model.findOne(filter);
		if (sort) query.sort(sort);
		return query.lean<T | null>().exec();
	};
	const update = (filter: QueryFilter<T>, change: UpdateQuery<T>, { sort, upsert = false }: UpsertOptions = {}) => {
		const write = () =>
			model.findOneAndUpdate(filter, change, { returnDocument: 'after', sort, upsert }).lean<T | null>().exec();
		// Of two who make the same document at once MongoDB may refuse one, who then finds the other's.
		return write().catch((error: unknown) => {
			if (upsert && isDuplicateKey(error)) return write();
			throw error;
		});
	};
	const updateMany = async (...changes: readonly Change<T>[]) => {
		if (changes.length === 0) return 0;
		const { matchedCount } = await model.bulkWrite<Document>(changes.map((change) => ({ updateMany: change })));
		return matchedCount;
	};
	const within = (tenant: Tenant, filter: QueryFilter<T>): QueryFilter<T> =>
		Object.assign({}, filter, { organization_id: typeof tenant === 'string' ? tenant : { $in: tenant } });

	return {
		insert: async (document) => {
			await model.create([document]);
		},
		async insertNew(documents) {
			if (documents.length === 0) return;
			try {
				await model.insertMany(documents, { ordered: false, lean: true });
			} catch (error) {
				if (!areDuplicates(error)) throw error;
			}
		},
		find: (tenant, filter, options) => find(within(tenant, filter), options),
		findOne: (tenant, filter, options) => findOne(within(tenant, filter), options),
		update: (tenant: Tenant, filter: QueryFilter<T>, change: UpdateQuery<T>, options?: UpsertOptions) =>
			update(within(tenant, filter), change, options),
		updateMany: (tenant, filter, update) => updateMany({ filter: within(tenant, filter), update }),
		async delete(tenant, filter) {
			for (;;) {
				const deleted = await model.findOneAndDelete(within(tenant, filter)).lean<T | null>().exec();
				// DocumentDB misses a document that another command changes at the same moment: still there, once more.
				if (deleted !== null || (await findOne(within(tenant, filter))) === null) return deleted;
			}
		},
		everywhere: {
			find,
			findOne,
			update,
			updateMany,
		},
		createIndexes: async () => {
			await model.createIndexes();
		},
	};
}

/** Whether an unordered insert failed for those documents alone whose unique values others have already. */
const areDuplicates = (error: unknown) =>
	error instanceof MongoBulkWriteError &&
	error.result.getWriteConcernError() === undefined &&
	error.result.getWriteErrors().every(({ code }) => code === DUPLICATE_KEY);
