import type { JobDocument } from '../jobs/service';

/** A job that deploys. */
export interface DeployJob extends JobDocument {
	readonly deployment: NonNullable<JobDocument['deployment']>;
}

/** The same job, as the one that deploys which it is. @throws where it is another one: a mistake of ours. */
export function deployJob(job: JobDocument): DeployJob {
	const { deployment } = job;
	if (deployment === null) throw new Error(`the job ${job._id} deploys nothing`);
	return { ...job, deployment };
}
