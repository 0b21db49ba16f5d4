import { closeSync, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs';
import { hostname } from 'node:os';
import { tryLock } from 'fs-native-extensions';

/**
 * Locks the file at `path`, which is made if need be and never removed: who holds another file of that name holds
 * nothing. The operating system keeps the lock for the open file, so it ends with the process, however that ends, and
 * counts in every container that shares the file. Returns a function that ends it, and does nothing when called again; null if another has the lock.
 */
export function lockFile(path: string): (() => void) | null {
	const fd = openSync(path, 'a+', 0o600);
	try {
		if (!tryLock(fd)) {
			closeSync(fd);
			return null;
		}
		ftruncateSync(fd);
		writeSync(fd, `process ${process.pid} on ${hostname()}`);
	} catch (error) {
		closeSync(fd);
		throw error;
	}
	let isHeld = true;
	return () => {
		// Its number may be another file's by now.
		if (isHeld) closeSync(fd);
		isHeld = false;
	};
}

/** Who has locked the file, or had it last. */
export function holderOf(path: string): string {
	try {
		return readFileSync(path, 'utf8');
	} catch {
		return 'another process';
	}
}
