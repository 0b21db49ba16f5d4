import { spawn } from 'node:child_process';
import path from 'node:path';

/** Runs a file of this folder in a process of its own, whose errors are shown and whose output is read. */
export function runScript(file: string, ...args: readonly string[]) {
	const register = path.join(__dirname, 'ts-register.cjs');
	return spawn(process.execPath, ['-r', register, path.join(__dirname, file), ...args], {
		stdio: ['ignore', 'pipe', 'inherit'],
	});
}
