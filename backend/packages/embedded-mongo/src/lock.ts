import { readFileSync, renameSync, linkSync, rmSync, writeFileSync } from 'node:fs';
import { z } from 'zod';

const ownerSchema = z.object({ pid: z.number().int().positive(), started: z.string() });
type Owner = z.infer<typeof ownerSchema>;

/** The locks of this process. The process id in a file is not enough: an earlier process may have had the same id. */
const held = new Set<string>();

/**
 * Takes the lock file at `path`, so that no second process works on the same data. A lock is taken over if its process
 * is gone, even if another process has the same id by now. Returns a function that releases the lock. Throws if another
 * process holds it.
 */
export function lock(path: string): () => void {
	if (held.has(path)) throw inUse(path, process.pid);
	const mine: Owner = { pid: process.pid, started: startOf(process.pid) };
	const draft = `${path}.${process.pid}`;
	writeFileSync(draft, JSON.stringify(mine), { mode: 0o600 });
	try {
		if (!link(draft, path)) {
			takeOver(path, `${draft}.stale`);
			if (!link(draft, path)) throw inUse(path, readOwner(path)?.pid);
		}
	} finally {
		rmSync(draft, { force: true });
	}
	held.add(path);
	return () => {
		held.delete(path);
		rmSync(path, { force: true });
	};
}

/** Moves a stale lock away. If another process has replaced it in the meantime, the new lock is put back. */
function takeOver(path: string, aside: string): void {
	const owner = readOwner(path);
	if (owner && isAlive(owner)) throw inUse(path, owner.pid);
	try {
		renameSync(path, aside);
	} catch {
		return;
	}
	const moved = readOwner(aside);
	if (moved && isAlive(moved)) link(aside, path);
	rmSync(aside, { force: true });
}

/** Makes `path` another name of `file`, atomically. Answers whether `path` was free. */
function link(file: string, path: string): boolean {
	try {
		linkSync(file, path);
		return true;
	} catch (error) {
		if (codeOf(error) === 'EEXIST') return false;
		throw error;
	}
}

function codeOf(error: unknown): unknown {
	return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
}

function readOwner(path: string): Owner | undefined {
	try {
		return ownerSchema.safeParse(JSON.parse(readFileSync(path, 'utf8'))).data;
	} catch {
		return undefined;
	}
}

function isAlive({ pid, started }: Owner): boolean {
	if (pid === process.pid) return false;
	try {
		process.kill(pid, 0);
	} catch (error) {
		return codeOf(error) === 'EPERM';
	}
	return started === startOf(pid);
}

/** When a process started, on Linux (proc(5), field 22 of stat). On other systems an empty string. */
function startOf(pid: number): string {
	try {
		return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ')[19] ?? '';
	} catch {
		return '';
	}
}

/** Another process uses the data directory. */
export class DatabaseInUseError extends Error {
	override readonly name = 'DatabaseInUseError';
}

function inUse(path: string, pid: number | undefined): DatabaseInUseError {
	return new DatabaseInUseError(
		`The embedded database is in use by process ${pid ?? 'unknown'} (${path}). ` +
			'It serves one process: stop the other one, choose another data directory, or set MONGODB_URI.',
	);
}
