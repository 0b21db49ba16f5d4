import type { Clock } from '../../core/clock';
import { ApiError } from '../../core/errors';
import { type ConnectionId, type EnvironmentId, type Ids, isId, type OrganizationId } from '../../core/ids';
import type { Secrets } from '../../core/secrets';
import type { Tenant, TenantCollection } from '../../database/tenant-collection';
import type { RuntimeAccess } from '../../runtimes/runtime';
import type { ConnectionDocument } from './model';

/** Which connection a request means: by id or name, by the environment behind it, or the organization's default. */
export interface ConnectionChoice {
	readonly connection?: string | undefined;
	readonly environment_id?: EnvironmentId | undefined;
}

/** How to reach an Odoo, and under what name it is known here. */
export interface OpenConnection extends RuntimeAccess {
	readonly name: string;
	readonly environment_id: EnvironmentId | null;
}

interface ExternalOdoo {
	readonly name: string;
	readonly url: string;
	readonly database: string;
	readonly login: string;
	/** An API key or a password. */
	readonly secret: string;
	readonly default: boolean;
}

export interface ConnectionsService {
	/** The connection that is meant, with its credentials. @throws {ApiError} 404 `no_odoo_connection` */
	open(tenant: Tenant, choice: ConnectionChoice): Promise<OpenConnection>;
	exists(organization: OrganizationId, id: ConnectionId): Promise<boolean>;
	/** Deletes what leads to an environment that is going; the organization may have no default from then on. */
	removeOf(organization: OrganizationId, environment: EnvironmentId): Promise<void>;
	/** The default connection: an environment's, unless one exists. Safe to repeat. */
	ensureDefault(
		organization: OrganizationId,
		id: ConnectionId,
		environment: { id: EnvironmentId; name: string },
	): Promise<void>;
	/** A connection to any Odoo; one made as default takes that place. */
	create(organization: OrganizationId, odoo: ExternalOdoo): Promise<ConnectionId>;
}

export function createConnectionsService({
	connections,
	environmentAccess,
	outboundFetch,
	secrets,
	clock,
	ids,
}: {
	connections: TenantCollection<ConnectionDocument>;
	/** @throws {ApiError} 404 for an environment that is not the tenant's. */
	environmentAccess: (tenant: Tenant, id: EnvironmentId) => Promise<RuntimeAccess & { readonly name: string }>;
	outboundFetch: RuntimeAccess['fetch'];
	secrets: Secrets;
	clock: Clock;
	ids: Ids;
}): ConnectionsService {
	const find = async (tenant: Tenant, name: string | undefined) => {
		if (name === undefined) return connections.findOne(tenant, { default: true });
		return connections.findOne(tenant, isId('connection', name) ? { _id: name } : { name });
	};
	return {
		async open(tenant, { connection: name, environment_id }) {
			if (environment_id !== undefined) {
				return { ...(await environmentAccess(tenant, environment_id)), environment_id };
			}
			const found = await find(tenant, name);
			if (found === null) {
				const detail =
					name === undefined
						? 'The organization has no default Odoo connection. Name an environment_id, or add a connection.'
						: 'There is no Odoo connection of this name, or this key cannot see it.';
				throw new ApiError(404, 'no_odoo_connection', detail);
			}
			const { target } = found;
			if (target.kind === 'environment') {
				const access = await environmentAccess(tenant, target.environment_id);
				return { ...access, name: found.name, environment_id: target.environment_id };
			}
			const { url, database, login } = target;
			const secret = secrets.decrypt(target.secret, found._id);
			return { name: found.name, environment_id: null, url, database, login, secret, fetch: outboundFetch };
		},
		async removeOf(organization, environment_id) {
			while (await connections.delete(organization, { 'target.environment_id': environment_id }));
		},
		exists: async (organization, id) => (await connections.findOne(organization, { _id: id })) !== null,
		async ensureDefault(organization, id, { id: environment_id, name }) {
			const target = { kind: 'environment', environment_id };
			const made = { name, target, default: true, created_at: clock.now() };
			await connections.update(organization, { _id: id }, { $setOnInsert: made }, { upsert: true });
		},
		async create(organization_id, { secret, default: isDefault, name, ...odoo }) {
			const id = ids.next('connection');
			if (isDefault) await connections.update(organization_id, { default: true }, { $unset: { default: 1 } });
			await connections.insert({
				_id: id,
				organization_id,
				name,
				target: { kind: 'external', ...odoo, secret: secrets.encrypt(secret, id) },
				...(isDefault ? { default: true } : {}),
				created_at: clock.now(),
			});
			return id;
		},
	};
}
