import type { QueryFilter } from 'mongoose';
import { createBells } from '../../waiting/bells';
import type { Clock } from '../../core/clock';
import { ApiError, notFound } from '../../core/errors';
import {
	type EnvironmentId,
	idBefore,
	type Ids,
	type JobId,
	type OrganizationId,
	type ProjectId,
	type Tenant,
} from '../../core/ids';
import { isDuplicateKey } from '../../database/connection';
import { outboxOf } from '../../database/outbox';
import type { TenantCollection } from '../../database/tenant-collection';
import type { JobKind } from '../job-kinds';
import { definitionFinder, type JobDefinition, waitingStep } from './definition';
import { freed, type JobDocument, type JobLogLine, type JobOf, type JobStatus, OPEN_JOB_STATUSES } from './model';

export type { JobDocument, JobLogLine, JobOf };

/** How often a job is read again while somebody waits for it, in milliseconds: another replica may run it. */
const POLL_MS = 2_000;
/** How many lines of a log are read at a time. */
const LINES = 500;
/** An organization has no more open jobs than this at any moment, because each environment has at most one. */
const MOST_AT_ONCE = 1_000;

interface JobFilter {
	readonly status?: readonly JobStatus[] | undefined;
	readonly environment_id?: EnvironmentId | undefined;
	readonly project_id?: ProjectId | undefined;
	/** Only jobs that were created or ended at this time or later. */
	readonly since?: Date | undefined;
	readonly kind?: readonly JobKind[] | undefined;
}

interface JobRequest extends Pick<JobDocument, 'kind' | 'project_id' | 'environment_id' | 'actor' | 'data'> {
	/** Of several requests with the same id, only the first queues a job. */
	readonly effect_id: string | null;
}

export interface JobsService {
	/** Newest first. */
	list(tenant: Tenant, filter: JobFilter, after: JobId | null, limit: number): Promise<JobDocument[]>;
	/** @throws {ApiError} 404 */
	get(tenant: Tenant, id: JobId): Promise<JobDocument>;
	/** The job of an environment that is queued or running. */
	atWork(organization: OrganizationId, environment: EnvironmentId): Promise<JobDocument | null>;
	/** The job that has this `id` in its data. */
	findByDataId(tenant: Tenant, id: string): Promise<JobDocument | null>;
	/**
	 * Queues a job and wakes a worker. If a job has this `effect_id` already, answers that job.
	 * @throws {ApiError} 409 environment_busy, naming the environment's open job
	 */
	enqueue(organization: OrganizationId, request: JobRequest): Promise<JobDocument>;
	/** Waits until the job has ended, the time is over or the signal is aborted. Answers the job as it is then. */
	waitFor(tenant: Tenant, id: JobId, limits: { timeoutMs: number; signal: AbortSignal }): Promise<JobDocument>;
	/**
	 * Cancels a queued job, or asks the worker of a running one to cancel it. Answers the job as it is then; null if it
	 * had ended before. A job that has finished all its steps by then still succeeds.
	 */
	cancel(organization: OrganizationId, id: JobId, actor: string): Promise<JobDocument | null>;
	/** Up to `limit` lines of a job's log, from the one after number `after`. */
	lines(job: JobDocument, after: number, limit: number): Promise<JobLogLine[]>;
	/** All lines that a job's log has now after number `after`. */
	allLines(job: JobDocument, after: number): AsyncGenerator<JobLogLine>;
	/**
	 * The lines of a job's log after number `after`, including those that any replica adds later. When the job ends,
	 * the last item is `end`. When the signal is aborted or the service stops, it ends without that item.
	 */
	follow(job: JobDocument, after: number, signal: AbortSignal): AsyncGenerator<JobProgress>;
	/** Wakes those who wait for a job or follow it: it, or its log, has changed. */
	changed(id: JobId): void;
	/** Ends every wait, now and from now on. */
	stopWaiting(): void;
	/** Ends all leases. For the start of a process that is the only one, so that no other process can hold them. */
	releaseAll(): Promise<void>;
}

/** News of a job. `idle`: there is none at the moment. */
export type JobProgress =
	| { readonly kind: 'line'; readonly line: JobLogLine }
	| { readonly kind: 'idle' }
	| { readonly kind: 'end'; readonly job: JobDocument };

/** Whether a job has ended. */
export const isEnded = ({ status }: Pick<JobDocument, 'status'>) => status !== 'queued' && status !== 'running';

