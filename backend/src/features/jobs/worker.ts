import { createBells } from '../../waiting/bells';
import type { Clock } from '../../core/clock';
import type { JobId } from '../../core/ids';
import type { Logger } from '../../core/log';
import { createWakeableLoop, type WakeableLoop } from '../../waiting/wakeable-loop';
import { claim } from '../../database/lease';
import type { TenantCollection } from '../../database/tenant-collection';
import { definitionFinder, type JobDefinition } from './definition';
import { JOB_LEASE, type JobDocument, type JobLogLine, OPEN_JOB_STATUSES } from './model';
import { runJob } from './run';

const POLL_MS = 1_000;
/** How many jobs run at the same time. */
const MAX_RUNS = 4;

interface JobWorkerOptions {
	readonly jobs: TenantCollection<JobDocument>;
	readonly logs: TenantCollection<JobLogLine>;
	readonly definitions: readonly JobDefinition[];
	readonly clock: Clock;
	readonly log: Logger;
	/** The name of this worker. No other worker has it or had it. */
	readonly owner: string;
	/** Tells the relay that an outbox has something. */
	readonly notify: () => void;
	/** Wakes those who wait for a job or follow it: it, or its log, has changed. */
	readonly onChange: (id: JobId) => void;
}

export interface JobWorker extends WakeableLoop {
	/** If the job runs here, reads it now, because somebody has asked to cancel it. */
	readonly nudge: (id: JobId) => void;
}

/**
 * Runs queued jobs and jobs whose worker has died, the oldest first. A worker that stops gives its running jobs back,
 * so that another worker, or the next one of this process, can begin them again at once.
 */
export function createJobWorker({
	jobs,
	logs,
	definitions,
	clock,
	log,
	owner,
	notify,
	onChange,
}: JobWorkerOptions): JobWorker {
	const nudges = createBells<JobId>(clock);
	const definitionOf = definitionFinder(definitions);
	const runs = new Set<Promise<void>>();
	const shutdown = new AbortController();

	const claimNext = () =>
		claim(jobs.everywhere, JOB_LEASE, clock, {
			owner,
			filter: { status: { $in: OPEN_JOB_STATUSES } },
			update: { $inc: { 'lease.attempt': 1 } },
			sort: { 'lease.until': 1 },
		});

	const attempt = async (job: JobDocument) => {
		const definition = definitionOf(job.kind);
		const options = { jobs, logs, definition, clock, log, notify, onChange, nudges, shutdown: shutdown.signal };
		await runJob(job, options);
	};

	const start = (job: JobDocument) => {
		const run = attempt(job)
			.catch((error: unknown) => log.error({ err: error, job_id: job._id }, 'a job was left for another attempt'))
			.finally(() => {
				runs.delete(run);
				loop.wake();
			});
		runs.add(run);
	};

	const loop = createWakeableLoop({
		clock,
		onError: (error) => log.error({ err: error }, 'due jobs could not be looked for; trying again'),
		async round() {
			while (runs.size < MAX_RUNS && !shutdown.signal.aborted) {
				const job = await claimNext();
				if (job === null) break;
				start(job);
			}
			return POLL_MS;
		},
	});

	return {
		start: loop.start,
		async stop() {
			shutdown.abort(new Error('the worker stops'));
			await loop.stop();
			await Promise.all(runs);
		},
		wake: loop.wake,
		nudge: (id) => nudges.ring(id),
	};
}
