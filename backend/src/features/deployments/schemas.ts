import { z } from 'zod';
import { idSchema } from '../../core/ids';
import type { DeployJob } from './deploy-job';
import { jobFailureSchema, jobStatusSchema } from '../jobs/schemas';

export const deploymentSchema = z
	.object({
		id: idSchema('deployment'),
		environment_id: idSchema('environment'),
		project_id: idSchema('project'),
		job_id: idSchema('job'),
		status: jobStatusSchema,
		git_ref: z.string(),
		git_sha: z.string(),
		git_branch: z.string().nullable(),
		addons: z.array(z.object({ name: z.string(), version: z.string() })),
		actor: z.string(),
		error: jobFailureSchema.nullable(),
		created_at: z.iso.datetime(),
		started_at: z.iso.datetime().nullable(),
		finished_at: z.iso.datetime().nullable(),
		duration_seconds: z.int().min(0).nullable(),
	})
	.meta({ id: 'Deployment' });

export const deployRequest = z
	.strictObject({
		ref: z.string().min(1).max(255).meta({ description: 'A branch, a tag or a commit' }),
		wait: z
			.boolean()
			.default(false)
			.meta({ description: 'Whether the reply waits for the end, for up to 10 minutes' }),
	})
	.meta({ id: 'DeployRequest', examples: [{ ref: 'main', wait: true }] });

export const deployReply = z
	.object({
		job_id: idSchema('job'),
		status: jobStatusSchema,
		environment_id: idSchema('environment'),
		deployment_id: idSchema('deployment'),
		deployment: deploymentSchema,
	})
	.meta({ id: 'DeployReply' });

/** The deployment that a job is the other side of. */
export const presentDeployment = (job: DeployJob) => ({
	id: job.deployment.id,
	environment_id: job.environment_id,
	project_id: job.project_id,
	job_id: job._id,
	status: job.status,
	git_ref: job.deployment.git_ref,
	git_sha: job.deployment.git_sha,
	git_branch: job.deployment.git_branch,
	addons: job.deployment.addons.map(({ name, version }) => ({ name, version })),
	actor: job.actor,
	error: job.error,
	created_at: job.created_at.toISOString(),
	started_at: job.started_at?.toISOString() ?? null,
	finished_at: job.finished_at?.toISOString() ?? null,
	duration_seconds: durationOf(job),
});

export const presentDeploy = (job: DeployJob) => ({
	job_id: job._id,
	status: job.status,
	environment_id: job.environment_id,
	deployment_id: job.deployment.id,
	deployment: presentDeployment(job),
});

/** From start to end, in whole seconds; null before the end. */
function durationOf({ started_at, finished_at }: DeployJob): number | null {
	if (started_at === null || finished_at === null) return null;
	return Math.max(0, Math.round((finished_at.getTime() - started_at.getTime()) / 1_000));
}
