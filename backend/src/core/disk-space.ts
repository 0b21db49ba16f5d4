import { statfs } from 'node:fs/promises';

/** With less than this, in bytes, the service takes no more work: writes would fail amid it. */
const LEAST_BYTES = 64 * 1024 * 1024;

/** Why the service cannot work at the moment, in words for whoever runs it. */
export class NotReadyError extends Error {
	override readonly name = 'NotReadyError';
}

/** How many bytes may still be written in that directory. */
export type FreeSpace = (directory: string) => Promise<number>;

export const freeSpaceOf: FreeSpace = async (directory) => {
	const { bavail, bsize } = await statfs(directory);
	return bavail * bsize;
};

/**
 * `variable` is what the operator chose the directory by.
 * @throws {NotReadyError} where the disk is full, or nearly so
 */
export async function requireSpace(directory: string, freeSpace: FreeSpace, variable = 'DATA_DIR'): Promise<void> {
	const free = await freeSpace(directory);
	if (free >= LEAST_BYTES) return;
	throw new NotReadyError(
		`The disk of ${variable} has ${Math.floor(free / 1024 / 1024)} MiB left, and ${LEAST_BYTES / 1024 / 1024} are needed.`,
	);
}
