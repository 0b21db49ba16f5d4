import { spawn } from 'node:child_process';
import { openSync } from 'node:fs';
import { readFile, readlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import type { N8nSettings } from './n8n';
import { until } from './until';

/** How long a whole n8n may take to start or to end, in milliseconds. */
const LIMIT_MS = 120_000;

/** How a process was started, as Linux tells of it (proc(5)). */
async function startOf(pid: number) {
	const list = async (file: string) =>
		(await readFile(`/proc/${pid}/${file}`, 'utf8')).split('\0').filter((text) => text !== '');
	const [command, ...args] = z.tuple([z.string()], z.string()).parse(await list('cmdline'));
	const environment = (await list('environ')).map((line) => {
		const equals = line.indexOf('=');
		return [line.slice(0, equals), line.slice(equals + 1)] as const;
	});
	return { command, args, env: Object.fromEntries(environment), cwd: await readlink(`/proc/${pid}/cwd`) };
}

/** False also for one that has ended and that nobody has taken note of yet. */
const lives = (pid: number) =>
	readFile(`/proc/${pid}/cmdline`, 'utf8').then(
		(text) => text !== '',
		() => false,
	);

/**
 * Stops a whole n8n as whoever runs it would, lets something happen meanwhile, and starts it again as it was. Its
 * process's id is in the file `pid` of its user folder. Resolves once it answers again, with what `happening` did.
 */
export async function whileN8nIsDown<T>(
	{ url, apiKey, userFolder }: N8nSettings,
	happening: () => Promise<T>,
): Promise<T> {
	const pidFile = path.join(userFolder, 'pid');
	const pid = z.coerce
		.number()
		.int()
		.positive()
		.parse(await readFile(pidFile, 'utf8'));
	const { command, args, env, cwd } = await startOf(pid);
	if (env.N8N_USER_FOLDER !== userFolder) throw new Error(`${pidFile} names another process than that n8n`);
	const answers = async () => {
		const headers = { 'x-n8n-api-key': apiKey };
		const response = await fetch(`${url}/api/v1/workflows?limit=1`, { headers }).catch(() => null);
		// While it starts, it answers everything with 200 and a text that says so.
		return response?.ok === true && /json/.test(response.headers.get('content-type') ?? '');
	};
	process.kill(pid, 'SIGTERM');
	await until(async () => !(await lives(pid)), LIMIT_MS);
	try {
		return await happening();
	} finally {
		const log = openSync(path.join(userFolder, 'n8n.log'), 'a');
		const n8n = spawn(command, args, { cwd, env, detached: true, stdio: ['ignore', log, log] });
		n8n.unref();
		await writeFile(pidFile, String(n8n.pid));
		await until(answers, LIMIT_MS);
	}
}
