import { isDeepStrictEqual } from 'node:util';
import type { Clock } from '../../core/clock';
import { ApiError, invalidInput, notFound } from '../../core/errors';
import type { EnvironmentId, Ids, OrganizationId, ProjectId, Tenant } from '../../core/ids';
import { isDuplicateKey } from '../../database/connection';
import { outboxOf } from '../../database/outbox';
import type { TenantCollection } from '../../database/tenant-collection';
import type { RuntimeSite, SiteSettings } from '../../runtimes/runtime';
import type { RuntimeKind } from '../../runtimes/runtimes';
import type { EnvironmentEvent } from '../events/payloads';
import type { ServersService } from '../servers/service';
import { ALIVE, type EnvironmentDocument, type EnvironmentStatus, type StoredEnvironment } from './model';
import { findPlace, type PlacementRequest } from './place';
import { presentEnvironment } from './schemas';
import { DEFAULT_SETTINGS, siteOf } from './site';

export type { EnvironmentDocument };

interface EnvironmentFilter {
	readonly project_id?: ProjectId | undefined;
	readonly name?: string | undefined;
}

type Wished<T> = { readonly [K in keyof T]?: T[K] | undefined };

interface EnvironmentRequest
	extends
		Pick<EnvironmentDocument, 'project_id' | 'name' | 'odoo_version'>,
		PlacementRequest,
		Wished<Pick<EnvironmentDocument, 'production'> & SiteSettings> {}

type EnvironmentChanges = Wished<
	Pick<EnvironmentDocument, 'name' | 'odoo_version' | 'production'> & Omit<SiteSettings, 'demo_data'>
>;

export interface EnvironmentsService {
	/** Newest first. */
	list(
		tenant: Tenant,
		filter: EnvironmentFilter,
		after: EnvironmentId | null,
		limit: number,
	): Promise<EnvironmentDocument[]>;
	/** @throws {ApiError} 404 */
	get(tenant: Tenant, id: EnvironmentId): Promise<EnvironmentDocument>;
	/** Whoever's it is; for a login, which comes before it is known who asks. */
	findAnywhere(id: EnvironmentId): Promise<EnvironmentDocument | null>;
	/**
	 * @throws {ApiError} 422 for a project or server that is not the tenant's; 409 where the project has one of that name,
	 * or no server takes it
	 */
	create(tenant: Tenant, request: EnvironmentRequest, id?: EnvironmentId): Promise<EnvironmentDocument>;
	/**
	 * Renames it, changes how its Odoo runs from the next deploy on, or sets the version of Odoo, which only an environment
	 * that was never deployed can change: Odoo does not open a database of another version.
	 * @throws {ApiError} 404; 409 name_taken, version_fixed
	 */
	update(tenant: Tenant, id: EnvironmentId, changes: EnvironmentChanges): Promise<EnvironmentDocument>;
	/** null where the tenant has none with that id. */
	find(tenant: Tenant, id: EnvironmentId): Promise<EnvironmentDocument | null>;
	/** Hides it from everybody, announces that and frees its name; may be called again. */
	bury(tenant: Tenant, id: EnvironmentId): Promise<void>;
	/** Moves to a status and announces it; to the one it has already: changes nothing. @throws {ApiError} 404 */
	setStatus(
		tenant: Tenant,
		id: EnvironmentId,
		status: EnvironmentStatus,
		deployed?: Partial<Pick<EnvironmentDocument, 'git_sha' | 'git_branch'>>,
	): Promise<void>;
}

