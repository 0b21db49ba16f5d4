import type { Clock } from '../../core/clock';
import type { JobId } from '../../core/ids';
import { isDuplicateKey } from '../../database/connection';
import type { TenantCollection } from '../../database/tenant-collection';
import type { JobDocument, JobLogLine } from './model';

const MAX_LINE = 2_000;

interface LogOptions {
	readonly logs: TenantCollection<JobLogLine>;
	readonly clock: Clock;
	/** Wakes those who follow the job: its log has changed. */
	readonly onChange: (id: JobId) => void;
}

/**
 * Makes a function that adds lines to a job's log, one after the other. If a later line were stored first, a reader who
 * goes on from its number would never see the earlier one.
 */
export function createJobLog(
	{ _id: job_id, organization_id }: JobDocument,
	{ logs, clock, onChange }: LogOptions,
): (text: string) => Promise<void> {
	let last: number | undefined;
	let written = Promise.resolve();

	const add = async (text: string, at: Date) => {
		last ??= (await logs.findOne(organization_id, { job_id }, { sort: { seq: -1 } }))?.seq ?? 0;
		for (;;) {
			const seq = ++last;
			try {
				await logs.insert({ _id: `${job_id}:${seq}`, organization_id, job_id, seq, at, text });
				onChange(job_id);
				return;
			} catch (error) {
				// An earlier worker has used that number.
				if (!isDuplicateKey(error)) throw error;
			}
		}
	};

	return (text) => {
		const at = clock.now();
		const line = written.then(() => add(text.slice(0, MAX_LINE), at));
		written = line.catch(() => undefined);
		return line;
	};
}
