import { randomUUID } from 'node:crypto';
import { mkdir, realpath, rename, rm, writeFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import path from 'node:path';
import type { ProjectId } from '../core/ids';
import { OutboundError, type Outbound } from '../net/outbound';
import { type CommitAddons, readAddons } from './addons';
import { unreachable } from './fetch-failure';
import { checkGitVersion, git, GitCommandError, type GitSettings } from './git-command';
import { GitError } from './git-error';
import { layOut } from './lay-out';
import { isRefName } from './ref-name';
import { parseRepositoryUrl, repositoryName, type RepositoryLocation } from './repository-url';
import { lines } from './tree';

/** What is read of a project. */
export interface GitProject {
	readonly id: ProjectId;
	readonly repository_url: string;
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
	/** @throws GitError repository_not_allowed where the URL is none that this service reads from. */
	check(repositoryUrl: string): Promise<void>;
	/**
	 * Brings the mirror to where the repository is, within {@link FETCH_TIMEOUT_MS}.
	 * @throws GitError repository_not_allowed, repository_unreachable, git_unavailable
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
}

interface GitRepositoriesOptions {
	/** The service's own directory: `git/` in it holds the mirrors, `repositories/` may hold projects' repositories. */
	readonly dataDir: string;
	/** Further absolute directories below which a repository may be a local path. */
	readonly allowedPaths: readonly string[];
	readonly outbound: Pick<Outbound, 'resolve'>;
	/** In milliseconds. */
	readonly fetchTimeoutMs?: number;
}

/** How long a fetch may take, in milliseconds. */
export const FETCH_TIMEOUT_MS = 60_000;
const SHA = /^[0-9a-f]{40}$/;
const SHORT_SHA = /^[0-9a-f]{7,40}$/i;

export function createGitRepositories({
	dataDir,
	allowedPaths,
	outbound,
	fetchTimeoutMs = FETCH_TIMEOUT_MS,
}: GitRepositoriesOptions): GitRepositories {
	const allowedRoots = [path.join(dataDir, 'repositories'), ...allowedPaths];
	const inTurn = createTurns();
	let gitIsGood = false;
	const mirrorOf = (project: GitProject) => path.join(dataDir, 'git', `${project.id}.git`);

	/** Where the repository is, once sure that it may be read. */
	const locate = async (repositoryUrl: string): Promise<RepositoryLocation> => {
		const location = parseRepositoryUrl(repositoryUrl);
		if (location.transport !== 'path') return location;
		const real = await realpath(location.path).catch(() => undefined);
		const roots = await Promise.all(allowedRoots.map((root) => realpath(root).catch(() => undefined)));
		const isAllowed = roots.some((root) => real !== undefined && root !== undefined && isBelow(real, root));
		if (real === undefined || !isAllowed) {
			throw new GitError(
				'repository_not_allowed',
				'The repository is a local path that is not there, or not in a directory that GIT_ALLOWED_PATHS names.',
			);
		}
		return { transport: 'path', path: real };
	};

	/** How git is told to read from there and nowhere else, at the address that was checked. */
	const planFetch = async (location: RepositoryLocation): Promise<FetchPlan> => {
		if (location.transport === 'path') {
			const configFile = path.join(dataDir, 'git', 'local.config');
			// Put there whole, as git may be reading it for another project at this moment.
			const whole = `${configFile}.${randomUUID()}`;
			await writeFile(whole, ANY_OWNER);
			await rename(whole, configFile);
			return { url: location.path, settings: { 'protocol.file.allow': 'always' }, configFile };
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

	const fetchInto = async (mirror: string, plan: FetchPlan, signal: AbortSignal | undefined) => {
		await git({ args: ['init', '--quiet', '--bare', '--template=', mirror] });
		const refs = ['+refs/heads/*:refs/heads/*', '+refs/tags/*:refs/tags/*'];
		await git({
			args: [`--git-dir=${mirror}`, 'fetch', '--quiet', '--prune', '--no-tags', '--', plan.url, ...refs],
			settings: plan.settings,
			...(plan.ssh === undefined ? {} : { ssh: plan.ssh }),
			...(plan.configFile === undefined ? {} : { configFile: plan.configFile }),
			signal,
			timeoutMs: fetchTimeoutMs,
		});
	};

	return {
		check: async (repositoryUrl) => {
			await locate(repositoryUrl);
		},

		fetch: (project, signal) =>
			inTurn(project.id, async () => {
				if (!gitIsGood) await checkGitVersion();
				gitIsGood = true;
				const mirror = mirrorOf(project);
				await mkdir(path.dirname(mirror), { recursive: true, mode: 0o700 });
				const plan = await planFetch(await locate(project.repository_url));
				try {
					await fetchInto(mirror, plan, signal);
				} catch (error) {
					const known = unreachable(error, fetchTimeoutMs);
					if (known) throw known;
					if (!(error instanceof GitCommandError)) throw error;
					// Not the repository's doing: what a crash has left in the mirror (locks, halves of objects).
					await rm(mirror, { recursive: true, force: true });
					await fetchInto(mirror, plan, signal).catch((again: unknown) => {
						throw unreachable(again, fetchTimeoutMs) ?? again;
					});
				}
			}),

		resolve: (project, ref) =>
			inTurn(project.id, async () => {
				const mirror = mirrorOf(project);
				const sha = await findCommit(mirror, project, ref);
				const branches = await refsWith(mirror, 'refs/heads', sha);
				const named = [ref.replace(/^refs\/heads\//, ''), project.default_branch];
				const tips = branches.filter((branch) => branch.sha === sha);
				const branch =
					branches.find(({ name }) => name === named[0]) ??
					tips.find(({ name }) => name === named[1]) ??
					tips[0] ??
					branches.find(({ name }) => name === named[1]) ??
					branches[0];
				return { sha, branch: branch?.name ?? null };
			}),

		readAddons: (project, sha) =>
			inTurn(project.id, () => readAddons(mirrorOf(project), sha, repositoryName(project.repository_url))),

		layOut: (project, sha, directory, signal) =>
			inTurn(project.id, () => layOut(mirrorOf(project), sha, directory, signal)),
	};
}

type HttpsLocation = Extract<RepositoryLocation, { readonly transport: 'https' }>;

interface FetchPlan {
	readonly url: string;
	readonly settings: GitSettings;
	readonly ssh?: string;
	readonly configFile?: string;
}

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

const isBelow = (child: string, parent: string) => {
	const relative = path.relative(parent, child);
	return relative !== '' && !relative.startsWith('..') && !path.isAbsolute(relative);
};

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

async function findCommit(mirror: string, project: GitProject, ref: string): Promise<string> {
	const name = ref === 'HEAD' ? project.default_branch : ref;
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
		if (isReachable) return sha;
	}
	throw new GitError(
		'ref_not_found',
		ref === 'HEAD'
			? `The repository has no branch "${name}", which is the project's default branch.`
			: `The repository has no branch, tag or commit "${ref}".`,
	);
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
