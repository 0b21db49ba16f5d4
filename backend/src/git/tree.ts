import { setImmediate as nextTurn } from 'node:timers/promises';
import { git, GitCommandError } from './git-command';
import { GitError } from './git-error';

/** A file, a symbolic link or a submodule at a commit. */
export interface TreeEntry {
	/** As git writes it: `100644` a file, `100755` one that can be run, `120000` a symbolic link, `160000` a submodule. */
	readonly mode: string;
	readonly object: string;
	/** In bytes; 0 of a submodule. */
	readonly size: number;
	/** In the repository, with `/`; nobody has checked it. */
	readonly path: string;
}

/** How many files, links and submodules a commit may have. */
const MAX_ENTRIES = 200_000;
/** After so many entries, others have the thread. */
const ENTRIES_PER_TURN = 1_000;
/** Each may lead far. */
export const LINKS_PER_TURN = 10;
/** How long a symbolic link's target may be, in bytes; Linux takes no longer one. */
const MAX_TARGET_BYTES = 4096;

/** Whether it is a file with a content of its own. */
export const isFile = ({ mode }: TreeEntry) => mode === '100644' || mode === '100755';

/** Whether it is a symbolic link that a file system takes. */
export const isLink = ({ mode, size }: TreeEntry) => mode === '120000' && size <= MAX_TARGET_BYTES;

/**
 * Everything at a commit but the folders themselves.
 * @throws GitError repository_too_large
 */
export async function readTree(mirror: string, sha: string): Promise<TreeEntry[]> {
	const printed = await git({
		args: [`--git-dir=${mirror}`, 'ls-tree', '-r', '-z', '-l', '--full-tree', '--end-of-options', sha],
	}).catch(tooLarge('The repository has more files than are read here.'));
	const entries: TreeEntry[] = [];
	for (let start = 0; start < printed.length;) {
		const end = printed.indexOf(0, start);
		entries.push(...entryOf(printed.toString('utf8', start, end)));
		start = end + 1;
		if (entries.length > MAX_ENTRIES) {
			throw new GitError('repository_too_large', `The commit has more than ${MAX_ENTRIES} files.`);
		}
		if (entries.length % ENTRIES_PER_TURN === 0) await nextTurn();
	}
	return entries;
}

function entryOf(line: string): TreeEntry[] {
	const [, mode, object, size, path] = /^(\d+) \w+ ([0-9a-f]+) +(\d+|-)\t([^]*)$/.exec(line) ?? [];
	if (mode === undefined || object === undefined || path === undefined) return [];
	return [{ mode, object, size: size === '-' ? 0 : Number(size), path }];
}

/** Goes through so many things that others must have the thread in between. */
export async function* inTurns<T>(things: readonly T[], perTurn = ENTRIES_PER_TURN): AsyncGenerator<readonly T[]> {
	for (let start = 0; start < things.length; start += perTurn) {
		yield things.slice(start, start + perTurn);
		await nextTurn();
	}
}

/**
 * The contents of blobs, in one go. Format: https://git-scm.com/docs/git-cat-file#_batch_output
 * @throws GitError repository_too_large
 */
export async function readBlobs(mirror: string, blobs: readonly string[]): Promise<Buffer[]> {
	if (blobs.length === 0) return [];
	const printed = await git({
		args: [`--git-dir=${mirror}`, 'cat-file', '--batch=%(objectsize)'],
		input: blobs.map((blob) => `${blob}\n`).join(''),
	}).catch(tooLarge('The repository holds more than is read here.'));
	let position = 0;
	return blobs.map(() => {
		const start = printed.indexOf('\n', position) + 1;
		const end = start + Number(printed.subarray(position, start).toString());
		position = end + 1;
		return printed.subarray(start, end);
	});
}

/**
 * The targets of symbolic links, by the links' paths.
 * @throws GitError repository_too_large
 */
export async function readTargets(mirror: string, links: readonly TreeEntry[]): Promise<ReadonlyMap<string, string>> {
	const contents = await readBlobs(
		mirror,
		links.map(({ object }) => object),
	);
	return new Map(links.map((link, index) => [link.path, (contents[index] ?? Buffer.alloc(0)).toString()]));
}

/** What git printed was too much: so is the repository. */
const tooLarge =
	(message: string) =>
	(error: unknown): never => {
		if (error instanceof GitCommandError && error.reason === 'too_large') {
			throw new GitError('repository_too_large', message);
		}
		throw error;
	};

/** What git printed, one by one. */
export const lines = (printed: Buffer, separator = '\n') =>
	printed
		.toString()
		.split(separator)
		.filter((line) => line !== '');
