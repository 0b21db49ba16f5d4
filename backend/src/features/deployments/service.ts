import { ApiError, notFound } from '../../core/errors';
import type { DeploymentId, EnvironmentId, Ids, JobId, Tenant } from '../../core/ids';

import type { EnvironmentsService } from '../environments/service';
import type { JobsService } from '../jobs/service';
import { type DeployJob, deployJob, type DeploymentRecord } from './model';

/** The longest that a request may wait for a deploy's end, in seconds. */
export const MAX_WAIT_SECONDS = 10 * 60;

type DeploymentFilter = Omit<Parameters<JobsService['list']>[1], 'kind'>;

/** Deployments are the deploying side of jobs, and are answered as such. */
export interface DeploymentsService {
	/** Asked again with the same `effect_id`, answers the same deploy. @throws {ApiError} 404; 409 environment_busy */
	deploy(
		tenant: Tenant,
		environment: EnvironmentId,
		request: { ref: string; actor: string; effect_id?: string | null },
	): Promise<DeployJob>;
	/** The job at its end, or as it stands after so many seconds or when the signal comes. */
	waitFor(tenant: Tenant, id: JobId, until: { seconds: number; signal: AbortSignal }): Promise<DeployJob>;
	/** Newest first. */
	list(tenant: Tenant, filter: DeploymentFilter, after: JobId | null, limit: number): Promise<DeployJob[]>;
	/** @throws {ApiError} 404 for an environment that the tenant does not have */
	listOf(tenant: Tenant, environment: EnvironmentId, after: JobId | null, limit: number): Promise<DeployJob[]>;
	/** @throws {ApiError} 404 */
	get(tenant: Tenant, id: DeploymentId): Promise<DeployJob>;
	/** Ends a deployment, or asks its worker to; answers it as it is then. @throws {ApiError} 404; 409 deployment_ended */
	cancel(tenant: Tenant, id: DeploymentId, actor: string): Promise<DeployJob>;
}

export function createDeploymentsService({
	jobs,
	environments,
	ids,
}: {
	jobs: JobsService;
	environments: Pick<EnvironmentsService, 'get'>;
	ids: Ids;
}): DeploymentsService {
	const list: DeploymentsService['list'] = async (tenant, filter, after, limit) =>
		(await jobs.list(tenant, { ...filter, kind: 'deploy' }, after, limit)).map(deployJob);

	const get: DeploymentsService['get'] = async (tenant, id) => {
		const job = await jobs.findByDataId(tenant, id);
		if (job === null) throw notFound('deployment');
		return deployJob(job);
	};

	return {
		list,
		get,
		async cancel(tenant, id, actor) {
			const { organization_id, _id } = await get(tenant, id);
			const job = await jobs.cancel(organization_id, _id, actor);
			if (job !== null) return deployJob(job);
			const { status } = await get(tenant, id);
			throw new ApiError('deployment_ended', `The deployment has ended already: it is ${status}.`, {
				members: { status },
			});
		},
		async deploy(tenant, environment_id, { ref, actor, effect_id = null }) {
			const environment = await environments.get(tenant, environment_id);
			const { organization_id, project_id, name, primary_url, odoo_version } = environment;
			const job = await jobs.enqueue(organization_id, {
				kind: 'deploy',
				project_id,
				environment_id,
				actor,
				effect_id,
				data: {
					id: ids.next('deployment'),
					git_ref: ref,
					git_sha: '',
					git_branch: null,
					addons: [],
					addons_skipped: [],
					environment: { name, primary_url, odoo_version },
					before: null,
					status_on_failure: null,
					applied: null,
				} satisfies DeploymentRecord,
			});
			return deployJob(job);
		},
		waitFor: async (tenant, id, { seconds, signal }) =>
			deployJob(await jobs.waitFor(tenant, id, { timeoutMs: seconds * 1_000, signal })),
		async listOf(tenant, environment_id, after, limit) {
			await environments.get(tenant, environment_id);
			return list(tenant, { environment_id }, after, limit);
		},
	};
}