export function createEnvironmentsService({
	environments,
	ownerOfProject,
	servers,
	addressOf,
	clock,
	ids,
	notify,
}: {
	environments: TenantCollection<StoredEnvironment>;
	ownerOfProject: (tenant: Tenant, id: ProjectId) => Promise<OrganizationId | null>;
	servers: Pick<ServersService, 'place' | 'isThere'>;
	/** Where that runtime has a site answer. */
	addressOf: (runtime: RuntimeKind, site: RuntimeSite) => string;
	clock: Clock;
	ids: Ids;
	/** Tells the relay that an outbox has something. */
	notify: () => void;
}): EnvironmentsService {
	const event = (type: EnvironmentEvent['type'], environment: EnvironmentDocument): EnvironmentEvent => ({
		id: ids.next('event'),
		type,
		created_at: clock.now(),
		organization_id: environment.organization_id,
		project_id: environment.project_id,
		environment_id: environment._id,
		data: { environment: presentEnvironment(environment) },
	});

	/** Added in place: to copy what the driver decoded costs more than to decode it. */
	const located = (stored: StoredEnvironment): EnvironmentDocument =>
		Object.assign(stored, { primary_url: addressOf(stored.runtime, siteOf(stored)) });

	const find = async (tenant: Tenant, id: EnvironmentId) => {
		const stored = await environments.findOne(tenant, { _id: id, ...ALIVE });
		return stored && located(stored);
	};

	const findAnywhere = async (id: EnvironmentId) => {
		const stored = await environments.everywhere.findOne({ _id: id, ...ALIVE });
		return stored && located(stored);
	};

	const get = async (tenant: Tenant, id: EnvironmentId) => {
		const environment = await find(tenant, id);
		if (environment === null) throw notFound('environment');
		return environment;
	};

	const unknownProject = () => invalidInput('/project_id', 'names no project that this key can see');

	const nameTaken = (name: string) =>
		new ApiError('name_taken', `The project has an environment named ${name} already; choose another name.`);

	const bury: EnvironmentsService['bury'] = async (tenant, id) => {
		const environment = await find(tenant, id);
		if (environment === null) return;
		const deleted_at = clock.now();
		await environments.update(
			tenant,
			{ _id: id, ...ALIVE },
			{
				// No name has an id's form.
				$set: { name: id, deleted_at, updated_at: deleted_at, outbox_pending: true },
				$push: { outbox: event('environment.deleted', { ...environment, updated_at: deleted_at }) },
			},
		);
		notify();
	};

	return {
		get,
		find,
		async update(tenant, id, { name, odoo_version, production, ...settings }) {
			for (;;) {
				const current = await get(tenant, id);
				const changed = {
					name: name ?? current.name,
					odoo_version: odoo_version ?? current.odoo_version,
					production: production ?? current.production,
					settings: settingsOf(settings, current.settings),
				};
				const { odoo_version: version } = current;
				if (isDeepStrictEqual(changed, changeable(current))) return current;
				if (changed.odoo_version !== version && current.status !== 'pending') {
					const detail = `It runs Odoo ${version}. Make an environment for another version.`;
					throw new ApiError('version_fixed', detail);
				}
				const next = { ...current, ...changed, updated_at: clock.now() };
				const as_seen = {
					status: current.status,
					name: current.name,
					odoo_version: version,
					updated_at: current.updated_at,
				};
				try {
					const done = await environments.update(
						tenant,
						{ _id: id, ...as_seen, ...ALIVE },
						{
							$set: { ...changed, updated_at: next.updated_at, outbox_pending: true },
							$push: { outbox: event('environment.updated', next) },
						},
					);
					// Somebody changed it at the same moment.
					if (done === null) continue;
				} catch (error) {
					throw isDuplicateKey(error) ? nameTaken(next.name) : error;
				}
				notify();
				return next;
			}
		},
		bury,
		async list(tenant, { project_id, name }, after, limit) {
			const filter = {
				...ALIVE,
				...(name === undefined ? {} : { name }),
				...(project_id === undefined ? {} : { project_id }),
				...(after === null ? {} : { _id: { $lt: after } }),
			};
			return (await environments.find(tenant, filter, { sort: { _id: -1 }, limit })).map(located);
		},
		findAnywhere,
		async create(tenant, request, id = ids.next('environment')) {
			const organization_id = await ownerOfProject(tenant, request.project_id);
			if (organization_id === null) {
				throw unknownProject();
			}
			const { project_id, name, odoo_version, production = false } = request;
			const { runtime, placement } = await findPlace(servers, organization_id, request, { id, name });
			const now = clock.now();
			const stored: StoredEnvironment = {
				_id: id,
				organization_id,
				...{ project_id, name, runtime, odoo_version, production, placement },
				settings: settingsOf(request, DEFAULT_SETTINGS),
				status: 'pending',
				git_sha: '',
				git_branch: null,
				created_at: now,
				updated_at: now,
				status_since: now,
				outbox: [],
			};
			const environment = located({ ...stored });
			try {
				await environments.insert({ ...stored, ...outboxOf([event('environment.created', environment)]) });
			} catch (error) {
				throw isDuplicateKey(error) ? nameTaken(request.name) : error;
			}
			notify();
			if ((await ownerOfProject(tenant, request.project_id)) === null) {
				await bury(tenant, id);
				throw unknownProject();
			}
			if (placement !== null && !(await servers.isThere(organization_id, placement.server_id))) {
				await bury(tenant, id);
				throw new ApiError('no_server_fits', 'The server was deleted at the same moment. Try again.');
			}
			return environment;
		},
		async setStatus(tenant, id, status, deployed = {}) {
			const current = await get(tenant, id);
			const next = { ...current, ...deployed, status, updated_at: clock.now() };
			const changed = current.status !== status;
			if (!changed && next.git_sha === current.git_sha && next.git_branch === current.git_branch) return;
			const done = await environments.update(
				tenant,
				{ _id: id, status: current.status, git_sha: current.git_sha, ...ALIVE },
				{
					$set: {
						...deployed,
						status,
						updated_at: next.updated_at,
						...(changed ? { status_since: next.updated_at, outbox_pending: true } : {}),
					},
					...(changed ? { $push: { outbox: event('environment.status_changed', next) } } : {}),
				},
			);
			if (done === null) throw new Error(`environment ${id} changed at the same moment`);
			notify();
		},
	};
}

/** What is said of how an Odoo runs, and for the rest what is not said. */
const settingsOf = (wished: Wished<SiteSettings>, others: SiteSettings): SiteSettings => ({
	modules: wished.modules === undefined ? others.modules : wished.modules,
	demo_data: wished.demo_data ?? others.demo_data,
	workers: wished.workers ?? others.workers,
	memory_mb: wished.memory_mb ?? others.memory_mb,
	cpus: wished.cpus ?? others.cpus,
});

const changeable = ({ name, odoo_version, production, settings }: EnvironmentDocument) => ({
	...{ name, odoo_version, production },
	settings: settingsOf({}, settings),
});
