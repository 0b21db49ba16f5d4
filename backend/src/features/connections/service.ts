import type { Clock } from '../../core/clock';
import { ApiError, invalidInput, notFound } from '../../core/errors';
import type { ConnectionId, EnvironmentId, Ids, OdooLoginId, OrganizationId, Tenant } from '../../core/ids';
import type { Secrets } from '../../core/secrets';
import { isDuplicateKey } from '../../database/connection';
import type { TenantCollection } from '../../database/tenant-collection';
import type { Fetch } from '../../net/outbound';
import type { OdooIdentity } from '../../odoo/client';
import { baseUrlsOf } from '../../odoo/base-url';
import { OdooError } from '../../odoo/errors';
import { createLoginBrake } from '../../odoo/login-brake';
import type { RuntimeAccess } from '../../runtimes/runtime';
import type { EnvironmentDocument } from '../environments/service';
import type { EnvironmentsService } from '../environments/service';
import type { KeyBindings } from '../keys/bindings';
import type { ConnectionChoice } from './choice';
import { createDefaults } from './defaults';
import { createDescriber, type OdooConnection } from './describe';
import { connectionOf, environmentOf } from './environment-connection';
import { createFinder, type Found, noConnection } from './find';
import type { ConnectionDocument, DefaultConnectionDocument } from './model';
import { probe, refused } from './probe';

/** How to reach an Odoo, and under what name it is known here. */
export interface OpenConnection extends RuntimeAccess {
	readonly id: ConnectionId;
	readonly name: string;
	readonly environment_id: EnvironmentId | null;
}

/** The login of a user of their own, and the Odoo that it is for. */
export interface OpenOdooLogin extends Omit<RuntimeAccess, 'fetch'> {
	readonly connection_id: ConnectionId;
}

/** What becomes a connection. */
interface ConnectionRequest {
	readonly name: string;
	readonly url: string;
	readonly database: string;
	readonly login: string;
	/** An API key or a password. */
	readonly secret: string;
	readonly default?: boolean | undefined;
}

type ConnectionChanges = { readonly [K in keyof ConnectionRequest]?: ConnectionRequest[K] | undefined };

/** How a connection does at this moment. */
export type ConnectionCheck =
	{ readonly ok: true; readonly identity: OdooIdentity } | { readonly ok: false; readonly error: OdooError };

export interface ConnectionsService {
	/** The connection that is meant, with its credentials. @throws {ApiError} 404 `no_odoo_connection` */
	open(tenant: Tenant, choice: ConnectionChoice): Promise<OpenConnection>;
	exists(organization: OrganizationId, id: ConnectionId): Promise<boolean>;
	/** Newest first, those of the environments among them. */
	list(tenant: Tenant, after: ConnectionId | null, limit: number): Promise<OdooConnection[]>;
	/** @throws {ApiError} 404 */
	get(tenant: Tenant, id: ConnectionId): Promise<OdooConnection>;
	/** Tries the connection and keeps it when it works. @throws {ApiError} 409 name_taken; 422 `odoo_…` */
	create(organization: OrganizationId, request: ConnectionRequest, signal: AbortSignal): Promise<OdooConnection>;
	/**
	 * Changes a connection, after it was tried where that may make a difference. The secret that is kept goes nowhere but
	 * where it was given for: another URL, database or login needs it again.
	 * @throws {ApiError} 404; 409 name_taken, connection_of_environment; 422
	 */
	update(tenant: Tenant, id: ConnectionId, changes: ConnectionChanges, signal: AbortSignal): Promise<OdooConnection>;
	/** @throws {ApiError} 404; 409 connection_in_use, connection_of_environment */
	delete(tenant: Tenant, id: ConnectionId): Promise<void>;
	/** Logs in anew. @throws {ApiError} 404 */
	check(tenant: Tenant, id: ConnectionId, signal: AbortSignal): Promise<ConnectionCheck>;
	/** An environment goes: the organization may have no default from then on. */
	removeOf(organization: OrganizationId, environment: EnvironmentId): Promise<void>;
	/** The default connection: that environment's own, unless there is one. Safe to repeat. */
	ensureDefault(organization: OrganizationId, environment: EnvironmentId): Promise<void>;
}

