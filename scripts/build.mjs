import { spawnSync } from 'node:child_process';
import { readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

/** Runs a program of node_modules, and throws with what it printed when it fails. */
function run(program, ...args) {
	const script = path.join(root, 'node_modules', program);
	const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...args], { cwd: root, encoding: 'utf8' });
	if (status !== 0) throw new Error(`${path.basename(program)} ${args.join(' ')} failed:\n${stdout}${stderr}`);
}

/** Builds the n8n package into dist/: the compiled nodes and credentials, their icons and codex files. */
export function buildNodes() {
	rmSync(path.join(root, 'dist'), { recursive: true, force: true });
	run('typescript/bin/tsc', '-p', 'tsconfig.json');
	run('gulp/bin/gulp.js', 'icons', '--silent');
}

/** Builds the service and its packages into their dist/, all of it: an incremental build would leave deleted modules. */
export function buildBackend() {
	const packages = readdirSync(path.join(root, 'backend/packages')).map((name) => `packages/${name}`);
	for (const part of ['.', ...packages])
		rmSync(path.join(root, 'backend', part, 'dist'), { recursive: true, force: true });
	run('typescript/bin/tsc', '-b', 'backend', '--force');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
	// Not imported above: ready.mjs imports this file while it is being evaluated itself, and each would wait for the other.
	const { ensureInstalled } = await import('./ready.mjs');
	try {
		ensureInstalled();
		console.log('Building the n8n nodes into dist/ …');
		buildNodes();
		console.log('Building the service into backend/dist/ …');
		buildBackend();
	} catch (error) {
		console.error(error.message);
		process.exitCode = 1;
	}
}
