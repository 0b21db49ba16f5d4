import type { Clock } from '../../core/clock';
import { ApiError, invalidInput, notFound } from '../../core/errors';
import type { Ids, OrganizationId, ProjectId } from '../../core/ids';
import { isDuplicateKey } from '../../database/connection';
import type { Tenant, TenantCollection } from '../../database/tenant-collection';
import { GitError } from '../../git/git-error';
import type { ProjectDocument } from './model';

type ProjectRequest = Pick<ProjectDocument, 'name' | 'repository_url' | 'default_branch'>;

export interface ProjectsService {
	/** Newest first. */
	list(tenant: Tenant, after: ProjectId | null, limit: number): Promise<ProjectDocument[]>;
	/** @throws {ApiError} 404 */
	get(tenant: Tenant, id: ProjectId): Promise<ProjectDocument>;
	/** Whose project it is; null where the tenant has none with that id. */
	ownerOf(tenant: Tenant, id: ProjectId): Promise<OrganizationId | null>;
	/** @throws {ApiError} 409 where the name is taken; 422 for a repository that is not read from. */
	create(organization: OrganizationId, request: ProjectRequest, id?: ProjectId): Promise<ProjectDocument>;
}

export function createProjectsService({
	projects,
	checkRepository,
	clock,
	ids,
}: {
	projects: TenantCollection<ProjectDocument>;
	/** @throws {GitError} where the URL is none that the service reads from. */
	checkRepository: (url: string) => Promise<void>;
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
		ownerOf: async (tenant, id) => (await projects.findOne(tenant, { _id: id }))?.organization_id ?? null,
		async create(organization_id, request, id = ids.next('project')) {
			await checkRepository(request.repository_url).catch((error: unknown) => {
				throw error instanceof GitError ? invalidInput('/repository_url', error.message) : error;
			});
			const project = { _id: id, organization_id, ...request, created_at: clock.now() };
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
