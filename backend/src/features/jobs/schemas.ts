import { z } from 'zod';
import { idSchema } from '../../core/ids';
import { isJobFailure, JOB_FAILURES } from './failures';
import { JOB_KINDS, JOB_STATUSES, type JobDocument } from './model';

export const jobStatusSchema = z.enum(JOB_STATUSES).meta({ id: 'JobStatus' });

/** Why it failed; null for every other status. */
export const jobFailureSchema = z
	.object({
		code: z.enum(Object.keys(JOB_FAILURES).filter(isJobFailure)).meta({
			description: Object.entries(JOB_FAILURES)
				.map(([code, meaning]) => `\`${code}\`: ${meaning}`)
				.join('\n'),
		}),
		message: z.string().meta({ description: 'What happened and what to do about it' }),
	})
	.meta({ id: 'JobFailure' });

const time = z.iso.datetime().nullable();

export const jobSchema = z
	.object({
		id: idSchema('job'),
		kind: z.enum(JOB_KINDS),
		status: jobStatusSchema,
		project_id: idSchema('project'),
		environment_id: idSchema('environment'),
		deployment_id: idSchema('deployment').nullable(),
		progress_percent: z.int().min(0).max(100),
		current_step: z.string().nullable(),
		steps: z.array(
			z.object({
				name: z.string(),
				status: jobStatusSchema,
				started_at: time,
				finished_at: time,
				message: z.string().nullable(),
			}),
		),
		error: jobFailureSchema.nullable(),
		actor: z.string(),
		created_at: z.iso.datetime(),
		started_at: time,
		finished_at: time,
	})
	.meta({ id: 'Job' });

/** One status, or several with commas between them. */
export const statusFilter = z
	.string()
	.transform((text) => text.split(',').map((status) => status.trim()))
	.pipe(z.array(z.enum(JOB_STATUSES, `must be of ${JOB_STATUSES.join(', ')}, with commas between them`)))
	.meta({
		description: `One of ${JOB_STATUSES.map((status) => `\`${status}\``).join(', ')}, or several with commas between them`,
	});

const iso = (date: Date | null) => date?.toISOString() ?? null;

export const presentJob = (job: JobDocument) => ({
	id: job._id,
	kind: job.kind,
	status: job.status,
	project_id: job.project_id,
	environment_id: job.environment_id,
	deployment_id: job.deployment?.id ?? null,
	progress_percent: job.progress_percent,
	current_step: job.current_step,
	steps: job.steps.map((step) => ({
		name: step.name,
		status: step.status,
		started_at: iso(step.started_at),
		finished_at: iso(step.finished_at),
		message: step.message,
	})),
	error: job.error,
	actor: job.actor,
	created_at: job.created_at.toISOString(),
	started_at: iso(job.started_at),
	finished_at: iso(job.finished_at),
});
