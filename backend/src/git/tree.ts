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

/** Whether it is a file with a content of its own. */
export const isFile = ({ mode }: TreeEntry) => mode === '100644' || mode === '100755';

/**
 * Everything at a commit but the folders themselves.
 * @throws GitError repository_too_large
 */
export async function readTree(mirror: string, sha: string): Promise<TreeEntry[]> {
	const printed = await git({
		args: [`--git-dir=${mirror}`, 'ls-tree', '-r', '-z', '-l', '--full-tree', '--end-of-options', sha],
	}).catch((error: unknown) => {
		if (error instanceof GitCommandError && error.reason === 'too_large') {
			throw new GitError('repository_too_large', 'The repository has more files than are read here.');
		}
		throw error;
	});
	return lines(printed, '\0').flatMap((line) => {
		const [, mode, object, size, path] = /^(\d+) \w+ ([0-9a-f]+) +(\d+|-)\t([^]*)$/.exec(line) ?? [];
		if (mode === undefined || object === undefined || path === undefined) return [];
		return [{ mode, object, size: size === '-' ? 0 : Number(size), path }];
	});
}

/** The contents of blobs, in one go. Format: https://git-scm.com/docs/git-cat-file#_batch_output */
export async function readBlobs(mirror: string, blobs: readonly string[]): Promise<Buffer[]> {
	if (blobs.length === 0) return [];
	const printed = await git({
		args: [`--git-dir=${mirror}`, 'cat-file', '--batch=%(objectsize)'],
		input: blobs.map((blob) => `${blob}\n`).join(''),
	});
	let position = 0;
	return blobs.map(() => {
		const start = printed.indexOf('\n', position) + 1;
		const end = start + Number(printed.subarray(position, start).toString());
		position = end + 1;
		return printed.subarray(start, end);
	});
}

/** What git printed, one by one. */
export const lines = (printed: Buffer, separator = '\n') =>
	printed
		.toString()
		.split(separator)
		.filter((line) => line !== '');
