import type { Connection } from 'mongoose';
import { Schema } from 'mongoose';
import type { DeploymentId, EnvironmentId, JobId, OrganizationId, ProjectId } from '../../core/ids';
import type { JobFailure } from './failures';
import { outboxFields, outboxIndexes, type WithOutbox } from '../../database/outbox';
import { tenantCollection } from '../../database/tenant-collection';
import type { Addon } from '../../runtimes/runtime';

/** `delete`: takes an environment away. */
export const JOB_KINDS = ['deploy', 'delete'] as const;
export type JobKind = (typeof JOB_KINDS)[number];

/** Of jobs, their steps and deployments alike; the last three are final. */
export const JOB_STATUSES = ['queued', 'running', 'succeeded', 'failed', 'canceled'] as const;
export type JobStatus = (typeof JOB_STATUSES)[number];

/** Of jobs that a worker has, or waits for. */
export const OPEN_JOB_STATUSES = ['queued', 'running'] as const satisfies readonly JobStatus[];

export interface JobStep {
	readonly name: string;
	/** `canceled`: never begun, because a step before it failed, or not gone on with, because the job was canceled. */
	readonly status: JobStatus;
	readonly started_at: Date | null;
	readonly finished_at: Date | null;
	/** What came of it, in words. */
	readonly message: string | null;
}

/** The deploying side of a job. */
export interface DeploymentRecord {
	readonly id: DeploymentId;
	/** As it was asked for. */
	readonly git_ref: string;
	/** The commit that the ref meant; empty until it is known, and fixed from then on. */
	readonly git_sha: string;
	readonly git_branch: string | null;
	readonly addons: readonly Addon[];
	/** The environment when the deployment was asked for, as its events show it. */
	readonly environment: { readonly name: string; readonly primary_url: string; readonly odoo_version: string };
	/** The environment as it was when the deploy began; null until then. */
	readonly before: EnvironmentBefore | null;
	/** What the environment's status becomes if the deploy fails; null until it began. */
	readonly status_on_failure: 'running' | 'failed' | null;
}

/** What a deploy changes of an environment, as it was. */
interface EnvironmentBefore {
	readonly status: 'pending' | 'running' | 'failed';
	readonly git_sha: string;
	readonly git_branch: string | null;
}

/** Who runs a job, and until when nobody else may. */
export interface JobLease {
	/** The worker; null where the job waits for one. */
	readonly owner: string | null;
	/** From here on the job is anybody's. */
	readonly until: Date;
	/** How many workers have begun it; what a worker writes is void once this has grown. */
	readonly attempt: number;
}

/**
 * Work on an environment. What must change together is in this one document: the job, what it has made of the
 * deployment, the lock on the environment and the events that tell of it.
 */
export interface JobDocument extends WithOutbox {
	readonly _id: JobId;
	readonly organization_id: OrganizationId;
	readonly project_id: ProjectId;
	readonly environment_id: EnvironmentId;
	readonly kind: JobKind;
	readonly status: JobStatus;
	readonly steps: readonly JobStep[];
	readonly current_step: string | null;
	readonly progress_percent: number;
	readonly error: JobFailure | null;
	/** Who asked for it. */
	readonly actor: string;
	/** Set where an Idempotency-Key asked for it: so that asking again after a crash finds this job. Unique. */
	readonly effect_id?: string;
	/** The environment, while the job is not at its end: a unique index lets it have one such job. */
	readonly lock?: EnvironmentId;
	/** While the job is not at its end. */
	readonly lease?: JobLease;
	/** Present once somebody has asked for its end. */
	readonly cancel?: { readonly requested_at: Date; readonly actor: string };
	readonly created_at: Date;
	readonly started_at: Date | null;
	readonly finished_at: Date | null;
	/** null for a job that deploys nothing. */
	readonly deployment: DeploymentRecord | null;
}

export const jobCollection = (connection: Connection) =>
	tenantCollection<JobDocument>(connection, {
		name: 'jobs',
		fields: {
			project_id: { type: String, required: true },
			environment_id: { type: String, required: true },
			kind: { type: String, required: true },
			status: { type: String, required: true },
			steps: {
				type: [
					{
						_id: false,
						name: String,
						status: String,
						started_at: Date,
						finished_at: Date,
						message: String,
					},
				],
				required: true,
			},
			current_step: { type: String, default: null },
			progress_percent: { type: Number, required: true },
			error: { type: new Schema({ code: String, message: String }, { _id: false }), default: null },
			actor: { type: String, required: true },
			effect_id: { type: String },
			lock: { type: String },
			lease: { type: new Schema({ owner: String, until: Date, attempt: Number }, { _id: false }) },
			cancel: { type: new Schema({ requested_at: Date, actor: String }, { _id: false }) },
			created_at: { type: Date, required: true },
			started_at: { type: Date, default: null },
			finished_at: { type: Date, default: null },
			deployment: {
				type: new Schema(
					{
						id: { type: String, required: true },
						git_ref: { type: String, required: true },
						git_sha: { type: String, default: '' },
						git_branch: { type: String, default: null },
						addons: {
							type: [
								{
									_id: false,
									name: String,
									title: String,
									version: String,
									summary: String,
									depends: [String],
									installable: Boolean,
								},
							],
							required: true,
						},
						environment: {
							name: { type: String, required: true },
							primary_url: { type: String, required: true },
							odoo_version: { type: String, required: true },
						},
						before: {
							type: new Schema({ status: String, git_sha: String, git_branch: String }, { _id: false }),
							default: null,
						},
						status_on_failure: { type: String, default: null },
					},
					{ _id: false },
				),
				default: null,
			},
			...outboxFields,
		},
		indexes: [
			[{ organization_id: 1, _id: -1 }],
			[{ organization_id: 1, environment_id: 1, _id: -1 }],
			[{ organization_id: 1, project_id: 1, _id: -1 }],
			[{ organization_id: 1, status: 1, _id: -1 }],
			[{ organization_id: 1, finished_at: 1 }],
			[{ 'deployment.id': 1 }, { unique: true, sparse: true }],
			[{ effect_id: 1 }, { unique: true, sparse: true }],
			[{ lock: 1 }, { unique: true, sparse: true }],
			[{ status: 1, 'lease.until': 1 }],
			...outboxIndexes,
		],
	});

/** How long the lines of a log are kept, in seconds. */
const LOG_RETENTION_SECONDS = 30 * 24 * 60 * 60;

/** A line of a job's log. */
export interface JobLogLine {
	/** The job and the line's number, so that no number is given twice. */
	readonly _id: string;
	readonly organization_id: OrganizationId;
	readonly job_id: JobId;
	/** From 1. */
	readonly seq: number;
	readonly at: Date;
	readonly text: string;
}

export const jobLogCollection = (connection: Connection) =>
	tenantCollection<JobLogLine>(connection, {
		name: 'job_logs',
		fields: {
			job_id: { type: String, required: true },
			seq: { type: Number, required: true },
			at: { type: Date, required: true },
			text: { type: String, required: true },
		},
		indexes: [[{ job_id: 1, seq: 1 }], [{ at: 1 }, { expireAfterSeconds: LOG_RETENTION_SECONDS }]],
	});
