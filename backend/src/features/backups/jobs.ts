import { z } from 'zod';
import { type BackupId, idSchema } from '../../core/ids';
import type { TenantCollection } from '../../database/tenant-collection';
import { ServerError } from '../../runtimes/runtime';
import type { Runtimes } from '../../runtimes/runtimes';
import type { EnvironmentsService } from '../environments/service';
import { siteOf } from '../environments/site';
import { defineJob, type JobContext, type JobDefinition } from '../jobs/definition';
import { JobError } from '../jobs/failures';
import { requireHealthy } from '../jobs/require-healthy';
import { runtimeFailure } from '../jobs/runtime-failures';
import { BACKUP_REASONS, type BackupDocument } from './model';
import type { BackupKeys } from './keys';
import { partsFrom } from './parts';
import { type BackupStore, BackupStoreError } from './stores/store';
import type { BackupTaker } from './take';

/** What a job that makes a backup keeps of its own. */
export const backupRecord = z
	.object({
		/** The backup's. */
		id: idSchema('backup'),
		reason: z.enum(BACKUP_REASONS),
		encrypt: z.boolean(),
		result: z
			.object({ backup_id: idSchema('backup'), size_bytes: z.number() })
			.readonly()
			.nullable(),
	})
	.readonly();

/** What a job that restores one keeps of its own. */
export const restoreRecord = z
	.object({
		backup_id: idSchema('backup'),
		/** The one of what was there before; null: none is made. */
		before_id: idSchema('backup').nullable(),
		encrypt: z.boolean(),
		is_copy: z.boolean(),
		/** Whether nobody knows what serves. */
		is_lost: z.boolean(),
		result: z
			.object({
				backup_id: idSchema('backup'),
				before_backup_id: idSchema('backup').nullable(),
				modules_updated: z.array(z.string()).readonly(),
				downtime_ms: z.number(),
			})
			.readonly()
			.nullable(),
	})
	.readonly();

/** What a job that tries a backup keeps of its own. */
export const testRecord = z.object({ backup_id: idSchema('backup') }).readonly();

interface BackupJobsOptions {
	readonly backups: TenantCollection<BackupDocument>;
	readonly environments: Pick<EnvironmentsService, 'get' | 'setStatus'>;
	readonly runtimes: Pick<Runtimes, 'of'>;
	readonly taker: BackupTaker;
	readonly store: BackupStore;
	readonly keys: BackupKeys;
	/** Takes away what the environment's retention does not keep. */
	readonly tidy: (environment: Pick<BackupDocument, 'organization_id' | 'environment_id'>) => Promise<void>;
	readonly markTested: (backup: BackupDocument) => Promise<void>;
}

