import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import path from 'node:path';
import { z } from 'zod';
import { idSchema, type OrganizationId, type ProjectId } from '../core/ids';
import { OutboundError, type Outbound } from '../net/outbound';
import { type CommitAddons, readAddons } from './addons';
import { unreachable } from './fetch-failure';
import { checkGitVersion, git, GitCommandError, type GitSettings } from './git-command';
import { GitError } from './git-error';
import { layOut } from './lay-out';
import { type AllowedPath, locateLocally } from './local-path';
import { isRefName } from './ref-name';
import { parseRepositoryUrl, repositoryName, type RepositoryLocation } from './repository-url';
import { lines } from './tree';

/** A repository, and whose projects want to read it. */
interface RepositoryOf {
	readonly repository_url: string;
	readonly organization_id: OrganizationId;
}

/** Whose mirror one is. */
type MirrorOf = Pick<GitProject, 'id' | 'organization_id'>;

/** What is read of a project. */
export interface GitProject extends RepositoryOf {
	readonly id: ProjectId;
	/** What `HEAD` stands for. */
	readonly default_branch: string;
}

/** A commit, by the whole of its id. */
export interface Commit {
	readonly sha: string;
	/** The branch that it is on; null where it is on none. */
	readonly branch: string | null;
}

/**
 * The projects' repositories: a mirror of each, without a work tree, kept from one fetch to the next. Commands on one
 * project's mirror take turns; everything is safe to repeat, and a mirror that is lost or broken is made anew.
 */
export interface GitRepositories {
	/** @throws GitError repository_not_allowed where the URL is none that this service reads from for the organization. */
	check(repository: RepositoryOf): Promise<void>;
	/**
	 * Brings the mirror to where the repository is, within {@link FETCH_TIMEOUT_MS}.
	 * @throws GitError repository_not_allowed, repository_unreachable, repository_too_large, git_unavailable
	 */
	fetch(project: GitProject, signal?: AbortSignal): Promise<void>;
	/**
	 * Finds what a ref means in what was fetched: `HEAD`, a commit's id (40 digits, or the first 7 and more), a branch,
	 * a tag. A name that is both is the branch; a commit must be in the history of a branch or a tag.
	 * @throws GitError ref_not_found
	 */
	resolve(project: GitProject, ref: string): Promise<Commit>;
	/**
	 * The add-ons at a commit that was fetched, and what was skipped as Odoo could not load it. One at the root has the
	 * name of the repository.
	 * @throws GitError manifest_invalid where there are manifests, but Odoo could install none; repository_too_large
	 */
	readAddons(project: GitProject, sha: string): Promise<CommitAddons>;
	/**
	 * Lays a commit that was fetched out in a directory that is empty or not there yet, and answers the paths that were
	 * left out: what would lie or lead outside of it, and submodules.
	 * @throws GitError repository_too_large
	 */
	layOut(project: GitProject, sha: string, directory: string, signal?: AbortSignal): Promise<readonly string[]>;
	/** Removes what was fetched of a project; may be called again. */
	forget(project: MirrorOf): Promise<void>;
	/** Removes what is kept of projects that are not there any more. */
	tidyUp(isThere: (id: ProjectId) => Promise<boolean>): Promise<void>;
}

interface GitRepositoriesOptions {
	/** The service's own directory: `git/` in it holds the mirrors, `repositories/` may hold projects' repositories. */
	readonly dataDir: string;
	/** For files that no other process needs. */
	readonly scratchDir: string;
	/** Further directories, absolute, below which a repository may be a local path. */
	readonly allowedPaths: readonly AllowedPath[];
	/** The organization that runs the service; null before there is one. */
	readonly operatorOf: () => Promise<OrganizationId | null>;
	readonly outbound: Pick<Outbound, 'resolve'>;
	/** In milliseconds. */
	readonly fetchTimeoutMs?: number;
	/** How large a mirror may become, in bytes. */
	readonly maxBytes?: number;
	/** How large all mirrors of an organization may become together, in bytes. */
	readonly maxBytesOfAll?: number;
}

