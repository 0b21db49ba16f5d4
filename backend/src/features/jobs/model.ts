import type { Connection } from 'mongoose';
import type { EnvironmentId, JobId, OrganizationId, ProjectId } from '../../core/ids';
import { anything, nullable, optional } from '../../database/fields';
import { outboxFields, outboxIndexes, type WithOutbox } from '../../database/outbox';
import { tenantCollection } from '../../database/tenant-collection';
import { LEASE_MS } from '../../waiting/while-renewing';
import type { JobKind } from '../job-kinds';
import type { JobFailure } from './failures';

/** The statuses of jobs, their steps and deployments. The last three are final. */
export const JOB_STATUSES = ['queued', 'running', 'succeeded', 'failed', 'canceled'] as const;
export type JobStatus = (typeof JOB_STATUSES)[number];

/** The statuses of jobs that have not ended. */
export const OPEN_JOB_STATUSES = ['queued', 'running'] as const satisfies readonly JobStatus[];

export interface JobStep {
	readonly name: string;
	/** `canceled`: not begun because an earlier step failed, or ended because the job was canceled. */
	readonly status: JobStatus;
	readonly started_at: Date | null;
	readonly finished_at: Date | null;
	/** The outcome, in words. */
	readonly message: string | null;
}

/** Who runs a job, and until when no other worker may. */
export interface JobLease {
	/** The worker; null while the job waits for one. */
	readonly owner: string | null;
	/** When the lease runs out. From then on any worker may claim the job. */
	readonly until: Date;
	/** How often the job was claimed. A worker's writes match only while the number is the one of its claim. */
	readonly attempt: number;
}

export const JOB_LEASE = { owner: 'lease.owner', until: 'lease.until', ms: LEASE_MS };

/** The fields of a lease that its worker gives back. */
export const freed = (now: Date) => ({ 'lease.owner': null, 'lease.until': now });

/** The data of a kind of job, as its definition declares it. */
export interface JobData {
	/** The id of what the job makes, e.g. a deployment. Unique, so that it finds the job. */
	readonly id?: string;
	/** What it has brought about, for its owner; unset or null until it has. */
	readonly result?: Readonly<Record<string, unknown>> | null;
	readonly [field: string]: unknown;
}

/**
 * Work on an environment. Everything that must change together is in this one document: the job, its data, the lock on
 * the environment and the events.
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
	/**
	 * Set if the request had an Idempotency-Key. A repeated request finds this job by it, even after a crash. Unique.
	 */
	readonly effect_id?: string;
	/** The environment, until the job has ended. A unique index allows each environment one such job. */
	readonly lock?: EnvironmentId;
	/** Present until the job has ended. */
	readonly lease?: JobLease;
	/** Present once somebody has asked to cancel the job. */
	readonly cancel?: { readonly requested_at: Date; readonly actor: string };
	readonly created_at: Date;
	readonly started_at: Date | null;
	readonly finished_at: Date | null;
	readonly data: JobData;
}

/** A job whose data was parsed by its kind. */
export interface JobOf<Data extends JobData> extends JobDocument {
	readonly data: Data;
}

export const jobCollection = (connection: Connection) =>
	tenantCollection<JobDocument>(connection, {
		name: 'jobs',
		fields: {
			project_id: String,
			environment_id: String,
			kind: String,
			status: String,
			steps: [
				{
					name: String,
					status: String,
					started_at: nullable(Date),
					finished_at: nullable(Date),
					message: nullable(String),
				},
			],
			current_step: nullable(String),
			progress_percent: Number,
			error: nullable({ code: String, message: String }),
			actor: String,
			effect_id: optional(String),
			lock: optional(String),
			lease: optional({ owner: nullable(String), until: Date, attempt: Number }),
			cancel: optional({ requested_at: Date, actor: String }),
			created_at: Date,
			started_at: nullable(Date),
			finished_at: nullable(Date),
			data: anything,
			...outboxFields,
		},
		indexes: [
			[{ organization_id: 1, _id: -1 }],
			[{ organization_id: 1, environment_id: 1, _id: -1 }],
			[{ organization_id: 1, project_id: 1, _id: -1 }],
			[{ organization_id: 1, status: 1, _id: -1 }],
			[{ organization_id: 1, finished_at: 1 }],
			[{ 'data.id': 1 }, { unique: true, sparse: true }],
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
	/** Made of the job's id and the line's number, so that no two lines have the same number. */
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
			job_id: String,
			seq: Number,
			at: Date,
			text: String,
		},
		indexes: [[{ job_id: 1, seq: 1 }], [{ at: 1 }, { expireAfterSeconds: LOG_RETENTION_SECONDS }]],
	});
