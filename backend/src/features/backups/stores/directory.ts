import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, readdir, rename, rm, rmdir, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { isNativeError } from 'node:util/types';
import { freeSpaceOf, type FreeSpace, NotReadyError, requireSpace } from '../../../core/disk-space';
import { systemCode } from '../../../core/errors';
import { heeding } from './heeding';
import { type BackupStore, BackupStoreError, missingObject, prove, segmentsOf, segmentsOfPrefix } from './store';

/** So much is written between two looks at the disk's free space. */
const LOOK_BYTES = 16 * 1024 * 1024;

/** A store in a directory of this machine; replicas of the service must see the same one. */
export function directoryStore(root: string, freeSpace: FreeSpace = freeSpaceOf): BackupStore {
	const at = (segments: readonly string[]) => path.join(root, ...segments);

	async function* watchingSpace(content: AsyncIterable<Uint8Array>) {
		let next = 0;
		let written = 0;
		for await (const chunk of content) {
			if (written >= next) {
				await requireSpace(root, freeSpace, 'BACKUP_DIR');
				next = written + LOOK_BYTES;
			}
			written += chunk.byteLength;
			yield chunk;
		}
	}

	/** Like an object store, this one has no directories that hold nothing. */
	const removeEmptyAbove = async (segments: readonly string[]) => {
		for (let above = segments.length - 1; above > 0; above -= 1) {
			if (!(await removeEmpty(at(segments.slice(0, above))))) return;
		}
	};

	const store: Omit<BackupStore, 'check'> = {
		kind: 'directory',
		async write(key, content, signal) {
			const segments = segmentsOf(key);
			const file = at(segments);
			const directory = path.dirname(file);
			// Beside the object, so that it is removed with its prefix where this process ends amid the work.
			const partial = path.join(directory, `.${randomUUID()}`);
			try {
				const handle = await create(partial);
				try {
					await pipeline(heeding(content, signal), watchingSpace, handle.createWriteStream({ flush: true }));
					await rename(partial, file);
				} catch (error) {
					await rm(partial, { force: true });
					await removeEmptyAbove(segments);
					throw error;
				}
				await sync(directory);
			} catch (error) {
				throw inWords(error);
			}
		},
		async *read(key, signal) {
			try {
				yield* createReadStream(at(segmentsOf(key)), { signal, highWaterMark: 256 * 1024 });
			} catch (error) {
				signal.throwIfAborted();
				throw systemCode(error) === 'ENOENT' ? missingObject(key, { cause: error }) : inWords(error);
			}
		},
		async removeAll(prefix) {
			const segments = segmentsOfPrefix(prefix);
			try {
				await rm(at(segments), { recursive: true, force: true });
				await removeEmptyAbove(segments);
			} catch (error) {
				throw inWords(error);
			}
		},
		async list(prefix) {
			try {
				const entries = await readdir(at(prefix === '' ? [] : segmentsOfPrefix(prefix)), {
					withFileTypes: true,
				});
				return entries
					.filter((entry) => entry.isDirectory())
					.map(({ name }) => name)
					.sort();
			} catch (error) {
				if (systemCode(error) === 'ENOENT') return [];
				throw inWords(error);
			}
		},
	};
	return {
		...store,
		async check() {
			await prove(store);
		},
	};
}

/** Makes a file and the directories above it; `removeAll` of another key may take these away in between. */
async function create(file: string): Promise<FileHandle> {
	for (let left = 10; ; left -= 1) {
		await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
		try {
			return await open(file, 'wx', 0o600);
		} catch (error) {
			if (systemCode(error) !== 'ENOENT' || left === 0) throw error;
		}
	}
}

/** So that the name outlasts a loss of power as its content does. */
async function sync(directory: string): Promise<void> {
	const handle = await open(directory);
	try {
		await handle.sync();
	} finally {
		await handle.close();
	}
}

/** Whether that directory is gone now. */
async function removeEmpty(directory: string): Promise<boolean> {
	try {
		await rmdir(directory);
		return true;
	} catch (error) {
		if (systemCode(error) === 'ENOENT') return true;
		if (systemCode(error) === 'ENOTEMPTY' || systemCode(error) === 'EEXIST') return false;
		throw error;
	}
}

/** What the operator is told of an error of the file system; any other error as it is. */
function inWords(cause: unknown): unknown {
	if (cause instanceof NotReadyError) return new BackupStoreError('full', cause.message, { cause });
	if (!isNativeError(cause) || !('syscall' in cause)) return cause;
	const code = String(systemCode(cause));
	switch (code) {
		case 'ENOSPC':
		case 'EDQUOT':
			return new BackupStoreError('full', 'The disk of BACKUP_DIR is full.', { cause });
		case 'EACCES':
		case 'EPERM':
		case 'EROFS':
			return new BackupStoreError('refused', 'The service may not write to BACKUP_DIR.', { cause });
		case 'ENOTDIR':
		case 'EEXIST':
			return new BackupStoreError('refused', 'A file is where BACKUP_DIR needs a directory.', { cause });
		default:
			return new BackupStoreError('failed', `The disk of BACKUP_DIR does not work (${code}).`, { cause });
	}
}