/** How long a fetch may take, in milliseconds. */
export const FETCH_TIMEOUT_MS = 60_000;
const MAX_MIRROR_BYTES = 2 * 1024 * 1024 * 1024;
const MAX_BYTES_OF_ALL = 10 * 1024 * 1024 * 1024;
/** How often a mirror's size is looked at while it is fetched, in milliseconds. */
const SIZE_CHECK_MS = 500;
/** As {@link createGitRepositories} names a mirror. */
const mirroredId = z
	.string()
	.endsWith('.git')
	.transform((name) => name.slice(0, -'.git'.length))
	.pipe(idSchema('project'));
const BRANCHES = 'refs/heads/';
const SHA = /^[0-9a-f]{40}$/;
const SHORT_SHA = /^[0-9a-f]{7,40}$/i;

export function createGitRepositories({
	dataDir,
	scratchDir,
	allowedPaths,
	operatorOf,
	outbound,
	fetchTimeoutMs = FETCH_TIMEOUT_MS,
	maxBytes = MAX_MIRROR_BYTES,
	maxBytesOfAll = MAX_BYTES_OF_ALL,
}: GitRepositoriesOptions): GitRepositories {
	const allowedRoots = [{ directory: path.join(dataDir, 'repositories'), organization_id: null }, ...allowedPaths];
	const inTurn = createTurns();
	let gitIsGood = false;
	const mirrorsOf = (organization_id: OrganizationId) => path.join(dataDir, 'git', organization_id);
	const mirrorOf = ({ id, organization_id }: MirrorOf) => path.join(mirrorsOf(organization_id), `${id}.git`);

	/** Where the repository is, once sure that the organization may read it. */
	const locate = async ({ repository_url, organization_id }: RepositoryOf): Promise<RepositoryLocation> => {
		const location = parseRepositoryUrl(repository_url);
		if (location.transport !== 'path') return location;
		const operator = await operatorOf();
		const directories = allowedRoots
			.filter(({ organization_id: owner }) => (owner ?? operator) === organization_id)
			.map(({ directory }) => directory);
		return { transport: 'path', path: await locateLocally(location.path, directories) };
	};

	/** How git is told to read from there and nowhere else, at the address that was checked. */
	const planFetch = async (location: RepositoryLocation): Promise<FetchPlan> => {
		if (location.transport === 'path') {
			const configFile = path.join(dataDir, 'git', 'local.config');
			// Put there whole, as git may be reading it for another project at this moment.
			const whole = `${configFile}.${randomUUID()}`;
			await writeFile(whole, ANY_OWNER);
			await rename(whole, configFile);
			return {
				url: location.path,
				options: STRICTLY_THERE,
				settings: { 'protocol.file.allow': 'always' },
				configFile,
			};
		}
		const { address } = await outbound.resolve(location.host).catch((error: unknown) => {
			if (!(error instanceof OutboundError)) throw error;
			throw new GitError('repository_unreachable', `The repository cannot be read. ${error.message}`, {
				cause: error,
			});
		});
		if (location.transport === 'ssh') {
			return {
				url: location.url,
				settings: { 'protocol.ssh.allow': 'always' },
				ssh: sshCommand(location.host, address),
			};
		}
		return { url: location.url, settings: httpsSettings(location, address) };
	};

	/** Ends git, and clears away what it has brought, where that is more than is taken. */
	const withinSize = async (
		project: MirrorOf,
		signal: AbortSignal | undefined,
		run: (signal: AbortSignal) => Promise<void>,
	) => {
		const ended = new AbortController();
		const mirror = mirrorOf(project);
		const all = mirrorsOf(project.organization_id);
		const check = async () => {
			if ((await sizeOf(mirror)) > maxBytes) ended.abort(tooLarge(maxBytes));
			else if ((await sizeOf(all)) > maxBytesOfAll) ended.abort(tooLargeWithOthers(maxBytesOfAll));
		};
		let looking: Promise<void> | undefined;
		const look = () => {
			looking ??= check().finally(() => (looking = undefined));
			looking.catch(() => undefined);
		};
		const timer = setInterval(look, SIZE_CHECK_MS);
		try {
			await run(signal ? AbortSignal.any([signal, ended.signal]) : ended.signal);
			await check();
			ended.signal.throwIfAborted();
		} finally {
			clearInterval(timer);
			if (ended.signal.aborted) await rm(mirror, { recursive: true, force: true });
		}
	};

	const fetchInto = async (mirror: string, project: GitProject, plan: FetchPlan, signal: AbortSignal | undefined) => {
		await git({ args: ['init', '--quiet', '--bare', '--template=', mirror] });
		const { url, options = [], ...access } = plan;
		const refs = ['+refs/heads/*:refs/heads/*', '+refs/tags/*:refs/tags/*'];
		// A shallow clone is read as far as it reaches, and further once it reaches further.
		const depth = ['--update-shallow', ...(existsSync(path.join(mirror, 'shallow')) ? ['--unshallow'] : [])];
		const fetching = ['fetch', '--quiet', '--prune', '--no-tags', ...depth, ...options, '--', url, ...refs];
		await withinSize(project, signal, async (within) => {
			const command = { ...access, signal: within, timeoutMs: fetchTimeoutMs };
			await git({ args: [`--git-dir=${mirror}`, ...fetching], ...command });
			if (await hasBranch(mirror, project.default_branch)) return;
			const printed = await git({ args: ['ls-remote', '--symref', ...options, '--', url, 'HEAD'], ...command });
			const head = /^ref: (refs\/heads\/\S+)\tHEAD$/m.exec(printed.toString())?.[1];
			if (head !== undefined) await git({ args: [`--git-dir=${mirror}`, 'symbolic-ref', 'HEAD', head] });
		});
	};

	const remove = (project: MirrorOf) =>
		inTurn(project.id, () => rm(mirrorOf(project), { recursive: true, force: true }));

	return {
		check: async (repository) => {
			await locate(repository);
		},

		fetch: (project, signal) =>
			inTurn(project.id, async () => {
				if (!gitIsGood) await checkGitVersion();
				gitIsGood = true;
				const mirror = mirrorOf(project);
				await mkdir(path.dirname(mirror), { recursive: true, mode: 0o700 });
				const plan = await planFetch(await locate(project));
				try {
					await fetchInto(mirror, project, plan, signal);
				} catch (error) {
					const known = unreachable(error, fetchTimeoutMs);
					if (known) throw known;
					if (!(error instanceof GitCommandError)) throw error;
					// Not the repository's doing: what a crash has left in the mirror (locks, halves of objects).
					await rm(mirror, { recursive: true, force: true });
					await fetchInto(mirror, project, plan, signal).catch((again: unknown) => {
						throw unreachable(again, fetchTimeoutMs) ?? again;
					});
				}
			}),

		resolve: (project, ref) =>
			inTurn(project.id, async () => {
				const mirror = mirrorOf(project);
				const found = await findCommit(mirror, project, ref);
				const { sha } = found;
				return { sha, branch: await branchOf(mirror, project, found) };
			}),

		readAddons: (project, sha) =>
			inTurn(project.id, () => readAddons(mirrorOf(project), sha, repositoryName(project.repository_url))),

		forget: remove,

		async tidyUp(isThere) {
			for (const name of await readdir(path.join(dataDir, 'git')).catch(() => [])) {
				// Earlier versions kept all mirrors in one directory.
				if (name.endsWith('.git')) await rm(path.join(dataDir, 'git', name), { recursive: true, force: true });
				const organization_id = idSchema('organization').safeParse(name).data;
				if (organization_id === undefined) continue;
				for (const mirror of await readdir(mirrorsOf(organization_id))) {
					const id = mirroredId.safeParse(mirror).data;
					if (id !== undefined && !(await isThere(id))) await remove({ id, organization_id });
				}
			}
		},

		layOut: (project, sha, directory, signal) =>
			inTurn(project.id, () => layOut(mirrorOf(project), sha, directory, { scratchDir, signal })),
	};
}