export function createJobsService({
	jobs,
	logs,
	definitions,
	clock,
	ids,
	notify,
	wake,
	nudge,
}: {
	jobs: TenantCollection<JobDocument>;
	logs: TenantCollection<JobLogLine>;
	definitions: readonly JobDefinition[];
	clock: Clock;
	ids: Ids;
	/** Tells the relay that an outbox has something. */
	notify: () => void;
	/** Tells the worker that a job is queued. */
	wake: () => void;
	/** Tells the worker of this process that a job is to be canceled. */
	nudge: (id: JobId) => void;
}): JobsService {
	const bells = createBells<JobId>(clock);
	const definitionOf = definitionFinder(definitions);

	const get = async (tenant: Tenant, id: JobId) => {
		const job = await jobs.findOne(tenant, { _id: id });
		if (job === null) throw notFound('job');
		return job;
	};

	const atWork: JobsService['atWork'] = (organization, environment) =>
		jobs.findOne(organization, { lock: environment });

	const lines: JobsService['lines'] = (job, after, limit) =>
		logs.find(job.organization_id, { job_id: job._id, seq: { $gt: after } }, { sort: { seq: 1 }, limit });

	async function* allLines(job: JobDocument, after: number) {
		for (let last = after; ;) {
			const found = await lines(job, last, LINES);
			yield* found;
			last = found.at(-1)?.seq ?? last;
			if (found.length < LINES) return;
		}
	}

	return {
		get,
		lines,
		allLines,
		async *follow({ organization_id, _id }, after, signal) {
			const listener = bells.listen(_id);
			try {
				for (let last = after; !signal.aborted && !bells.stopped;) {
					// Read before its lines. A job ends after its last line, so none is missed.
					const job = await get(organization_id, _id);
					for await (const line of allLines(job, last)) {
						last = line.seq;
						yield { kind: 'line', line };
					}
					if (isEnded(job)) {
						yield { kind: 'end', job };
						return;
					}
					yield { kind: 'idle' };
					await listener.wait(POLL_MS);
				}
			} finally {
				listener.close();
			}
		},
		async list(tenant, { status, environment_id, project_id, since, kind }, after, limit) {
			const filter: QueryFilter<JobDocument> = {
				...(status === undefined ? {} : { status: { $in: status } }),
				...(environment_id === undefined ? {} : { environment_id }),
				...(project_id === undefined ? {} : { project_id }),
				...(kind === undefined ? {} : { kind: { $in: kind } }),
			};
			const sort = { _id: -1 } as const;
			const before = after === null ? {} : { $lt: after };
			if (since === undefined) {
				return jobs.find(tenant, { ...filter, ...(after === null ? {} : { _id: before }) }, { sort, limit });
			}
			const boundary = idBefore('job', since);
			const ofThatTime = { $or: [{ created_at: { $gte: since } }, { finished_at: { $gte: since } }] };
			const newer = await jobs.find(
				tenant,
				{ ...filter, ...ofThatTime, _id: { $gte: boundary, ...before } },
				{ sort, limit },
			);
			if (newer.length === limit) return newer;
			// The jobs that were running at that time. An index by their end finds them without reading all older jobs.
			const older = await jobs.find(
				tenant,
				{ ...filter, finished_at: { $gte: since }, created_at: { $lt: since } },
				{ sort: { finished_at: 1 }, limit: MOST_AT_ONCE },
			);
			const wanted = older.filter(({ _id }) => _id < boundary && (after === null || _id < after));
			wanted.sort((one, other) => (one._id < other._id ? 1 : -1));
			return [...newer, ...wanted.slice(0, limit - newer.length)];
		},
		atWork,
		findByDataId: (tenant, id) => jobs.findOne(tenant, { 'data.id': id }),

		async enqueue(organization_id, { effect_id, ...request }) {
			const definition = definitionOf(request.kind);
			for (;;) {
				const now = clock.now();
				const job: JobDocument = {
					_id: ids.next('job'),
					organization_id,
					...request,
					...(effect_id === null ? {} : { effect_id }),
					status: 'queued',
					steps: definition.steps.map(waitingStep),
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
				const same = effect_id === null ? null : await jobs.findOne(organization_id, { effect_id });
				if (same !== null) return same;
				const running = await atWork(organization_id, request.environment_id);
				// That job has ended since, so the environment is free now.
				if (running === null) continue;
				throw new ApiError(
					'environment_busy',
					`The job ${running._id} is at work on this environment. Wait for its end, then try again.`,
					{ members: { job_id: running._id } },
				);
			}
		},

		async cancel(organization_id, _id, actor) {
			const cancel = { requested_at: clock.now(), actor };
			for (;;) {
				const job = await get(organization_id, _id);
				if (isEnded(job)) return null;
				if (job.status === 'running') {
					if (job.cancel !== undefined) return job;
					const asked = await jobs.update(organization_id, { _id, status: 'running' }, { $set: { cancel } });
					if (asked === null) continue;
					nudge(_id);
					return asked;
				}
				// A worker that claims it at this moment notices it with its first write, before the first step.
				const changes = {
					status: 'canceled',
					cancel,
					steps: job.steps.map((step) => ({ ...step, status: 'canceled' as const })),
					finished_at: cancel.requested_at,
				} as const;
				const { outbox, ...pending } = outboxOf(definitionOf(job.kind).events({ ...job, ...changes }));
				const canceled = await jobs.update(
					organization_id,
					{ _id, status: 'queued' },
					{
						$set: { ...changes, ...pending },
						$push: { outbox: { $each: outbox } },
						$unset: { lock: 1, lease: 1 },
					},
				);
				if (canceled === null) continue;
				notify();
				bells.ring(_id);
				return canceled;
			}
		},

		async waitFor(tenant, id, { timeoutMs, signal }) {
			const deadline = clock.now().getTime() + timeoutMs;
			const listener = bells.listen(id);
			const ring = () => bells.ring(id);
			signal.addEventListener('abort', ring, { once: true });
			try {
				for (;;) {
					const job = await get(tenant, id);
					const left = deadline - clock.now().getTime();
					if (isEnded(job) || left <= 0 || signal.aborted || bells.stopped) return job;
					await listener.wait(Math.min(left, POLL_MS));
				}
			} finally {
				signal.removeEventListener('abort', ring);
				listener.close();
			}
		},
		changed: (id) => bells.ring(id),
		stopWaiting: () => bells.stop(),

		async releaseAll() {
			const now = clock.now();
			const free = { $set: freed(now) };
			const held = { status: { $in: OPEN_JOB_STATUSES }, 'lease.until': { $gt: now } };
			while (await jobs.everywhere.update(held, free));
		},
	};
}
