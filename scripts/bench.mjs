// Runs one of test/bench/: `npm run bench -- database`.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { makeReady } from './ready.mjs';

const root = path.resolve(import.meta.dirname, '..');
const benches = readdirSync(path.join(root, 'test/bench')).map((file) => path.basename(file, '.ts'));
const [name = ''] = process.argv.slice(2);

if (!benches.includes(name)) {
	console.error(`Which one? npm run bench -- ${benches.join(' | ')}`);
	process.exit(1);
}
if (!(await makeReady())) process.exit(1);
// As `npm start` runs the service.
const args = [
	'--max-semi-space-size=64',
	'--heap-growing-percent=300',
	'-r',
	'./test/support/ts-register.cjs',
	`test/bench/${name}.ts`,
];
process.exitCode = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' }).status ?? 1;
