import type { z } from 'zod';
import type { Clock } from '../../core/clock';
import { ApiError, invalidInput, notFound } from '../../core/errors';
import type { BackupId, EnvironmentId, Ids, JobId, OrganizationId, Tenant } from '../../core/ids';
import type { TenantCollection } from '../../database/tenant-collection';
import type { EnvironmentDocument, EnvironmentsService } from '../environments/service';
import type { JobDocument, JobsService } from '../jobs/service';
import { backupRecord, type restoreRecord } from './jobs';
import type { BackupKeeper } from './keeper';
import type { BackupDocument } from './model';
import type { BackupPoliciesService } from './policies';
import { BackupStoreError } from './stores/store';
import type { BackupTaker } from './take';

/** How long a request may wait for the end of its job, in milliseconds. */
const WAIT_MS = 10 * 60_000;
/** How long an upload may take, in milliseconds. */
const LONGEST_UPLOAD_MS = 24 * 60 * 60_000;
/** How many are looked at a time. */
const PAGE = 500;

interface Asked {
	readonly actor: string;
	readonly effect_id: string | null;
}

export interface BackupsService {
	/** Newest first. */
	list(
		tenant: Tenant,
		filter: { readonly environment_id?: EnvironmentId | undefined },
		after: BackupId | null,
		limit: number,
	): Promise<BackupDocument[]>;
	/** @throws {ApiError} 404 for an environment that the tenant does not have */
	listOf(tenant: Tenant, id: EnvironmentId, after: BackupId | null, limit: number): Promise<BackupDocument[]>;
	/** @throws {ApiError} 404 */
	get(tenant: Tenant, id: BackupId): Promise<BackupDocument>;
	/**
	 * Queues a job that makes one; asked again with the same `effect_id`, answers the same job.
	 * @throws {ApiError} 404; 409 environment_busy, environment_not_deployed, environment_not_running
	 */
	make(tenant: Tenant, environment: EnvironmentId, request: Asked & Wanted): Promise<QueuedBackup>;
	/**
	 * Queues a job that puts a backup in the place of an environment's data.
	 * @throws {ApiError} 404; 409 environment_busy, environment_not_deployed, environments_differ, backup_unfinished; 422
	 */
	restore(tenant: Tenant, environment: EnvironmentId, request: Asked & RestoreWish): Promise<JobDocument>;
	/** The job at its end, or as it stands after ten minutes or when the signal comes. */
	waitFor(tenant: Tenant, id: JobId, signal: AbortSignal): Promise<JobDocument>;
	/** Removes it with all that it holds. @throws {ApiError} 404; 409 backup_unfinished; 502 backup_store_failed */
	remove(tenant: Tenant, id: BackupId): Promise<void>;
	/** Takes away what has expired, of all environments, and ends those whose job has ended without them. */
	tidyAll(): Promise<void>;
}

interface Wanted {
	readonly reason: 'manual' | 'scheduled';
	/** undefined: as the policy says. */
	readonly encrypt?: boolean | undefined;
}

interface RestoreWish {
	readonly backup_id: BackupId;
	readonly confirm: string;
	readonly neutralize?: boolean | undefined;
}

interface QueuedBackup {
	readonly job: JobDocument;
	readonly backup_id: BackupId;
}

