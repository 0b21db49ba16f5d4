import type { Clock } from '../../core/clock';
import { ApiError, notFound } from '../../core/errors';
import type { Ids, ProjectId } from '../../core/ids';
import { isDuplicateKey } from '../../database/connection';
import type { Tenant, TenantCollection } from '../../database/tenant-collection';
import type { ProjectDocument } from './model';

type ProjectRequest = Pick<ProjectDocument, 'name' | 'repository_url' | 'default_branch'>;

export interface ProjectsService {
	/** Newest first. */
	list(tenant: Tenant, after: ProjectId | null, limit: number): Promise<ProjectDocument[]>;
	/** @throws {ApiError} 404 */
	get(tenant: Tenant, id: ProjectId): Promise<ProjectDocument>;
	exists(tenant: Tenant, id: ProjectId): Promise<boolean>;
	/** @throws {ApiError} 409 where the name is taken. */
	create(tenant: Tenant, request: ProjectRequest, id?: ProjectId): Promise<ProjectDocument>;
}

export function createProjectsService({
	projects,
	clock,
	ids,
}: {
	projects: TenantCollection<ProjectDocument>;
	clock: Clock;
	ids: Ids;
}): ProjectsService {
	return {
		list: (tenant, after, limit) =>
			projects.find(tenant, after === null ? {} : { _id: { $lt: after } }, { sort: { _id: -1 }, limit }),
		async get(tenant, id) {
			const project = await projects.findOne(tenant, { _id: id });
			if (project === null) throw notFound('project');
			return project;
		},
		exists: async (tenant, id) => (await projects.findOne(tenant, { _id: id })) !== null,
		async create(tenant, request, id = ids.next('project')) {
			const project = { _id: id, organization_id: tenant, ...request, created_at: clock.now() };
			try {
				await projects.insert(project);
			} catch (error) {
				if (!isDuplicateKey(error)) throw error;
				throw new ApiError(
					409,
					'name_taken',
					`There is a project named ${request.name} already; choose another name.`,
				);
			}
			return project;
		},
	};
}
