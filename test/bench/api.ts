import { fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'undici';
import { z } from 'zod';
import { rush } from '../support/rush';

/**
 * What the pipeline costs: `GET /api/v1/environments` (a page of 50) with everything on, beside a bare Express route that
 * does the same query in the same process; then the service's memory over 200,000 requests. `npm run bench -- api`, on
 * the embedded engine or `MONGODB_URI`.
 */
const PARALLEL = 8;
const WARM_UP = 5_000;
const REQUESTS = 4_000;
const ROUNDS = 5;
/** Requests a second at which latency is compared: about half of what either can do. */
const PACE = 400;
const SOAK = 200_000;

type Send = () => Promise<void>;

const sender =
	(pool: Pool, headers: Record<string, string>): Send =>
	async () => {
		const { statusCode, body } = await pool.request({ method: 'GET', path: '/api/v1/environments', headers });
		await body.arrayBuffer();
		if (statusCode !== 200) throw new Error(`HTTP ${statusCode}`);
	};

/**
 * One after the other at an even pace, whatever the replies take: how long each took, in milliseconds. Nobody waits for
 * an earlier reply before sending, so that a stall shows in all that it delays.
 */
async function pace(send: Send, count: number): Promise<number[]> {
	const start = performance.now();
	const sent = Array.from({ length: count }, async (_, n) => {
		const due = start + (n * 1_000) / PACE;
		await sleep(due - performance.now());
		const sent = performance.now();
		await send();
		return performance.now() - sent;
	});
	return Promise.all(sent);
}

async function main() {
	const child = fork(path.join(__dirname, '../support/bench-server.ts'), {
		execArgv: ['--expose-gc', ...process.execArgv],
	});
	const [hello] = z
		.tuple([z.object({ bare: z.string(), full: z.string(), api_key: z.string() })])
		.rest(z.unknown())
		.parse(await once(child, 'message'));
	const memory = async () => {
		child.send('memory');
		const [used] = z
			.tuple([z.object({ rss: z.number(), heapUsed: z.number() })])
			.rest(z.unknown())
			.parse(await once(child, 'message'));
		const mebibytes = (bytes: number) => `${Math.round(bytes / 1024 / 1024)} MiB`;
		return `${mebibytes(used.heapUsed)} of heap, ${mebibytes(used.rss)} in all`;
	};
	const headers = { authorization: `Bearer ${hello.api_key}` };
	const pool = (url: string) => new Pool(url, { connections: 50 });
	const send = { bare: sender(pool(hello.bare), headers), full: sender(pool(hello.full), headers) };
	const names = ['bare', 'full'] as const;
	const rates = { bare: new Array<number>(), full: new Array<number>() };
	const times = { bare: new Array<number>(), full: new Array<number>() };

	for (const name of names) await rush(send[name], WARM_UP, PARALLEL);
	for (const name of names) await pace(send[name], WARM_UP);
	for (let round = 0; round < ROUNDS; round++) {
		for (const name of names) rates[name].push(await rush(send[name], REQUESTS, PARALLEL));
		for (const name of names) times[name].push(...(await pace(send[name], PACE * 5)));
	}
	const percentile = (values: readonly number[], part: number) =>
		values.toSorted((one, other) => one - other)[Math.floor(values.length * part)] ?? NaN;
	const labels = { bare: 'bare Express, one query', full: 'the service, everything on' };
	for (const name of names) {
		const [p50, p99] = [percentile(times[name], 0.5), percentile(times[name], 0.99)];
		console.log(
			`${labels[name].padEnd(27)} ${percentile(rates[name], 0.5).toFixed(0).padStart(5)}/s at most; ` +
				`at ${PACE}/s p50 ${p50.toFixed(2)} ms, p99 ${p99.toFixed(2)} ms`,
		);
	}
	const ratio = percentile(rates.full, 0.5) / percentile(rates.bare, 0.5);
	const apart = percentile(times.full, 0.99) - percentile(times.bare, 0.99);
	console.log(`${(ratio * 100).toFixed(0)} % of the requests, p99 ${apart.toFixed(2)} ms apart`);

	for (let done = 0; done < SOAK;) {
		await rush(send.full, SOAK / 4, PARALLEL);
		done += SOAK / 4;
		console.log(`memory after ${done} requests: ${await memory()}`);
	}
	child.kill('SIGKILL');
	process.exit(0);
}

void main();
