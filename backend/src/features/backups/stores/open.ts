import type { BackupsConfig } from '../../../config';
import { directoryStore } from './directory';
import { s3Store } from './s3';
import type { BackupStore } from './store';

/** Opens the store that the operator chose; whether it works, its `check` tells. */
export const openBackupStore = (config: BackupsConfig): BackupStore =>
	config.kind === 'directory' ? directoryStore(config.directory) : s3Store(config);
