import { SnapshotError, type SnapshotSource, type SnapshotTarget } from '../../runtimes/snapshot';
import { BackupDamagedError, type BackupKey, decrypt, encrypt } from './encryption';
import type { BackupDocument } from './model';
import { type BackupStore, BackupStoreError } from './stores/store';

/** Below what a backup's parts are kept. */
export const prefixOf = ({ organization_id, environment_id, _id }: BackupDocument) =>
	`${organization_id}/${environment_id}/${_id}/`;

/** Encrypted parts are told by their name, for people who look into the store. */
const nameOf = (part: string, { is_encrypted }: Pick<BackupDocument, 'is_encrypted'>) =>
	is_encrypted ? `${part}.age` : part;

/** Writes the parts of a backup to the store. */
export const partsInto = (
	store: BackupStore,
	backup: BackupDocument,
	{ recipient }: Pick<BackupKey, 'recipient'>,
	signal: AbortSignal,
): SnapshotTarget => ({
	write: (part, content) =>
		store.write(
			prefixOf(backup) + nameOf(part, backup),
			backup.is_encrypted ? encrypt(content, recipient) : content,
			signal,
		),
});

/** Reads the parts of a backup from the store. */
export const partsFrom = (
	store: BackupStore,
	backup: BackupDocument,
	{ identity }: Pick<BackupKey, 'identity'>,
	signal: AbortSignal,
): SnapshotSource => ({
	async *read(part) {
		const content = store.read(prefixOf(backup) + nameOf(part, backup), signal);
		try {
			yield* backup.is_encrypted ? decrypt(content, identity) : content;
		} catch (error) {
			if (error instanceof BackupDamagedError) {
				throw new SnapshotError(`The part ${part} of the backup is damaged.`, { cause: error });
			}
			if (error instanceof BackupStoreError && error.code === 'missing') {
				throw new SnapshotError(`The backup is not whole: its part ${part} is missing.`, { cause: error });
			}
			throw error;
		}
	},
});
