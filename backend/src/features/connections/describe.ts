import type { ConnectionId, EnvironmentId, OrganizationId } from '../../core/ids';
import type { OdooTransportName } from '../../odoo/client';
import { transportFor } from '../../odoo/connect';
import type { RuntimeAccess } from '../../runtimes/runtime';
import type { EnvironmentDocument } from '../environments/service';
import { connectionOf } from './environment-connection';
import type { Found } from './find';

/** A connection as its owners see it: without its secret. */
export interface OdooConnection {
	readonly _id: ConnectionId;
	readonly organization_id: OrganizationId;
	readonly name: string;
	readonly url: string;
	readonly database: string;
	readonly login: string;
	/** Whether it serves where a request names none. */
	readonly default: boolean;
	/** The environment whose own connection it is. */
	readonly environment_id: EnvironmentId | null;
	readonly version: string;
	readonly transport: OdooTransportName;
	readonly last_checked_at: Date | null;
	readonly created_at: Date;
}

/** Puts a connection into the form for its owners; `defaultIds`: the connections that are the default of theirs. */
type Describe = (found: Found, defaultIds: readonly ConnectionId[]) => Promise<OdooConnection>;

export function createDescriber(accessOf: (environment: EnvironmentDocument) => Promise<RuntimeAccess>): Describe {
	return async (found, defaultIds) => {
		if ('external' in found) {
			const { secret: _, ...external } = found.external;
			return { ...external, default: defaultIds.includes(external._id), environment_id: null };
		}
		const { _id: environment_id, organization_id, name, odoo_version, created_at } = found.environment;
		const { url, database, login } = await accessOf(found.environment);
		const _id = connectionOf(environment_id);
		return {
			...{ _id, organization_id, name, url, database, login, environment_id, created_at },
			default: defaultIds.includes(_id),
			version: odoo_version,
			transport: transportFor(Number.parseInt(odoo_version, 10)),
			last_checked_at: null,
		};
	};
}
