import type { Bells } from '../../waiting/bells';
import type { Clock } from '../../core/clock';
import { ApiError } from '../../core/errors';
import type { JobId } from '../../core/ids';
import type { Logger } from '../../core/log';
import { unlessAborted } from '../../waiting/unless-aborted';
import { nap } from '../../waiting/wakeable-loop';
import { holdLease } from '../../database/lease';
import type { TenantCollection } from '../../database/tenant-collection';
import { DatabaseUnavailableError } from '../../database/unavailable';
import { type JobContext, type JobDefinition, waitingStep } from './definition';
import { isJobFailure, JobError, type JobFailure } from './failures';
import { createJobLog } from './log';
import { freed, JOB_LEASE, type JobDocument, type JobLogLine, type JobStep } from './model';
import { createProgress } from './progress';

/** How many workers may die while they run a job before it is given up. */
const MAX_ATTEMPTS = 3;

/** How long a canceled step may take to end, in milliseconds, before its changes are undone. */
const PATIENCE_MS = 10_000;

/** How often a worker whose database is away looks whether it has come back, in milliseconds. */
const LOOK_MS = 1_000;

/** The job has another worker, or has ended. */
class LeaseLost extends Error {}

/** Somebody has asked to cancel the job. */
class Canceled extends Error {}

interface RunOptions {
	readonly jobs: TenantCollection<JobDocument>;
	readonly logs: TenantCollection<JobLogLine>;
	readonly definition: JobDefinition;
	readonly clock: Clock;
	readonly log: Logger;
	/** Tells the relay that an outbox has something. */
	readonly notify: () => void;
	/** Wakes those who follow the job: it, or its log, has changed. */
	readonly onChange: (id: JobId) => void;
	/** Rings when somebody asks to cancel the job. */
	readonly nudges: Bells<JobId>;
	/** Aborted when the worker stops. */
	readonly shutdown: AbortSignal;
}

