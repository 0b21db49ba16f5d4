import { execFile, type ExecFileException } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

/** The file in which lmdb keeps everything. */
export const DATA_FILE = 'data.mdb';

/** The data cannot be used as it is. The message says what to do. */
export class DatabaseDamagedError extends Error {
	override readonly name = 'DatabaseDamagedError';
}

const EMPTY = 3;

/**
 * Opens the file, reads all of it and begins a write. It runs in a process of its own, because lmdb maps the file into
 * memory: a page that is missing ends the process that reads it (SIGBUS), and one that holds anything else may.
 */
const WALK = `
const { statSync } = require('node:fs');
const [lmdb, path] = process.argv.slice(1);
const { ABORT, open } = require(lmdb);
const root = open({ path, keyEncoding: 'binary', encoding: 'binary', cache: false, eventTurnBatching: false });
const { pageSize, lastPageNumber, entryCount } = root.getStats();
const size = statSync(path + '/${DATA_FILE}').size;
if (entryCount === 0) process.exit(${EMPTY});
if ((lastPageNumber + 1) * pageSize > size) {
	throw new Error('the file has ' + size + ' bytes, and should have ' + (lastPageNumber + 1) * pageSize);
}
let entries = 0;
for (const { key, value } of root.getRange({})) {
	entries += 1;
	const isDocument = key[0] === 0 || key[0] === 1;
	if (!isDocument && key[0] !== 2) throw new Error('it has an entry that is none');
	if (isDocument && (value.length < 5 || value.readInt32LE(0) !== value.length || value.at(-1) !== 0)) {
		throw new Error('it has a document that is none');
	}
}
if (entries !== entryCount) throw new Error('it has ' + entries + ' entries, and should have ' + entryCount);
root.transactionSync(() => {
	const key = Buffer.from([0]);
	root.putSync(key, root.get(key));
	return ABORT;
});
process.exit();
`;

/** What is known of the data before it is opened. */
export type Condition = 'new' | 'sound';

/**
 * Looks whether the data in `dir` can be opened. No file, or one without anything in it, is `new`.
 * @throws {DatabaseDamagedError}
 */
export async function checkData(dir: string): Promise<Condition> {
	const file = join(dir, DATA_FILE);
	if (!existsSync(file) || statSync(file).size === 0) return 'new';
	const lmdb = createRequire(__filename).resolve('lmdb');
	const failure = await new Promise<ExecFileException | null>((resolve) => {
		execFile(process.execPath, ['-e', WALK, lmdb, dir], (error) => resolve(error));
	});
	if (failure === null) return 'sound';
	if (failure.code === EMPTY) return 'new';
	// Then nobody has looked at the data: the process could not begin, or the system has ended it.
	if (typeof failure.code === 'string' || failure.signal === 'SIGKILL') {
		throw new Error('The embedded database could not be looked at.', { cause: failure });
	}
	const reason = failure.signal ?? /^Error: (.*)$/m.exec(failure.message)?.[1] ?? 'it cannot be read';
	throw new DatabaseDamagedError(`The embedded database is damaged (${file}: ${reason}).`);
}
