import { z } from 'zod';
import { idSchema } from '../../core/ids';
import { actorField, createdAt, finishedAt, ownId } from '../../http/fields';
import { jobReply, presentJobReply } from '../jobs/schemas';
import type { JobDocument } from '../jobs/service';
import { BACKUP_REASONS, BACKUP_STATUSES, type BackupDocument, type BackupPolicy } from './model';
import { cronSchema, zoneSchema } from './schedule';

const exampleBackup = {
	id: 'bak_01HXMZ4T8QK2R5T7V9X1Z3B5C7',
	environment_id: 'env_01HXMZ0K3RJ8QM2P5T7V9X1Z3B',
	project_id: 'prj_01HXMZ0K3RJ8QM2P5T7V9X1Z3B',
	job_id: 'job_01HXMZ4T8QK2R5T7V9X1Z3B5C7',
	status: 'succeeded' as const,
	reason: 'manual' as const,
	odoo_version: '19.0',
	modules: ['acme_sale', 'base', 'web'],
	size_bytes: 18_350_112,
	sha256: '6b1f0c53bd4cf1dbe1a4dd1a0dfb1ff0f2e0c04f5f8c9f1f6a3d6f9e1b2c3d4e',
	encrypted: true,
	error: null,
	actor: 'ci',
	created_at: '2026-05-07T14:23:11.207Z',
	finished_at: '2026-05-07T14:23:19.310Z',
	tested_at: null,
	expires_at: null,
};

export const backupSchema = z
	.object({
		id: ownId('backup'),
		environment_id: idSchema('environment').describe('Whose data it holds; that may be gone'),
		project_id: idSchema('project').describe('The project of that environment'),
		job_id: idSchema('job').nullable().describe('The job that makes it; null for one that was uploaded'),
		status: z
			.enum(BACKUP_STATUSES)
			.describe('`succeeded` only once it was read again to its end, and its database listed by PostgreSQL'),
		reason: z
			.enum(BACKUP_REASONS)
			.describe(
				'`before_update`: a deploy was about to update modules, or a rollback to put an older database back; ' +
					'`before_restore`: another backup was about to take the place of the data',
			),
		odoo_version: z.string().describe('The series of Odoo, e.g. `19.0`; it can be restored to no other'),
		modules: z.array(z.string()).describe('The technical names of its installed modules'),
		size_bytes: z.int().min(0).describe('Of its parts, before they are encrypted'),
		sha256: z.string().describe('Of its manifest, which has the hashes of its parts; empty until it has succeeded'),
		encrypted: z.boolean().describe("Whether it is kept encrypted to the organization's key, in the format of age"),
		error: z.string().nullable().describe('Why it failed; null where it did not'),
		actor: actorField,
		created_at: createdAt,
		finished_at: finishedAt,
		tested_at: z.iso.datetime().nullable().describe('When it was last restored for a try; null where it never was'),
		expires_at: z.iso
			.datetime()
			.nullable()
			.describe('When it goes by itself; null where its schedule or somebody decides'),
	})
	.meta({ id: 'Backup', examples: [exampleBackup] });

const wait = z
	.boolean()
	.default(false)
	.describe('Whether the reply waits for the end, for up to 10 minutes; without, it is 202 at once');

export const backupRequest = z
	.strictObject({
		encrypt: z
			.boolean()
			.optional()
			.describe("Whether it is kept encrypted; left out, as the environment's policy says"),
		wait,
	})
	.default({ wait: false })
	.meta({ id: 'BackupRequest', examples: [{ wait: true }] });

export const backupReply = jobReply
	.extend({
		backup_id: idSchema('backup').describe('The backup that it makes; listed from the moment that it is begun'),
	})
	.meta({ id: 'BackupReply' });

export const presentBackupReply = (job: JobDocument, backup_id: BackupDocument['_id']) => ({
	...presentJobReply(job),
	backup_id,
});

