import type { Connection } from 'mongoose';
import type { BackupId, EnvironmentId, JobId, OrganizationId, ProjectId } from '../../core/ids';
import { nullable } from '../../database/fields';
import { outboxFields, outboxIndexes, type WithOutbox } from '../../database/outbox';
import { sealed } from '../../database/reencrypt';
import { tenantCollection } from '../../database/tenant-collection';

/** Why a backup was made. */
export const BACKUP_REASONS = ['manual', 'scheduled', 'before_update', 'before_restore', 'uploaded'] as const;
export type BackupReason = (typeof BACKUP_REASONS)[number];

export const BACKUP_STATUSES = ['running', 'succeeded', 'failed'] as const;
export type BackupStatus = (typeof BACKUP_STATUSES)[number];

/** A copy of an environment's data at one moment. What it holds lies in the store, below its prefix. */
export interface BackupDocument extends WithOutbox {
	readonly _id: BackupId;
	readonly organization_id: OrganizationId;
	readonly project_id: ProjectId;
	readonly environment_id: EnvironmentId;
	/** As it was then: the environment may be gone. */
	readonly environment_name: string;
	readonly reason: BackupReason;
	readonly status: BackupStatus;
	/** The job that makes it; null where a request has brought it. */
	readonly job_id: JobId | null;
	readonly actor: string;
	readonly odoo_version: string;
	/** The technical names of the modules that are installed in it. */
	readonly modules: readonly string[];
	/** Of its parts, before they are encrypted. */
	readonly size_bytes: number;
	/** Of its manifest, which has the hashes of its parts; empty until it is whole. */
	readonly sha256: string;
	readonly is_encrypted: boolean;
	/** Why it failed, in words for the environment's owner. */
	readonly error: string | null;
	readonly created_at: Date;
	readonly finished_at: Date | null;
	/** When it was last restored for a try. */
	readonly tested_at: Date | null;
	/** null: it stays until somebody, or its environment's retention, removes it. */
	readonly expires_at: Date | null;
}

export const backupCollection = (connection: Connection) =>
	tenantCollection<BackupDocument>(connection, {
		name: 'backups',
		fields: {
			project_id: String,
			environment_id: String,
			environment_name: String,
			reason: String,
			status: String,
			job_id: nullable(String),
			actor: String,
			odoo_version: String,
			modules: [String],
			size_bytes: Number,
			sha256: String,
			is_encrypted: Boolean,
			error: nullable(String),
			created_at: Date,
			finished_at: nullable(Date),
			tested_at: nullable(Date),
			expires_at: nullable(Date),
			...outboxFields,
		},
		indexes: [
			[{ organization_id: 1, _id: -1 }],
			[{ environment_id: 1, _id: -1 }],
			[{ job_id: 1 }],
			[{ status: 1, expires_at: 1 }],
			...outboxIndexes,
		],
	});

/** Which backups are kept; whichever of the four keeps one, it stays. */
export interface Keep {
	/** The last so many. */
	readonly last: number;
	/** All that are younger than so many days. */
	readonly days: number;
	/** The newest of each of the last so many weeks (of ISO 8601, in UTC), this one included. */
	readonly weekly: number;
	/** The newest of each of the last so many months (in UTC), this one included. */
	readonly monthly: number;
}

/** How an environment is backed up by itself. */
export interface BackupPolicy {
	readonly _id: EnvironmentId;
	readonly organization_id: OrganizationId;
	/** null: only by request. */
	readonly cron: string | null;
	readonly timezone: string;
	readonly keep: Keep;
	readonly encrypt: boolean;
	/** Whether a backup is made before modules are updated, or a database goes back. */
	readonly before_updates: boolean;
	/** When the schedule is next due; null where there is none. */
	readonly next_run_at: Date | null;
}

export const backupPolicyCollection = (connection: Connection) =>
	tenantCollection<BackupPolicy>(connection, {
		name: 'backup_policies',
		fields: {
			cron: nullable(String),
			timezone: String,
			keep: { last: Number, days: Number, weekly: Number, monthly: Number },
			encrypt: Boolean,
			before_updates: Boolean,
			next_run_at: nullable(Date),
		},
		indexes: [[{ next_run_at: 1 }]],
	});

/** With what an organization's backups are encrypted: an age identity. */
export interface BackupKeyDocument {
	/** The organization's own id. */
	readonly _id: OrganizationId;
	readonly organization_id: OrganizationId;
	/** Public: what is encrypted to it. */
	readonly recipient: string;
	/** Secret, encrypted, bound to the organization. */
	readonly identity: string;
}

export const sealedInBackupKey = ({ _id, identity }: BackupKeyDocument) => sealed('identity', identity, _id);

export const backupKeyCollection = (connection: Connection) =>
	tenantCollection<BackupKeyDocument>(connection, {
		name: 'backup_keys',
		fields: { recipient: String, identity: String },
		indexes: [],
	});