type HttpsLocation = Extract<RepositoryLocation, { readonly transport: 'https' }>;

interface FetchPlan {
	readonly url: string;
	/** For the commands that ask there. */
	readonly options?: readonly string[];
	readonly settings: GitSettings;
	readonly ssh?: string;
	readonly configFile?: string;
}

/** Else git would also look beside the directory, e.g. for one of that name and `.git`. */
const STRICTLY_THERE = ['--upload-pack=git-upload-pack --strict'];

/**
 * Which local paths may be read is settled before git is asked, whoever owns them: a directory that is mounted into a
 * container seldom belongs to the service's user (https://git-scm.com/docs/git-config#Documentation/git-config.txt-safedirectory).
 */
const ANY_OWNER = '[safe]\n\tdirectory = *\n';

function httpsSettings({ host, port, credentials }: HttpsLocation, address: string): GitSettings {
	const target = address.includes(':') ? `[${address}]` : address;
	return {
		'protocol.https.allow': 'always',
		...(isIP(host.replace(/[[\]]/g, '')) === 0 ? { 'http.curloptResolve': `${host}:${port}:${target}` } : {}),
		...(credentials === null
			? {}
			: { 'http.extraHeader': `Authorization: Basic ${Buffer.from(credentials).toString('base64')}` }),
	};
}

