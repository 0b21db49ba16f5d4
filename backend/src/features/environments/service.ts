import type { Clock } from '../../core/clock';
import { ApiError, invalidInput, notFound } from '../../core/errors';
import type { EventType, PlatformEvent } from '../../core/events';
import type { EnvironmentId, Ids, OrganizationId, ProjectId } from '../../core/ids';
import { isDuplicateKey } from '../../database/connection';
import { outboxOf } from '../../database/outbox';
import type { Tenant, TenantCollection } from '../../database/tenant-collection';
import type { RuntimeSite } from '../../runtimes/runtime';
import type { EnvironmentDocument, EnvironmentStatus, StoredEnvironment } from './model';
import { presentEnvironment } from './schemas';

interface EnvironmentFilter {
	readonly project_id?: ProjectId | undefined;
}

type EnvironmentRequest = Pick<EnvironmentDocument, 'project_id' | 'name' | 'runtime' | 'odoo_version'>;

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
	/** Whoever's it is; for the runtimes, which know an environment by its address alone. */
	findSite(id: EnvironmentId): Promise<RuntimeSite | null>;
	/** @throws {ApiError} 422 for a project that is not the tenant's; 409 where the project has one of that name. */
	create(tenant: Tenant, request: EnvironmentRequest, id?: EnvironmentId): Promise<EnvironmentDocument>;
	/** Moves to a status and announces it; to the one it has already: changes nothing. @throws {ApiError} 404 */
	setStatus(
		tenant: Tenant,
		id: EnvironmentId,
		status: EnvironmentStatus,
		deployed?: Partial<Pick<EnvironmentDocument, 'git_sha' | 'git_branch'>>,
	): Promise<void>;
}

/** What a runtime needs to know of an environment. */
export const siteOf = ({ _id, ...environment }: EnvironmentDocument): RuntimeSite => ({ id: _id, ...environment });

export function createEnvironmentsService({
	environments,
	ownerOfProject,
	urlOf,
	clock,
	ids,
	notify,
}: {
	environments: TenantCollection<StoredEnvironment>;
	ownerOfProject: (tenant: Tenant, id: ProjectId) => Promise<OrganizationId | null>;
	/** Where an environment answers. */
	urlOf: (environment: StoredEnvironment) => string;
	clock: Clock;
	ids: Ids;
	/** Tells the relay that an outbox has something. */
	notify: () => void;
}): EnvironmentsService {
	const event = (type: EventType, environment: EnvironmentDocument): PlatformEvent => ({
		id: ids.next('event'),
		type,
		created_at: clock.now(),
		organization_id: environment.organization_id,
		project_id: environment.project_id,
		environment_id: environment._id,
		data: { environment: presentEnvironment(environment) },
	});

	const located = (stored: StoredEnvironment): EnvironmentDocument => ({ ...stored, primary_url: urlOf(stored) });

	const get = async (tenant: Tenant, id: EnvironmentId) => {
		const environment = await environments.findOne(tenant, { _id: id });
		if (environment === null) throw notFound('environment');
		return located(environment);
	};

	return {
		get,
		async list(tenant, { project_id }, after, limit) {
			const filter = {
				...(project_id === undefined ? {} : { project_id }),
				...(after === null ? {} : { _id: { $lt: after } }),
			};
			return (await environments.find(tenant, filter, { sort: { _id: -1 }, limit })).map(located);
		},
		async findSite(id) {
			const environment = await environments.everywhere.findOne({ _id: id });
			return environment && siteOf(located(environment));
		},
		async create(tenant, request, id = ids.next('environment')) {
			const organization_id = await ownerOfProject(tenant, request.project_id);
			if (organization_id === null) {
				throw invalidInput('/project_id', 'names no project that this key can see');
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
				outbox: [],
			};
			const environment = located(stored);
			try {
				await environments.insert({ ...stored, ...outboxOf([event('environment.created', environment)]) });
			} catch (error) {
				if (!isDuplicateKey(error)) throw error;
				const detail = `The project has an environment named ${request.name} already; choose another name.`;
				throw new ApiError(409, 'name_taken', detail);
			}
			notify();
			return environment;
		},
		async setStatus(tenant, id, status, deployed = {}) {
			const current = await get(tenant, id);
			const next = { ...current, ...deployed, status, updated_at: clock.now() };
			const changed = current.status !== status;
			if (!changed && next.git_sha === current.git_sha && next.git_branch === current.git_branch) return;
			const done = await environments.update(
				tenant,
				{ _id: id, status: current.status, git_sha: current.git_sha },
				{
					$set: {
						...deployed,
						status,
						updated_at: next.updated_at,
						...(changed ? { outbox_pending: true } : {}),
					},
					...(changed ? { $push: { outbox: event('environment.status_changed', next) } } : {}),
				},
			);
			if (done === null) throw new Error(`environment ${id} changed at the same moment`);
			notify();
		},
	};
}