export function createBackupsService({
	backups,
	policies,
	taker,
	keeper,
	jobs,
	environments,
	clock,
	ids,
}: {
	backups: TenantCollection<BackupDocument>;
	policies: BackupPoliciesService;
	taker: BackupTaker;
	keeper: Pick<BackupKeeper, 'erase'>;
	jobs: Pick<JobsService, 'enqueue' | 'waitFor' | 'get'>;
	environments: Pick<EnvironmentsService, 'get'>;
	clock: Clock;
	ids: Ids;
}): BackupsService {
	const get: BackupsService['get'] = async (tenant, _id) => {
		const backup = await backups.findOne(tenant, { _id });
		if (backup === null) throw notFound('backup');
		return backup;
	};

	const list: BackupsService['list'] = (tenant, { environment_id }, before, limit) =>
		backups.find(
			tenant,
			{
				...(environment_id === undefined ? {} : { environment_id }),
				...(before === null ? {} : { _id: { $lt: before } }),
			},
			{ sort: { _id: -1 }, limit },
		);

	const requireDeployed = ({ git_sha, status }: EnvironmentDocument) => {
		if (git_sha !== '') return;
		throw new ApiError('environment_not_deployed', 'Nothing was deployed to the environment yet. Deploy first.', {
			members: { environment_status: status },
		});
	};

	return {
		list,
		get,
		async listOf(tenant, id, before, limit) {
			await environments.get(tenant, id);
			return list(tenant, { environment_id: id }, before, limit);
		},
		async make(tenant, environment_id, { reason, encrypt, actor, effect_id }) {
			const environment = await environments.get(tenant, environment_id);
			requireDeployed(environment);
			if (environment.status !== 'running' && environment.status !== 'deploying') {
				throw new ApiError(
					'environment_not_running',
					`The environment is ${environment.status}. Start it first.`,
					{
						members: { environment_status: environment.status },
					},
				);
			}
			const { organization_id, project_id } = environment;
			const job = await jobs.enqueue(organization_id, {
				kind: 'backup',
				project_id,
				environment_id,
				actor,
				effect_id,
				data: {
					id: ids.next('backup'),
					reason,
					encrypt: encrypt ?? (await policies.of(environment)).encrypt,
					result: null,
				} satisfies z.output<typeof backupRecord>,
			});
			return { job, backup_id: backupRecord.parse(job.data).id };
		},
		async restore(tenant, environment_id, { backup_id, confirm, neutralize, actor, effect_id }) {
			const environment = await environments.get(tenant, environment_id);
			const { organization_id, project_id, name, odoo_version, status } = environment;
			if (confirm !== name) throw invalidInput('/confirm', `must be the environment's name, ${name}`);
			const backup = await backups.findOne(organization_id, { _id: backup_id });
			if (backup === null) {
				throw invalidInput(
					'/backup_id',
					"names no backup of the environment's organization that this key can see",
				);
			}
			if (backup.status !== 'succeeded') throw unfinished(backup);
			requireDeployed(environment);
			if (backup.odoo_version !== odoo_version) {
				throw new ApiError(
					'environments_differ',
					`The backup is of Odoo ${backup.odoo_version}, ${name} runs Odoo ${odoo_version}. Restore it into an ` +
						`environment of Odoo ${backup.odoo_version}.`,
				);
			}
			const isOthers = backup.environment_id !== environment_id || backup.reason === 'uploaded';
			return jobs.enqueue(organization_id, {
				kind: 'restore',
				project_id,
				environment_id,
				actor,
				effect_id,
				data: {
					backup_id,
					before_id: status === 'running' ? ids.next('backup') : null,
					encrypt: (await policies.of(environment)).encrypt,
					is_copy: neutralize ?? isOthers,
					is_lost: false,
					result: null,
				} satisfies z.output<typeof restoreRecord>,
			});
		},
		waitFor: (tenant, id, signal) => jobs.waitFor(tenant, id, { timeoutMs: WAIT_MS, signal }),
		async remove(tenant, id) {
			const backup = await get(tenant, id);
			if (backup.status === 'running') throw unfinished(backup);
			try {
				await keeper.erase(backup);
			} catch (error) {
				if (!(error instanceof BackupStoreError)) throw error;
				throw new ApiError('backup_store_failed', error.message);
			}
		},
		async tidyAll() {
			const now = clock.now();
			const gone = await backups.everywhere.find(
				{ status: { $ne: 'running' }, expires_at: { $ne: null, $lt: now } },
				{ limit: PAGE },
			);
			for (const backup of gone) await keeper.erase(backup);
			for (const backup of await backups.everywhere.find({ status: 'running' }, { limit: PAGE })) {
				const { organization_id, job_id, _id, created_at } = backup;
				const isLate = now.getTime() - created_at.getTime() > LONGEST_UPLOAD_MS;
				if (job_id === null ? !isLate : !(await hasEnded(jobs, organization_id, job_id))) continue;
				await taker.fail(backup, _id, 'It was interrupted.');
			}
		},
	};
}

async function hasEnded(jobs: Pick<JobsService, 'get'>, organization: OrganizationId, id: JobId): Promise<boolean> {
	const { status } = await jobs.get(organization, id);
	return status !== 'queued' && status !== 'running';
}

/** What is refused of a backup that is not whole. */
export const unfinished = ({ status }: Pick<BackupDocument, 'status'>) =>
	new ApiError('backup_unfinished', `The backup is ${status}; only one that has succeeded holds anything.`, {
		members: { backup_status: status },
	});
