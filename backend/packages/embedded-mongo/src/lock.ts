import { holderOf, lockFile } from './file-lock';

/** Another process uses the data directory. */
export class DatabaseInUseError extends Error {
	override readonly name = 'DatabaseInUseError';
}

/**
 * Takes the lock file at `path`, so that no second process works on the same data. Returns a function that releases it.
 * @throws {DatabaseInUseError} if another process holds it
 */
export function lock(path: string): () => void {
	const release = lockFile(path);
	if (release !== null) return release;
	throw new DatabaseInUseError(
		`The embedded database is in use by ${holderOf(path)} (${path}). ` +
			'It serves one process: stop the other one, choose another data directory, or set MONGODB_URI.',
	);
}
