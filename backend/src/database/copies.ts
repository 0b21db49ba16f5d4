import { existsSync } from 'node:fs';
import { copyFile, mkdir, readdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import {
	checkData,
	DATA_FILE,
	DATABASE_DIR,
	DatabaseDamagedError,
	lock,
	LOCK_FILE,
} from '@odoo-platform/embedded-mongo';
import { ConfigError } from '../config';
import type { Clock } from '../core/clock';
import type { Logger } from '../core/log';
import { createWakeableLoop, type WakeableLoop } from '../waiting/wakeable-loop';

/**
 * What belongs to the data besides the database. Without the key, its secrets cannot be read; either shows that there
 * was a database.
 */
export const COMPANIONS = ['secret.key', 'first-run.json'];

/** Where the daily copies are, in `DATA_DIR`. */
export const COPIES_DIR = 'backups';
/** How many of them are kept. */
const KEPT = 3;
const DAY_MS = 24 * 60 * 60 * 1_000;
/** How long after a copy that failed the next is tried. */
const RETRY_MS = 60 * 60 * 1_000;

/** Copies the database into that directory, which is there. */
export type CopyDatabase = (directory: string) => Promise<void>;

/** The time as the name of a directory, on every system. */
export const nameOf = (at: Date) => at.toISOString().replaceAll(':', '-');

/**
 * Copies the embedded database and what belongs to it into `target`, which must not be there. It is there whole or not
 * at all.
 */
export async function makeCopy(dataDir: string, target: string, copyDatabase: CopyDatabase): Promise<void> {
	if (existsSync(target)) throw new ConfigError(`${target} is there already; name a directory that is not.`);
	const draft = `${target}.part`;
	await rm(draft, { recursive: true, force: true });
	await mkdir(path.join(draft, DATABASE_DIR), { recursive: true, mode: 0o700 });
	try {
		await copyDatabase(path.join(draft, DATABASE_DIR));
		await checkData(path.join(draft, DATABASE_DIR));
		await copyCompanions(dataDir, draft);
		await rename(draft, target);
	} catch (error) {
		await rm(draft, { recursive: true, force: true });
		throw error;
	}
}

/**
 * Puts a copy in the place of the data. What was there is moved aside, to the directory that is answered.
 * @throws {DatabaseInUseError} while the service runs
 * @throws {DatabaseDamagedError} where the copy is none; the data is left alone then
 */
export async function restoreCopy(dataDir: string, source: string, now: Date): Promise<string> {
	await mkdir(dataDir, { recursive: true, mode: 0o700 });
	const release = lock(path.join(dataDir, LOCK_FILE));
	try {
		const copy = path.join(source, DATABASE_DIR, DATA_FILE);
		// lmdb takes a name with a dot for that of a file.
		const draft = path.join(dataDir, `${DATABASE_DIR}-part`);
		await rm(draft, { recursive: true, force: true });
		await mkdir(draft, { mode: 0o700 });
		// Looked at here: where the copy is, nothing may be written, as on a disk that is only read.
		if (existsSync(copy)) await copyFile(copy, path.join(draft, DATA_FILE));
		if ((await checkData(draft)) === 'new') {
			throw new DatabaseDamagedError(`There is no copy of a database in ${source}.`);
		}
		const aside = path.join(dataDir, `replaced-${nameOf(now)}`);
		await mkdir(aside, { mode: 0o700 });
		for (const name of [DATABASE_DIR, ...COMPANIONS.filter((file) => existsSync(path.join(source, file)))]) {
			const place = path.join(dataDir, name);
			if (existsSync(place)) await rename(place, path.join(aside, name));
		}
		await copyCompanions(source, dataDir);
		await rename(draft, path.join(dataDir, DATABASE_DIR));
		return aside;
	} finally {
		release();
	}
}

async function copyCompanions(from: string, to: string): Promise<void> {
	for (const name of COMPANIONS) {
		if (existsSync(path.join(from, name))) await copyFile(path.join(from, name), path.join(to, name));
	}
}

/** Keeps a copy of each of the last days that the service ran, in `DATA_DIR/backups`. */
export function createDailyCopies({
	dataDir,
	copyDatabase,
	clock,
	log,
}: {
	dataDir: string;
	copyDatabase: CopyDatabase;
	clock: Clock;
	log: Logger;
}): Pick<WakeableLoop, 'start' | 'stop'> {
	const directory = path.join(dataDir, COPIES_DIR);
	/** Removes what a process that was killed had begun. */
	const clear = async () => {
		const names = await readdir(directory).catch(() => []);
		const begun = names.filter((name) => name.endsWith('Z.part'));
		for (const name of begun) await rm(path.join(directory, name), { recursive: true, force: true });
	};
	/** Our own copies up to now, the oldest first; whatever else somebody has put there is left alone. */
	const copies = async () => {
		const names = await readdir(directory).catch(() => []);
		const ours = names.filter((name) => /^\d{4}-\d\d-\d\dT[\d-]+\.\d{3}Z$/.test(name));
		return ours.filter((name) => name <= nameOf(clock.now())).sort();
	};
	const timeOf = (name: string) => Date.parse(name.replace(/T(\d\d)-(\d\d)-/, 'T$1:$2:'));

	const { start, stop } = createWakeableLoop({
		clock,
		onError: (error) => log.error({ err: error }, 'the daily copy of the database failed; trying again'),
		async round() {
			const last = (await copies()).at(-1);
			const due = last === undefined ? 0 : timeOf(last) + DAY_MS - clock.now().getTime();
			if (due > 0) return Math.min(due, DAY_MS);
			await clear();
			try {
				await makeCopy(dataDir, path.join(directory, nameOf(clock.now())), copyDatabase);
			} catch (error) {
				log.error({ err: error }, 'the daily copy of the database failed; trying again in an hour');
				return RETRY_MS;
			}
			for (const name of (await copies()).slice(0, -KEPT))
				await rm(path.join(directory, name), { recursive: true });
			return DAY_MS;
		},
	});
	return { start, stop };
}
