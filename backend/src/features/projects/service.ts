import type { Clock } from '../../core/clock';
import { ApiError, invalidInput, notFound } from '../../core/errors';
import type { Ids, OrganizationId, ProjectId, Tenant } from '../../core/ids';
import { isDuplicateKey } from '../../database/connection';
import type { TenantCollection } from '../../database/tenant-collection';
import { GitError } from '../../git/git-error';
import type { GitRepositories } from '../../git/repositories';
import type { ProjectDocument } from './model';

/** How long a deletion that was interrupted keeps environments from being made, in milliseconds. */
const DELETION_MS = 60_000;

type ProjectRequest = Pick<ProjectDocument, 'name' | 'repository_url' | 'default_branch' | 'sanitize_rules'>;

interface ProjectChanges {
	readonly name?: string | undefined;
	readonly default_branch?: string | undefined;
	readonly sanitize_rules?: ProjectDocument['sanitize_rules'] | undefined;
}

export interface ProjectsService {
	/** Newest first. */
	list(tenant: Tenant, after: ProjectId | null, limit: number): Promise<ProjectDocument[]>;
	/** @throws {ApiError} 404 */
	get(tenant: Tenant, id: ProjectId): Promise<ProjectDocument>;
	/** Whose project it is; null where the tenant has none with that id, or deletes it. */
	ownerOf(tenant: Tenant, id: ProjectId): Promise<OrganizationId | null>;
	/** @throws {ApiError} 404; 409 where the name is taken */
	update(tenant: Tenant, id: ProjectId, changes: ProjectChanges): Promise<ProjectDocument>;
	/** @throws {ApiError} 404; 409 while it has environments */
	remove(tenant: Tenant, id: ProjectId): Promise<void>;
	/** @throws {ApiError} 409 where the name is taken; 422 for a repository that is not read from. */
	create(organization: OrganizationId, request: ProjectRequest, id?: ProjectId): Promise<ProjectDocument>;
	/** Removes what is kept of repositories whose project is gone, as a removal that was interrupted leaves it. */
	tidyUp(): Promise<void>;
}

export function createProjectsService({
	projects,
	checkRepository,
	repositories,
	hasEnvironments,
	clock,
	ids,
}: {
	projects: TenantCollection<ProjectDocument>;
	/** @throws {GitError} where the URL is none that the service reads from for that organization. */
	checkRepository: GitRepositories['check'];
	repositories: Pick<GitRepositories, 'forget' | 'tidyUp'>;
	hasEnvironments: (tenant: Tenant, id: ProjectId) => Promise<boolean>;
	clock: Clock;
	ids: Ids;
}): ProjectsService {
	const nameTaken = (name: string) =>
		new ApiError('name_taken', `There is a project named ${name} already; choose another name.`);

	return {
		list: (tenant, after, limit) =>
			projects.find(tenant, after === null ? {} : { _id: { $lt: after } }, { sort: { _id: -1 }, limit }),
		async get(tenant, id) {
			const project = await projects.findOne(tenant, { _id: id });
			if (project === null) throw notFound('project');
			return project;
		},
		async ownerOf(tenant, id) {
			const project = await projects.findOne(tenant, { _id: id });
			const since = project?.deleting_at?.getTime() ?? -Infinity;
			return project === null || since > clock.now().getTime() - DELETION_MS ? null : project.organization_id;
		},
		async update(tenant, id, { name, default_branch, sanitize_rules }) {
			const changes = {
				...(name === undefined ? {} : { name }),
				...(default_branch === undefined ? {} : { default_branch }),
				...(sanitize_rules === undefined ? {} : { sanitize_rules }),
			};
			try {
				const project = await projects.update(tenant, { _id: id }, { $set: changes });
				if (project === null) throw notFound('project');
				return project;
			} catch (error) {
				throw isDuplicateKey(error) ? nameTaken(name ?? '') : error;
			}
		},
		async remove(tenant, id) {
			// Said before environments are looked for: whoever makes one at the same moment looks again after it.
			const marked = await projects.update(tenant, { _id: id }, { $set: { deleting_at: clock.now() } });
			if (marked === null) throw notFound('project');
			if (await hasEnvironments(tenant, id)) {
				await projects.update(tenant, { _id: id }, { $unset: { deleting_at: 1 } });
				throw new ApiError('project_in_use', 'The project has environments. Delete them first.');
			}
			await projects.delete(tenant, { _id: id });
			await repositories.forget({ id, organization_id: marked.organization_id });
		},
		tidyUp: () => repositories.tidyUp(async (_id) => (await projects.everywhere.findOne({ _id })) !== null),
		async create(organization_id, request, id = ids.next('project')) {
			await checkRepository({ ...request, organization_id }).catch((error: unknown) => {
				throw error instanceof GitError ? invalidInput('/repository_url', error.message) : error;
			});
			const project = { _id: id, organization_id, ...request, created_at: clock.now() };
			try {
				await projects.insert(project);
			} catch (error) {
				throw isDuplicateKey(error) ? nameTaken(request.name) : error;
			}
			return project;
		},
	};
}
