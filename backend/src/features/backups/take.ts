import { createHash } from 'node:crypto';
import type { Clock } from '../../core/clock';
import type { BackupId, Ids, JobId } from '../../core/ids';
import type { Logger } from '../../core/log';
import { outboxOf } from '../../database/outbox';
import type { TenantCollection } from '../../database/tenant-collection';
import type { RuntimeContext } from '../../runtimes/runtime';
import type { Runtimes } from '../../runtimes/runtimes';
import { readOrigin, type SnapshotManifest, type SnapshotSource, type SnapshotTarget } from '../../runtimes/snapshot';
import type { EnvironmentDocument } from '../environments/service';
import { siteOf } from '../environments/site';
import { backupEvent } from './events';
import type { BackupKeys } from './keys';
import type { BackupDocument, BackupReason } from './model';
import { partsFrom, partsInto, prefixOf } from './parts';
import type { BackupStore } from './stores/store';

/** What is to be made. */
export interface WantedBackup {
	readonly id: BackupId;
	readonly reason: BackupReason;
	/** null: a request brings it. */
	readonly job_id: JobId | null;
	readonly actor: string;
	readonly encrypt: boolean;
	readonly expires_at: Date | null;
}

interface Parts {
	readonly target: SnapshotTarget;
	/** What was written, as it lies in the store. */
	readonly source: SnapshotSource;
}

export interface BackupTaker {
	/**
	 * Makes a backup and proves it readable; one that was made already is answered. Its failure is written down and
	 * announced, whatever it was, and then rejects.
	 */
	take(environment: EnvironmentDocument, wanted: WantedBackup, context: RuntimeContext): Promise<BackupDocument>;
	/** Keeps what is written to the target as a backup of the environment; the rest is as with {@link take}. */
	keep(
		environment: EnvironmentDocument,
		wanted: WantedBackup,
		context: Pick<RuntimeContext, 'signal' | 'log'>,
		work: (parts: Parts) => Promise<SnapshotManifest>,
	): Promise<BackupDocument>;
	/** Writes down and announces that a backup which had succeeded cannot be restored. What there is of it stays. */
	condemn(environment: Pick<EnvironmentDocument, 'organization_id'>, id: BackupId, reason: string): Promise<void>;
	/** Writes down that a backup failed, if it has not ended, and takes away what there is of it. */
	fail(environment: Pick<EnvironmentDocument, 'organization_id'>, id: BackupId, reason: string): Promise<void>;
}

export function createBackupTaker({
	backups,
	runtimes,
	store,
	keys,
	clock,
	ids,
	notify,
	log,
}: {
	backups: TenantCollection<BackupDocument>;
	runtimes: Pick<Runtimes, 'of'>;
	store: BackupStore;
	keys: BackupKeys;
	clock: Clock;
	ids: Ids;
	/** Tells the relay that an outbox has something. */
	notify: () => void;
	log: Logger;
}): BackupTaker {
	/** Ends a backup that is under way, with its event, in one write. */
	const end = async (
		backup: BackupDocument,
		changes: Partial<BackupDocument>,
		from: BackupDocument['status'] = 'running',
	) => {
		const ended = { ...backup, ...changes, finished_at: clock.now() };
		const events = outboxOf([backupEvent(ended, { clock, ids })]);
		const { outbox, ...pending } = events;
		const done = await backups.update(
			backup.organization_id,
			{ _id: backup._id, status: from },
			{
				$set: { ...changes, finished_at: ended.finished_at, ...pending },
				$push: { outbox: { $each: outbox } },
			},
		);
		notify();
		return done;
	};

	const fail: BackupTaker['fail'] = async ({ organization_id }, _id, error) => {
		const backup = await backups.findOne(organization_id, { _id, status: 'running' });
		if (backup === null) return;
		log.error({ backup_id: _id, environment_id: backup.environment_id, reason: error }, 'a backup failed');
		await end(backup, { status: 'failed', error });
		// What cannot be taken away now goes with the backup itself.
		await store.removeAll(prefixOf(backup)).catch((cause: unknown) => {
			log.warn({ err: cause, backup_id: _id }, 'what there is of a backup that failed could not be removed');
		});
	};

	const keep: BackupTaker['keep'] = async (environment, wanted, { signal, log: tell }, work) => {
		const { id, reason, job_id, actor, encrypt, expires_at } = wanted;
		const { organization_id } = environment;
		const begun: BackupDocument = {
			_id: id,
			organization_id,
			project_id: environment.project_id,
			environment_id: environment._id,
			environment_name: environment.name,
			reason,
			status: 'running',
			job_id,
			actor,
			odoo_version: environment.odoo_version,
			modules: [],
			size_bytes: 0,
			sha256: '',
			is_encrypted: encrypt,
			error: null,
			created_at: clock.now(),
			finished_at: null,
			tested_at: null,
			expires_at,
			outbox: [],
		};
		await backups.insertNew([begun]);
		const backup = (await backups.findOne(organization_id, { _id: id })) ?? begun;
		if (backup.status === 'succeeded') return backup;
		const key = await keys.of(organization_id);
		// What an interrupted attempt left.
		await store.removeAll(prefixOf(backup));
		const source = partsFrom(store, backup, key, signal);
		const manifest = await work({ target: partsInto(store, backup, key, signal), source });
		const { modules } = await readOrigin(source);
		const size_bytes = manifest.parts.reduce((sum, { bytes }) => sum + bytes, 0);
		const done = await end(backup, {
			status: 'succeeded',
			modules: Object.keys(modules).sort(),
			size_bytes,
			sha256: createHash('sha256').update(JSON.stringify(manifest)).digest('hex'),
		});
		if (done === null) throw new Error(`the backup ${id} has ended already`);
		await tell(`The backup ${id} has ${(size_bytes / 1_000_000).toFixed(1)} MB.`);
		return done;
	};

	return {
		fail,
		async condemn({ organization_id }, _id, error) {
			const backup = await backups.findOne(organization_id, { _id, status: 'succeeded' });
			if (backup === null) return;
			log.error(
				{ backup_id: _id, environment_id: backup.environment_id, reason: error },
				'a backup is of no use',
			);
			await end(backup, { status: 'failed', error }, 'succeeded');
		},
		keep,
		take: (environment, wanted, context) =>
			keep(environment, wanted, context, async ({ target, source }) => {
				const site = siteOf(environment);
				const runtime = runtimes.of(environment.runtime);
				const manifest = await runtime.snapshot(site, target, {
					...context,
					progress: (fraction) => context.progress(fraction * COPIED),
				});
				await context.log('The backup is read again, to prove that it can be.');
				await runtime.prove(site, source, { restore: false }, context);
				return manifest;
			}),
	};
}

/** How much of the work is done once the data is copied. */
const COPIED = 0.8;