export const restoreRequest = z
	.strictObject({
		backup_id: idSchema('backup').describe('A backup of this environment or of another one of its organization'),
		confirm: z
			.string()
			.describe("The environment's name: its data goes. A backup of that is made first, where it runs"),
		neutralize: z
			.boolean()
			.optional()
			.describe(
				'Whether it gets an identity of its own and sends no mail and runs no scheduled actions; left out, it does ' +
					"where the backup is another environment's, or was uploaded",
			),
		wait,
	})
	.meta({
		id: 'RestoreRequest',
		examples: [{ backup_id: exampleBackup.id, confirm: 'staging', wait: false }],
	});

const keep = z.strictObject({
	last: z.int().min(1).max(1_000).default(7).describe('The last so many stay'),
	days: z.int().min(0).max(3_650).default(14).describe('All of the last so many days stay'),
	weekly: z.int().min(0).max(520).default(4).describe('The newest of each of the last so many weeks stays'),
	monthly: z.int().min(0).max(120).default(6).describe('The newest of each of the last so many months stays'),
});

/** What is kept where nothing is said. */
export const DEFAULT_KEEP = keep.parse({});

const policy = {
	cron: cronSchema.nullable().describe('When backups are made, e.g. `0 2 * * *`; null: only by request'),
	timezone: zoneSchema.describe('In which the times of `cron` are meant, e.g. `Europe/Brussels`'),
	encrypt: z.boolean().describe("Whether backups are encrypted to the organization's key"),
	before_updates: z
		.boolean()
		.describe('Whether one is made before a deploy updates modules; it fails where that cannot be done'),
};

export const policySchema = z
	.object({
		...policy,
		keep: keep.describe('Which of the backups that the schedule made stay; the others go after each new one'),
		next_run_at: z.iso.datetime().nullable().describe('When the next one is due; null where none is'),
	})
	.meta({
		id: 'BackupPolicy',
		examples: [
			{
				cron: '0 2 * * *',
				timezone: 'Europe/Brussels',
				encrypt: true,
				before_updates: true,
				keep: { last: 7, days: 14, weekly: 4, monthly: 6 },
				next_run_at: '2026-05-08T00:00:00.000Z',
			},
		],
	});

export const policyRequest = z
	.strictObject({
		cron: policy.cron.default(null),
		timezone: policy.timezone.default('UTC'),
		encrypt: policy.encrypt.default(true),
		before_updates: policy.before_updates.default(true),
		keep: keep.default(DEFAULT_KEEP).describe('Which of the backups that the schedule made stay'),
	})
	.meta({ id: 'BackupPolicyRequest', examples: [{ cron: '0 2 * * *', timezone: 'Europe/Brussels' }] });

export const presentPolicy = ({
	cron,
	timezone,
	encrypt,
	before_updates,
	keep,
	next_run_at,
}: Omit<BackupPolicy, '_id' | 'organization_id'>) => ({
	cron,
	timezone,
	encrypt,
	before_updates,
	keep: { ...keep },
	next_run_at: next_run_at?.toISOString() ?? null,
});

export const backupKeySchema = z
	.object({
		recipient: z.string().describe('What backups are encrypted to; public'),
		identity: z
			.string()
			.describe(
				'What opens them: keep it where the backups are not. `age --decrypt -i FILE` reads them without the service',
			),
	})
	.meta({ id: 'BackupKey' });

const iso = (date: Date | null) => date?.toISOString() ?? null;

export const presentBackup = (backup: BackupDocument) => ({
	id: backup._id,
	environment_id: backup.environment_id,
	project_id: backup.project_id,
	job_id: backup.job_id,
	status: backup.status,
	reason: backup.reason,
	odoo_version: backup.odoo_version,
	modules: [...backup.modules],
	size_bytes: backup.size_bytes,
	sha256: backup.sha256,
	encrypted: backup.is_encrypted,
	error: backup.error,
	actor: backup.actor,
	created_at: backup.created_at.toISOString(),
	finished_at: iso(backup.finished_at),
	tested_at: iso(backup.tested_at),
	expires_at: iso(backup.expires_at),
});
