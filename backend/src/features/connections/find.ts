import { ApiError } from '../../core/errors';
import { type ConnectionId, isId, type Tenant } from '../../core/ids';
import type { TenantCollection } from '../../database/tenant-collection';
import type { EnvironmentDocument, EnvironmentsService } from '../environments/service';
import type { Defaults } from './defaults';
import { environmentOf } from './environment-connection';
import type { ConnectionDocument } from './model';

/** What is behind a connection: a document of its own, or the environment that it is. */
export type Found = { readonly external: ConnectionDocument } | { readonly environment: EnvironmentDocument };

/** Finds connections; null where the tenant has none such. */
interface Finder {
	byId(tenant: Tenant, id: ConnectionId): Promise<Found | null>;
	/** By id or name. @throws {ApiError} 404 `no_odoo_connection` for a name that several environments have */
	named(tenant: Tenant, name: string): Promise<Found | null>;
	/** The one that serves where none is named. */
	byDefault(tenant: Tenant): Promise<Found | null>;
}

export function createFinder({
	connections,
	environments,
	defaults,
}: {
	connections: TenantCollection<ConnectionDocument>;
	environments: Pick<EnvironmentsService, 'find' | 'list'>;
	defaults: Pick<Defaults, 'of'>;
}): Finder {
	const byId: Finder['byId'] = async (tenant, id) => {
		const external = await connections.findOne(tenant, { _id: id });
		if (external !== null) return { external };
		const environment = await environments.find(tenant, environmentOf(id));
		return environment && { environment };
	};
	return {
		byId,
		async named(tenant, name) {
			if (isId('connection', name)) return byId(tenant, name);
			const external = await connections.findOne(tenant, { name });
			if (external !== null) return { external };
			const [environment, another] = await environments.list(tenant, { name }, null, 2);
			if (another !== undefined) {
				throw noConnection(`Several environments are named ${name}. Name the environment_id of one.`);
			}
			return environment === undefined ? null : { environment };
		},
		async byDefault(tenant) {
			const [id] = await defaults.of(tenant);
			return id === undefined ? null : byId(tenant, id);
		},
	};
}

export const noConnection = (detail: string) => new ApiError('no_odoo_connection', detail);
