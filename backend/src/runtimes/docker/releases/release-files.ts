import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { lstat, mkdtemp, readdir, readFile, readlink, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { pack, type Header, type Pack } from 'tar-stream';
import { type Addon, type Release, ReleaseError } from '../../runtime';
import type { AddonContent } from '../model';

/** Where a release lies in its containers. */
export const RELEASE_DIRECTORY = '/mnt/release';
const SOURCE = 'source';

/** The user that Odoo runs as, in its image. */
export interface FileOwner {
	readonly uid: number;
	readonly gid: number;
}

/** The files of a release, on this machine for as long as it takes. */
export interface ReleaseFiles {
	readonly addons: readonly AddonContent[];
	/** The commit's root, in its containers. */
	readonly root: string;
	/** Its `requirements.txt`; null where it has none. */
	readonly requirements: string | null;
	/** Where Odoo finds the add-ons, in its containers. */
	readonly addonsPaths: readonly string[];
	/** All of it, and these texts beside it, as an archive for {@link RELEASE_DIRECTORY}. */
	archive(texts: Readonly<Record<string, { readonly text: string; readonly mode: number }>>, owner: FileOwner): Pack;
}

/** Lays the release out below `scratch`, hands its files on and takes them away again. */
export async function withReleaseFiles<T>(
	release: Release,
	scratch: string,
	work: (files: ReleaseFiles) => Promise<T>,
): Promise<T> {
	const directory = await mkdtemp(path.join(scratch, 'release-'));
	try {
		// An add-on at the root is found under its name.
		const root = path.join(SOURCE, release.addons.find((addon) => addon.path === '.')?.name ?? '');
		await release.source(path.join(directory, root));
		const addons: AddonContent[] = [];
		for (const { name, version, path: itsPath } of release.addons) {
			addons.push({ name, version, content: await contentOf(path.join(directory, root, itsPath)) });
		}
		const addonsPaths = addonsPathsOf(release.addons, root);
		const unfit = addonsPaths.find((place) => /[,\r\n]/.test(place));
		if (unfit !== undefined) {
			const said = 'Odoo takes no add-ons from a directory with a comma or a line break in its name.';
			throw new ReleaseError('release_refused', said);
		}
		const requirements = await readFile(path.join(directory, root, 'requirements.txt'), 'utf8').catch(() => null);
		return await work({
			addons,
			root: path.posix.join(RELEASE_DIRECTORY, root),
			requirements,
			addonsPaths,
			archive: (texts, owner) => {
				const archive = pack();
				fill(archive, directory, texts, owner).then(
					() => archive.finalize(),
					(error: unknown) => archive.destroy(error instanceof Error ? error : new Error(String(error))),
				);
				return archive;
			},
		});
	} finally {
		await rm(directory, { recursive: true, force: true });
	}
}

/** The parents of the add-ons, each once. */
const addonsPathsOf = (addons: readonly Addon[], root: string): string[] => {
	const parents = addons.map((addon) => path.posix.join(RELEASE_DIRECTORY, root, addon.path, '..'));
	return [...new Set(parents)].sort();
};

/** A hash of all files below a directory: of their names, their content, and whether they are programs. */
async function contentOf(directory: string): Promise<string> {
	const sum = createHash('sha256');
	for await (const { name, file, header } of filesBelow(await realDirectory(directory))) {
		sum.update(
			JSON.stringify([name, header.type, (header.mode ?? 0) & 0o100, header.linkname ?? '', header.size ?? 0]),
		);
		if (header.type === 'file') for await (const piece of createReadStream(file)) sum.update(Buffer.from(piece));
	}
	return sum.digest('hex');
}

/** An add-on may be a link within the repository; it is read where that leads. */
async function realDirectory(directory: string): Promise<string> {
	const link = await readlink(directory).catch(() => null);
	return link === null ? directory : realDirectory(path.resolve(path.dirname(directory), link));
}

interface FileBelow {
	/** From the directory, with `/`. */
	readonly name: string;
	readonly file: string;
	readonly header: Partial<Pick<Header, 'type' | 'mode' | 'linkname' | 'size'>>;
}

/** Directories come before what they hold, and all of it in a fixed order. */
async function* filesBelow(directory: string, below = ''): AsyncGenerator<FileBelow> {
	const names = await readdir(path.join(directory, below));
	for (const entry of names.sort()) {
		const name = path.posix.join(below, entry);
		const file = path.join(directory, name);
		const found = await lstat(file);
		if (found.isDirectory()) {
			yield { name, file, header: { type: 'directory', mode: 0o755 } };
			yield* filesBelow(directory, name);
		} else if (found.isSymbolicLink()) {
			yield { name, file, header: { type: 'symlink', mode: 0o777, linkname: await readlink(file) } };
		} else {
			const mode = (found.mode & 0o100) === 0 ? 0o644 : 0o755;
			yield { name, file, header: { type: 'file', mode, size: (await stat(file)).size } };
		}
	}
}

async function fill(
	archive: Pack,
	directory: string,
	texts: Parameters<ReleaseFiles['archive']>[0],
	owner: FileOwner,
): Promise<void> {
	for await (const { name, file, header } of filesBelow(directory)) {
		const entry = { ...header, ...owner, name };
		if (header.type === 'file') await pipeline(createReadStream(file), archive.entry(entry));
		else await added(archive, entry, '');
	}
	for (const [name, { text, mode }] of Object.entries(texts)) await added(archive, { ...owner, name, mode }, text);
}

const added = (archive: Pack, headers: Partial<Header> & Pick<Header, 'name'>, text: string) =>
	new Promise<void>((resolve, reject) => {
		archive.entry(headers, text, (error) => (error ? reject(error) : resolve()));
	});
