import { z } from 'zod';
import { idSchema } from '../../core/ids';
import { actorField, createdAt, finishedAt, ownId, startedAt } from '../../http/fields';
import { failureField, jobStatusSchema } from '../jobs/schemas';
import { type DeployJob, MAX_SKIPPED } from './model';

const exampleDeployment = {
	id: 'dep_01HXMZ4T8QK2R5T7V9X1Z3B5C7',
	environment_id: 'env_01HXMZ0K3RJ8QM2P5T7V9X1Z3B',
	project_id: 'prj_01HXMZ0K3RJ8QM2P5T7V9X1Z3B',
	job_id: 'job_01HXMZ4T8QK2R5T7V9X1Z3B5C7',
	status: 'succeeded',
	git_ref: 'main',
	git_sha: '9f2c1e7ab3d4056178c9e0f1a2b3c4d5e6f70819',
	git_branch: 'main',
	addons: [{ name: 'acme_sale', version: '19.0.1.2.0' }],
	addons_skipped: [{ path: 'acme_old', reason: 'Line 3 of its manifest: the string is never closed.' }],
	rolled_back_to: null,
	downtime_ms: 0,
	modules_installed: [],
	modules_updated: ['acme_sale'],
	writes_lost: 0,
	actor: 'ci',
	error: null,
	created_at: '2026-05-07T14:23:11.207Z',
	started_at: '2026-05-07T14:23:11.940Z',
	finished_at: '2026-05-07T14:24:58.310Z',
	duration_seconds: 106,
};

const addonSchema = z.object({
	name: z.string().meta({ description: "Its technical name: that of the add-on's directory" }),
	version: z.string().meta({ description: 'As its manifest has it; `1.0` where that says nothing' }),
});

const skippedAddonSchema = z.object({
	path: z.string().meta({ description: 'Its directory in the repository; `.` is the root' }),
	reason: z.string().meta({ description: 'Why Odoo could not load it, or why it was not read' }),
});

export const deploymentSchema = z
	.object({
		id: ownId('deployment'),
		environment_id: idSchema('environment').meta({ description: 'Where it is deployed to' }),
		project_id: idSchema('project').meta({ description: 'Whose repository is deployed' }),
		job_id: idSchema('job').meta({
			description: 'The job that does it, whose steps and progress tell how far it is',
		}),
		status: jobStatusSchema,
		git_ref: z.string().meta({ description: 'The branch, tag or commit that was asked for' }),
		git_sha: z.string().meta({
			description:
				'The commit that the ref meant, in 40 hexadecimal digits; empty until the step `resolve` is done',
		}),
		git_branch: z.string().nullable().meta({
			description: 'The branch that the commit is on; null until that is known, and for a commit on none',
		}),
		addons: z.array(addonSchema).meta({ description: 'Those of the commit; empty until they are read' }),
		addons_skipped: z.array(skippedAddonSchema).meta({
			description:
				'What the commit has besides and was not deployed: add-ons that Odoo could not load, and submodules; ' +
				`the first ${MAX_SKIPPED}`,
		}),
		rolled_back_to: idSchema('deployment')
			.nullable()
			.meta({ description: 'The earlier deployment that this one brought back; null where it is no rollback' }),
		downtime_ms: z
			.int()
			.min(0)
			.nullable()
			.meta({
				description:
					'For how many milliseconds nobody was served; 0 where the new release answered before the old one ended, null ' +
					'until the environment runs the commit',
			}),
		modules_installed: z.array(z.string()).meta({ description: 'Technical names of what it newly installed' }),
		modules_updated: z.array(z.string()).meta({ description: 'Technical names of what it updated (`odoo -u`)' }),
		writes_lost: z
			.int()
			.min(0)
			.nullable()
			.meta({
				description:
					'Transactions that had begun to write and were cut off, whose clients were told of no success; null until the ' +
					'environment runs the commit. What Odoo had acknowledged is never lost',
			}),
		actor: actorField,
		error: failureField,
		created_at: createdAt,
		started_at: startedAt,
		finished_at: finishedAt,
		duration_seconds: z
			.int()
			.min(0)
			.nullable()
			.meta({ description: 'From `started_at` to `finished_at`, rounded; null where one of them is' }),
	})
	.meta({ id: 'Deployment', examples: [exampleDeployment] });