/** How backups are made, tried and restored. */
export function backupDefinitions({
	backups,
	environments,
	runtimes,
	taker,
	store,
	keys,
	tidy,
	markTested,
}: BackupJobsOptions): readonly JobDefinition[] {
	const environmentOf = ({ job }: Pick<JobContext, 'job'>) =>
		environments.get(job.organization_id, job.environment_id);
	const backupOf = async ({ job }: Pick<JobContext, 'job'>, _id: BackupId) => {
		const backup = await backups.findOne(job.organization_id, { _id, status: 'succeeded' });
		if (backup === null) throw new JobError('not_found', 'The backup was deleted meanwhile.');
		return backup;
	};
	const partsOf = async (backup: BackupDocument, signal: AbortSignal) =>
		partsFrom(store, backup, await keys.of(backup.organization_id), signal);

	const backup = defineJob({
		kind: 'backup',
		data: backupRecord,
		steps: [
			{
				name: 'copy',
				run: async (context) => {
					const { job, keep } = context;
					const { id, reason, encrypt } = job.data;
					const wanted = { id, reason, encrypt, job_id: job._id, actor: job.actor, expires_at: null };
					const { size_bytes } = await inWords(taker.take(await environmentOf(context), wanted, context));
					await keep({ result: { backup_id: id, size_bytes } });
					return 'The data was copied, and read again.';
				},
			},
			{
				name: 'finish',
				run: async ({ job }) => {
					try {
						await tidy(job);
					} catch (error) {
						// The next one tries again.
						if (!(error instanceof BackupStoreError)) throw error;
						return `Backups that nobody needs any more could not be removed: ${error.message}`;
					}
					return 'Backups that nobody needs any more were removed.';
				},
			},
		],
		// The backup tells of it.
		events: () => [],
		onFailure: ({ job }, { message }) => taker.fail(job, job.data.id, message),
		onCancel: ({ job }) => taker.fail(job, job.data.id, 'It was canceled.'),
	});

	const restore = defineJob({
		kind: 'restore',
		data: restoreRecord,
		steps: [
			{
				name: 'backup',
				run: async (context) => {
					const { job } = context;
					const { before_id: id, encrypt } = job.data;
					if (id === null) return 'There is nothing that serves, and so nothing to be kept.';
					await inWords(
						taker.take(
							await environmentOf(context),
							{
								id,
								reason: 'before_restore',
								encrypt,
								job_id: job._id,
								actor: job.actor,
								expires_at: null,
							},
							context,
						),
					);
					return `What is there now is kept as ${id}.`;
				},
			},
			{
				name: 'restore',
				run: async (context) => {
					const { job, keep, signal } = context;
					const { backup_id, is_copy, before_id } = job.data;
					const environment = await environmentOf(context);
					const from = await partsOf(await backupOf(context, backup_id), signal);
					const how = { id: job._id, sanitize: null, isCopy: is_copy };
					try {
						const restored = await runtimes
							.of(environment.runtime)
							.restore(siteOf(environment), from, how, context);
						const { modules_updated, downtime_ms } = restored;
						const result = { backup_id, before_backup_id: before_id, modules_updated, downtime_ms };
						await keep({ result });
					} catch (error) {
						if (error instanceof ServerError) await keep({ is_lost: true });
						else if (environment.status === 'stopped') {
							await runtimes.of(environment.runtime).stop(siteOf(environment), context);
						}
						throw failureInWords(error);
					}
					await environments.setStatus(job.organization_id, job.environment_id, 'running');
					return 'The data was restored.';
				},
			},
			{
				name: 'check_health',
				run: async (context) => {
					const { signal } = context;
					const environment = await environmentOf(context);
					await requireHealthy(runtimes.of(environment.runtime), siteOf(environment), signal);
					return 'The environment is running.';
				},
			},
		],
		// The environment tells of its status.
		events: () => [],
		onFailure: async ({ job }, { code, message }) => {
			const { before_id, is_lost } = job.data;
			if (before_id !== null) await taker.fail(job, before_id, message);
			if (!is_lost && code !== 'unhealthy') return;
			await environments.setStatus(job.organization_id, job.environment_id, 'failed');
		},
		onCancel: () => Promise.resolve(),
	});

	const test = defineJob({
		kind: 'backup_test',
		data: testRecord,
		steps: [
			{
				name: 'restore',
				run: async (context) => {
					const environment = await environmentOf(context);
					const tried = await backupOf(context, context.job.data.backup_id);
					const runtime = runtimes.of(environment.runtime);
					const from = await partsOf(tried, context.signal);
					await inWords(runtime.prove(siteOf(environment), from, { restore: true }, context));
					await markTested(tried);
					return 'The backup was restored for a try, and that was thrown away.';
				},
			},
		],
		events: () => [],
		onFailure: async ({ job }, { code, message }) => {
			// Whatever else failed says nothing of the backup.
			if (code === 'snapshot_refused') await taker.condemn(job, job.data.backup_id, message);
		},
		onCancel: () => Promise.resolve(),
	});

	return [backup, restore, test];
}

async function inWords<T>(work: Promise<T>): Promise<T> {
	try {
		return await work;
	} catch (error) {
		throw failureInWords(error);
	}
}

/** A failure as one that the environment's owner can understand. */
export const failureInWords = (error: unknown): unknown =>
	error instanceof BackupStoreError
		? new JobError('store_failed', error.message, { cause: error })
		: runtimeFailure(error);
