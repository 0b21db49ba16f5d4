import path from 'node:path';
import { GitError } from './git-error';

/** Where a repository is, and by which way it is read. */
export type RepositoryLocation =
	| {
			readonly transport: 'https';
			readonly host: string;
			readonly port: number;
			/** Without the credentials, which are sent apart so that no list of processes shows them. */
			readonly url: string;
			/** `user:password` of the URL. */
			readonly credentials: string | null;
	  }
	| { readonly transport: 'ssh'; readonly host: string; readonly url: string }
	| { readonly transport: 'path'; readonly path: string };

const HOST = String.raw`[A-Za-z0-9](?:[A-Za-z0-9._-]{0,251}[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\]`;
const USER = String.raw`[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}`;
/** No blanks or control characters, and nothing that ssh or git could take for an option. */
const REST = String.raw`[^\s\p{Cc}\-][^\s\p{Cc}]*`;

const SSH = new RegExp(String.raw`^ssh://(?:${USER}@)?(${HOST})(?::\d{1,5})?/${REST}$`, 'u');
const SCP = new RegExp(`^${USER}@(${HOST}):(?!//)${REST}$`, 'u');
const HTTPS = /^https:\/\/[^\s\p{Cc}]+$/u;

/**
 * Reads a repository's URL. What it does not know it refuses: git itself would also run programs (`ext::`), read any
 * file (`file://`) and send passwords unencrypted (`http://`, `git://`).
 * @throws GitError repository_not_allowed
 */
export function parseRepositoryUrl(text: string): RepositoryLocation {
	const location = text.length <= 2_000 ? (parsePath(text) ?? parseSsh(text) ?? parseHttps(text)) : undefined;
	if (location) return location;
	throw new GitError(
		'repository_not_allowed',
		'The repository URL must be https://host/path, ssh://user@host/path, user@host:path, or the absolute path of ' +
			'a directory that the configuration allows.',
	);
}

/** The last part of a repository's URL, as git names a clone: `crm_plus` of `https://git.example.com/acme/crm_plus.git`. */
export const repositoryName = (url: string): string => {
	const name = /([^/:\\]+?)(?:\.git)?\/*$/.exec(url.replace(/\/\.git\/*$/, ''))?.[1] ?? '';
	return decode(name);
};

function parsePath(text: string): RepositoryLocation | undefined {
	return path.isAbsolute(text) && !text.includes('\0') ? { transport: 'path', path: text } : undefined;
}

function parseSsh(text: string): RepositoryLocation | undefined {
	const host = (SSH.exec(text) ?? SCP.exec(text))?.[1];
	return host === undefined ? undefined : { transport: 'ssh', host, url: text };
}

function parseHttps(text: string): RepositoryLocation | undefined {
	if (!HTTPS.test(text) || !URL.canParse(text)) return undefined;
	const url = new URL(text);
	// A host that ends with a dot is another name to the check than it is to git.
	if (!new RegExp(`^(?:${HOST})$`).test(url.hostname)) return undefined;
	if (url.search !== '' || url.hash !== '' || url.pathname === '/') return undefined;
	const credentials = url.username === '' ? null : `${decode(url.username)}:${decode(url.password)}`;
	return {
		transport: 'https',
		host: url.hostname,
		port: url.port === '' ? 443 : Number(url.port),
		url: `https://${url.host}${url.pathname}`,
		credentials,
	};
}

function decode(text: string): string {
	try {
		return decodeURIComponent(text);
	} catch {
		return text;
	}
}
