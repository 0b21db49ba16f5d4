import { randomBytes, randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';

/** Where backups are kept: objects by key, e.g. `org_…/env_…/bak_…/database.dump`. */
export interface BackupStore {
	readonly kind: 'directory' | 's3';
	/**
	 * The object appears whole or not at all; an object of that key is replaced. Rejects with what `content` throws, with
	 * the signal's reason, or with a {@link BackupStoreError}.
	 */
	write(key: string, content: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<void>;
	/** @throws {BackupStoreError} as it is read: `missing` where there is no such object */
	read(key: string, signal: AbortSignal): AsyncIterable<Uint8Array>;
	/**
	 * Removes every object whose key begins with this prefix, and what broken-off writes of such left behind. A prefix ends
	 * with `/`. Takes no offense at there being none.
	 */
	removeAll(prefix: string): Promise<void>;
	/** The names of the "directories" directly below a prefix ('' or ending with `/`), sorted: for finding what nobody knows. */
	list(prefix: string): Promise<readonly string[]>;
	/** Proves that it can be written, read, listed and cleared. */
	check(): Promise<void>;
}

/**
 * `missing`: there is no such object. `full`: no space is left. `refused`: it does not let us, and trying again is of no use
 * until its operator has changed something. `unreachable`: it does not answer. `broken_off`: the connection ended amid the
 * work. `failed`: anything else that it says.
 */
export type BackupStoreErrorCode = 'missing' | 'full' | 'refused' | 'unreachable' | 'broken_off' | 'failed';

/** What a store could not do. The message is for the operator: it names variables, but neither addresses nor paths. */
export class BackupStoreError extends Error {
	override readonly name = 'BackupStoreError';

	constructor(
		readonly code: BackupStoreErrorCode,
		message: string,
		options?: ErrorOptions,
	) {
		super(message, options);
	}
}

/** No object was kept under that key. */
export const missingObject = (key: string, options?: ErrorOptions) =>
	new BackupStoreError('missing', `There is no ${key} in the store of backups.`, options);

/** Letters, digits and signs of any script, and blanks; a leading dot is for the stores' own use. */
const SEGMENT = /^(?!\.)[^\p{C}\\/]+$/u;
const MAX_SEGMENT_BYTES = 200;
const MAX_KEY_BYTES = 800;

/**
 * The segments of a key, which are the same in all stores.
 * @throws {RangeError} where one is empty, begins with a dot, holds a control character or a backslash, or is too long
 */
export function segmentsOf(key: string): readonly string[] {
	const segments = key.split('/');
	const isKey =
		Buffer.byteLength(key) <= MAX_KEY_BYTES &&
		segments.every((segment) => SEGMENT.test(segment) && Buffer.byteLength(segment) <= MAX_SEGMENT_BYTES);
	if (!isKey) throw new RangeError(`Not a key of a store of backups: ${JSON.stringify(key)}`);
	return segments;
}

/**
 * The segments of a prefix.
 * @throws {RangeError} where it does not end with `/`, or is none of a key
 */
export function segmentsOfPrefix(prefix: string): readonly string[] {
	if (!prefix.endsWith('/')) throw new RangeError(`Not a prefix: ${JSON.stringify(prefix)}`);
	return segmentsOf(prefix.slice(0, -1));
}

const CHECK_LIMIT_MS = 60_000;

/**
 * What every store's `check` does, on an object of its own.
 * @throws {BackupStoreError} where one of its works fails, or another content is read than was written
 */
export async function prove(store: Omit<BackupStore, 'check'>): Promise<void> {
	const prefix = `check/${randomUUID()}/`;
	const written = randomBytes(64);
	const signal = AbortSignal.timeout(CHECK_LIMIT_MS);
	try {
		await store.write(`${prefix}object`, Readable.from([written]), signal);
		const read: Uint8Array[] = [];
		for await (const chunk of store.read(`${prefix}object`, signal)) read.push(chunk);
		if (!Buffer.concat(read).equals(written)) {
			throw new BackupStoreError('failed', 'The store of backups gives back another content than was written.');
		}
		await store.list('check/');
	} catch (error) {
		// Where it cannot be written, it can hardly be cleared; what it said first counts.
		await store.removeAll(prefix).catch(() => undefined);
		throw error;
	}
	await store.removeAll(prefix);
}
