import type { Clock } from '../../core/clock';
import { ApiError, invalidInput, notFound } from '../../core/errors';
import type { EnvironmentId, Ids, OrganizationId, ServerId, Tenant } from '../../core/ids';
import type { Secrets } from '../../core/secrets';
import { isDuplicateKey } from '../../database/connection';
import type { TenantCollection } from '../../database/tenant-collection';
import type { Outbound } from '../../net/outbound';
import { EngineError } from '../../docker/errors';
import type { Placement, RuntimeServers } from '../../runtimes/runtime';
import type { EventCarriage } from '../events/feature';
import { addressOf, type Credentials, withCredentials } from './address';
import type { Engines } from './engines';
import { type EngineFailure, engineFailure, refused } from './failures';
import { HEALTHY } from './health';
import type { ServerDocument } from './model';
import { type Candidate, choose, urlOf, type Wishes } from './placement';

/** How long an Engine that is tried out may take to answer, in milliseconds. */
const PATIENCE_MS = 10_000;
/** How long a deletion that was interrupted keeps environments away, in milliseconds. */
const DELETION_MS = 60_000;

/** What was placed on a server. */
export type ServerUse = Pick<Candidate, 'environments' | 'promised_bytes'>;

/** A server with how many environments it has. */
export interface Server extends ServerDocument {
	readonly environments: number;
}

/** What becomes a server. */
interface ServerRequest extends Pick<ServerDocument, 'name' | 'endpoint' | 'labels' | 'drain' | 'base_domain'> {
	readonly tls?: TlsOf<Credentials> | undefined;
	readonly ssh?: SshOf<Credentials> | undefined;
	readonly capacity: { readonly environments: number | null };
	readonly ingress: Omit<ServerDocument['ingress'], 'host'> & { readonly host?: string | undefined };
}

type TlsOf<C> = C extends { readonly tls: infer T } ? T : never;
type SshOf<C> = C extends { readonly ssh: infer S } ? S : never;

type ServerChanges = { readonly [K in keyof ServerRequest]?: ServerRequest[K] | undefined };

/** How an Engine does at this moment. */
export type ServerCheck =
	{ readonly ok: true; readonly engine_version: string } | ({ readonly ok: false } & EngineFailure);

export interface ServersService {
	/** Newest first. */
	list(tenant: Tenant, after: ServerId | null, limit: number): Promise<Server[]>;
	/** @throws {ApiError} 404 */
	get(tenant: Tenant, id: ServerId): Promise<Server>;
	/** Tries its Engine and keeps it where that answers. @throws {ApiError} 409 name_taken; 422; 502 `server_…` */
	create(organization: OrganizationId, request: ServerRequest, signal: AbortSignal): Promise<Server>;
	/**
	 * Changes a server; its Engine is tried first where that may make a difference. The credentials that are kept go
	 * nowhere but where they were given for.
	 * @throws {ApiError} 404; 409 name_taken; 422; 502 `server_…`
	 */
	update(tenant: Tenant, id: ServerId, changes: ServerChanges, signal: AbortSignal): Promise<Server>;
	/** @throws {ApiError} 404; 409 server_in_use */
	remove(tenant: Tenant, id: ServerId): Promise<void>;
	/** Asks its Engine now. @throws {ApiError} 404 */
	check(tenant: Tenant, id: ServerId, signal: AbortSignal): Promise<ServerCheck>;
	/** Where a new environment of the organization goes. @throws {ApiError} 409 no_server_fits; 422 for an unknown server */
	place(
		organization: OrganizationId,
		wishes: Wishes,
		environment: { readonly id: EnvironmentId; readonly name: string },
	): Promise<Placement>;
	/** Whether environments may be on it: it is there and not being deleted. */
	isThere(organization: OrganizationId, id: ServerId): Promise<boolean>;
	readonly forRuntimes: RuntimeServers;
}

