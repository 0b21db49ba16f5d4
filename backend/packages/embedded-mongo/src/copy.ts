import { join } from 'node:path';
import { open } from 'lmdb';
import { checkData, DatabaseDamagedError } from './check';
import { DATABASE_DIR, LOCK_FILE } from './engine';
import { lockFile } from './file-lock';

/**
 * Copies the data of a service's data directory into `directory`, which must be there, whether the service runs or not:
 * the copy is as the data was at one moment.
 * @throws {DatabaseDamagedError} where there is none, or it cannot be read
 */
export async function copyDatabase(dataDir: string, directory: string): Promise<void> {
	const path = join(dataDir, DATABASE_DIR);
	const release = lockFile(join(dataDir, LOCK_FILE));
	try {
		// While a service writes, it cannot be checked; that service checked it when it started.
		if (release !== null && (await checkData(path)) === 'new') {
			throw new DatabaseDamagedError(`There is no database in ${dataDir}.`);
		}
		const root = open({ path, readOnly: true });
		await root.backup(directory, true);
		await root.close();
	} finally {
		release?.();
	}
}
