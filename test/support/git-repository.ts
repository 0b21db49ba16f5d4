import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** A real repository in a directory, driven by the git binary and by nothing of the machine's configuration. */
export interface GitRepository {
	readonly path: string;
	/** Runs git there and answers what it printed, without the blanks around it. */
	git(...args: readonly string[]): string;
	/** The same with something on its standard input. */
	gitWith(input: string, ...args: readonly string[]): string;
	/** Writes files (path → text), commits everything and answers the commit's id. */
	commit(files: Readonly<Record<string, string | Buffer>>): string;
}

const COMMIT = 'git add --all; git commit --quiet --allow-empty --message="A change"; git rev-parse HEAD';

export function makeGitRepository(directory: string): GitRepository {
	mkdirSync(directory, { recursive: true });
	const env = {
		PATH: process.env.PATH,
		GIT_CONFIG_NOSYSTEM: '1',
		GIT_CONFIG_GLOBAL: '/dev/null',
		GIT_AUTHOR_NAME: 'Ada',
		GIT_AUTHOR_EMAIL: 'ada@example.com',
		GIT_COMMITTER_NAME: 'Ada',
		GIT_COMMITTER_EMAIL: 'ada@example.com',
	};
	const gitWith = (input: string, ...args: readonly string[]) =>
		execFileSync('git', args, { cwd: directory, env, input, stdio: ['pipe', 'pipe', 'pipe'] })
			.toString()
			.trim();
	const git = (...args: readonly string[]) => gitWith('', ...args);
	// What `git init` makes.
	for (const folder of ['objects', 'refs']) mkdirSync(path.join(directory, '.git', folder), { recursive: true });
	writeFileSync(path.join(directory, '.git', 'HEAD'), 'ref: refs/heads/main\n');
	writeFileSync(path.join(directory, '.git', 'config'), '[core]\n\trepositoryformatversion = 0\n\tbare = false\n');
	return {
		path: directory,
		git,
		gitWith,
		commit: (files) => {
			for (const [file, content] of Object.entries(files)) {
				mkdirSync(path.join(directory, path.dirname(file)), { recursive: true });
				writeFileSync(path.join(directory, file), content);
			}
			// In one shell: to start a process is dear for one as large as that of the tests.
			return execFileSync('sh', ['-ec', COMMIT], { cwd: directory, env, stdio: ['ignore', 'pipe', 'pipe'] })
				.toString()
				.trim();
		},
	};
}
