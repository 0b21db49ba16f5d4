import { spawn, type ChildProcess } from 'node:child_process';
import { devNull } from 'node:os';
import type { Readable } from 'node:stream';
import { GitError } from './git-error';

/** Settings of one git command, e.g. `{ 'http.followRedirects': 'false' }`. */
export type GitSettings = Readonly<Record<string, string>>;

interface GitCommand {
	readonly args: readonly string[];
	readonly settings?: GitSettings;
	/** The shell command for ssh; unset, ssh cannot be used. */
	readonly ssh?: string;
	/** A configuration file that holds for the commands that git starts as well, to which settings do not come. */
	readonly configFile?: string;
	/** What git reads on its standard input. */
	readonly input?: string;
	/** Where git keeps the list of the files of a work tree. */
	readonly indexFile?: string;
	readonly signal?: AbortSignal | undefined;
	/** In milliseconds; git and what it started are ended after it. */
	readonly timeoutMs?: number;
}

/** git ended with an error, or was ended. `stderr` may name places on this machine: it is for the log alone. */
export class GitCommandError extends Error {
	override readonly name = 'GitCommandError';

	constructor(
		readonly reason: 'failed' | 'timeout' | 'too_large',
		readonly stderr: string,
	) {
		super(`git ${reason}: ${stderr.slice(0, 2_000)}`);
	}
}

/** The most that one command may print, in bytes. */
const MAX_OUTPUT = 64 * 1024 * 1024;
const MAX_ERROR_OUTPUT = 64 * 1024;
const READ_TIMEOUT_MS = 30_000;
const GRACE_MS = 2_000;

/** These hold for every command: nothing is read from, run by or told to anybody but what the command names. */
const SETTINGS: GitSettings = {
	'core.hooksPath': devNull,
	'core.fsmonitor': 'false',
	'credential.helper': '',
	'protocol.allow': 'never',
	'fetch.recurseSubmodules': 'false',
	// Else a collection of garbage goes on in the background, behind the lock of the project's next command.
	'gc.autoDetach': 'false',
	'maintenance.autoDetach': 'false',
	'http.followRedirects': 'false',
	'http.proxy': '',
	// Under a kilobyte a second for so long is no answer.
	'http.lowSpeedLimit': '1000',
	'http.lowSpeedTime': '20',
};

/**
 * Runs git and answers what it printed. The machine's and the user's configuration are left out; of the environment,
 * git sees what it needs to find its programs, the keys of an ssh agent and the machine's certificates. Settings go
 * by the environment, not by `-c`, so that no list of processes shows the credentials among them.
 * @throws GitCommandError; GitError git_unavailable; the reason of an aborted signal
 */
export async function git(command: GitCommand): Promise<Buffer> {
	const { PATH, SSH_AUTH_SOCK, GIT_SSL_CAINFO, GIT_SSL_CAPATH } = process.env;
	const settings = Object.entries({ ...SETTINGS, ...command.settings });
	const env = {
		PATH,
		SSH_AUTH_SOCK,
		GIT_SSL_CAINFO,
		GIT_SSL_CAPATH,
		LC_ALL: 'C',
		GIT_CONFIG_NOSYSTEM: '1',
		GIT_CONFIG_GLOBAL: command.configFile ?? devNull,
		GIT_ATTR_NOSYSTEM: '1',
		GIT_TERMINAL_PROMPT: '0',
		GIT_ASKPASS: 'false',
		GIT_NO_REPLACE_OBJECTS: '1',
		GIT_NO_LAZY_FETCH: '1',
		GIT_SSH_VARIANT: 'ssh',
		GIT_SSH_COMMAND: command.ssh ?? 'false',
		...(command.indexFile === undefined ? {} : { GIT_INDEX_FILE: command.indexFile }),
		GIT_CONFIG_COUNT: String(settings.length),
		...Object.fromEntries(
			settings.flatMap(([key, value], index) => [
				[`GIT_CONFIG_KEY_${index}`, key],
				[`GIT_CONFIG_VALUE_${index}`, value],
			]),
		),
	};
	command.signal?.throwIfAborted();
	const limit = AbortSignal.timeout(command.timeoutMs ?? READ_TIMEOUT_MS);
	const ended = command.signal ? AbortSignal.any([command.signal, limit]) : limit;
	return new Promise((resolve, reject) => {
		// In a process group of its own: what git starts (ssh, git-remote-https) is ended with it.
		const child = spawn('git', command.args, { env, detached: true, windowsHide: true });
		const end = () => endGroup(child);
		ended.addEventListener('abort', end, { once: true });
		const stdout = collect(child.stdout, MAX_OUTPUT, end);
		const stderr = collect(child.stderr, MAX_ERROR_OUTPUT, end);
		child.once('error', (error) => {
			ended.removeEventListener('abort', end);
			reject('code' in error && error.code === 'ENOENT' ? unavailable('git is not installed') : error);
		});
		child.once('close', (code) => {
			ended.removeEventListener('abort', end);
			if (code === 0) resolve(Buffer.concat(stdout.chunks));
			else if (command.signal?.aborted) reject(reasonOf(command.signal));
			else if (stdout.isFull()) reject(new GitCommandError('too_large', ''));
			else
				reject(new GitCommandError(ended.aborted ? 'timeout' : 'failed', String(Buffer.concat(stderr.chunks))));
		});
		// git may end before it has read everything; its exit code says why.
		child.stdin.on('error', () => undefined);
		child.stdin.end(command.input ?? '');
	});
}

/** Keeps what a stream brings, up to a limit in bytes, beyond which it calls `onFull`. */
function collect(stream: Readable, limit: number, onFull: () => void) {
	const chunks: Buffer[] = [];
	let size = 0;
	stream.on('data', (chunk: Buffer) => {
		size += chunk.length;
		if (size <= limit) chunks.push(chunk);
		else onFull();
	});
	return { chunks, isFull: () => size > limit };
}

/** Ends a command politely, for git removes its locks then; what does not heed that is killed. */
function endGroup(child: ChildProcess) {
	const send = (signal: NodeJS.Signals) => {
		try {
			process.kill(-(child.pid ?? NaN), signal);
		} catch {
			child.kill(signal);
		}
	};
	send('SIGTERM');
	const killer = setTimeout(() => send('SIGKILL'), GRACE_MS);
	child.once('close', () => clearTimeout(killer));
}

const reasonOf = (signal: AbortSignal): Error =>
	signal.reason instanceof Error ? signal.reason : new Error('git was aborted', { cause: signal.reason });

/** The first version whose `http.curloptResolve` holds git to the address that was checked. */
const MINIMUM = [2, 37] as const;

/** @throws GitError git_unavailable where git is missing, or older than what can be held to an address. */
export async function checkGitVersion(): Promise<void> {
	const printed = (await git({ args: ['--version'] })).toString();
	const [, major = '0', minor = '0'] = /(\d+)\.(\d+)/.exec(printed) ?? [];
	const isOld = Number(major) < MINIMUM[0] || (Number(major) === MINIMUM[0] && Number(minor) < MINIMUM[1]);
	if (isOld) throw unavailable(`git ${major}.${minor} is too old`);
}

const unavailable = (what: string) =>
	new GitError(
		'git_unavailable',
		`${what} on the machine that this service runs on; it needs git ${MINIMUM.join('.')} or later.`,
	);