/** The host's key is known by its name, the connection goes to the address; both are free of anything a shell reads. */
const sshCommand = (host: string, address: string) =>
	[
		'ssh -F none',
		...[
			'BatchMode=yes',
			'ConnectTimeout=15',
			'ServerAliveInterval=10',
			'ServerAliveCountMax=2',
			`HostName=${address}`,
			`HostKeyAlias=${host.replace(/[[\]]/g, '')}`,
			'ProxyCommand=none',
			'ClearAllForwardings=yes',
			'PermitLocalCommand=no',
		].map((option) => `-o ${option}`),
	].join(' ');

/** What the files below a directory take, in bytes. */
async function sizeOf(directory: string): Promise<number> {
	let size = 0;
	for (const name of await readdir(directory, { recursive: true }).catch(() => [])) {
		// git renames and removes files meanwhile.
		const found = await stat(path.join(directory, name)).catch(() => undefined);
		if (found?.isFile()) size += found.size;
	}
	return size;
}

const tooLarge = (maxBytes: number) =>
	new GitError('repository_too_large', `The repository takes more than ${inMebibytes(maxBytes)}.`);

const tooLargeWithOthers = (maxBytes: number) =>
	new GitError(
		'repository_too_large',
		`With it, the organization's repositories take more than ${inMebibytes(maxBytes)}. Delete projects that are not used.`,
	);

const inMebibytes = (bytes: number) => `${(bytes / 1024 / 1024).toFixed(1)} MiB`;

/** Lets what is done under one key happen one after the other. */
function createTurns() {
	const last = new Map<string, Promise<unknown>>();
	return async <T>(key: string, run: () => Promise<T>): Promise<T> => {
		const mine = (last.get(key) ?? Promise.resolve()).then(run, run);
		last.set(key, mine);
		try {
			return await mine;
		} finally {
			if (last.get(key) === mine) last.delete(key);
		}
	};
}

/** What a ref was found as, by its full name or as a commit's id. */
interface Found {
	readonly sha: string;
	readonly as: string;
}

