import type { Clock } from '../../core/clock';
import { ApiError, invalidInput, notFound } from '../../core/errors';
import type { DeploymentId, EnvironmentId, Ids, JobId, Tenant } from '../../core/ids';

import { type RollbackLoss, type Runtime, ServerError } from '../../runtimes/runtime';
import type { Runtimes } from '../../runtimes/runtimes';
import type { EnvironmentDocument, EnvironmentsService } from '../environments/service';
import { siteOf } from '../environments/site';
import type { JobsService } from '../jobs/service';
import { type DeployJob, deployJob, DEPLOYING_KINDS, type DeploymentRecord } from './model';

/** The longest that a request may wait for a deploy's end, in seconds. */
export const MAX_WAIT_SECONDS = 10 * 60;

type DeploymentFilter = Omit<Parameters<JobsService['list']>[1], 'kind'>;

/** Deployments are the deploying side of jobs, and are answered as such. */
export interface DeploymentsService {
	/** Asked again with the same `effect_id`, answers the same deploy. @throws {ApiError} 404; 409 environment_busy */
	deploy(
		tenant: Tenant,
		environment: EnvironmentId,
		request: { ref: string; rehearse?: boolean | undefined; actor: string; effect_id?: string | null },
	): Promise<DeployJob>;
	/**
	 * Brings an environment back to an earlier deployment; asked again with the same `effect_id`, answers the same one.
	 * @throws {ApiError} 404; 409 environment_busy, nothing_to_roll_back, rollback_loses_data; 422
	 */
	rollBack(
		tenant: Tenant,
		environment: EnvironmentId,
		request: {
			to?: DeploymentId | undefined;
			database: boolean;
			actor: string;
			effect_id?: string | null;
		},
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
	runtimes,
	clock,
	ids,
}: {
	jobs: JobsService;
	runtimes: Pick<Runtimes, 'of'>;
	clock: Clock;
	environments: Pick<EnvironmentsService, 'get'>;
	ids: Ids;
}): DeploymentsService {
	const list: DeploymentsService['list'] = async (tenant, filter, after, limit) =>
		(await jobs.list(tenant, { ...filter, kind: DEPLOYING_KINDS }, after, limit)).map(deployJob);

	const get: DeploymentsService['get'] = async (tenant, id) => {
		const job = await jobs.findByDataId(tenant, id);
		if (job === null) throw notFound('deployment');
		return deployJob(job);
	};

	const enqueue = async (
		{ _id, organization_id, project_id, name, primary_url, odoo_version }: EnvironmentDocument,
		request: { kind: (typeof DEPLOYING_KINDS)[number]; actor: string; effect_id: string | null },
		data: Pick<DeploymentRecord, 'git_ref'> & Partial<DeploymentRecord>,
	) =>
		deployJob(
			await jobs.enqueue(organization_id, {
				...request,
				project_id,
				environment_id: _id,
				data: {
					id: ids.next('deployment'),
					git_sha: '',
					git_branch: null,
					addons: [],
					addons_skipped: [],
					environment: { name, primary_url, odoo_version },
					before: null,
					status_on_failure: null,
					rollback: null,
					rehearse: false,
					applied: null,
					...data,
				} satisfies DeploymentRecord,
			}),
		);

	const lossOf = async (runtime: Runtime, environment: EnvironmentDocument, { data }: DeployJob) => {
		try {
			return await runtime.lossOf(siteOf(environment), data.git_sha);
		} catch (error) {
			if (error instanceof ServerError) throw new ApiError('server_unreachable', error.message);
			throw error;
		}
	};

	/** A deployment that the environment can go back to. */
	const targetOf = async (tenant: Tenant, environment: EnvironmentDocument, id: DeploymentId) => {
		const job = await jobs.findByDataId(tenant, id);
		if (job === null || job.environment_id !== environment._id || job.status !== 'succeeded') {
			throw invalidInput('/to', 'names no successful deployment of this environment');
		}
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
		async deploy(tenant, environment_id, { ref, rehearse, actor, effect_id = null }) {
			const environment = await environments.get(tenant, environment_id);
			return enqueue(
				environment,
				{ kind: 'deploy', actor, effect_id },
				{
					git_ref: ref,
					rehearse: rehearse ?? environment.production,
				},
			);
		},
		async rollBack(tenant, environment_id, { to, database, actor, effect_id = null }) {
			const environment = await environments.get(tenant, environment_id);
			const done = (await list(tenant, { environment_id }, null, RECENT)).filter(
				({ data }) => data.applied !== null,
			);
			// One that failed or was canceled later may be what serves all the same.
			const [serving, ...earlier] = done;
			const target =
				to === undefined
					? earlier.find(({ status }) => status === 'succeeded')
					: await targetOf(tenant, environment, to);
			if (serving === undefined || target === undefined || target.data.id === serving.data.id) {
				throw new ApiError('nothing_to_roll_back', 'There is no earlier successful deployment to go back to.');
			}
			const runtime = runtimes.of(environment.runtime);
			const loss = database ? null : await lossOf(runtime, environment, target);
			if (loss !== null) throw losesData(loss, clock);
			const { git_sha, git_branch } = target.data;
			return enqueue(
				environment,
				{ kind: 'rollback', actor, effect_id },
				{ git_ref: git_sha, git_sha, git_branch, rollback: { to: target.data.id, database } },
			);
		},
		waitFor: async (tenant, id, { seconds, signal }) =>
			deployJob(await jobs.waitFor(tenant, id, { timeoutMs: seconds * 1_000, signal })),
		async listOf(tenant, environment_id, after, limit) {
			await environments.get(tenant, environment_id);
			return list(tenant, { environment_id }, after, limit);
		},
	};
}

/** How many of the last deployments are looked at for the one that serves. */
const RECENT = 100;
const MINUTE_MS = 60_000;

/** What a rollback is refused with that would put back an older database without being told to. */
function losesData({ since, rows }: RollbackLoss, clock: Clock): ApiError {
	const minutes = Math.ceil((clock.now().getTime() - since.getTime()) / MINUTE_MS);
	return new ApiError(
		'rollback_loses_data',
		`Installed modules have changed since, so that the database would have to go back as well: by ${minutes} minutes, ` +
			`in which ${rows} rows were written. Send "database": true where that is wanted.`,
		{ members: { since: since.toISOString(), minutes, rows } },
	);
}
