import type { PlatformEvent } from '../../core/events';
import type { JobFailure } from './failures';
import type { DeploymentRecord, JobDocument, JobKind, JobStep } from './model';

/** What a step has found out, to be kept with the job. */
export type JobFindings = {
	readonly [K in keyof DeploymentRecord as `deployment.${K}`]?: DeploymentRecord[K];
};

/** What a step works with. Once the job is no longer this worker's, everything here rejects and changes nothing. */
export interface StepContext {
	/** As it is now. */
	readonly job: JobDocument;
	/** Aborted when the worker stops, has lost the job to another, or is to cancel it. */
	readonly signal: AbortSignal;
	readonly keep: (findings: JobFindings) => Promise<void>;
	/** Adds a line to the job's log. */
	readonly log: (text: string) => Promise<void>;
}

export interface StepDefinition {
	readonly name: string;
	/**
	 * Does the step and answers what came of it, in words. It may be done again after it was done: whoever takes a job
	 * over begins with the first step.
	 */
	readonly run: (context: StepContext) => Promise<string>;
}

/** A step as it is shown before it begins. */
export const waitingStep = ({ name }: Pick<StepDefinition, 'name'>): JobStep => ({
	name,
	status: 'queued',
	started_at: null,
	finished_at: null,
	message: null,
});

/** A kind of job. */
export interface JobDefinition {
	readonly steps: readonly StepDefinition[];
	/** What is announced of a job that has just come to its status. */
	events(job: JobDocument): readonly PlatformEvent[];
	/** Tidies up before the job counts as failed; may be called again. */
	onFailure(context: StepContext, failure: JobFailure): Promise<void>;
	/** Puts back what was before the job; may be called again. What it throws is told in the log alone. */
	onCancel(context: StepContext): Promise<void>;
}

/** How each kind of job is done. */
export type JobDefinitions = Readonly<Record<JobKind, JobDefinition>>;
