import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createDemoRepository } from '../../backend/src/features/first-run/demo-repository';

let home: string;
const inherited = process.env.GIT_CONFIG_GLOBAL;

beforeEach(async () => {
	home = await mkdtemp(path.join(tmpdir(), 'odoo-platform-demo-'));
});

afterEach(async () => {
	if (inherited === undefined) delete process.env.GIT_CONFIG_GLOBAL;
	else process.env.GIT_CONFIG_GLOBAL = inherited;
	await rm(home, { recursive: true });
});

it("the demo repository is made whatever the user's own git settings are", async () => {
	const hooks = path.join(home, 'template', 'hooks');
	await mkdir(hooks, { recursive: true });
	await writeFile(path.join(hooks, 'pre-commit'), '#!/bin/sh\nexit 1\n');
	await chmod(path.join(hooks, 'pre-commit'), 0o755);
	const settings = `
[user]
	useConfigOnly = true
[commit]
	gpgsign = true
[gpg]
	program = false
[init]
	defaultBranch = master
	templateDir = ${path.dirname(hooks)}
[core]
	hooksPath = ${hooks}
	autocrlf = true
`;
	process.env.GIT_CONFIG_GLOBAL = path.join(home, 'gitconfig');
	await writeFile(process.env.GIT_CONFIG_GLOBAL, settings);
	const repository = path.join(home, 'demo');
	await createDemoRepository(repository);
	const git = (...args: string[]) => execFileSync('git', ['-C', repository, ...args], { encoding: 'utf8' }).trim();
	expect(git('log', '--format=%s', 'main').split('\n')).toHaveLength(3);
});
