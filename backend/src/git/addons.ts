import path from 'node:path/posix';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Addon } from '../runtimes/runtime';
import { GitError } from './git-error';
import { isSafePath } from './lay-out';
import { placeOf } from './links';
import { NotLoadable, readManifest } from './manifest';
import { inTurns, isFile, isLink, LINKS_PER_TURN, readBlobs, readTargets, readTree, type TreeEntry } from './tree';

/** Something in a repository that is no add-on for Odoo, though it looks like one. */
export interface SkippedAddon {
	/** Its directory in the repository. */
	readonly path: string;
	/** Why, in a sentence for the repository's owner. */
	readonly reason: string;
}

/** What a commit has for Odoo, both in a fixed order. */
export interface CommitAddons {
	/** By name. */
	readonly addons: readonly Addon[];
	/** By path. */
	readonly skipped: readonly SkippedAddon[];
}

const MAX_MANIFESTS = 2_000;
/** In bytes: so much is parsed in a moment, whatever it is made of. */
const MAX_MANIFEST_BYTES = 64 * 1024;
/** Of a commit's manifests together, in bytes. */
const MAX_MANIFESTS_BYTES = 8 * 1024 * 1024;
const MAX_DEPENDENCIES = 200_000;
const MAX_PATH = 500;

/** The second is the name that Odoo took until 18. */
const MANIFEST = /^__(?:manifest|openerp)__\.py$/;
/** Odoo 19 takes no hyphen any more. */
const TECHNICAL_NAME = /^[\p{L}\p{N}_-]{1,256}$/u;
const ROOT = '.';

/** A directory with a manifest. */
interface Candidate {
	readonly path: string;
	readonly name: string;
	/** The same, but without links on the way to it. */
	readonly place: string;
	readonly manifest: TreeEntry;
}

/**
 * The add-ons at a commit: each directory with a manifest, also the root, and one that a link within the repository
 * leads to. Of two with one name it is the one that is less deep, then the first by its path.
 * @param rootName the technical name of an add-on at the root
 * @throws GitError manifest_invalid where there are manifests, but Odoo could install none; repository_too_large
 */
export async function readAddons(mirror: string, sha: string, rootName: string): Promise<CommitAddons> {
	const { candidates, skipped } = await findCandidates(mirror, sha, rootName);
	const read = candidates.filter((candidate) => {
		const reason = reasonAgainst(candidate);
		if (reason !== undefined) skipped.push({ path: candidate.path, reason });
		return reason === undefined;
	});
	if (read.reduce((sum, { manifest }) => sum + manifest.size, 0) > MAX_MANIFESTS_BYTES) {
		throw tooLarge(`The manifests of the commit take more than ${MAX_MANIFESTS_BYTES} bytes.`);
	}
	const contents = await readBlobs(
		mirror,
		read.map(({ manifest }) => manifest.object),
	);
	const addons = new Map<string, Addon>();
	let dependencies = 0;
	for (const [index, { name, path: itsPath }] of read.entries()) {
		const twin = addons.get(name);
		const manifest = readManifest(name, contents[index] ?? Buffer.alloc(0));
		if (manifest instanceof NotLoadable) skipped.push({ path: itsPath, reason: manifest.reason });
		else if (twin) skipped.push({ path: itsPath, reason: `There is another add-on ${name}: ${twin.path}.` });
		else {
			dependencies += manifest.depends.length;
			if (dependencies > MAX_DEPENDENCIES) {
				throw tooLarge(`The add-ons of the commit name more than ${MAX_DEPENDENCIES} dependencies.`);
			}
			addons.set(name, { name, path: itsPath, ...manifest });
		}
		await nextTurn();
	}
	if (candidates.length > addons.size && ![...addons.values()].some(({ installable }) => installable)) {
		const reasons = skipped.slice(0, 10).map(inWords).join(' ');
		throw new GitError('manifest_invalid', `The commit has no add-on that Odoo could install. ${reasons}`);
	}
	return {
		addons: [...addons.values()].sort((a, b) => compare(a.name, b.name)),
		skipped: skipped
			.map((one) => (one.path.length > MAX_PATH ? { ...one, path: `${one.path.slice(0, MAX_PATH)}…` } : one))
			.sort((a, b) => compare(a.path, b.path)),
	};
}

/** What was skipped and why, on one line. */
export const inWords = ({ path: itsPath, reason }: SkippedAddon) => `${itsPath}: ${reason}`;

