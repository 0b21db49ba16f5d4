import type { QueryFilter } from 'mongoose';
import type { Clock } from '../../core/clock';
import { ApiError, notFound } from '../../core/errors';
import type { DeploymentId, EnvironmentId, Ids, JobId, OrganizationId } from '../../core/ids';
import { nap } from '../../core/wakeable-loop';
import { isDuplicateKey } from '../../database/connection';
import { outboxOf } from '../../database/outbox';
import type { Tenant, TenantCollection } from '../../database/tenant-collection';
import type { JobDefinitions } from './definition';
import type { JobDocument, JobStatus } from './model';

export type { JobDocument };

/** How often a job is looked at that another replica may run, in milliseconds. */
const POLL_MS = 2_000;

interface JobFilter {
	readonly status?: readonly JobStatus[] | undefined;
	readonly environment_id?: EnvironmentId | undefined;
	/** Created or ended then or later. */
	readonly since?: Date | undefined;
	readonly kind?: JobDocument['kind'] | undefined;
}

type JobRequest = Pick<JobDocument, 'kind' | 'project_id' | 'environment_id' | 'actor' | 'deployment'>;

export interface JobsService {
	/** Newest first. */
	list(tenant: Tenant, filter: JobFilter, after: JobId | null, limit: number): Promise<JobDocument[]>;
	/** @throws {ApiError} 404 */
	get(tenant: Tenant, id: JobId): Promise<JobDocument>;
	/** The job that a deployment is a side of. */
	findByDeployment(tenant: Tenant, id: DeploymentId): Promise<JobDocument | null>;
	/** Queues a job and wakes a worker. @throws {ApiError} 409 environment_busy, naming the job at work there. */
	enqueue(organization: OrganizationId, request: JobRequest): Promise<JobDocument>;
	/** Answers the job when it is at its end, when the time is up, or when the signal comes: as it is then. */
	waitFor(tenant: Tenant, id: JobId, limits: { timeoutMs: number; signal: AbortSignal }): Promise<JobDocument>;
	/** Tells those who wait that a job has ended. */
	ended(id: JobId): void;
	/** Ends every wait, now and from now on. */
	stopWaiting(): void;
	/** Frees every job of its worker: for the start of a process that knows itself to be the only one. */
	releaseAll(): Promise<void>;
}

/** Whether a job has come to its end. */
export const isEnded = ({ status }: Pick<JobDocument, 'status'>) => status !== 'queued' && status !== 'running';

export function createJobsService({
	jobs,
	definitions,
	clock,
	ids,
	notify,
	wake,
}: {
	jobs: TenantCollection<JobDocument>;
	definitions: JobDefinitions;
	clock: Clock;
	ids: Ids;
	/** Tells the relay that an outbox has something. */
	notify: () => void;
	/** Tells the worker that a job is queued. */
	wake: () => void;
}): JobsService {
	const waits = new Map<JobId, Set<AbortController>>();
	const stopped = new AbortController();

	const get = async (tenant: Tenant, id: JobId) => {
		const job = await jobs.findOne(tenant, { _id: id });
		if (job === null) throw notFound('job');
		return job;
	};

	return {
		get,
		list: (tenant, { status, environment_id, since, kind }, after, limit) => {
			const filter: QueryFilter<JobDocument> = {
				...(status === undefined ? {} : { status: { $in: status } }),
				...(environment_id === undefined ? {} : { environment_id }),
				...(since === undefined
					? {}
					: { $or: [{ created_at: { $gte: since } }, { finished_at: { $gte: since } }] }),
				...(kind === undefined ? {} : { kind }),
				...(after === null ? {} : { _id: { $lt: after } }),
			};
			return jobs.find(tenant, filter, { sort: { _id: -1 }, limit });
		},
		findByDeployment: (tenant, id) => jobs.findOne(tenant, { 'deployment.id': id }),

		async enqueue(organization_id, request) {
			const definition = definitions[request.kind];
			for (;;) {
				const now = clock.now();
				const job: JobDocument = {
					_id: ids.next('job'),
					organization_id,
					...request,
					status: 'queued',
					steps: definition.steps.map(({ name }) => ({
						name,
						status: 'queued',
						started_at: null,
						finished_at: null,
						message: null,
					})),
					current_step: null,
					progress_percent: 0,
					error: null,
					lock: request.environment_id,
					lease: { owner: null, until: now, attempt: 0 },
					created_at: now,
					started_at: null,
					finished_at: null,
					outbox: [],
				};
				try {
					await jobs.insert({ ...job, ...outboxOf(definition.events(job)) });
					notify();
					wake();
					return job;
				} catch (error) {
					if (!isDuplicateKey(error)) throw error;
				}
				const running = await jobs.findOne(organization_id, { lock: request.environment_id });
				// It may have ended since; then the environment is free.
				if (running === null) continue;
				throw new ApiError(
					409,
					'environment_busy',
					`The job ${running._id} is at work on this environment. Wait for its end, then try again.`,
					{ members: { job_id: running._id } },
				);
			}
		},

		async waitFor(tenant, id, { timeoutMs, signal }) {
			const deadline = clock.now().getTime() + timeoutMs;
			for (;;) {
				const end = new AbortController();
				const others = waits.get(id) ?? new Set();
				waits.set(id, others.add(end));
				try {
					const job = await get(tenant, id);
					const left = deadline - clock.now().getTime();
					const over = AbortSignal.any([signal, stopped.signal]);
					if (isEnded(job) || left <= 0 || over.aborted) return job;
					await nap(clock, Math.min(left, POLL_MS), AbortSignal.any([over, end.signal]));
				} finally {
					others.delete(end);
					if (others.size === 0) waits.delete(id);
				}
			}
		},
		ended(id) {
			for (const end of waits.get(id) ?? []) end.abort();
		},
		stopWaiting: () => stopped.abort(),

		async releaseAll() {
			const now = clock.now();
			const free = { $set: { 'lease.owner': null, 'lease.until': now } };
			while (await jobs.everywhere.update({ 'lease.until': { $gt: now } }, free));
		},
	};
}
