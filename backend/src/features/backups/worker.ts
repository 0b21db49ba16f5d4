import type { Clock } from '../../core/clock';
import { ApiError } from '../../core/errors';
import type { Logger } from '../../core/log';
import type { TenantCollection } from '../../database/tenant-collection';
import { createWakeableLoop, type WakeableLoop } from '../../waiting/wakeable-loop';
import type { EnvironmentsService } from '../environments/service';
import type { JobsService } from '../jobs/service';
import type { BackupDocument, BackupPolicy } from './model';
import { nextRun } from './schedule';
import type { BackupsService } from './service';
import type { BackupStore } from './stores/store';

const EVERY_MS = 60_000;
/** How long a backup that is due waits for another job on its environment, in milliseconds. */
const BUSY_MS = 5 * 60_000;
/** How often a backup of each environment is restored for a try, and what is looked for at the earliest. */
const TEST_MS = 7 * 24 * 60 * 60_000;
const HOUR_MS = 60 * 60_000;
/** Who asks for the jobs. */
const ACTOR = 'backups';
const PAGE = 200;

/** Makes the backups that are due, has one a week restored for a try, and takes away those that have expired. */
export function createBackupWorker({
	backups,
	backupPolicies,
	service,
	store,
	environments,
	jobs,
	clock,
	log,
}: {
	backups: TenantCollection<BackupDocument>;
	backupPolicies: TenantCollection<BackupPolicy>;
	service: Pick<BackupsService, 'make' | 'tidyAll'>;
	store: Pick<BackupStore, 'check'>;
	environments: Pick<EnvironmentsService, 'find'>;
	jobs: Pick<JobsService, 'enqueue'>;
	clock: Clock;
	log: Logger;
}): WakeableLoop {
	let tidied = -Infinity;

	/** What fails keeps nothing else from being done. */
	const alone = async (work: () => Promise<unknown>, message: string) => {
		try {
			await work();
		} catch (error) {
			log.error({ err: error }, message);
		}
	};

	const moveOn = (policy: BackupPolicy, next_run_at: Date | null) =>
		backupPolicies.update(
			policy.organization_id,
			{ _id: policy._id, next_run_at: policy.next_run_at },
			{ $set: { next_run_at } },
		);

	const makeDue = async (policy: BackupPolicy) => {
		const { _id, organization_id, cron, timezone, next_run_at } = policy;
		const now = clock.now();
		const next = cron === null ? null : nextRun(cron, timezone, now);
		const effect_id = `backup/${_id}/${next_run_at?.toISOString() ?? ''}`;
		let again = next;
		try {
			await service.make(organization_id, _id, { reason: 'scheduled', actor: ACTOR, effect_id });
		} catch (error) {
			if (!(error instanceof ApiError)) throw error;
			if (error.code === 'environment_busy') again = new Date(now.getTime() + BUSY_MS);
			else log.warn({ environment_id: _id, reason: error.detail }, 'a backup that is due was not made');
		}
		// Last, for a crash before it has the same one made once more, which is the same job.
		await moveOn(policy, again);
	};

	/** The newest backup of an environment, where none of it was tried within a week. */
	const test = async (backup: BackupDocument) => {
		const { organization_id, environment_id, project_id, _id } = backup;
		const since = new Date(clock.now().getTime() - TEST_MS);
		const tried = await backups.findOne(organization_id, { environment_id, tested_at: { $gt: since } });
		if (tried !== null) return;
		const environment = await environments.find(organization_id, environment_id);
		if (environment?.status !== 'running') return;
		const [newest] = await backups.find(
			organization_id,
			{ environment_id, status: 'succeeded', reason: { $ne: 'uploaded' } },
			{ sort: { _id: -1 }, limit: 1 },
		);
		if (newest?._id !== _id) return;
		const request = { kind: 'backup_test', project_id, environment_id, actor: ACTOR } as const;
		const effect_id = `backup-test/${_id}/${clock.now().toISOString().slice(0, 10)}`;
		await jobs
			.enqueue(organization_id, { ...request, effect_id, data: { backup_id: _id } })
			.catch((error: unknown) => {
				if (!(error instanceof ApiError && error.code === 'environment_busy')) throw error;
			});
	};

	return createWakeableLoop({
		clock,
		onError: (error) => log.error({ err: error }, 'due backups could not be looked for; trying again'),
		async round() {
			const now = clock.now();
			const due = await backupPolicies.everywhere.find(
				{ next_run_at: { $ne: null, $lte: now } },
				{ limit: PAGE },
			);
			for (const policy of due) await alone(() => makeDue(policy), 'a backup that is due could not be asked for');
			if (now.getTime() - tidied >= HOUR_MS) {
				tidied = now.getTime();
				await alone(() => store.check(), 'backups cannot be kept: the store does not work');
				await alone(() => service.tidyAll(), 'expired backups could not be removed');
				const day = new Date(now.getTime() - TEST_MS);
				const recent = await backups.everywhere.find(
					{ status: 'succeeded', tested_at: null, created_at: { $gt: day } },
					{ sort: { _id: -1 }, limit: PAGE },
				);
				const seen = new Set<string>();
				for (const backup of recent) {
					if (seen.has(backup.environment_id)) continue;
					seen.add(backup.environment_id);
					await alone(() => test(backup), 'a backup could not be tried');
				}
			}
			return due.length === PAGE ? 0 : EVERY_MS;
		},
	});
}