/** Runs a job that this worker has just claimed, to its end or until the worker stops or loses it. */
export async function runJob(claimed: JobDocument, options: RunOptions): Promise<void> {
	const { jobs, definition, clock, log, shutdown, nudges } = options;
	const canceled = new AbortController();
	const nudged = nudges.listen(claimed._id);
	const mine = { _id: claimed._id, 'lease.owner': claimed.lease?.owner, 'lease.attempt': claimed.lease?.attempt };
	let job = claimed;
	let canceler = '';

	const heed = ({ cancel }: JobDocument) => {
		if (cancel === undefined) return;
		canceler = cancel.actor;
		canceled.abort(new Canceled());
	};

	const lease = holdLease({
		collection: { update: (filter, change) => jobs.update(claimed.organization_id, filter, change) },
		terms: JOB_LEASE,
		mine,
		until: claimed.lease?.until ?? clock.now(),
		clock,
		doze: { wait: (ms) => nudged.wait(ms), rouse: () => nudges.ring(claimed._id) },
		lostBy: () => new LeaseLost(),
		// A renewal is not kept in `job`: its answer may be older than that of a write beside it.
		onChange: heed,
		onFailedRenewal: (error) =>
			log.warn({ err: error, job_id: claimed._id }, 'the lease of a job could not be renewed'),
	});
	const { lost, change } = lease;
	const held = AbortSignal.any([lost, shutdown]);
	const signal = AbortSignal.any([held, canceled.signal]);

	const write = async (...args: Parameters<typeof change>) => {
		job = await change(...args);
	};

	const addLine = createJobLog(claimed, options);
	const contextUntil = (end: AbortSignal): JobContext => ({
		get job() {
			return job;
		},
		signal: end,
		keep: async (findings) => {
			end.throwIfAborted();
			await write({ $set: inData(findings) });
		},
		log: async (text) => {
			end.throwIfAborted();
			await addLine(text);
		},
	});
	/** For the steps. It ends when the job is canceled. */
	const context = contextUntil(signal);
	const stepContext = (index: number) => {
		const show = createProgress((percent) => change({ $max: { progress_percent: percent } }));
		const progress = async (fraction: number) => {
			signal.throwIfAborted();
			await show(percentOf(index + Math.min(1, Math.max(0, fraction)), definition));
		};
		return Object.assign(contextUntil(signal), { progress });
	};
	/** For the work after a failure or cancellation. It outlasts the cancellation of the job. */
	const settling = contextUntil(held);

	/** Gives the job a status and adds the events of that status, in one write. */
	const become = async (changes: Pick<JobDocument, 'status'> & Partial<JobDocument>, end = false) => {
		const events = definition.events({ ...job, ...changes });
		await write(
			{
				$set: { ...changes, ...(events.length > 0 ? { outbox_pending: true } : {}) },
				$push: { outbox: { $each: events } },
				...(end ? { $unset: { lock: 1, lease: 1 } } : {}),
			},
			{ status: job.status },
		);
		options.notify();
		options.onChange(claimed._id);
	};

	const begin = async () => {
		if (job.status === 'queued') {
			await become({ status: 'running', started_at: clock.now() });
			return;
		}
		await write({ $set: { steps: definition.steps.map(waitingStep), progress_percent: 0 } });
		await settling.log('Taken over after an interruption; it begins again with the first step.');
	};

	const endSteps = (status: 'failed' | 'canceled', message: string) => {
		const finished_at = clock.now();
		const steps = job.steps.map((step): JobStep => {
			if (step.status === 'running') return { ...step, status, finished_at, message };
			return step.status === 'queued' ? { ...step, status: 'canceled' } : step;
		});
		return write({ $set: { steps } });
	};

	const fail = async (failure: JobFailure) => {
		// Written before anything is tidied up, because here a worker learns that it has lost the job.
		await endSteps('failed', failure.message);
		await unlessAborted(() => definition.onFailure(settling, failure), lost);
		await settling.log(`Failed: ${failure.message}`);
		await become({ status: 'failed', error: failure, finished_at: clock.now(), current_step: null }, true);
	};

	const cancel = async () => {
		const message = `Canceled by ${canceler}.`;
		await endSteps('canceled', message);
		// Give a step that does not heed its signal time to end, or it might overwrite what is restored.
		const enough = new AbortController();
		await Promise.race([underWay, nap(clock, PATIENCE_MS, AbortSignal.any([held, enough.signal]))]);
		enough.abort();
		await unlessAborted(() => definition.onCancel(settling), held);
		await settling.log(message);
		await become({ status: 'canceled', finished_at: clock.now(), current_step: null }, true);
	};

	let underWay: Promise<unknown> = Promise.resolve();
	const runSteps = async () => {
		for (const [index, { name, run }] of definition.steps.entries()) {
			const started_at = clock.now();
			await write({
				$set: { steps: replaced(job.steps, index, { status: 'running', started_at }), current_step: name },
			});
			const message = await unlessAborted(() => {
				const work = run(stepContext(index));
				underWay = work.catch(() => undefined);
				return work;
			}, signal);
			await write({
				$set: {
					steps: replaced(job.steps, index, { status: 'succeeded', finished_at: clock.now(), message }),
					progress_percent: percentOf(index + 1, definition),
				},
			});
			await context.log(message);
		}
		signal.throwIfAborted();
		await become({ status: 'succeeded', finished_at: clock.now(), current_step: null }, true);
	};

	const runUnlessWornOut = async () => {
		const attempt = claimed.lease?.attempt ?? 0;
		if (attempt > MAX_ATTEMPTS) {
			await fail({
				code: 'interrupted',
				message: `The service was interrupted ${MAX_ATTEMPTS} times during this job. Start it once more.`,
			});
			return;
		}
		heed(claimed);
		if (!canceled.signal.aborted) await begin();
		await runSteps().catch(async (error: unknown) => {
			held.throwIfAborted();
			// The job has not failed: it is begun again when the database answers.
			if (error instanceof DatabaseUnavailableError) throw error;
			if (canceled.signal.aborted) await cancel();
			else await fail(failureOf(error, claimed, log));
		});
	};

	/** Frees the job. The next worker may begin at once, and its claim must not count as another attempt. */
	const handOn = () =>
		jobs.update(claimed.organization_id, mine, {
			$set: freed(clock.now()),
			$inc: { 'lease.attempt': -1 },
		});

	/** The same once the database answers again, unless the job is another worker's by then. */
	const handOnLater = async () => {
		for (;;) {
			await nap(clock, LOOK_MS, held);
			if (lost.aborted) return;
			try {
				await handOn();
				return;
			} catch (error) {
				if (!(error instanceof DatabaseUnavailableError) || shutdown.aborted) throw error;
			}
		}
	};

	const runOrHandOn = async () => {
		try {
			await runUnlessWornOut();
		} catch (error) {
			if (lost.aborted) log.warn({ job_id: claimed._id }, 'a job was lost to another worker');
			else if (shutdown.aborted) await handOn();
			else if (error instanceof DatabaseUnavailableError) await handOnLater();
			else throw error;
		}
	};

	try {
		await lease.whileRenewing(runOrHandOn);
	} finally {
		nudged.close();
	}
}

function failureOf(error: unknown, job: JobDocument, log: Logger): JobFailure {
	if (error instanceof JobError) return { code: error.code, message: error.message };
	if (error instanceof ApiError && isJobFailure(error.code)) return { code: error.code, message: error.detail };
	log.error({ err: error, job_id: job._id }, 'a job failed');
	return { code: 'internal_error', message: 'Something failed on our side. Try again.' };
}

/** The share of the steps that is done, in percent. `done` may count the current step in part. */
const percentOf = (done: number, { steps }: JobDefinition) => Math.floor((done / steps.length) * 100);

/** Fields of the data as fields of the document. Undefined ones are left as they are. */
const inData = (findings: Readonly<Record<string, unknown>>) =>
	Object.fromEntries(
		Object.entries(findings).flatMap(([field, value]) => (value === undefined ? [] : [[`data.${field}`, value]])),
	);

const replaced = (steps: readonly JobStep[], index: number, changes: Partial<JobStep>) =>
	steps.map((step, at) => (at === index ? { ...step, ...changes } : step));
