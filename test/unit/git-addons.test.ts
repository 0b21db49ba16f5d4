import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { readAddons } from '../../backend/src/git/addons';
import { inTurns } from '../../backend/src/git/tree';
import { makeGitRepository, type GitRepository } from '../support/git-repository';

let directory: string;
let source: GitRepository;

beforeEach(() => {
	directory = mkdtempSync(path.join(tmpdir(), 'git-addons-'));
	source = makeGitRepository(path.join(directory, 'demo'));
});

afterEach(() => rmSync(directory, { recursive: true, force: true }));

const read = (sha: string) => readAddons(path.join(source.path, '.git'), sha, 'demo');
/** The paths of the add-ons by their names, and why others were skipped. */
async function found(sha: string) {
	const { addons, skipped } = await read(sha);
	return {
		addons: Object.fromEntries(addons.map(({ name, path: itsPath }) => [name, itsPath])),
		skipped: Object.fromEntries(skipped.map(({ path: itsPath, reason }) => [itsPath, reason])),
	};
}

function link(place: string, target: string) {
	const file = path.join(source.path, place);
	mkdirSync(path.dirname(file), { recursive: true });
	symlinkSync(target, file);
}

/** Commits what is there, and a submodule. */
function commitWithSubmodule(place: string) {
	const sha = source.commit({ README: '1' });
	source.git('update-index', '--add', '--cacheinfo', `160000,${sha},${place}`);
	source.git('commit', '--quiet', '--message=A submodule');
	return source.git('rev-parse', 'HEAD');
}

/** That many add-ons with this manifest. */
const manyOf = (count: number, content: string): Record<string, string> =>
	Object.fromEntries<string>(
		Array.from({ length: count }, (_, index) => [`addon_${index}/__manifest__.py`, content] as const),
	);

const manifest = (fields = '') => `{'name': 'An add-on', ${fields}}\n`;
const failsWith = (code: string, message: unknown = expect.any(String)) =>
	expect.objectContaining({ name: 'GitError', code, message });

describe('the add-ons of a commit', () => {
	it('are there with all that their manifests say, by name', async () => {
		const sha = source.commit({
			'sales/margin/__manifest__.py': manifest("'installable': False"),
			'crm_plus/__manifest__.py': manifest("'version': '19.0.1.2.0', 'summary': 'More', 'depends': ['crm']"),
		});
		source.commit({ 'later/__manifest__.py': manifest() });
		expect(await read(sha)).toEqual({
			addons: [
				{
					name: 'crm_plus',
					path: 'crm_plus',
					title: 'An add-on',
					version: '19.0.1.2.0',
					summary: 'More',
					depends: ['crm'],
					installable: true,
				},
				{
					name: 'margin',
					path: 'sales/margin',
					title: 'An add-on',
					version: '1.0',
					summary: '',
					depends: ['base'],
					installable: false,
				},
			],
			skipped: [],
		});
	});

	it('are none in a repository without any', async () => {
		expect(await read(source.commit({ README: '1' }))).toEqual({ addons: [], skipped: [] });
	});

	it('are at the root and at any depth, in folders named as Odoo takes them', async () => {
		const sha = source.commit({
			'__manifest__.py': manifest(),
			'a/b/c/d/deep/__manifest__.py': manifest(),
			'with-hyphen/__manifest__.py': manifest(),
			'old/__openerp__.py': manifest(),
			'docs/__manifest__.txt': 'nothing',
		});
		expect(await found(sha)).toEqual({
			addons: { demo: '.', deep: 'a/b/c/d/deep', 'with-hyphen': 'with-hyphen', old: 'old' },
			skipped: {},
		});
	});

	it('are behind links that stay within the repository, and there once alone', async () => {
		link('crm', 'shared/crm_source');
		link('setup/sale/odoo/addons/sale', '../../../../sale');
		link('linked/__manifest__.py', '../shared/manifest.py');
		link('self', '.');
		const sha = source.commit({
			'shared/crm_source/__manifest__.py': manifest(),
			'shared/manifest.py': manifest(),
			'sale/__manifest__.py': manifest(),
			'__manifest__.py': manifest(),
		});
		expect(await found(sha)).toEqual({
			addons: {
				crm: 'crm',
				crm_source: 'shared/crm_source',
				demo: '.',
				linked: 'linked',
				sale: 'sale',
				self: 'self',
			},
			skipped: {},
		});
	});
});

