import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import {
	chmodSync,
	chownSync,
	closeSync,
	cpSync,
	existsSync,
	fstatSync,
	mkdirSync,
	mkdtempSync,
	openSync,
	readdirSync,
	rmSync,
	statSync,
	symlinkSync,
	writeFileSync,
	readFileSync,
} from 'node:fs';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { systemClock } from '../../backend/src/core/clock';
import { createIds } from '../../backend/src/core/ids';
import type { AllowedPath } from '../../backend/src/git/local-path';
import { createGitRepositories, type GitProject } from '../../backend/src/git/repositories';
import { createOutbound } from '../../backend/src/net/outbound';
import { makeGitRepository, type GitRepository } from '../support/git-repository';

const ids = createIds(systemClock);
let dataDir: string;
let source: GitRepository;
let cleanups: (() => unknown)[];

beforeEach(() => {
	cleanups = [];
	dataDir = mkdtempSync(path.join(tmpdir(), 'git-repositories-'));
	source = makeGitRepository(path.join(dataDir, 'repositories', 'demo'));
});

afterEach(async () => {
	for (const cleanup of cleanups.reverse()) await cleanup();
	rmSync(dataDir, { recursive: true, force: true });
});

/** Who runs the service, and somebody else. */
const operator = ids.next('organization');
const other = ids.next('organization');

const projectAt = (repository_url: string, organization_id = operator): GitProject => ({
	id: ids.next('project'),
	organization_id,
	repository_url,
	default_branch: 'main',
});

const mirrorOf = ({ id, organization_id }: GitProject) => path.join(dataDir, 'git', organization_id, `${id}.git`);

function open(
	options: {
		allowedPaths?: AllowedPath[];
		allowedCidrs?: string[];
		fetchTimeoutMs?: number;
		maxBytes?: number;
		maxBytesOfAll?: number;
	} = {},
) {
	const { allowedPaths = [], allowedCidrs = [], ...rest } = options;
	const outbound = createOutbound({
		allowedCidrs,
		lookup: (host) =>
			host === 'git.example.com' ? Promise.resolve([{ address: '127.0.0.1' }]) : Promise.reject(new Error('no')),
	});
	cleanups.push(() => outbound.close());
	return createGitRepositories({
		dataDir,
		scratchDir: dataDir,
		allowedPaths,
		operatorOf: () => Promise.resolve(operator),
		outbound,
		...rest,
	});
}

async function fetched(project = projectAt(source.path)) {
	const repositories = open();
	await repositories.fetch(project);
	return { repositories, project };
}

