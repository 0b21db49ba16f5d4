import { z } from 'zod';
import { idSchema } from '../../core/ids';
import type { SkippedAddon } from '../../git/addons';
import type { Addon, Applied } from '../../runtimes/runtime';
import type { JobKind } from '../job-kinds';
import type { JobDocument, JobOf } from '../jobs/service';

const addonSchema = z
	.object({
		name: z.string(),
		/** Unknown of deployments of earlier releases. */
		path: z.string().default(''),
		title: z.string(),
		version: z.string(),
		summary: z.string(),
		depends: z.array(z.string()).readonly(),
		installable: z.boolean(),
	})
	.readonly() satisfies z.ZodType<Addon>;

const skippedAddonSchema = z
	.object({ path: z.string(), reason: z.string() })
	.readonly() satisfies z.ZodType<SkippedAddon>;

/** How many of what was skipped a deployment lists. */
export const MAX_SKIPPED = 100;

/** What a deploy changes of an environment, as it was. */
const environmentBefore = z
	.object({
		status: z.enum(['pending', 'running', 'stopped', 'failed']),
		git_sha: z.string(),
		git_branch: z.string().nullable(),
	})
	.readonly();

const appliedSchema = z
	.object({
		downtime_ms: z.number(),
		modules_installed: z.array(z.string()).readonly(),
		modules_updated: z.array(z.string()).readonly(),
		writes_lost: z.number(),
	})
	.readonly() satisfies z.ZodType<Applied>;

export type DeploymentBefore = z.output<typeof environmentBefore>;

/** Whether a release served it, which may go on. */
export const servedOnce = (
	before: DeploymentBefore,
): before is DeploymentBefore & { readonly status: 'running' | 'stopped' } =>
	before.status === 'running' || before.status === 'stopped';

/** A deployment: what a job that deploys keeps of its own. */
export const deploymentRecord = z
	.object({
		id: idSchema('deployment'),
		/** As it was asked for. */
		git_ref: z.string(),
		/** The commit that the ref meant; empty until it is known, and fixed from then on. */
		git_sha: z.string(),
		git_branch: z.string().nullable(),
		addons: z.array(addonSchema).readonly(),
		/** Deployments of earlier releases have none. */
		addons_skipped: z.array(skippedAddonSchema).readonly().default([]),
		/** The environment when the deployment was asked for, as its events show it. */
		environment: z.object({ name: z.string(), primary_url: z.string(), odoo_version: z.string() }).readonly(),
		/** The environment as it was when the deploy began; null until then. */
		before: environmentBefore.nullable(),
		/** What the environment's status becomes if the deploy fails; null until it began. */
		status_on_failure: z.enum(['running', 'stopped', 'failed']).nullable(),
		/** What a rollback goes back to; null where it is none. */
		rollback: z
			.object({ to: idSchema('deployment'), database: z.boolean() })
			.readonly()
			.nullable()
			.default(null),
		/** Whether an update is tried on a copy first. */
		rehearse: z.boolean().default(false),
		/** What it took; null until it is done, and of deployments of earlier releases. */
		applied: appliedSchema.nullable().default(null),
	})
	.readonly();

export type DeploymentRecord = z.output<typeof deploymentRecord>;

/** The kinds of jobs that have a deployment as their data. */
export const DEPLOYING_KINDS = ['deploy', 'rollback'] as const satisfies readonly JobKind[];

/** A job that deploys. */
export type DeployJob = JobOf<DeploymentRecord>;

/** The same job, as the one that deploys which it is. @throws where it is another one: a mistake of ours. */
export const deployJob = (job: JobDocument): DeployJob => ({ ...job, data: deploymentRecord.parse(job.data) });
