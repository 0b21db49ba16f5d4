import type { Clock } from '../../core/clock';
import { ApiError, invalidInput, notFound } from '../../core/errors';
import type { EnvironmentId, Ids, OrganizationId, ProjectId, Tenant } from '../../core/ids';
import { isDuplicateKey } from '../../database/connection';
import { outboxOf } from '../../database/outbox';
import type { TenantCollection } from '../../database/tenant-collection';
import type { RuntimeSite } from '../../runtimes/runtime';
import type { RuntimeKind } from '../../runtimes/runtimes';
import type { EnvironmentEvent } from '../events/payloads';
import { ALIVE, type EnvironmentDocument, type EnvironmentStatus, type StoredEnvironment } from './model';
import { presentEnvironment } from './schemas';
import { siteOf } from './site';

export type { EnvironmentDocument };

interface EnvironmentFilter {
	readonly project_id?: ProjectId | undefined;
	readonly name?: string | undefined;
}

type EnvironmentRequest = Pick<EnvironmentDocument, 'project_id' | 'name' | 'runtime' | 'odoo_version'>;

interface EnvironmentChanges {
	readonly name?: string | undefined;
	readonly odoo_version?: string | undefined;
}

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
	/** @throws {ApiError} 422 for a project that is not the tenant's; 409 where the project has one of that name. */
	create(tenant: Tenant, request: EnvironmentRequest, id?: EnvironmentId): Promise<EnvironmentDocument>;
	/**
	 * Renames it, or sets the version of Odoo, which only an environment that was never deployed can change: Odoo does
	 * not open a database of another version.
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
	addressOf,
	clock,
	ids,
	notify,
}: {
	environments: TenantCollection<StoredEnvironment>;
	ownerOfProject: (tenant: Tenant, id: ProjectId) => Promise<OrganizationId | null>;
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
		async update(tenant, id, { name, odoo_version }) {
			for (;;) {
				const current = await get(tenant, id);
				const next = {
					...current,
					name: name ?? current.name,
					odoo_version: odoo_version ?? current.odoo_version,
					updated_at: clock.now(),
				};
				if (next.name === current.name && next.odoo_version === current.odoo_version) return current;
				if (next.odoo_version !== current.odoo_version && current.status !== 'pending') {
					const detail = `It runs Odoo ${current.odoo_version}. Make an environment for another version.`;
					throw new ApiError('version_fixed', detail);
				}
				const as_seen = { status: current.status, name: current.name, odoo_version: current.odoo_version };
				try {
					const done = await environments.update(
						tenant,
						{ _id: id, ...as_seen, ...ALIVE },
						{
							$set: {
								name: next.name,
								odoo_version: next.odoo_version,
								updated_at: next.updated_at,
								outbox_pending: true,
							},
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
			const now = clock.now();
			const stored: StoredEnvironment = {
				_id: id,
				organization_id,
				...request,
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
