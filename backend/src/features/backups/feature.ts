import type { Clock } from '../../core/clock';
import type { Ids } from '../../core/ids';
import type { Logger } from '../../core/log';
import type { Secrets } from '../../core/secrets';
import type { TenantCollection } from '../../database/tenant-collection';
import type { Pager } from '../../http/page';
import type { Runtimes } from '../../runtimes/runtimes';
import type { Signals } from '../../signals';
import type { EnvironmentsService } from '../environments/service';
import type { EventCarriage } from '../events/feature';
import type { JobsService } from '../jobs/service';
import { downloadRoutes } from './download';
import { backupDefinitions } from './jobs';
import { createBackupKeeper } from './keeper';
import { createBackupKeys } from './keys';
import type { BackupDocument, BackupKeyDocument, BackupPolicy } from './model';
import { createBackupPolicies } from './policies';
import { backupRoutes } from './routes';
import { createBackupsService } from './service';
import type { BackupStore } from './stores/store';
import { createBackupTaker } from './take';
import { uploadRoutes } from './upload';
import { createBackupWorker } from './worker';

interface BackupParts {
	backups: TenantCollection<BackupDocument>;
	backupPolicies: TenantCollection<BackupPolicy>;
	backupKeys: TenantCollection<BackupKeyDocument>;
	environments: EnvironmentsService;
	runtimes: Pick<Runtimes, 'of'>;
	store: BackupStore;
	/** A directory for what lies on this machine for a moment. */
	scratchDir: string;
	events: Pick<EventCarriage, 'carryFrom'>;
	signals: Pick<Signals, 'outboxFilled'>;
	secrets: Secrets;
	clock: Clock;
	ids: Ids;
	log: Logger;
}

/** How backups of environments are made and kept; the service and its routes need the jobs, which need these. */
export function createBackups({ signals, events, ...parts }: BackupParts) {
	const keys = createBackupKeys(parts);
	const policies = createBackupPolicies(parts);
	const taker = createBackupTaker({ ...parts, keys, notify: signals.outboxFilled.notify });
	const keeper = createBackupKeeper({ ...parts, policies, taker });
	const { tidy, markTested } = keeper;
	events.carryFrom(parts.backups);
	return {
		keeper,
		definitions: backupDefinitions({ ...parts, keys, taker, tidy, markTested }),
		withJobs({ jobs, pager }: { jobs: JobsService; pager: Pager }) {
			const service = createBackupsService({ ...parts, policies, taker, keeper, jobs });
			return {
				service,
				routes: [
					...backupRoutes({ backups: service, policies, keys, pager }),
					...downloadRoutes({ ...parts, backups: service, keys }),
					...uploadRoutes({ ...parts, policies, taker }),
				],
				worker: createBackupWorker({ ...parts, service, jobs }),
			};
		},
	};
}