export function createConnectionsService({
	connections,
	defaultConnections,
	environments,
	accessOf,
	bindings,
	odooLogins,
	outboundFetch,
	secrets,
	clock,
	ids,
}: {
	connections: TenantCollection<ConnectionDocument>;
	defaultConnections: TenantCollection<DefaultConnectionDocument>;
	environments: Pick<EnvironmentsService, 'get' | 'find' | 'list'>;
	accessOf: (environment: EnvironmentDocument) => Promise<RuntimeAccess>;
	bindings: KeyBindings;
	odooLogins: {
		/** What somebody logged in with; null where their login is over. */
		find(tenant: Tenant, id: OdooLoginId): Promise<OpenOdooLogin | null>;
	};
	outboundFetch: Fetch;
	secrets: Secrets;
	clock: Clock;
	ids: Ids;
}): ConnectionsService {
	const defaults = createDefaults(defaultConnections);
	const find = createFinder({ connections, environments, defaults });
	const describe = createDescriber(accessOf);

	const get = async (tenant: Tenant, id: ConnectionId): Promise<Found> => {
		const found = await find.byId(tenant, id);
		if (found === null) throw notFound('Odoo connection');
		return found;
	};

	const openFound = async (found: Found): Promise<OpenConnection> => {
		if ('environment' in found) {
			const { _id, name } = found.environment;
			return { ...(await accessOf(found.environment)), id: connectionOf(_id), name, environment_id: _id };
		}
		const { _id, name, url, database, login, secret } = found.external;
		const clear = secrets.decrypt(secret, _id);
		return { id: _id, name, environment_id: null, url, database, login, secret: clear, fetch: outboundFetch };
	};

	/** A login's own way to the Odoo of a connection; that must be where its user logged in. */
	const openOfLogin = async (tenant: Tenant, id: OdooLoginId): Promise<OpenConnection> => {
		const login = await odooLogins.find(tenant, id);
		const found = login && (await find.byId(tenant, login.connection_id));
		const open = found && (await openFound(found));
		if (!open || open.url !== login.url || open.database !== login.database) {
			throw noConnection('The Odoo connection of this session is gone or leads elsewhere. Log in again.');
		}
		return { ...open, login: login.login, secret: login.secret };
	};

	/** What is known of an Odoo that was just reached. */
	const checked = ({ version, transport }: OdooIdentity) => ({
		version: version.text,
		transport,
		last_checked_at: clock.now(),
	});

	const brake = createLoginBrake(clock);

	/** Each organization has its own tries: nobody's mistakes lock others out, nor make an Odoo refuse everybody. */
	const probeFor = async (organization: OrganizationId, access: RuntimeAccess, signal: AbortSignal) => {
		const key = `${organization} ${new URL(access.url).host}`;
		const identity = await brake.attempt(key, () => probe(access, { clock, signal }));
		if (identity === null) throw new OdooError('authentication_failed', TOO_MANY_REFUSED);
		return identity;
	};

	/** @throws {ApiError} 422 where the connection does not work */
	const tryOut = async (organization: OrganizationId, access: Omit<RuntimeAccess, 'fetch'>, signal: AbortSignal) => {
		try {
			return checked(await probeFor(organization, { ...access, fetch: outboundFetch }, signal));
		} catch (error) {
			throw error instanceof OdooError ? refused(error) : error;
		}
	};

	/**
	 * Tries out where the Odoo may begin; the next only where none is at the one before.
	 * @throws {ApiError} 422 where the connection does not work, with the reason of the first
	 */
	const tryUrls = async (
		organization: OrganizationId,
		{
			urls,
			database,
			login,
			secret,
		}: Omit<RuntimeAccess, 'fetch' | 'url'> & { readonly urls: readonly [string, ...string[]] },
		signal: AbortSignal,
	) => {
		const [url, ...others] = urls;
		const at = async (one: string) => ({
			url: one,
			...(await tryOut(organization, { url: one, database, login, secret }, signal)),
		});
		try {
			return await at(url);
		} catch (error) {
			const isElsewhere = error instanceof ApiError && error.code === 'odoo_not_odoo';
			const [other] = others;
			if (!isElsewhere || other === undefined) throw error;
			return at(other).catch(() => {
				throw error;
			});
		}
	};

	/** Names of environments are left to them; one that comes later and has this name is found by its id. */
	const requireFreeName = async (organization: OrganizationId, name: string) => {
		const environment = await environments.list(organization, { name }, null, 1);
		if (environment.length > 0 || (await connections.findOne(organization, { name })) !== null)
			throw nameTaken(name);
	};

	const setDefault = async (organization: OrganizationId, id: ConnectionId, wanted: boolean | undefined) => {
		if (wanted === true) await defaults.set(organization, id);
		if (wanted === false) await defaults.unset(organization, id);
	};

	const present = async (found: Found): Promise<OdooConnection> => {
		const { organization_id } = 'external' in found ? found.external : found.environment;
		return describe(found, await defaults.of(organization_id));
	};

	/** Changes what is kept of a connection; null where somebody else changed its credentials at the same moment. */
	const change = async (
		before: ConnectionDocument,
		{ name, default: _, secret, ...place }: ConnectionChanges,
		signal: AbortSignal,
	): Promise<ConnectionDocument | null> => {
		const { _id, organization_id } = before;
		const urls = baseUrlsOf(place.url ?? before.url);
		const [first] = urls;
		const next = {
			url: place.url === undefined || urls.includes(before.url) ? before.url : first,
			database: place.database ?? before.database,
			login: place.login ?? before.login,
		};
		const elsewhere = next.url !== before.url || next.database !== before.database || next.login !== before.login;
		if (elsewhere && secret === undefined) {
			throw invalidInput('/api_key', 'or password must be given again where url, database or login changes');
		}
		if (name !== undefined && name !== before.name) await requireFreeName(organization_id, name);
		const set = {
			...(name === undefined ? {} : { name }),
			...(secret === undefined
				? {}
				: {
						...next,
						secret: secrets.encrypt(secret, _id),
						...(await tryUrls(before.organization_id, { ...next, urls, secret }, signal)),
					}),
		};
		if (Object.keys(set).length === 0) return before;
		try {
			return await connections.update(organization_id, { _id, secret: before.secret }, { $set: set });
		} catch (error) {
			throw isDuplicateKey(error) ? nameTaken(name ?? before.name) : error;
		}
	};

	return {
		async open(tenant, choice) {
			switch (choice.by) {
				case 'environment':
					return openFound({ environment: await environments.get(tenant, choice.id) });
				case 'login':
					return openOfLogin(tenant, choice.id);
				case 'name': {
					const found = await find.named(tenant, choice.name);
					if (found !== null) return openFound(found);
					throw noConnection('There is no Odoo connection of this name, or this key cannot see it.');
				}
				case 'default': {
					const found = await find.byDefault(tenant);
					if (found !== null) return openFound(found);
					throw noConnection(
						'The organization has no default Odoo connection. Name an environment_id, or add a connection.',
					);
				}
			}
		},
		exists: async (organization, id) => (await find.byId(organization, id)) !== null,
		async list(tenant, after, limit) {
			const [external, own, defaultIds] = await Promise.all([
				connections.find(tenant, after === null ? {} : { _id: { $lt: after } }, { sort: { _id: -1 }, limit }),
				environments.list(tenant, {}, after && environmentOf(after), limit),
				defaults.of(tenant),
			]);
			const found: Found[] = [
				...external.map((document) => ({ external: document })),
				...own.map((environment) => ({ environment })),
			];
			const all = await Promise.all(found.map((one) => describe(one, defaultIds)));
			return all.sort((one, other) => (one._id < other._id ? 1 : -1)).slice(0, limit);
		},
		get: async (tenant, id) => present(await get(tenant, id)),
		async create(organization_id, { default: isDefault, secret, ...request }, signal) {
			await requireFreeName(organization_id, request.name);
			const access = { ...request, urls: baseUrlsOf(request.url), secret };
			const place = { ...request, ...(await tryUrls(organization_id, access, signal)) };
			const _id = ids.next('connection');
			const external: ConnectionDocument = {
				_id,
				organization_id,
				...place,
				secret: secrets.encrypt(secret, _id),
				created_at: clock.now(),
			};
			try {
				await connections.insert(external);
			} catch (error) {
				throw isDuplicateKey(error) ? nameTaken(request.name) : error;
			}
			await setDefault(organization_id, _id, isDefault);
			return present({ external });
		},
		async update(tenant, id, changes, signal) {
			for (;;) {
				const found = await get(tenant, id);
				const { default: wanted, name, url, database, login, secret } = changes;
				if ('environment' in found) {
					if ([name, url, database, login, secret].some((value) => value !== undefined))
						throw ofEnvironment();
					await setDefault(found.environment.organization_id, id, wanted);
					return present(found);
				}
				const external = await change(found.external, changes, signal);
				if (external === null) continue;
				await setDefault(external.organization_id, id, wanted);
				return present({ external });
			}
		},
		async delete(tenant, id) {
			const found = await get(tenant, id);
			if ('environment' in found) throw ofEnvironment();
			const { organization_id } = found.external;
			if (await bindings.isBound(organization_id, id)) {
				const detail = 'API keys are bound to this Odoo connection. Revoke them first, then delete it.';
				throw new ApiError('connection_in_use', detail);
			}
			await connections.delete(organization_id, { _id: id });
			await defaults.unset(organization_id, id);
		},
		async check(tenant, id, signal) {
			const found = await get(tenant, id);
			try {
				const { organization_id } = 'external' in found ? found.external : found.environment;
				const identity = await probeFor(organization_id, await openFound(found), signal);
				if ('external' in found) {
					const { secret } = found.external;
					await connections.update(organization_id, { _id: id, secret }, { $set: checked(identity) });
				}
				return { ok: true, identity };
			} catch (error) {
				if (error instanceof OdooError) return { ok: false, error };
				throw error;
			}
		},
		removeOf: (organization, environment) => defaults.unset(organization, connectionOf(environment)),
		ensureDefault: (organization, environment) => defaults.setFirst(organization, connectionOf(environment)),
	};
}

const nameTaken = (name: string) =>
	new ApiError('name_taken', `An Odoo connection or environment is named ${name} already; choose another name.`);

const ofEnvironment = () =>
	new ApiError(
		'connection_of_environment',
		'This Odoo connection belongs to an environment: change or delete that. Only default can be set here.',
	);

const TOO_MANY_REFUSED =
	'The Odoo refused several logins of this organization within a minute, and was not asked again. Wait a minute, check ' +
	'login and key, then try once more.';
