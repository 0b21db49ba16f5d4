import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const root = path.resolve(__dirname, '../..');

/** The demo on a data directory of its own, with nothing set but what is given. */
export function openDemo(environment: Readonly<Record<string, string>>) {
	const directory = mkdtempSync(path.join(tmpdir(), 'odoo-platform-demo-'));
	return {
		/** The file of ids and keys that its first run leaves. */
		firstRunFile: path.join(directory, 'first-run.json'),
		/** Runs it to its end. */
		async run(...args: readonly string[]) {
			const { PATH = '', HOME = '' } = process.env;
			const child = spawn(process.execPath, [path.join(root, 'scripts/demo.mjs'), '--once', ...args], {
				env: { PATH, HOME, DATA_DIR: directory, PORT: '0', ...environment },
				stdio: ['ignore', 'pipe', 'pipe'],
			});
			let output = '';
			let errors = '';
			child.stdout.on('data', (piece: Buffer) => (output += piece.toString()));
			child.stderr.on('data', (piece: Buffer) => (errors += piece.toString()));
			await once(child, 'close');
			return { code: child.exitCode, output, errors };
		},
		remove: () => rmSync(directory, { recursive: true, force: true }),
	};
}
