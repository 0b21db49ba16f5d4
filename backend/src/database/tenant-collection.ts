import type { Connection, QueryFilter, UpdateQuery } from 'mongoose';
import type { OrganizationId, Tenant } from '../core/ids';
import {
	type Collection,
	type CollectionDefinition,
	type FindOptions,
	bindCollection,
	type StoredDocument,
	type UpdateOptions,
	type UpsertOptions,
} from './collection';

/** The fields that every document of an organization has. */
export interface TenantDocument extends StoredDocument {
	readonly organization_id: OrganizationId;
}

/**
 * A collection of one feature's documents. A query that does not name the tenant does not compile. Code that must see
 * all tenants, such as a worker that claims due work, uses `everywhere`.
 */
export interface TenantCollection<T extends TenantDocument> extends Pick<
	Collection<T>,
	'insert' | 'insertNew' | 'createIndexes' | 'syncIndexes'
> {
	find(tenant: Tenant, filter: QueryFilter<T>, options?: FindOptions): Promise<T[]>;
	findOne(tenant: Tenant, filter: QueryFilter<T>, options?: FindOptions): Promise<T | null>;
	/** Changes the first match atomically and answers it as it is afterwards; null where nothing matched. */
	update(tenant: Tenant, filter: QueryFilter<T>, change: UpdateQuery<T>, options?: UpdateOptions): Promise<T | null>;
	/** The same. A document that an upsert inserts belongs to that organization. */
	update(
		organization: OrganizationId,
		filter: QueryFilter<T>,
		change: UpdateQuery<T>,
		options: UpsertOptions,
	): Promise<T | null>;
	/** Changes all matches, each atomically. Answers how many there were. */
	updateMany(tenant: Tenant, filter: QueryFilter<T>, change: UpdateQuery<T>): Promise<number>;
	/** Deletes the first match and answers it as it was; null where nothing matched. */
	delete(tenant: Tenant, filter: QueryFilter<T>): Promise<T | null>;
	/** The same over all tenants, for workers and start-up; never for a request. */
	readonly everywhere: Pick<Collection<T>, 'find' | 'findOne' | 'update' | 'updateMany'>;
}

/** Binds a definition to a connection; the field `organization_id` is added. */
export function tenantCollection<T extends TenantDocument>(
	connection: Connection,
	{ fields, ...definition }: CollectionDefinition<Omit<T, 'organization_id'>>,
): TenantCollection<T> {
	const everywhere = bindCollection<T>(connection, {
		...definition,
		fields: { organization_id: String, ...fields },
	});
	const within = (tenant: Tenant, filter: QueryFilter<T>): QueryFilter<T> =>
		Object.assign({}, filter, { organization_id: typeof tenant === 'string' ? tenant : { $in: tenant } });

	return {
		...everywhere,
		find: (tenant, filter, options) => everywhere.find(within(tenant, filter), options),
		findOne: (tenant, filter, options) => everywhere.findOne(within(tenant, filter), options),
		update: (tenant: Tenant, filter: QueryFilter<T>, change: UpdateQuery<T>, options?: UpsertOptions) =>
			everywhere.update(within(tenant, filter), change, options),
		updateMany: (tenant, filter, update) => everywhere.updateMany({ filter: within(tenant, filter), update }),
		delete: (tenant, filter) => everywhere.delete(within(tenant, filter)),
		everywhere,
	};
}
