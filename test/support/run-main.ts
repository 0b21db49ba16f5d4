import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';

const root = path.resolve(__dirname, '../..');

/** Runs a file of the service's in a process of its own, to its end, with nothing set but what is given. */
export async function runMain(
	file: string,
	args: readonly string[],
	environment: Readonly<Record<string, string>>,
): Promise<{ code: number | null; signal: NodeJS.Signals | null; output: string; errors: string }> {
	const child = spawn(
		process.execPath,
		['-r', path.join(root, 'test/support/ts-register.cjs'), path.join(root, 'backend/src', file), ...args],
		{
			env: { PATH: process.env['PATH'], HOME: process.env['HOME'], DOCKER_HOST: 'none', ...environment },
			stdio: ['ignore', 'pipe', 'pipe'],
		},
	);
	let output = '';
	let errors = '';
	child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
	child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
	await once(child, 'close');
	return { code: child.exitCode, signal: child.signalCode, output, errors };
}
