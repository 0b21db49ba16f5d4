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
	try {
		work();
		console.log(`${((Date.now() - start) / 1000).toFixed(1)} s`);
	} catch (error) {
		console.log('failed');
		throw error;
	}
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
	try {
		step('Installing dependencies (about a minute)', () =>
			execFileSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], options),
		);
	} catch (error) {
		throw new Error('The dependencies could not be installed; npm says above why.', { cause: error });
	}
	writeFileSync(stamp, wanted);
}

/** The latest change of a file, or of a folder and all below it, in milliseconds; a folder's is also a deletion in it. */
function newest(source) {
	const place = path.join(root, source);
	const below = statSync(place).isDirectory() ? readdirSync(place, { recursive: true }) : [];
	return Math.max(...['', ...below].map((name) => statSync(path.join(place, name)).mtimeMs));
}

/** What the service's own packages are built from. */
const packageSources = () =>
	readdirSync(path.join(root, 'backend/packages')).flatMap((name) => [
		`backend/packages/${name}/src`,
		`backend/packages/${name}/tsconfig.json`,
	]);

/** Builds the nodes and the service where their sources are newer than what was built. */
async function ensureBuilt() {
	const parts = [
		{
			what: 'Building the n8n nodes',
			sources: ['nodes', 'credentials', 'icons', 'gulpfile.js', 'tsconfig.json', 'tsconfig.base.json'],
			output: 'dist',
			build: 'buildNodes',
		},
		{
			what: 'Building the service',
			sources: ['backend/src', 'backend/tsconfig.json', 'tsconfig.base.json', ...packageSources()],
			output: 'backend/dist',
			build: 'buildBackend',
		},
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

/** Installs and builds what is missing; where that fails, says so and answers false. */
export async function makeReady() {
	try {
		ensureInstalled();
		await ensureBuilt();
		return true;
	} catch (error) {
		console.error(error.message);
		process.exitCode = 1;
		return false;
	}
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await makeReady();
