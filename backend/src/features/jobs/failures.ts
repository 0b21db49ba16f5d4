import { KIND_FAILURES } from '../job-kinds';

/** The codes with which jobs can fail, and what each means. The OpenAPI document shows this list. */
export const JOB_FAILURES = {
	...KIND_FAILURES,
	not_found: 'What the job works on was deleted meanwhile.',
	interrupted: 'The service was interrupted too often during the job.',
	internal_error: 'Something failed on our side.',
} as const;

export type JobFailureCode = keyof typeof JOB_FAILURES;

/** Whether a job can fail with that code. */
export const isJobFailure = (code: string): code is JobFailureCode => Object.hasOwn(JOB_FAILURES, code);

/** Why a job failed, for its owner. */
export interface JobFailure {
	readonly code: JobFailureCode;
	readonly message: string;
}

/** A failure that the job's owner can understand and mend. Any other error fails the job as `internal_error`. */
export class JobError extends Error {
	override readonly name = 'JobError';

	constructor(
		readonly code: JobFailureCode,
		message: string,
		options?: ErrorOptions,
	) {
		super(message, options);
	}
}