function reasonAgainst({ name, path: itsPath, manifest }: Candidate): string | undefined {
	if (!TECHNICAL_NAME.test(name)) {
		return `Odoo takes no add-on of the name "${name.slice(0, MAX_PATH)}": letters, digits and underscores can be in it.`;
	}
	if (itsPath.length > MAX_PATH) return `Its path is longer than ${MAX_PATH} characters.`;
	if (itsPath !== ROOT && !isSafePath(itsPath)) return "Its path is not text, or leads into git's own files.";
	if (manifest.size > MAX_MANIFEST_BYTES) return `Its manifest is larger than ${MAX_MANIFEST_BYTES} bytes.`;
	return undefined;
}

/** In the order in which they come first; and what might have been one. */
async function findCandidates(mirror: string, sha: string, rootName: string) {
	const manifests = new Map<string, TreeEntry>();
	const files = new Map<string, TreeEntry>();
	const submodules = new Set<string>();
	const links: TreeEntry[] = [];
	for await (const entries of inTurns(await readTree(mirror, sha))) {
		for (const entry of entries) {
			if (entry.mode === '160000') submodules.add(entry.path);
			if (isLink(entry)) links.push(entry);
			if (!isFile(entry)) continue;
			files.set(entry.path, entry);
			const directory = path.dirname(entry.path);
			if (MANIFEST.test(path.basename(entry.path)) && !manifests.has(directory)) manifests.set(directory, entry);
		}
	}
	const candidates = new Map<string, Candidate>();
	const add = (itsPath: string, place: string, manifest: TreeEntry) => {
		const name = itsPath === ROOT ? rootName : path.basename(itsPath);
		const key = `${name}/${place}`;
		const known = candidates.get(key);
		// A link of the same name is the same add-on once more.
		if (!known || before(itsPath, known.path)) candidates.set(key, { path: itsPath, name, place, manifest });
		if (candidates.size > MAX_MANIFESTS) {
			throw tooLarge(`The repository has more than ${MAX_MANIFESTS} add-ons.`);
		}
	};
	const skipped: SkippedAddon[] = [...submodules].map((submodule) => ({
		path: submodule,
		reason: 'It is a submodule, and those are not read.',
	}));

	const targets = await readTargets(mirror, links);
	const places: { readonly link: string; readonly place: string }[] = [];
	for await (const some of inTurns(links, LINKS_PER_TURN)) {
		for (const { path: link } of some) {
			const place = placeOf(link, targets);
			const isManifest = MANIFEST.test(path.basename(link));
			const submodule = place === undefined ? undefined : within(submodules, place);
			const reason =
				place === undefined
					? 'It is a symbolic link that leads out of the repository.'
					: submodule !== undefined
						? `It is a symbolic link into the submodule ${submodule}, and those are not read.`
						: undefined;
			if (reason !== undefined) {
				const directory = path.dirname(link);
				if (isManifest) skipped.push({ path: directory, reason: reason.replace('It', 'Its manifest') });
				else if (TECHNICAL_NAME.test(path.basename(link)) && within(manifests, directory) === undefined)
					skipped.push({ path: link, reason });
			} else if (place !== undefined) {
				const file = files.get(place);
				if (!isManifest) places.push({ link, place: place === '' ? ROOT : place });
				else if (file && !manifests.has(path.dirname(link))) manifests.set(path.dirname(link), file);
			}
		}
	}
	for (const [directory, manifest] of manifests) add(directory, directory, manifest);
	for (const { link, place } of places) {
		const manifest = manifests.get(place);
		if (manifest) add(link, place, manifest);
	}
	return {
		candidates: [...candidates.values()].sort((a, b) => (before(a.path, b.path) ? -1 : 1)),
		skipped,
	};
}

/** The one of these directories, other than the root, that a path is in or is. */
function within(directories: { has(directory: string): boolean }, place: string): string | undefined {
	for (let at = place; at !== ROOT && at !== ''; at = path.dirname(at)) {
		if (directories.has(at)) return at;
	}
	return undefined;
}

/** Whether an add-on's path comes before another: less deep, then by the alphabet. */
function before(one: string, other: string): boolean {
	const [depth, otherDepth] = [depthOf(one), depthOf(other)];
	return depth === otherDepth ? compare(one, other) < 0 : depth < otherDepth;
}

const depthOf = (itsPath: string) => (itsPath === ROOT ? 0 : itsPath.split('/').length);
const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
const tooLarge = (message: string) => new GitError('repository_too_large', message);