export function createServersService({
	servers,
	engines,
	outbound,
	useOf,
	operatorOf,
	carry,
	baseDomain,
	secrets,
	clock,
	ids,
}: {
	servers: TenantCollection<ServerDocument>;
	engines: Engines;
	outbound: Pick<Outbound, 'resolve'>;
	/** What environments were placed on these servers. */
	useOf: (tenant: Tenant, ids: readonly ServerId[]) => Promise<ReadonlyMap<ServerId, ServerUse>>;
	/** The organization that runs the service. */
	operatorOf: () => Promise<OrganizationId | null>;
	carry: EventCarriage['carry'];
	/** For servers without one of their own. */
	baseDomain: string | null;
	secrets: Secrets;
	clock: Clock;
	ids: Ids;
}): ServersService {
	const withUse = async (tenant: Tenant, found: readonly ServerDocument[]) => {
		const uses = await useOf(
			tenant,
			found.map(({ _id }) => _id),
		);
		return found.map((server) => ({
			server,
			...(uses.get(server._id) ?? { environments: 0, promised_bytes: 0 }),
		}));
	};
	const present = async (tenant: Tenant, found: readonly ServerDocument[]): Promise<Server[]> =>
		(await withUse(tenant, found)).map(({ server, environments }) => ({ ...server, environments }));

	const find = async (tenant: Tenant, id: ServerId) => {
		const server = await servers.findOne(tenant, { _id: id });
		if (server === null) throw notFound('server');
		return server;
	};

	const isBeingDeleted = ({ deleting_at }: ServerDocument) =>
		deleting_at !== undefined && deleting_at.getTime() > clock.now().getTime() - DELETION_MS;

	/** @throws {ApiError} where the endpoint is not for that organization, or its credentials are not of its kind */
	const endpointFor = async (organization: OrganizationId, endpoint: string, { tls, ssh }: ServerChanges) => {
		const address = addressOf(endpoint);
		if (address === null) throw invalidInput('/endpoint', 'cannot be read');
		if (address.kind === 'socket' && (await operatorOf()) !== organization) {
			throw invalidInput('/endpoint', "must not be a socket of the service's machine, which is its operator's");
		}
		if (tls !== undefined && address.kind !== 'tls')
			throw invalidInput('/tls', 'is for an endpoint of tcp:// only');
		if (ssh !== undefined && address.kind !== 'ssh')
			throw invalidInput('/ssh', 'is for an endpoint of ssh:// only');
		const credentials = tls !== undefined ? { tls } : ssh !== undefined ? { ssh } : null;
		const whole = withCredentials(address, credentials);
		if (whole === null) throw invalidInput(`/${address.kind}`, 'must be given with this endpoint');
		return { whole, address, credentials };
	};

	/** What its Engine says of the server. @throws {ApiError} where it does not answer */
	const tryOut = async (endpoint: Parameters<Engines['open']>[0], signal: AbortSignal) => {
		try {
			const engine = await engines.open(endpoint);
			const info = await engine.info(AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)]));
			return {
				engine_version: info.version,
				cpus: info.cpus,
				memory_bytes: info.memory_bytes,
				checked_at: clock.now(),
			};
		} catch (error) {
			const failure = failureOf(error, signal);
			throw failure === null ? error : refused(failure);
		}
	};

	/** Where the ingress answers. The service connects there too, so it is held to the same addresses. */
	const ingressOf = async (
		address: NonNullable<ReturnType<typeof addressOf>>,
		{ host, ...ports }: ServerRequest['ingress'],
	): Promise<ServerDocument['ingress']> => {
		if (address.kind === 'socket') return { host: host ?? '127.0.0.1', ...ports };
		if (host !== undefined && host !== address.host) {
			await outbound.resolve(host).catch((error: unknown) => {
				const failure = engineFailure(error);
				throw failure === null ? error : invalidInput('/ingress/host', failure.message);
			});
		}
		return { host: host ?? address.host, ...ports };
	};

	const named = async <T>(name: string, write: () => Promise<T>): Promise<T> => {
		try {
			return await write();
		} catch (error) {
			if (!isDuplicateKey(error)) throw error;
			throw new ApiError('name_taken', `There is a server named ${name} already; choose another name.`);
		}
	};

	const one = async (server: ServerDocument): Promise<Server> => {
		const [presented] = await present(server.organization_id, [server]);
		if (presented === undefined) throw new Error('a server was lost on the way');
		return presented;
	};

	return {
		list: async (tenant, after, limit) =>
			present(
				tenant,
				await servers.find(tenant, after === null ? {} : { _id: { $lt: after } }, { sort: { _id: -1 }, limit }),
			),
		get: async (tenant, id) => one(await find(tenant, id)),
		async create(organization_id, request, signal) {
			const { name, endpoint, labels, capacity, drain, base_domain } = request;
			const { whole, address, credentials } = await endpointFor(organization_id, endpoint, request);
			const ingress = await ingressOf(address, request.ingress);
			if ((await servers.findOne(organization_id, { name })) !== null) {
				throw new ApiError('name_taken', `There is a server named ${name} already; choose another name.`);
			}
			const facts = await tryOut(whole, signal);
			const _id = ids.next('server');
			const server: ServerDocument = {
				_id,
				organization_id,
				...{ name, endpoint, labels, drain, ingress, base_domain },
				credentials: credentials === null ? null : secrets.encrypt(JSON.stringify(credentials), _id),
				capacity: capacity.environments,
				...HEALTHY,
				...facts,
				free_memory_bytes: null,
				disk_free_bytes: null,
				due_at: facts.checked_at,
				created_at: clock.now(),
				outbox: [],
			};
			await named(name, () => servers.insert(server));
			return one(server);
		},
		async update(tenant, id, changes, signal) {
			for (;;) {
				const before = await find(tenant, id);
				const { organization_id } = before;
				const { name, labels, capacity, drain, base_domain, ingress, tls, ssh } = changes;
				const endpoint = changes.endpoint ?? before.endpoint;
				const elsewhere = endpoint !== before.endpoint || tls !== undefined || ssh !== undefined;
				const moved = elsewhere ? await endpointFor(organization_id, endpoint, changes) : null;
				const address = moved?.address ?? addressOf(endpoint);
				const $set = {
					...(name === undefined ? {} : { name }),
					...(labels === undefined ? {} : { labels }),
					...(capacity === undefined ? {} : { capacity: capacity.environments }),
					...(drain === undefined ? {} : { drain }),
					...(base_domain === undefined ? {} : { base_domain }),
					...(ingress === undefined || address === null
						? {}
						: { ingress: await ingressOf(address, ingress) }),
					...(moved === null
						? {}
						: {
								endpoint,
								credentials:
									moved.credentials === null
										? null
										: secrets.encrypt(JSON.stringify(moved.credentials), id),
								...(await tryOut(moved.whole, signal)),
							}),
				};
				if (Object.keys(changes).length === 0) return one(before);
				const as_seen = { _id: id, endpoint: before.endpoint, credentials: before.credentials };
				const changed = await named(name ?? before.name, () => servers.update(tenant, as_seen, { $set }));
				// Somebody changed its address at the same moment.
				if (changed === null) continue;
				return one(changed);
			}
		},
		async remove(tenant, id) {
			// Said before environments are looked for: whoever places one at the same moment looks again after it.
			const marked = await servers.update(tenant, { _id: id }, { $set: { deleting_at: clock.now() } });
			if (marked === null) throw notFound('server');
			const { environments } = await one(marked);
			if (environments > 0) {
				await servers.update(tenant, { _id: id }, { $unset: { deleting_at: 1 } });
				throw new ApiError(
					'server_in_use',
					`The server has environments (${environments}). Delete them first.`,
				);
			}
			await carry(...marked.outbox);
			await servers.delete(tenant, { _id: id });
			engines.forget(id);
		},
		async check(tenant, id, signal) {
			const server = await find(tenant, id);
			try {
				const engine = await engines.of(server);
				const { version } = await engine.info(AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)]));
				return { ok: true, engine_version: version };
			} catch (error) {
				const failure = failureOf(error, signal);
				if (failure === null) throw error;
				return { ok: false, ...failure };
			}
		},
		async place(organization, wishes, environment) {
			const found = await servers.find(organization, {}, { sort: { _id: 1 } });
			const present = found.filter((server) => !isBeingDeleted(server));
			if (wishes.server_id !== undefined && present.every(({ _id }) => _id !== wishes.server_id)) {
				throw invalidInput('/server_id', 'names no server of the organization');
			}
			const choice = choose(await withUse(organization, present), wishes);
			if ('why' in choice) {
				throw new ApiError('no_server_fits', `No server can take the environment: ${choice.why}.`);
			}
			const { server } = choice.chosen;
			const url = urlOf({ ...server, base_domain: server.base_domain ?? baseDomain }, environment);
			return { server_id: server._id, url };
		},
		async isThere(organization, id) {
			const server = await servers.findOne(organization, { _id: id });
			return server !== null && !isBeingDeleted(server);
		},
		forRuntimes: {
			async of(id) {
				const server = await servers.everywhere.findOne({ _id: id });
				if (server === null) throw new Error(`The server ${id} is gone.`);
				const isOperators = server.endpoint.startsWith('unix:');
				const engine = await engines.of(server).catch((error: unknown) => {
					const failure = engineFailure(error);
					throw failure === null ? error : new EngineError('unreachable', failure.message, { cause: error });
				});
				return { id, engine, ingress: server.ingress, isOperators };
			},
			answering: async () =>
				(await servers.everywhere.find({ reason: { $ne: 'unreachable' } })).map(({ _id }) => _id),
		},
	};
}

/** Why an Engine could not be had; null where the client left or the fault is another. */
function failureOf(error: unknown, signal: AbortSignal): EngineFailure | null {
	if (signal.aborted) return null;
	if (error instanceof DOMException && error.name === 'TimeoutError') {
		return {
			code: 'server_unreachable',
			message: 'The Docker Engine did not answer in time.',
			pointer: '/endpoint',
		};
	}
	return engineFailure(error);
}
