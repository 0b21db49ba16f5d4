import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import type { OrganizationId } from '../core/ids';
import { systemCode } from '../core/errors';
import { GitError } from './git-error';

/** A directory below which repositories may be local paths. */
export interface AllowedPath {
	readonly directory: string;
	/** Whose projects may; null: those of the organization that runs the service. */
	readonly organization_id: OrganizationId | null;
}

/**
 * The directory of git of a repository that is a local path, once sure that all that git would read of it is below one of
 * those directories: links are followed, and files that name other places (`.git`, `commondir`, `alternates`).
 * @throws GitError repository_not_allowed
 */
export async function locateLocally(place: string, directories: readonly string[]): Promise<string> {
	const roots = (await Promise.all(directories.map(realPathOf))).filter((root) => root !== undefined);
	const check = (real: string | undefined) => {
		if (real === undefined || !roots.some((root) => isBelow(real, root))) throw notAllowed();
		return real;
	};
	const repository = check(await realPathOf(place));
	const located = check(await realPathOf(await gitDirectoryOf(repository)));
	if (!(await stat(located)).isDirectory()) throw notAllowed();
	const pending = [located];
	const seen = new Set<string>();
	for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
		const real = await realPathOf(next);
		// A push or a collection has removed it meanwhile, or a link leads nowhere.
		if (real === undefined) continue;
		if (seen.has(check(real))) continue;
		seen.add(real);
		pending.push(...(await otherPlaces(real)), ...(await inside(real)));
	}
	return located;
}

/** The directories and links in a directory, but for the hooks, which no fetch reads; of a file there are none. */
async function inside(directory: string): Promise<string[]> {
	const entries = await readdir(directory, { withFileTypes: true }).catch((error: unknown) => {
		const code = systemCode(error);
		if (code === 'ENOENT' || code === 'ENOTDIR') return [];
		throw notAllowed();
	});
	return entries
		.filter((entry) => entry.name !== 'hooks' && (entry.isDirectory() || entry.isSymbolicLink()))
		.map((entry) => path.join(directory, entry.name));
}

/** As git finds it: a directory `.git`, or the one that a file of that name tells of; else the repository is bare. */
async function gitDirectoryOf(repository: string): Promise<string> {
	const inner = path.join(repository, '.git');
	const found = await stat(inner).catch(() => undefined);
	if (found === undefined) return repository;
	if (found.isDirectory()) return inner;
	const named = /^gitdir: (.+?)[\r\n]*$/s.exec(await textOf(inner))?.[1];
	if (named === undefined) throw notAllowed();
	return path.resolve(repository, named);
}

/** Where else git reads, of a directory that holds a repository or its objects. */
async function otherPlaces(directory: string): Promise<string[]> {
	const common = await textOf(path.join(directory, 'commondir'));
	const places = common === '' ? [] : [path.resolve(directory, common.replace(/[\r\n]+$/, ''))];
	for (const objects of [directory, path.join(directory, 'objects')]) {
		const alternates = (await textOf(path.join(objects, 'info', 'alternates'))).split('\n');
		for (const line of alternates) {
			if (line === '' || line.startsWith('#')) continue;
			// Git takes it for quoted, and we would look elsewhere than it does.
			if (line.startsWith('"')) throw notAllowed();
			places.push(path.resolve(objects, line));
		}
	}
	return places;
}

const textOf = (file: string) => readFile(file, 'utf8').catch(() => '');
const realPathOf = (named: string) => realpath(named).catch(() => undefined);

const isBelow = (child: string, parent: string) => {
	const relative = path.relative(parent, child);
	return relative !== '' && !relative.startsWith('..') && !path.isAbsolute(relative);
};

const notAllowed = () =>
	new GitError(
		'repository_not_allowed',
		'The repository is a local path that is not there, that GIT_ALLOWED_PATHS does not open to this organization, or ' +
			'that leads out of there by a link or a file of git.',
	);
