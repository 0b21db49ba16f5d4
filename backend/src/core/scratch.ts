import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { lockFile } from '@odoo-platform/embedded-mongo';

/** A directory of this process's own, for what is of no use to any other. */
export interface Scratch {
	readonly directory: string;
	/** Removes it. */
	close(): Promise<void>;
}

const LOCK = '.lock';

/**
 * Makes a directory in `DATA_DIR/tmp`, and removes those of processes that were killed. Replicas may share `DATA_DIR`:
 * each locks a file beside its directory, and the lock ends with the process.
 */
export async function openScratch(dataDir: string): Promise<Scratch> {
	const root = path.join(dataDir, 'tmp');
	await mkdir(root, { recursive: true, mode: 0o700 });
	const remove = async (name: string) => {
		await rm(path.join(root, name), { recursive: true, force: true });
		await rm(path.join(root, name + LOCK), { force: true });
	};
	for (const file of await readdir(root)) {
		if (!file.endsWith(LOCK)) continue;
		const release = lockFile(path.join(root, file));
		if (release === null) continue;
		await remove(file.slice(0, -LOCK.length));
		release();
	}
	let name = randomUUID();
	let release = lockFile(path.join(root, name + LOCK));
	// Another process that was looking for leftovers has locked it first, and removes it.
	while (release === null) {
		name = randomUUID();
		release = lockFile(path.join(root, name + LOCK));
	}
	const end = release;
	const directory = path.join(root, name);
	await mkdir(directory, { mode: 0o700 });
	return {
		directory,
		close: async () => {
			await remove(name);
			end();
		},
	};
}
