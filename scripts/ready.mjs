// Makes a checkout ready to run, doing only what is missing: installs the locked dependencies, builds what has changed.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.resolve(import.meta.dirname, '..');
const OLDEST_NODE = [20, 19];

const step = (what, work) => {
	const start = Date.now();
	process.stdout.write(`${what} … `);
	const done = work();
	console.log(`${((Date.now() - start) / 1000).toFixed(1)} s`);
	return done;
};

function checkNode() {
	const [major, minor] = process.versions.node.split('.').map(Number);
	const [oldestMajor, oldestMinor] = OLDEST_NODE;
	if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return;
	console.error(`Node.js ${OLDEST_NODE.join('.')} or later is needed; this is ${process.versions.node}.`);
	process.exit(1);
}

/** Installs the locked dependencies, unless these very ones are there. */
export function ensureInstalled() {
	checkNode();
	const stamp = path.join(root, 'node_modules', '.ready');
	const wanted = createHash('sha256')
		.update(readFileSync(path.join(root, 'package-lock.json')))
		.digest('hex');
	if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
	const options = { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] };
	step('Installing dependencies (about a minute)', () =>
		execFileSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], options),
	);
	writeFileSync(stamp, wanted);
}

/** Newest change below a folder, in milliseconds; 0 where there is none. */
function newest(folder) {
	const directory = path.join(root, folder);
	if (!existsSync(directory)) return 0;
	let latest = 0;
	for (const entry of readdirSync(directory, { recursive: true, withFileTypes: true })) {
		if (entry.isFile()) latest = Math.max(latest, statSync(path.join(entry.parentPath, entry.name)).mtimeMs);
	}
	return latest;
}

/** Builds the nodes and the service where their sources are newer than what was built. */
export async function ensureBuilt() {
	const parts = [
		{
			what: 'Building the n8n nodes',
			sources: ['nodes', 'credentials', 'icons'],
			output: 'dist',
			build: 'buildNodes',
		},
		{ what: 'Building the service', sources: ['backend/src'], output: 'backend/dist', build: 'buildBackend' },
	];
	for (const { what, sources, output, build } of parts) {
		const stamp = path.join(root, 'node_modules', `.${build}`);
		if (
			existsSync(path.join(root, output)) &&
			existsSync(stamp) &&
			statSync(stamp).mtimeMs > Math.max(...sources.map(newest))
		)
			continue;
		const builders = await import('./build.mjs');
		step(what, builders[build]);
		writeFileSync(stamp, '');
	}
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
	try {
		ensureInstalled();
		await ensureBuilt();
	} catch (error) {
		console.error(`\n${error.message}`);
		process.exitCode = 1;
	}
}
