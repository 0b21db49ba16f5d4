import type { Clock } from '../../core/clock';
import type { EnvironmentId, Ids, OrganizationId } from '../../core/ids';
import type { TenantCollection } from '../../database/tenant-collection';
import { ReleaseError, type RuntimeContext, ServerError } from '../../runtimes/runtime';
import { SnapshotError } from '../../runtimes/snapshot';
import type { EnvironmentsService } from '../environments/service';
import { JobError } from '../jobs/failures';
import type { JobDocument } from '../jobs/service';
import { failureInWords } from './jobs';
import type { BackupDocument } from './model';
import { prefixOf } from './parts';
import type { BackupPoliciesService } from './policies';
import { expired } from './retention';
import type { BackupStore } from './stores/store';
import type { BackupTaker } from './take';

const DAY_MS = 24 * 60 * 60_000;
/** How long a backup stays that was made before something else changed the data. */
const BEFORE_DAYS = 30;
/** How long the backups of an environment stay that is gone. */
const ORPHAN_DAYS = 30;

/** Keeps backups for as long as they are wanted; without the jobs, which need it. */
export interface BackupKeeper {
	/** Removes a backup with all that it holds. */
	readonly erase: (backup: BackupDocument) => Promise<void>;
	/** Takes away what the environment's retention does not keep. */
	readonly tidy: (environment: Pick<BackupDocument, 'organization_id' | 'environment_id'>) => Promise<void>;
	/**
	 * Keeps the data of an environment that a job is about to change, where its policy says so.
	 * @throws ReleaseError backup_failed
	 */
	readonly keepData: (job: JobDocument, context: RuntimeContext) => Promise<void>;
	/** Has the backups of an environment that is gone go later, too; may be called again. */
	readonly removeOf: (organization: OrganizationId, id: EnvironmentId) => Promise<void>;
	/** Writes down that a backup was restored for a try. */
	readonly markTested: (backup: BackupDocument) => Promise<void>;
}

export function createBackupKeeper({
	backups,
	policies,
	taker,
	store,
	environments,
	clock,
	ids,
}: {
	backups: TenantCollection<BackupDocument>;
	policies: BackupPoliciesService;
	taker: BackupTaker;
	store: BackupStore;
	environments: Pick<EnvironmentsService, 'get' | 'find'>;
	clock: Clock;
	ids: Ids;
}): BackupKeeper {
	const after = (days: number) => new Date(clock.now().getTime() + days * DAY_MS);

	const erase: BackupKeeper['erase'] = async (backup) => {
		await store.removeAll(prefixOf(backup));
		await backups.delete(backup.organization_id, { _id: backup._id });
	};

	return {
		erase,
		async tidy({ organization_id, environment_id }) {
			const environment = await environments.find(organization_id, environment_id);
			if (environment === null) return;
			const { keep } = await policies.of(environment);
			const known = await backups.find(
				organization_id,
				{ environment_id, status: { $ne: 'running' } },
				{ sort: { _id: -1 } },
			);
			const gone = new Set(
				expired(
					known.map(({ _id, created_at, reason, status }) => ({ id: _id, created_at, reason, status })),
					keep,
					clock.now(),
				),
			);
			for (const backup of known) if (gone.has(backup._id)) await erase(backup);
		},
		async keepData(job, context) {
			const environment = await environments.get(job.organization_id, job.environment_id);
			const policy = await policies.of(environment);
			if (!policy.before_updates) return;
			const known = await backups.findOne(job.organization_id, { job_id: job._id, status: { $ne: 'failed' } });
			const id = known?._id ?? ids.next('backup');
			await context.log('A backup is made before the data is changed.');
			try {
				const wanted = {
					id,
					reason: 'before_update',
					job_id: job._id,
					actor: job.actor,
					encrypt: policy.encrypt,
					expires_at: after(BEFORE_DAYS),
				} as const;
				await taker.take(environment, wanted, { ...context, progress: () => Promise.resolve() });
			} catch (error) {
				context.signal.throwIfAborted();
				if (error instanceof SnapshotError || error instanceof ServerError) {
					await taker.fail(environment, id, error.message);
					await context.log(
						`No backup could be made, for it does not serve: ${error.message} The deploy goes on.`,
					);
					return;
				}
				const failure = failureInWords(error);
				const reason = failure instanceof JobError ? failure.message : 'something failed on our side';
				await taker.fail(environment, id, reason);
				throw new ReleaseError('backup_failed', `No backup could be made before the update: ${reason}`, {
					cause: error,
				});
			}
		},
		async removeOf(organization, environment_id) {
			const expires_at = after(ORPHAN_DAYS);
			await backups.updateMany(
				organization,
				{ environment_id, $or: [{ expires_at: null }, { expires_at: { $gt: expires_at } }] },
				{ $set: { expires_at } },
			);
			await policies.removeOf(organization, environment_id);
		},
		async markTested({ organization_id, _id }) {
			await backups.update(organization_id, { _id }, { $set: { tested_at: clock.now() } });
		},
	};
}
