import type { z } from 'zod';
import type { PlatformEvent } from '../../core/events';
import type { JobKind } from '../job-kinds';
import type { JobFailure } from './failures';
import type { JobData, JobDocument, JobOf, JobStep } from './model';

/** What a job is worked on with. Once it is no longer this worker's, everything here rejects and changes nothing. */
export interface JobContext<Data extends JobData = JobData> {
	/** As it is now. */
	readonly job: JobOf<Data>;
	/** Aborted when the worker stops, or has lost the job to another; for a step, also when the job is to be canceled. */
	readonly signal: AbortSignal;
	/** Writes down what was found out, field by field of the job's data, in one write. */
	readonly keep: (findings: Partial<Data>) => Promise<void>;
	/** Adds a line to the job's log; lines keep the order in which they come. */
	readonly log: (text: string) => Promise<void>;
}

/** What a step works with. */
export interface StepContext<Data extends JobData = JobData> extends JobContext<Data> {
	/**
	 * Tells how much of this step is done, from 0 to 1. May be called as often as there is news: of what comes while a
	 * write is under way only the furthest is written.
	 */
	readonly progress: (fraction: number) => Promise<void>;
}

export interface StepDefinition<Data extends JobData = JobData> {
	readonly name: string;
	/**
	 * Does the step and answers what came of it, in words. It may be done again after it was done: whoever takes a job
	 * over begins with the first step.
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

/** A kind of job, as those who run jobs see it: they pass its data on unread. */
export interface JobDefinition {
	readonly kind: JobKind;
	readonly steps: readonly StepDefinition[];
	/** What is announced of a job that has just come to its status. @throws where its data is not of the kind */
	events(job: JobDocument): readonly PlatformEvent[];
	/** Tidies up before the job counts as failed; may be called again. */
	onFailure(context: JobContext, failure: JobFailure): Promise<void>;
	/** Puts back what was before the job; may be called again. What it throws is told in the log alone. */
	onCancel(context: JobContext): Promise<void>;
}

/** A kind of job, as the feature declares it whose data it has. */
interface KindOfJob<Data extends JobData> {
	readonly kind: JobKind;
	/** Every job's data is held against it before the kind gets to see it. */
	readonly data: z.ZodType<Data>;
	readonly steps: readonly StepDefinition<Data>[];
	/** What is announced of a job that has just come to its status. */
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

/** Finds the definition of a kind. @throws where nobody has declared it */
export function definitionFinder(definitions: readonly JobDefinition[]): (kind: JobKind) => JobDefinition {
	const byKind = new Map(definitions.map((definition) => [definition.kind, definition]));
	return (kind) => {
		const definition = byKind.get(kind);
		if (definition === undefined) throw new Error(`no jobs of the kind ${kind} are done here`);
		return definition;
	};
}
