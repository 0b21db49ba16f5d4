import type { z } from 'zod';
import type { PlatformEvent } from '../../core/events';
import type { JobKind } from '../job-kinds';
import type { JobFailure } from './failures';
import type { JobData, JobDocument, JobOf, JobStep } from './model';

/** What a kind of job works with. Once the worker has lost the job, every method rejects and changes nothing. */
export interface JobContext<Data extends JobData = JobData> {
	/** The job as it is now. */
	readonly job: JobOf<Data>;
	/** Aborted when the worker stops or loses the job. In a step, it is also aborted when the job is canceled. */
	readonly signal: AbortSignal;
	/** Stores these fields of the job's data, in one write. */
	readonly keep: (findings: Partial<Data>) => Promise<void>;
	/** Adds a line to the job's log. Lines keep the order of the calls. */
	readonly log: (text: string) => Promise<void>;
}

/** What a step works with. */
export interface StepContext<Data extends JobData = JobData> extends JobContext<Data> {
	/**
	 * Reports how much of this step is done, from 0 to 1. It may be called often: of all reports during one write, only
	 * the highest is written next.
	 */
	readonly progress: (fraction: number) => Promise<void>;
}

export interface StepDefinition<Data extends JobData = JobData> {
	readonly name: string;
	/**
	 * Does the step and answers its outcome, in words. It may run again after it has ended, because a worker that takes
	 * a job over begins with the first step.
	 */
	readonly run: (context: StepContext<Data>) => Promise<string>;
}

/** A step as it is shown before it begins. */
export const waitingStep = ({ name }: Pick<StepDefinition, 'name'>): JobStep => ({
	name,
	status: 'queued',
	started_at: null,
	finished_at: null,
	message: null,
});

/** A kind of job as workers see it. They do not look into its data. */
export interface JobDefinition {
	readonly kind: JobKind;
	readonly steps: readonly StepDefinition[];
	/** The events of a job that has just reached its status. @throws if the job's data is not of this kind */
	events(job: JobDocument): readonly PlatformEvent[];
	/** Tidies up before the job counts as failed; may be called again. */
	onFailure(context: JobContext, failure: JobFailure): Promise<void>;
	/** Puts back what was before the job; may be called again. What it throws is told in the log alone. */
	onCancel(context: JobContext): Promise<void>;
}

/** A kind of job as its feature declares it. */
export interface KindOfJob<Data extends JobData> {
	readonly kind: JobKind;
	/** Parses the data of every job before the functions below get it. */
	readonly data: z.ZodType<Data>;
	readonly steps: readonly StepDefinition<Data>[];
	/** The events of a job that has just reached its status. */
	readonly events: (job: JobOf<Data>) => readonly PlatformEvent[];
	/** Tidies up before the job counts as failed; may be called again. */
	readonly onFailure: (context: JobContext<Data>, failure: JobFailure) => Promise<void>;
	/** Puts back what was before the job; may be called again. What it throws is told in the log alone. */
	readonly onCancel: (context: JobContext<Data>) => Promise<void>;
}

/** Declares a kind of job, once. */
export function defineJob<Data extends JobData>({
	kind,
	data,
	steps,
	events,
	onFailure,
	onCancel,
}: KindOfJob<Data>): JobDefinition {
	const jobOf = (job: JobDocument): JobOf<Data> => ({ ...job, data: data.parse(job.data) });
	const contextOf = (context: JobContext): JobContext<Data> => ({
		...context,
		get job() {
			return jobOf(context.job);
		},
	});
	return {
		kind,
		steps: steps.map(({ name, run }) => ({
			name,
			run: (context) => run(Object.assign(contextOf(context), { progress: context.progress })),
		})),
		events: (job) => events(jobOf(job)),
		onFailure: (context, failure) => onFailure(contextOf(context), failure),
		onCancel: (context) => onCancel(contextOf(context)),
	};
}

/** Finds the definition of a kind. @throws if no definition has it */
export function definitionFinder(definitions: readonly JobDefinition[]): (kind: JobKind) => JobDefinition {
	const byKind = new Map(definitions.map((definition) => [definition.kind, definition]));
	return (kind) => {
		const definition = byKind.get(kind);
		if (definition === undefined) throw new Error(`no jobs of the kind ${kind} are done here`);
		return definition;
	};
}