async function findCommit(mirror: string, project: GitProject, ref: string): Promise<Found> {
	const name = ref === 'HEAD' ? await defaultBranchOf(mirror, project) : ref;
	if (!isRefName(name)) {
		throw new GitError('ref_not_found', 'The ref is neither a commit id nor a name that a branch or tag can have.');
	}
	const candidates = [
		...(SHA.test(name) ? [name] : []),
		...(/^refs\/(heads|tags)\//.test(name) ? [name] : [`refs/heads/${name}`, `refs/tags/${name}`]),
		...(SHORT_SHA.test(name) ? [name.toLowerCase()] : []),
	];
	for (const candidate of candidates) {
		const sha = await commitOf(mirror, candidate);
		if (sha === undefined) continue;
		// A mirror keeps objects that no branch or tag leads to any more; they are no longer the repository's.
		const isReachable =
			candidate.startsWith('refs/') ||
			(await refsWith(mirror, 'refs/heads', sha, 1)).length > 0 ||
			(await refsWith(mirror, 'refs/tags', sha, 1)).length > 0;
		if (isReachable) return { sha, as: candidate };
	}
	throw new GitError(
		'ref_not_found',
		ref === 'HEAD'
			? `The repository has no branch "${name}", which is the project's default branch. ${await branchesInWords(mirror)}`
			: `The repository has no branch, tag or commit "${ref}".`,
	);
}

/**
 * The branch that a commit is named with: the one that was asked for; of a commit's id, the only one whose head it is;
 * else the default branch, if the commit is in its history. Any other is one among many, or none of a tag's business.
 */
async function branchOf(mirror: string, project: GitProject, { sha, as }: Found): Promise<string | null> {
	if (as.startsWith(BRANCHES)) return as.slice(BRANCHES.length);
	const branches = await refsWith(mirror, 'refs/heads', sha);
	const defaultBranch = await defaultBranchOf(mirror, project);
	const onDefault = branches.find(({ name }) => name === defaultBranch);
	if (as.startsWith('refs/tags/')) return onDefault?.name ?? null;
	const tips = branches.filter((branch) => branch.sha === sha);
	const only = tips.length === 1 ? tips[0] : branches.length === 1 ? branches[0] : undefined;
	return (onDefault?.sha === sha ? onDefault : (only ?? onDefault))?.name ?? null;
}

/** The project's default branch; where the repository has none of that name, the branch of its own HEAD. */
async function defaultBranchOf(mirror: string, project: GitProject): Promise<string> {
	if (await hasBranch(mirror, project.default_branch)) return project.default_branch;
	const head = await git({ args: [`--git-dir=${mirror}`, 'symbolic-ref', '--quiet', 'HEAD'] }).catch(ignoreFailure);
	const name = head?.toString().trim().slice(BRANCHES.length) ?? '';
	return (await hasBranch(mirror, name)) ? name : project.default_branch;
}

const hasBranch = async (mirror: string, name: string): Promise<boolean> =>
	isRefName(name) && (await commitOf(mirror, `${BRANCHES}${name}`)) !== undefined;

/** What there is instead of a branch that was not found. */
async function branchesInWords(mirror: string): Promise<string> {
	const printed = await git({
		args: [`--git-dir=${mirror}`, 'for-each-ref', '--count=11', '--format=%(refname)', 'refs/heads'],
	}).catch(ignoreFailure);
	const names = lines(printed ?? Buffer.alloc(0)).map((name) => name.slice(BRANCHES.length));
	if (names.length === 0) return 'It has no branches.';
	return `It has ${names.slice(0, 10).join(', ')}${names.length > 10 ? ' and others' : ''}.`;
}

/** The commit that a full ref name or a commit id means; undefined where it means none, or is not clear. */
async function commitOf(mirror: string, revision: string): Promise<string | undefined> {
	const found = await git({
		args: [`--git-dir=${mirror}`, 'rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{commit}`],
	}).catch(ignoreFailure);
	return found?.toString().trim();
}

/** The branches or tags in whose history a commit is. */
async function refsWith(mirror: string, namespace: string, sha: string, count = 1_000) {
	const printed = await git({
		args: [
			`--git-dir=${mirror}`,
			'for-each-ref',
			`--count=${count}`,
			`--contains=${sha}`,
			'--format=%(objectname) %(refname)',
			namespace,
		],
	});
	return lines(printed).map((line) => {
		const [tip = '', name = ''] = line.split(' ');
		return { sha: tip, name: name.slice(namespace.length + 1) };
	});
}

/** Where a mirror or an object is missing, git fails; nothing was found then. */
function ignoreFailure(error: unknown): undefined {
	if (error instanceof GitCommandError && error.reason === 'failed') return undefined;
	throw error;
}
