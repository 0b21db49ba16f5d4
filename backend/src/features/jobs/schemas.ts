import { z } from 'zod';
import { idSchema, isId } from '../../core/ids';
import { actorField, createdAt, finishedAt, ownId, startedAt } from '../../http/fields';
import { ABOUT_KINDS, JOB_KINDS } from '../job-kinds';
import { isJobFailure, JOB_FAILURES } from './failures';
import { JOB_STATUSES, type JobDocument } from './model';

export const jobStatusSchema = z.enum(JOB_STATUSES).meta({
	id: 'JobStatus',
	description: 'The status of a job, a step or a deployment; `succeeded`, `failed` and `canceled` are final',
});

const jobFailureSchema = z
	.object({
		code: z.enum(Object.keys(JOB_FAILURES).filter(isJobFailure)).meta({
			description: Object.entries(JOB_FAILURES)
				.map(([code, meaning]) => `\`${code}\`: ${meaning}`)
				.join('\n'),
		}),
		message: z.string().meta({ description: 'What happened and what to do about it' }),
	})
	.meta({ id: 'JobFailure' });

/** Why a job failed. */
export const failureField = jobFailureSchema.nullable().meta({ description: 'Why it failed; null if it did not' });

const stepSchema = z.object({
	name: z.string().meta({ description: `Stable. ${ABOUT_KINDS.steps}` }),
	status: jobStatusSchema.meta({
		description: '`canceled`: not begun because an earlier step failed, or ended because the job was canceled',
	}),
	started_at: startedAt,
	finished_at: finishedAt,
	message: z.string().nullable().meta({ description: 'The outcome, in words; null until there is one' }),
});

export const jobSchema = z
	.object({
		id: ownId('job'),
		kind: z.enum(JOB_KINDS).meta({ description: ABOUT_KINDS.kind }),
		status: jobStatusSchema,
		project_id: idSchema('project').meta({ description: 'The project of the environment' }),
		environment_id: idSchema('environment').meta({
			description:
				'The environment that it works on; it has one job at a time, and a request for another is answered 409 ' +
				'`environment_busy`',
		}),
		deployment_id: idSchema('deployment')
			.nullable()
			.meta({ description: 'The deployment that it makes; null for a job of another kind' }),
		progress_percent: z.int().min(0).max(100).meta({
			description:
				'How much of its steps is done; goes back to 0 when the job begins again after an interruption',
		}),
		current_step: z
			.string()
			.nullable()
			.meta({ description: 'The `name` of the step that is running; null if none is' }),
		steps: z.array(stepSchema).meta({ description: 'In the order in which they run' }),
		result: z
			.record(z.string(), z.unknown())
			.nullable()
			.meta({ description: `What it has brought about. ${ABOUT_KINDS.result}` }),
		error: failureField,
		actor: actorField,
		created_at: createdAt,
		started_at: startedAt,
		finished_at: finishedAt,
	})
	.meta({
		id: 'Job',
		examples: [
			{
				id: 'job_01HXMZ4T8QK2R5T7V9X1Z3B5C7',
				kind: 'delete',
				status: 'running',
				project_id: 'prj_01HXMZ0K3RJ8QM2P5T7V9X1Z3B',
				environment_id: 'env_01HXMZ0K3RJ8QM2P5T7V9X1Z3B',
				deployment_id: null,
				progress_percent: 0,
				current_step: 'remove',
				steps: [
					{
						name: 'remove',
						status: 'running',
						started_at: '2026-05-07T14:23:11.952Z',
						finished_at: null,
						message: null,
					},
				],
				result: null,
				error: null,
				actor: 'ci',
				created_at: '2026-05-07T14:23:11.207Z',
				started_at: '2026-05-07T14:23:11.940Z',
				finished_at: null,
			},
		],
	});

/** One status, or several separated by commas. */
export const statusFilter = z
	.string()
	.transform((text) => text.split(',').map((status) => status.trim()))
	.pipe(z.array(z.enum(JOB_STATUSES, `must be of ${JOB_STATUSES.join(', ')}, separated by commas`)))
	.meta({
		description: `One of ${JOB_STATUSES.map((status) => `\`${status}\``).join(', ')}, or several separated by commas`,
	});

const iso = (date: Date | null) => date?.toISOString() ?? null;

export const presentJob = (job: JobDocument) => ({
	id: job._id,
	kind: job.kind,
	status: job.status,
	project_id: job.project_id,
	environment_id: job.environment_id,
	deployment_id: isId('deployment', job.data.id) ? job.data.id : null,
	progress_percent: job.progress_percent,
	current_step: job.current_step,
	steps: job.steps.map((step) => ({
		name: step.name,
		status: step.status,
		started_at: iso(step.started_at),
		finished_at: iso(step.finished_at),
		message: step.message,
	})),
	result: job.data.result ?? null,
	error: job.error,
	actor: job.actor,
	created_at: job.created_at.toISOString(),
	started_at: iso(job.started_at),
	finished_at: iso(job.finished_at),
});

/** What is answered where work was asked for that is a job. */
export const jobReply = z
	.object({
		job_id: idSchema('job').meta({
			description: 'The job that does it; `GET /api/v1/jobs/{job_id}` tells how far it is',
		}),
		status: jobStatusSchema,
		environment_id: idSchema('environment').meta({ description: 'The environment that it works on' }),
		job: jobSchema.meta({ description: 'As it was when this was answered' }),
	})
	.meta({ id: 'JobReply' });

export const presentJobReply = (job: JobDocument) => ({
	job_id: job._id,
	status: job.status,
	environment_id: job.environment_id,
	job: presentJob(job),
});
