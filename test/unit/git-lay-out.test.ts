import { existsSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { layOut } from '../../backend/src/git/lay-out';
import { type GitRepository, makeGitRepository } from '../support/git-repository';

let directory: string;
let source: GitRepository;
let target: string;

beforeEach(() => {
	directory = mkdtempSync(path.join(tmpdir(), 'git-lay-out-'));
	source = makeGitRepository(path.join(directory, 'demo'));
	target = path.join(directory, 'target');
});

afterEach(() => rmSync(directory, { recursive: true, force: true }));

const lay = (sha: string) => layOut(path.join(source.path, '.git'), sha, target, { scratchDir: tmpdir() });
const laid = (file: string) => readFileSync(path.join(target, file), 'utf8');

/** Commits one entry that no work tree could hold. */
function commitEntry(file: string, mode: '100644' | '160000'): string {
	const first = source.commit({ content: '[core]' });
	const [name = '', ...folders] = file.split('/').reverse();
	const entry = mode === '160000' ? `commit ${first}` : `blob ${source.git('rev-parse', 'HEAD:content')}`;
	const tree = folders.reduce(
		(below, folder) => source.gitWith(`040000 tree ${below}\t${folder}\n`, 'mktree'),
		source.gitWith(`${mode} ${entry}\t${name}\n`, 'mktree'),
	);
	return source.git('commit-tree', tree, '-m', 'An entry');
}

describe('a commit that is laid out', () => {
	it('has its files, with their content and whether they can be run', async () => {
		const sha = source.commit({
			'crm/__manifest__.py': '{}',
			'crm/static/logo.png': Buffer.from([0, 255, 10, 13]),
		});
		expect(await lay(sha)).toEqual([]);
		expect(laid('crm/__manifest__.py')).toBe('{}');
		expect([...readFileSync(path.join(target, 'crm/static/logo.png'))]).toEqual([0, 255, 10, 13]);
	});

	it('is that commit, whatever came after it', async () => {
		const sha = source.commit({ file: 'one' });
		source.commit({ file: 'two' });
		await lay(sha);
		expect(laid('file')).toBe('one');
	});

	it('has nothing of git’s own', async () => {
		await lay(source.commit({ file: '1', '.gitattributes': '* text eol=crlf', '.gitignore': '*.pyc' }));
		expect(readdirSync(target).sort()).toEqual(['.gitattributes', '.gitignore', 'file']);
	});

	it('has the links that stay within it, and says which were left out', async () => {
		mkdirSync(path.join(source.path, 'addons'));
		symlinkSync('../shared/crm', path.join(source.path, 'addons', 'crm'));
		symlinkSync('/etc', path.join(source.path, 'addons', 'etc'));
		symlinkSync('../..', path.join(source.path, 'addons', 'above'));
		const leftOut = await lay(source.commit({ 'shared/crm/__manifest__.py': '{}' }));
		expect([...leftOut].sort()).toEqual(['addons/above', 'addons/etc']);
		expect(laid('addons/crm/__manifest__.py')).toBe('{}');
		expect(existsSync(path.join(target, 'addons', 'etc'))).toBe(false);
	});

	it.each(['.git', '.GIT', 'git~1', '.git ', '.g\u200cit'])(
		'has no folder that a file system may take for .git: %j',
		async (folder) => {
			const sha = commitEntry(`${folder}/config`, '100644');
			expect(await lay(sha)).toEqual([`${folder}/config`]);
			expect(readdirSync(target)).toEqual([]);
		},
	);

	it('has no submodule', async () => {
		const sha = commitEntry('vendor', '160000');
		expect(await lay(sha)).toEqual(['vendor']);
		expect(readdirSync(target)).toEqual([]);
	});

	it('runs no filter that the repository asks for', async () => {
		const ran = path.join(directory, 'ran');
		source.git('config', 'filter.evil.smudge', `touch ${ran}`);
		const sha = source.commit({ '.gitattributes': '* filter=evil', file: '1' });
		const mirror = path.join(directory, 'mirror.git');
		source.git('clone', '--quiet', '--mirror', '.', mirror);
		rmSync(ran, { force: true });
		await layOut(mirror, sha, target, { scratchDir: tmpdir() });
		expect(existsSync(ran)).toBe(false);
		expect(laid('file')).toBe('1');
	});

	it('goes into an empty directory alone', async () => {
		const sha = source.commit({ file: '1' });
		await lay(sha);
		await expect(lay(sha)).rejects.toThrow('an empty directory');
	});

	it('leaves a link a link', async () => {
		symlinkSync('file', path.join(source.path, 'link'));
		await lay(source.commit({ file: '1' }));
		expect(lstatSync(path.join(target, 'link')).isSymbolicLink()).toBe(true);
	});
});