export const deployRequest = z
	.strictObject({
		ref: z
			.string()
			.min(1)
			.max(255)
			.meta({
				description:
					'A branch, a tag, a commit (40 hexadecimal digits, or its first 7 and more), or `HEAD` for the default branch; ' +
					'where a branch and a tag have that name, it is the branch',
			}),
		wait: z
			.union([z.boolean(), z.literal('strict')])
			.default(false)
			.meta({
				description:
					'Whether the reply waits for the end, for up to 10 minutes; without, it is 202 at once. With `strict` it ' +
					'is 409 unless the deployment has succeeded by then',
			}),
		rehearse: z
			.boolean()
			.optional()
			.meta({
				description:
					'Whether an update of installed modules is tried on a copy of the database first, while the environment ' +
					'serves on: where it fails there, nothing was changed and nobody waited. It takes longer. Without, only ' +
					'environments marked `production` do so',
			}),
	})
	.meta({ id: 'DeployRequest', examples: [{ ref: 'main', wait: true }] });

export const rollbackRequest = z
	.strictObject({
		to: idSchema('deployment').optional().meta({
			description: 'A successful deployment of this environment; without it, the one before that which serves',
		}),
		database: z
			.boolean()
			.default(false)
			.meta({
				description:
					'Whether the database may go back, too, where installed modules have changed since: to its copy from before ' +
					'that update. What was written since is lost to the environment then; it is kept aside until the next deploy',
			}),
		wait: z.boolean().default(false).meta({
			description: 'Whether the reply waits for the end, for up to 10 minutes; without, it is 202 at once',
		}),
	})
	.meta({ id: 'RollbackRequest', examples: [{ wait: true }] });

export const deployReply = z
	.object({
		job_id: idSchema('job').meta({
			description: 'The job that does it; `GET /api/v1/jobs/{job_id}` tells how far it is',
		}),
		status: jobStatusSchema,
		environment_id: idSchema('environment').meta({ description: 'Where it is deployed to' }),
		deployment_id: idSchema('deployment').meta({ description: 'The same as `deployment.id`' }),
		deployment: deploymentSchema.meta({ description: 'As it was when this was answered' }),
	})
	.meta({
		id: 'DeployReply',
		examples: [
			{
				job_id: exampleDeployment.job_id,
				status: exampleDeployment.status,
				environment_id: exampleDeployment.environment_id,
				deployment_id: exampleDeployment.id,
				deployment: exampleDeployment,
			},
		],
	});

/** The deployment that a job is the other side of. */
export const presentDeployment = (job: DeployJob) => ({
	id: job.data.id,
	environment_id: job.environment_id,
	project_id: job.project_id,
	job_id: job._id,
	status: job.status,
	git_ref: job.data.git_ref,
	git_sha: job.data.git_sha,
	git_branch: job.data.git_branch,
	addons: job.data.addons.map(({ name, version }) => ({ name, version })),
	addons_skipped: job.data.addons_skipped.map(({ path, reason }) => ({ path, reason })),
	rolled_back_to: job.data.rollback?.to ?? null,
	downtime_ms: job.data.applied?.downtime_ms ?? null,
	modules_installed: [...(job.data.applied?.modules_installed ?? [])],
	modules_updated: [...(job.data.applied?.modules_updated ?? [])],
	writes_lost: job.data.applied?.writes_lost ?? null,
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
	deployment_id: job.data.id,
	deployment: presentDeployment(job),
});

/** From start to end, in whole seconds; null before the end. */
function durationOf({ started_at, finished_at }: DeployJob): number | null {
	if (started_at === null || finished_at === null) return null;
	return Math.max(0, Math.round((finished_at.getTime() - started_at.getTime()) / 1_000));
}
