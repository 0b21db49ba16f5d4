import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { loadPackage, type NodePackage } from '../../scripts/n8n-engine';

const root = path.join(__dirname, '../..');
const manifest = z
	.object({
		dependencies: z.record(z.string(), z.string()).optional(),
		n8n: z.object({ nodes: z.array(z.string()), credentials: z.array(z.string()) }),
	})
	.parse(JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')));
const entries = [...manifest.n8n.nodes, ...manifest.n8n.credentials];

/** The anchors of the README's headings, made as GitHub makes them: of equal ones, the later ones are numbered. */
function anchorsOfReadme(): string[] {
	const headings = readFileSync(path.join(root, 'README.md'), 'utf8').matchAll(/^#+ (.+)$/gm);
	const slugs = [...headings].map(([, text = '']) =>
		text
			.toLowerCase()
			.replaceAll(/[^\w -]/g, '')
			.replaceAll(' ', '-'),
	);
	return slugs.map((slug, index) => {
		const before = slugs.slice(0, index).filter((other) => other === slug).length;
		return before === 0 ? slug : `${slug}-${before}`;
	});
}

/** Where the documentation links of a codex file or credential lead, as the anchor in the README. */
const anchorsIn = (text: string): string[] =>
	[...text.matchAll(/n8n-nodes-odoo-platform#([\w-]+)/g)].map(([, anchor = '']) => anchor);

/** The files npm would publish. */
function packedFiles(): string[] {
	const output = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
		cwd: root,
		encoding: 'utf8',
		stdio: ['ignore', 'pipe', 'ignore'],
	});
	const [tarball] = z.array(z.object({ files: z.array(z.object({ path: z.string() })) })).parse(JSON.parse(output));
	return tarball?.files.map((file) => file.path) ?? [];
}

describe('the published package', () => {
	it('holds the built nodes, credentials, icons and codex files, and nothing else', () => {
		const expected =
			/^(package\.json|README\.md|LICENSE|dist\/(nodes|credentials)\/.+\.js|dist\/nodes\/.+\.node\.json|dist\/icons\/.+\.svg)$/;
		expect(packedFiles().filter((file) => !expected.test(file))).toEqual([]);
	});

	it('depends on nothing at run time', () => {
		expect(manifest.dependencies ?? {}).toEqual({});
	});

	it.each(entries)('has %s', (file) => {
		expect(existsSync(path.join(root, file))).toBe(true);
	});

	it.each(manifest.n8n.nodes)('has a codex file beside %s', (file) => {
		expect(existsSync(path.join(root, file.replace(/\.js$/, '.json')))).toBe(true);
	});
});

describe('the documentation that nodes and credentials link to', () => {
	it.each(entries)('is there for %s', (file) => {
		const source = file.startsWith('dist/nodes') ? file.replace(/\.js$/, '.json') : file;
		const anchors = anchorsIn(readFileSync(path.join(root, source), 'utf8'));
		expect(anchors).not.toEqual([]);
		expect(anchorsOfReadme()).toEqual(expect.arrayContaining(anchors));
	});

	it.each(manifest.n8n.nodes)('is of its own for %s', (file) => {
		const own = anchorsIn(readFileSync(path.join(root, file.replace(/\.js$/, '.json')), 'utf8')).at(-1);
		expect(own).not.toBe(anchorsOfReadme()[0]);
	});
});

describe("the built package in n8n's loader", () => {
	let built: NodePackage;
	beforeAll(async () => {
		built = await loadPackage(root);
	});

	it('has its nodes and credentials', () => {
		expect([...built.nodes.keys(), ...built.credentials.keys()]).toEqual([
			'n8n-nodes-odoo-platform.odooPlatform',
			'n8n-nodes-odoo-platform.odooPlatformTrigger',
			'n8n-nodes-odoo-platform.odooGateway',
			'odooPlatformApi',
			'odooGatewayApi',
		]);
	});

	it('has icons where its nodes and credentials name them', () => {
		const named = [...built.nodes.values()].map(({ description }) => description.iconUrl);
		const icons = [...named, ...[...built.credentials.values()].map(({ iconUrl }) => iconUrl)].flatMap((icon) =>
			typeof icon === 'object' ? [icon.light, icon.dark] : [icon],
		);
		const missing = icons.filter(
			(icon) => !existsSync(path.join(root, (icon ?? '').replace('icons/n8n-nodes-odoo-platform/', ''))),
		);
		expect(missing).toEqual([]);
	});
});