async function serve(listener: (socket: Socket) => void): Promise<number> {
	const sockets = new Set<Socket>();
	const server: Server = createServer((socket) => {
		sockets.add(socket);
		socket.on('error', () => undefined);
		listener(socket);
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	cleanups.push(
		() =>
			new Promise((resolve) => {
				for (const socket of sockets) socket.destroy();
				server.close(resolve);
			}),
	);
	return portOf(server.address());
}

function portOf(address: AddressInfo | string | null): number {
	if (address === null || typeof address === 'string') throw new Error('not a TCP server');
	return address.port;
}

function setPath(value: string) {
	const before = process.env.PATH;
	cleanups.push(() => (process.env.PATH = before));
	process.env.PATH = value;
}

/** Puts a program of that name before all others. */
function putInPath(name: string, script: string) {
	const bin = path.join(dataDir, 'bin');
	mkdirSync(bin);
	writeFileSync(path.join(bin, name), `#!/bin/sh\n${script}\n`);
	chmodSync(path.join(bin, name), 0o755);
	setPath(`${bin}:${process.env.PATH ?? ''}`);
}

const manifest = (fields = '') => `{'name': 'An add-on', ${fields}}\n`;
const failsWith = (code: string, message: unknown = expect.any(String)) =>
	expect.objectContaining({ name: 'GitError', code, message });

describe('resolving a ref', () => {
	it('keeps what it fetched from other users of the machine', async () => {
		await fetched();
		expect(statSync(path.join(dataDir, 'git')).mode & 0o077).toBe(0);
	});

	const itAsRoot = process.getuid?.() === 0 ? it : it.skip;
	itAsRoot('reads an allowed directory that belongs to another user, as a mounted one does', async () => {
		const sha = source.commit({ 'sale_extra/__manifest__.py': manifest() });
		for (const place of ['', '.git']) chownSync(path.join(source.path, place), 12345, 12345);
		const { repositories, project } = await fetched();
		expect(await repositories.resolve(project, 'main')).toMatchObject({ sha });
	});

	it('leaves alone what git may be reading for another project', async () => {
		const config = path.join(dataDir, 'git', 'local.config');
		await fetched();
		const read = openSync(config, 'r');
		cleanups.push(() => closeSync(read));
		await fetched();
		expect(fstatSync(read).ino).not.toBe(statSync(config).ino);
		expect(readdirSync(path.dirname(config)).filter((name) => name.startsWith('local'))).toEqual(['local.config']);
	});

	it('finds a branch, a tag, a commit, its beginning and HEAD', async () => {
		const first = source.commit({ 'a/__manifest__.py': manifest() });
		source.git('tag', '--annotate', 'v1', '--message=One');
		const second = source.commit({ README: '2' });
		const { repositories, project } = await fetched();
		const resolve = (ref: string) => repositories.resolve(project, ref);
		expect(await resolve('main')).toEqual({ sha: second, branch: 'main' });
		expect(await resolve('refs/heads/main')).toEqual({ sha: second, branch: 'main' });
		expect(await resolve('HEAD')).toEqual({ sha: second, branch: 'main' });
		expect(await resolve('v1')).toEqual({ sha: first, branch: 'main' });
		expect(await resolve(first)).toEqual({ sha: first, branch: 'main' });
		expect(await resolve(first.slice(0, 7))).toEqual({ sha: first, branch: 'main' });
	});

	it('takes the branch where a tag has the same name', async () => {
		source.commit({ README: '1' });
		source.git('tag', 'twin');
		source.git('checkout', '--quiet', '-b', 'twin');
		const sha = source.commit({ README: '2' });
		const { repositories, project } = await fetched();
		expect(await repositories.resolve(project, 'twin')).toEqual({ sha, branch: 'twin' });
	});

	it('names the branch whose head a commit is, before another that has it in its history', async () => {
		const sha = source.commit({ README: '1' });
		source.git('branch', 'staging');
		source.commit({ README: '2' });
		const { repositories, project } = await fetched();
		expect(await repositories.resolve(project, sha)).toEqual({ sha, branch: 'staging' });
	});

	it('has no branch for a commit that only a tag leads to', async () => {
		source.commit({ README: '1' });
		source.git('checkout', '--quiet', '--detach');
		const sha = source.commit({ README: '2' });
		source.git('tag', 'hotfix');
		const { repositories, project } = await fetched();
		expect(await repositories.resolve(project, sha)).toEqual({ sha, branch: null });
	});

	it('has for a tag the default branch or none, whatever other branch leads to it', async () => {
		const first = source.commit({ README: '1' });
		source.git('tag', 'released');
		source.git('checkout', '--quiet', '-b', 'dependabot/npm');
		const other = source.commit({ README: '2' });
		source.git('tag', 'tried');
		source.git('checkout', '--quiet', 'main');
		source.commit({ README: '3' });
		const { repositories, project } = await fetched();
		expect(await repositories.resolve(project, 'released')).toEqual({ sha: first, branch: 'main' });
		expect(await repositories.resolve(project, 'tried')).toEqual({ sha: other, branch: null });
	});

	it('has no branch for a commit that is on several, none of them the default one', async () => {
		source.commit({ README: '1' });
		source.git('checkout', '--quiet', '-b', 'a');
		const sha = source.commit({ README: '2' });
		source.git('branch', 'b');
		source.git('checkout', '--quiet', 'main');
		const { repositories, project } = await fetched();
		expect(await repositories.resolve(project, sha)).toEqual({ sha, branch: null });
	});

	it('takes the HEAD of the repository where it has no branch of the default name', async () => {
		const sha = source.commit({ README: '1' });
		source.git('branch', '--move', 'main', 'master');
		source.git('branch', 'dependabot/npm');
		const { repositories, project } = await fetched();
		expect(await repositories.resolve(project, 'HEAD')).toEqual({ sha, branch: 'master' });
	});

	it('says which branches there are where HEAD leads to none', async () => {
		source.commit({ README: '1' });
		source.git('branch', '--move', 'main', 'stable');
		source.git('checkout', '--quiet', '--detach');
		const { repositories, project } = await fetched();
		await expect(repositories.resolve(project, 'HEAD')).rejects.toEqual(
			failsWith('ref_not_found', expect.stringContaining('It has stable.')),
		);
	});

	it.each([
		'nowhere',
		'refs/remotes/x/main',
		'0123456789012345678901234567890123456789',
		'abcdef0',
		'-x',
		'a..b',
		'main~1',
		'@{u}',
		'',
	])('%j is not found', async (ref) => {
		source.commit({ README: '1' });
		const { repositories, project } = await fetched();
		await expect(repositories.resolve(project, ref)).rejects.toEqual(failsWith('ref_not_found'));
	});

	it('does not find a commit that was taken out of the repository', async () => {
		source.commit({ README: '1' });
		const sha = source.commit({ README: '2' });
		const { repositories, project } = await fetched();
		source.git('reset', '--quiet', '--hard', 'HEAD~1');
		await repositories.fetch(project);
		await expect(repositories.resolve(project, sha)).rejects.toEqual(failsWith('ref_not_found'));
	});

	it('says which branch is missing where the repository is empty', async () => {
		const { repositories, project } = await fetched();
		await expect(repositories.resolve(project, 'HEAD')).rejects.toEqual(
			failsWith('ref_not_found', expect.stringContaining('"main"')),
		);
	});
});

describe('fetching', () => {
	it('sees a branch that was moved by force and forgets one that was deleted', async () => {
		const first = source.commit({ README: '1' });
		source.commit({ README: '2' });
		source.git('branch', 'old');
		const { repositories, project } = await fetched();
		source.git('reset', '--quiet', '--hard', first);
		source.git('branch', '-D', 'old');
		await repositories.fetch(project);
		expect(await repositories.resolve(project, 'main')).toMatchObject({ sha: first });
		await expect(repositories.resolve(project, 'old')).rejects.toEqual(failsWith('ref_not_found'));
	});

	it('reads a shallow clone as far as it reaches', async () => {
		const first = source.commit({ README: '1' });
		const sha = source.commit({ README: '2' });
		const clone = path.join(dataDir, 'repositories', 'clone');
		source.git('clone', '--quiet', '--depth=1', `file://${source.path}`, clone);
		const { repositories, project } = await fetched(projectAt(clone));
		expect(await repositories.resolve(project, 'main')).toEqual({ sha, branch: 'main' });
		await expect(repositories.resolve(project, first)).rejects.toEqual(failsWith('ref_not_found'));
		source.git('-C', clone, 'fetch', '--quiet', '--unshallow');
		await repositories.fetch(project);
		expect(await repositories.resolve(project, first)).toEqual({ sha: first, branch: 'main' });
	});

	it('refuses a clone that lacks files', async () => {
		source.commit({ README: '1' });
		source.git('config', 'uploadpack.allowFilter', 'true');
		const clone = path.join(dataDir, 'repositories', 'clone');
		source.git('clone', '--quiet', '--filter=blob:none', '--no-checkout', `file://${source.path}`, clone);
		await expect(open().fetch(projectAt(clone))).rejects.toEqual(
			failsWith('repository_unreachable', expect.stringContaining('partial clone')),
		);
	});

	it('refuses a repository that takes too much, and keeps nothing of it', async () => {
		source.commit({ large: randomBytes(200_000) });
		const project = projectAt(source.path);
		const repositories = open({ maxBytes: 100_000 });
		await expect(repositories.fetch(project)).rejects.toEqual(failsWith('repository_too_large'));
		expect(existsSync(mirrorOf(project))).toBe(false);
	});

	it("refuses what is too much beside the organization's other repositories", async () => {
		source.commit({ large: randomBytes(200_000) });
		const first = projectAt(source.path);
		const repositories = open({
			maxBytesOfAll: 300_000,
			allowedPaths: [{ directory: path.dirname(source.path), organization_id: other }],
		});
		await repositories.fetch(first);
		const second = projectAt(source.path);
		await expect(repositories.fetch(second)).rejects.toEqual(
			failsWith('repository_too_large', expect.stringContaining("the organization's repositories")),
		);
		await expect(repositories.fetch(projectAt(source.path, other))).resolves.toBeUndefined();
		await repositories.fetch(first);
		await repositories.forget(first);
		await expect(repositories.fetch(second)).resolves.toBeUndefined();
	});

	it('forgets a project, as often as it is told to', async () => {
		source.commit({ README: '1' });
		const { repositories, project } = await fetched();
		expect(existsSync(mirrorOf(project))).toBe(true);
		await repositories.forget(project);
		await repositories.forget(project);
		expect(existsSync(mirrorOf(project))).toBe(false);
	});

	it('forgets what is not there any more, and mirrors where earlier versions had them', async () => {
		source.commit({ README: '1' });
		const { repositories, project: kept } = await fetched();
		const gone = projectAt(source.path);
		await repositories.fetch(gone);
		const former = path.join(dataDir, 'git', `${kept.id}.git`);
		mkdirSync(former);
		await repositories.tidyUp((id) => Promise.resolve(id === kept.id));
		expect([mirrorOf(kept), mirrorOf(gone), former].map((place) => existsSync(place))).toEqual([
			true,
			false,
			false,
		]);
	});

	it('makes a mirror anew that a crash has broken', async () => {
		const sha = source.commit({ README: '1' });
		const { repositories, project } = await fetched();
		const mirror = mirrorOf(project);
		writeFileSync(path.join(mirror, 'refs/heads/main'), '');
		writeFileSync(path.join(mirror, 'packed-refs.lock'), '');
		await repositories.fetch(project);
		expect(await repositories.resolve(project, 'main')).toMatchObject({ sha });
	});

	it('does not run the hooks of the repository', async () => {
		source.commit({ README: '1' });
		const trace = path.join(dataDir, 'hook-ran');
		for (const hook of ['reference-transaction', 'post-checkout', 'pre-auto-gc']) {
			const file = path.join(source.path, '.git/hooks', hook);
			mkdirSync(path.dirname(file), { recursive: true });
			writeFileSync(file, `#!/bin/sh\ntouch '${trace}'\n`);
			chmodSync(file, 0o755);
		}
		await fetched();
		expect(existsSync(trace)).toBe(false);
	});

	it.each(['empty', 'openssl-certificates'])(
		'says that there is no repository, whatever its name (%s)',
		async (name) => {
			mkdirSync(path.join(dataDir, 'repositories', name));
			const project = projectAt(path.join(dataDir, 'repositories', name));
			await expect(open().fetch(project)).rejects.toEqual(
				failsWith(
					'repository_unreachable',
					'The repository could not be read: there is no repository at this URL.',
				),
			);
		},
	);

	it('reads a local path only where the configuration allows it', async () => {
		const elsewhere = mkdtempSync(path.join(tmpdir(), 'git-elsewhere-'));
		cleanups.push(() => rmSync(elsewhere, { recursive: true, force: true }));
		const foreign = makeGitRepository(path.join(elsewhere, 'foreign'));
		const link = path.join(dataDir, 'repositories', 'link');
		symlinkSync(foreign.path, link);
		for (const url of [
			foreign.path,
			link,
			`${dataDir}/repositories/../git`,
			`${dataDir}/repositories`,
			'/nowhere',
		]) {
			await expect(open().check(projectAt(url))).rejects.toEqual(failsWith('repository_not_allowed'));
		}
		const allowed = open({ allowedPaths: [{ directory: elsewhere, organization_id: null }] });
		await expect(allowed.fetch(projectAt(foreign.path))).resolves.toBeUndefined();
	});

	it('opens a local path to the organization that it is for, and to no other', async () => {
		const directory = mkdtempSync(path.join(tmpdir(), 'git-elsewhere-'));
		cleanups.push(() => rmSync(directory, { recursive: true, force: true }));
		const theirs = makeGitRepository(path.join(directory, 'theirs')).path;
		const repositories = open({ allowedPaths: [{ directory, organization_id: other }] });
		const refused = failsWith('repository_not_allowed');
		await expect(repositories.check(projectAt(theirs, other))).resolves.toBeUndefined();
		await expect(repositories.check(projectAt(theirs))).rejects.toEqual(refused);
		await expect(repositories.check(projectAt(source.path))).resolves.toBeUndefined();
		await expect(repositories.check(projectAt(source.path, other))).rejects.toEqual(refused);
		await expect(repositories.fetch(projectAt(source.path, other))).rejects.toEqual(refused);
	});

	describe('where git would read outside of the allowed directories', () => {
		let secret: string;
		let inside: string;

		beforeEach(() => {
			const elsewhere = mkdtempSync(path.join(tmpdir(), 'git-elsewhere-'));
			cleanups.push(() => rmSync(elsewhere, { recursive: true, force: true }));
			const foreign = makeGitRepository(path.join(elsewhere, 'secret'));
			foreign.commit({ README: '1' });
			secret = path.join(foreign.path, '.git');
			inside = path.join(dataDir, 'repositories', 'inside');
		});

		const write = (file: string, text: string) => {
			mkdirSync(path.dirname(path.join(inside, file)), { recursive: true });
			writeFileSync(path.join(inside, file), text);
		};
		const bare = () => {
			cpSync(secret, inside, { recursive: true });
			write('config', '[core]\n\tbare = true\n');
		};

		it.each<[how: string, make: () => void]>([
			['a file .git', () => write('.git', `gitdir: ${secret}\n`)],
			['a file .git with a relative path', () => write('.git', `gitdir: ${path.relative(inside, secret)}\n`)],
			[
				'a directory .git that is a link',
				() => {
					mkdirSync(inside);
					symlinkSync(secret, path.join(inside, '.git'));
				},
			],
			[
				'a common directory',
				() => {
					write('.git/HEAD', 'ref: refs/heads/main\n');
					write('.git/commondir', secret);
				},
			],
			[
				'alternates',
				() => {
					bare();
					rmSync(path.join(inside, 'objects'), { recursive: true });
					write('objects/info/alternates', `# there\n${path.join(secret, 'objects')}\n`);
				},
			],
			[
				'alternates in quotes',
				() => {
					bare();
					rmSync(path.join(inside, 'objects'), { recursive: true });
					const quoted = `"${path.join(secret, 'objects')}"`;
					mkdirSync(path.join(inside, 'objects', quoted), { recursive: true });
					write('objects/info/alternates', `${quoted}\n`);
				},
			],
			[
				'a link by way of a linked directory',
				() => {
					const beside = path.join(dataDir, 'repositories', 'beside');
					mkdirSync(beside);
					const pack = path.join(secret, 'objects', 'pack');
					mkdirSync(pack, { recursive: true });
					symlinkSync(pack, path.join(beside, 'more'));
					bare();
					rmSync(path.join(inside, 'objects', 'pack'), { recursive: true, force: true });
					symlinkSync(beside, path.join(inside, 'objects', 'pack'));
				},
			],
			['a file in the place of a repository', () => writeFileSync(inside, 'text')],
			[
				'a link among its objects',
				() => {
					bare();
					rmSync(path.join(inside, 'objects'), { recursive: true });
					symlinkSync(path.join(secret, 'objects'), path.join(inside, 'objects'));
				},
			],
		])('refuses %s', async (_how, make) => {
			make();
			await expect(open().fetch(projectAt(inside))).rejects.toEqual(failsWith('repository_not_allowed'));
		});

		it('looks nowhere but where it was told', async () => {
			mkdirSync(inside);
			symlinkSync(secret, `${inside}.git`);
			await expect(open().fetch(projectAt(inside))).rejects.toEqual(failsWith('repository_unreachable'));
		});

		it('reads the same where all of it is inside', async () => {
			const worktree = path.join(dataDir, 'repositories', 'worktree');
			mkdirSync(worktree);
			writeFileSync(path.join(worktree, '.git'), `gitdir: ${path.join(source.path, '.git')}\n`);
			await expect(open().fetch(projectAt(worktree))).resolves.toBeUndefined();
		});
	});

	it('does not connect to a private address', async () => {
		for (const url of ['https://git.example.com/a.git', 'ssh://git@127.0.0.1/a.git', 'https://[::1]/a.git']) {
			await expect(open().fetch(projectAt(url))).rejects.toEqual(
				failsWith('repository_unreachable', expect.stringContaining('OUTBOUND_ALLOWED_CIDRS')),
			);
		}
	});

	it('says that a host is not known', async () => {
		await expect(open().fetch(projectAt('https://nowhere.example.com/a.git'))).rejects.toEqual(
			failsWith('repository_unreachable', expect.stringContaining('its name was not found')),
		);
	});

	it('connects over https to the address that was checked, under the name of the URL', async () => {
		let hello = '';
		const port = await serve((socket) => {
			socket.once('data', (data) => {
				hello = data.toString('latin1');
				socket.destroy();
			});
		});
		const project = projectAt(`https://ada:s3cret@git.example.com:${port}/a.git`);
		const failure: unknown = await open({ allowedCidrs: ['127.0.0.0/8'] })
			.fetch(project)
			.catch((error: unknown) => error);
		expect(hello).toContain('git.example.com');
		expect(failure).toEqual(failsWith('repository_unreachable'));
		expect(JSON.stringify(failure, Object.getOwnPropertyNames(failure))).not.toContain('s3cret');
	});

	it('gives up on a host that stays silent, and lets go of it', async () => {
		let hungUp: Promise<unknown> = Promise.reject(new Error('nobody came'));
		hungUp.catch(() => undefined);
		const port = await serve((socket) => {
			hungUp = once(socket.resume(), 'close');
		});
		const repositories = open({ allowedCidrs: ['127.0.0.0/8'], fetchTimeoutMs: 300 });
		await expect(repositories.fetch(projectAt(`https://git.example.com:${port}/a.git`))).rejects.toEqual(
			failsWith('repository_unreachable', expect.stringContaining('within 0.3 seconds')),
		);
		await hungUp;
	});

	it('ends when it is aborted', async () => {
		const gone = new AbortController();
		const port = await serve(() => gone.abort(new Error('shutting down')));
		const project = projectAt(`https://git.example.com:${port}/a.git`);
		await expect(open({ allowedCidrs: ['127.0.0.0/8'] }).fetch(project, gone.signal)).rejects.toThrow(
			'shutting down',
		);
	});

	it('connects over ssh to the address that was checked, and asks nobody', async () => {
		const sha = source.commit({ README: '1' });
		const seen = path.join(dataDir, 'arguments');
		putInPath('ssh', `printf '%s\\n' "$@" > '${seen}'; exec git upload-pack '${source.path}'`);
		const repositories = open({ allowedCidrs: ['127.0.0.0/8'] });
		const project = projectAt('git@git.example.com:acme/addons.git');
		await repositories.fetch(project);
		expect(await repositories.resolve(project, 'main')).toMatchObject({ sha });
		expect(readFileSync(seen, 'utf8').split('\n')).toEqual(
			expect.arrayContaining([
				'BatchMode=yes',
				'HostName=127.0.0.1',
				'HostKeyAlias=git.example.com',
				'git@git.example.com',
			]),
		);
	});

	it('refuses a git that cannot be held to an address', async () => {
		source.commit({ README: '1' });
		putInPath('git', "echo 'git version 2.36.9'");
		await expect(open().fetch(projectAt(source.path))).rejects.toEqual(
			failsWith('git_unavailable', expect.stringContaining('git 2.36 is too old')),
		);
	});

	it('says that git is missing', async () => {
		source.commit({ README: '1' });
		setPath(path.join(dataDir, 'nothing'));
		await expect(open().fetch(projectAt(source.path))).rejects.toEqual(
			failsWith('git_unavailable', expect.stringContaining('git is not installed')),
		);
	});
});

describe('reading add-ons', () => {
	it('calls one at the root as the repository is called', async () => {
		const sha = source.commit({ '__manifest__.py': manifest() });
		const { repositories, project } = await fetched();
		expect(await repositories.readAddons(project, sha)).toMatchObject({ addons: [{ name: 'demo', path: '.' }] });
	});
});
