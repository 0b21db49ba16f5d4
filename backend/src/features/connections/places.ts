import { type ConnectionId, isId, type OrganizationId } from '../../core/ids';
import type { TenantCollection } from '../../database/tenant-collection';
import type { Fetch } from '../../net/outbound';
import type { RuntimeAccess } from '../../runtimes/runtime';
import type { EnvironmentDocument, EnvironmentsService } from '../environments/service';
import { connectionOf, environmentOf } from './environment-connection';
import type { ConnectionDocument } from './model';

/** The Odoo of a connection, without anybody's credentials. */
export interface OdooPlace extends Pick<RuntimeAccess, 'url' | 'database' | 'fetch'> {
	readonly connection_id: ConnectionId;
	readonly organization_id: OrganizationId;
}

/** How many connections to one database are tried; who has more logs in by a connection's id. */
const MAX_PLACES = 5;

/**
 * Finds the Odoos that somebody can mean who names a database, or a connection by its id: those of one organization.
 * Where several organizations have a database of that name there are none, as a password would else reach the servers of
 * all of them.
 */
export type FindPlaces = (database: string) => Promise<OdooPlace[]>;

export function createPlaces({
	connections,
	environments,
	accessOf,
	outboundFetch,
}: {
	connections: Pick<TenantCollection<ConnectionDocument>, 'everywhere'>;
	environments: Pick<EnvironmentsService, 'findAnywhere'>;
	accessOf: (environment: EnvironmentDocument) => Promise<RuntimeAccess>;
	outboundFetch: Fetch;
}): FindPlaces {
	return async (named) => {
		const id = isId('connection', named) ? named : null;
		const environment = id && (await environments.findAnywhere(environmentOf(id)));
		if (environment) {
			const { url, database, fetch } = await accessOf(environment);
			const { _id, organization_id } = environment;
			return [{ connection_id: connectionOf(_id), organization_id, url, database, fetch }];
		}
		const meant = id === null ? { database: named } : { _id: id };
		const found = await connections.everywhere.find(meant, { sort: { _id: 1 }, limit: MAX_PLACES + 1 });
		const owners = new Set(found.map(({ organization_id }) => organization_id));
		if (owners.size > 1 || found.length > MAX_PLACES) return [];
		return found
			.filter(({ url }, index) => found.findIndex((other) => other.url === url) === index)
			.map(({ _id, organization_id, url, database }) => {
				return { connection_id: _id, organization_id, url, database, fetch: outboundFetch };
			});
	};
}
