import type { Clock } from '../../core/clock';
import type { Ids } from '../../core/ids';
import type { BackupEvent } from '../events/payloads';
import type { BackupDocument } from './model';
import { presentBackup } from './schemas';

/** What is announced of a backup that has just ended. */
export const backupEvent = (backup: BackupDocument, { clock, ids }: { clock: Clock; ids: Ids }): BackupEvent => ({
	id: ids.next('event'),
	type: backup.status === 'succeeded' ? 'backup.succeeded' : 'backup.failed',
	created_at: clock.now(),
	organization_id: backup.organization_id,
	project_id: backup.project_id,
	environment_id: backup.environment_id,
	data: { backup: presentBackup(backup), environment: { name: backup.environment_name } },
});
