// Draws who imports whom in backend/src into docs/architecture.md; with --check, fails where the picture there is another.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '..');
const source = path.join(root, 'backend/src');
const page = path.join(root, 'docs/architecture.md');

/** Every import of a file of backend/src by another: both as paths below it. */
const imports = readdirSync(source, { recursive: true })
	.filter((file) => file.endsWith('.ts'))
	.flatMap((file) => {
		const text = readFileSync(path.join(source, file), 'utf8');
		const targets = [...text.matchAll(/(?:from |import\()'(\.[^']+)'/g)].map((match) => match[1]);
		return targets.map((target) => [file, path.join(path.dirname(file), target)]);
	});

/** The lines between what `at` gives of two files, each once, without those within one place and those that `hidden` names. */
function draw(at, hidden = []) {
	const arrows = imports
		.map((pair) => pair.map(at))
		.filter(([from, to]) => from && to && from !== to && !hidden.includes(to))
		.map(([from, to]) => `  ${from} --> ${to}`);
	return ['```mermaid', 'flowchart LR', ...[...new Set(arrows)].sort(), '```'].join('\n');
}

const roomOf = (file) => /^([\w-]+)\//.exec(file)?.[1];
const featureOf = (file) => /^features\/([\w-]+)\//.exec(file)?.[1];

const picture = ['Rooms (`core/` is used by all of them):', draw(roomOf, ['core']), 'Features:', draw(featureOf)].join(
	'\n\n',
);

const before = readFileSync(page, 'utf8');
const after = before.replace(/(<!-- picture -->\n\n)[^]*?(\n\n<!-- end of picture -->)/, `$1${picture}$2`);
if (after === before) process.exit(0);
if (process.argv.includes('--check')) {
	console.error('docs/architecture.md shows other imports than there are; draw them anew: npm run picture');
	process.exit(1);
}
writeFileSync(page, after);