describe('what is skipped', () => {
	it('is named with its reason, and the rest is there', async () => {
		const sha = source.commit({
			'good/__manifest__.py': manifest(),
			'bad/__manifest__.py': "{\n  'name': call(),\n}",
			'latin/__manifest__.py': Buffer.from("{'name': 'Caf\xe9'}", 'latin1'),
			'large/__manifest__.py': `{'name': '${'x'.repeat(64 * 1024)}'}`,
			'{{cookiecutter.name}}/__manifest__.py': manifest(),
		});
		expect(await found(sha)).toEqual({
			addons: { good: 'good' },
			skipped: {
				bad: 'Line 2 of its manifest: names and calls are not allowed: call.',
				latin: expect.stringContaining('not text in UTF-8'),
				large: 'Its manifest is larger than 65536 bytes.',
				'{{cookiecutter.name}}': expect.stringContaining('letters, digits and underscores'),
			},
		});
	});

	it.each([
		[['b/x', 'a/x'], 'a/x', 'b/x'],
		[['a/b/x', 'z/x'], 'z/x', 'a/b/x'],
		[['a/demo', ''], '.', 'a/demo'],
	])('is the second of %j, which have one name', async (folders, first, second) => {
		const files = folders.map((folder) => [path.join(folder, '__manifest__.py'), manifest()] as const);
		const { addons, skipped } = await found(source.commit(Object.fromEntries<string>(files)));
		expect(Object.values(addons)).toEqual([first]);
		expect(skipped).toEqual({ [second]: expect.stringMatching(`There is another add-on .*: ${first}\\.`) });
	});

	it('is the first of two with one name where only the second can be loaded', async () => {
		const sha = source.commit({ 'a/x/__manifest__.py': 'broken', 'b/x/__manifest__.py': manifest() });
		expect(await found(sha)).toMatchObject({ addons: { x: 'b/x' }, skipped: { 'a/x': expect.any(String) } });
	});

	it('is a submodule, and a link into one', async () => {
		link('queue', 'vendor/queue/queue');
		expect(await found(commitWithSubmodule('vendor/queue'))).toEqual({
			addons: {},
			skipped: {
				'vendor/queue': 'It is a submodule, and those are not read.',
				queue: 'It is a symbolic link into the submodule vendor/queue, and those are not read.',
			},
		});
	});

	it('is a link out of the repository, but not one among an add-on’s own files', async () => {
		link('crm', '../elsewhere/crm');
		link('linked/__manifest__.py', '/etc/passwd');
		link('sale/static/library', '/usr/share/library');
		link('README.md', '/etc/hosts');
		expect(await found(source.commit({ 'sale/__manifest__.py': manifest() }))).toEqual({
			addons: { sale: 'sale' },
			skipped: {
				crm: 'It is a symbolic link that leads out of the repository.',
				linked: 'Its manifest is a symbolic link that leads out of the repository.',
			},
		});
	});
});

describe('a commit that cannot be read', () => {
	it('has manifests, but nothing that Odoo could install', async () => {
		const sha = source.commit({
			'bad/__manifest__.py': "{\n  'name': 'x",
			'off/__manifest__.py': manifest("'installable': False"),
		});
		await expect(read(sha)).rejects.toEqual(
			failsWith('manifest_invalid', expect.stringContaining('bad: Line 2 of its manifest: ')),
		);
	});

	it('has more bytes of manifests than are parsed for one', async () => {
		const content = manifest(`'description': '${'x'.repeat(60_000)}'`);
		await expect(read(source.commit(manyOf(150, content)))).rejects.toEqual(failsWith('repository_too_large'));
	});

	it('has more dependencies than are kept of one', async () => {
		const content = manifest(`'depends': [${"'a',".repeat(15_000)}]`);
		await expect(read(source.commit(manyOf(14, content)))).rejects.toEqual(failsWith('repository_too_large'));
	});
});

it('has so many files that others have the thread in between', async () => {
	let turns = 0;
	for await (const some of inTurns([1, 2, 3, 4, 5], 2)) setImmediate(() => (turns += some.length));
	expect(turns).toBe(5);
});
