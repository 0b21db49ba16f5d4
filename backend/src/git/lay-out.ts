import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { git } from './git-command';
import { GitError } from './git-error';
import { placeOf } from './links';
import { inTurns, LINKS_PER_TURN, isFile, isLink, readTargets, readTree, type TreeEntry } from './tree';

/** How long it may take, in milliseconds. */
const LAY_OUT_TIMEOUT_MS = 5 * 60_000;
const MAX_BYTES = 1024 * 1024 * 1024;

/**
 * Lays a commit's files out in a directory that is empty or not there yet. What would lie or lead outside of it, or into
 * git's own files, is left out, and so are submodules; answers the paths of all that. The rest is as git checks it out:
 * no hook, filter or other program of the repository's runs.
 * @throws GitError repository_too_large
 */
export async function layOut(
	mirror: string,
	sha: string,
	directory: string,
	{ scratchDir, signal }: { scratchDir: string; signal?: AbortSignal | undefined },
): Promise<readonly string[]> {
	await mkdir(directory, { recursive: true });
	if ((await readdir(directory)).length > 0) throw new Error('a commit is laid out in an empty directory alone');
	const entries = await readTree(mirror, sha);
	if (entries.reduce((sum, { size }) => sum + size, 0) > MAX_BYTES) {
		throw new GitError('repository_too_large', `The files of the commit take more than ${MAX_BYTES} bytes.`);
	}
	const kept = new Set(await safeOf(mirror, entries));
	const scratch = await mkdtemp(path.join(scratchDir, 'git-index-'));
	try {
		const command = { indexFile: path.join(scratch, 'index'), timeoutMs: LAY_OUT_TIMEOUT_MS, signal };
		const places = [`--git-dir=${mirror}`, `--work-tree=${directory}`];
		await git({
			...command,
			args: [...places, 'update-index', '-z', '--index-info'],
			input: [...kept].map(({ mode, object, path: file }) => `${mode} ${object}\t${file}\0`).join(''),
		});
		await git({ ...command, args: [...places, 'checkout-index', '--all', '--quiet'] });
	} finally {
		await rm(scratch, { recursive: true, force: true });
	}
	return entries.filter((entry) => !kept.has(entry)).map((entry) => entry.path);
}

/** What may be laid out: files, and links to places among them. */
async function safeOf(mirror: string, entries: readonly TreeEntry[]): Promise<TreeEntry[]> {
	const files: TreeEntry[] = [];
	const links: TreeEntry[] = [];
	for await (const some of inTurns(entries)) {
		const safe = some.filter((entry) => isSafePath(entry.path));
		files.push(...safe.filter(isFile));
		links.push(...safe.filter(isLink));
	}
	const targets = await readTargets(mirror, links);
	for await (const some of inTurns(links, LINKS_PER_TURN)) {
		files.push(
			...some.filter(
				({ path: file }) => !/(^|\/)\.git[^/]*$/i.test(file) && placeOf(file, targets) !== undefined,
			),
		);
	}
	return files;
}

/**
 * Not where git keeps files of its own, under any of the names that a file system may take for `.git`
 * (https://git-scm.com/docs/git-config#Documentation/git-config.txt-coreprotectNTFS), and in names that are text.
 */
export const isSafePath = (file: string) =>
	!file.includes('\uFFFD') &&
	file
		.split('/')
		.every(
			(name) =>
				!['', '.', '..'].includes(name) && !/^(\.git|git~1)[ .]*([:\\]|$)/i.test(name.replace(/\p{Cf}/gu, '')),
		);
