import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import type { OrganizationId } from '../core/ids';
import { GitError } from './git-error';

/** A directory below which repositories may be local paths. */
export interface AllowedPath {
	readonly directory: string;
	/** Whose projects may; null: those of the organization that runs the service. */
	readonly organization_id: OrganizationId | null;
}

/**
 * The real place of a repository that is a local path, once sure that all that git would read of it is below one of those
 * directories: it follows links, and files that name other places (`.git`, `commondir`, `alternates`).
 * @throws GitError repository_not_allowed
 */
export async function locateLocally(place: string, directories: readonly string[]): Promise<string> {
	const roots = (await Promise.all(directories.map(realPathOf))).filter((root) => root !== undefined);
	const within = async (named: string) => {
		const real = await realPathOf(named);
		if (real === undefined || !roots.some((root) => isBelow(real, root))) throw notAllowed();
		return real;
	};
	const repository = await within(place);
	const pending = [await gitDirectoryOf(repository)];
	const seen = new Set<string>();
	for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
		const directory = await within(next);
		if (seen.has(directory)) continue;
		seen.add(directory);
		pending.push(...(await otherPlaces(directory)));
		for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
			if (entry.isSymbolicLink()) await within(path.join(entry.parentPath, entry.name));
		}
	}
	return repository;
}

/** As git finds it: a directory `.git`, or the one that a file of that name tells of; else the repository is bare. */
async function gitDirectoryOf(repository: string): Promise<string> {
	const inner = path.join(repository, '.git');
	const found = await stat(inner).catch(() => undefined);
	if (found === undefined) return repository;
	if (found.isDirectory()) return inner;
	const named = /^gitdir: (.+)/.exec(await textOf(inner))?.[1];
	if (named === undefined) throw notAllowed();
	return path.resolve(repository, named.trimEnd());
}

/** Where else git reads, of a directory that holds a repository or its objects. */
async function otherPlaces(directory: string): Promise<string[]> {
	const common = await textOf(path.join(directory, 'commondir'));
	const places = common === '' ? [] : [path.resolve(directory, common.trimEnd())];
	for (const objects of [directory, path.join(directory, 'objects')]) {
		const alternates = (await textOf(path.join(objects, 'info', 'alternates'))).split('\n');
		for (const line of alternates)
			if (line !== '' && !line.startsWith('#')) places.push(path.resolve(objects, line));
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
