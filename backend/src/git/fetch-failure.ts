import { GitCommandError } from './git-command';
import { GitError } from './git-error';

/** What git prints when a repository cannot be read, and what that means to its owner. */
const FAILURES: readonly [pattern: RegExp, reason: string][] = [
	[
		/host key verification failed|no .* host key is known/i,
		"its host's ssh key is not known; add it to the known_hosts of the user that this service runs as",
	],
	[
		/permission denied|authentication failed|could not read (username|password)|access denied|returned error: 40[13]/i,
		'it refused access: it is private or not there, and the credentials are missing or wrong',
	],
	[/dubious ownership/, 'it belongs to another user of the machine than the one that this service runs as'],
	[/promisor remote/i, 'it is a partial clone, which lacks a part of its files; use a full one'],
	[/mismatched algorithms/i, 'its objects are named by SHA-256, which is not supported'],
	[/redirect|returned error: 30\d/i, 'it answers with a redirect; use the URL that it redirects to'],
	[/certificate|ssl|tls/i, "its host's TLS certificate was not accepted"],
	[
		/does not appear to be a git repository|not found|does not exist|no such file|returned error: 404/i,
		'there is no repository at this URL',
	],
	[
		/failed to connect|could(n't| not) connect|connection (refused|reset|closed|timed out)|timed out|no route to host|network is unreachable|operation too slow/i,
		'its host did not answer',
	],
	[
		/returned error: \d+|rpc failed|bad response|early eof|hung up|broken pipe|protocol error|invalid .*response/i,
		'its host broke off or did not answer as a git server does',
	],
	[/could not read from remote repository/i, 'its host refused or broke off'],
];

/** What git quotes are paths and URLs: a repository named `openssl` says nothing of certificates. */
const withoutNames = (stderr: string) => stderr.replace(/'[^']*'/g, "''");

/**
 * The failure in words, where it is the repository's or its host's; undefined where it is this machine's.
 * @param timeoutMs the time limit that the command had, in milliseconds
 */
export function unreachable(error: unknown, timeoutMs: number): GitError | undefined {
	if (!(error instanceof GitCommandError)) return undefined;
	const reason =
		error.reason === 'timeout'
			? `it was not read within ${timeoutMs / 1_000} seconds`
			: FAILURES.find(([pattern]) => pattern.test(withoutNames(error.stderr)))?.[1];
	return reason === undefined
		? undefined
		: new GitError('repository_unreachable', `The repository could not be read: ${reason}.`, { cause: error });
}
