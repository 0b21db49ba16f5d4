import { fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { Pool } from 'undici';
import { z } from 'zod';

/**
 * What the pipeline costs: `GET /api/v1/environments` (a page of 50) with everything on, beside a bare Express route that
 * does the same query in the same process; then the service's memory over 200,000 requests. `npm run bench -- api`, on
 * the embedded engine or `MONGODB_URI`.
 */
const PARALLEL = 8;
const WARM_UP = 1_000;
const REQUESTS = 4_000;
const ROUNDS = 5;
const SOAK = 200_000;

interface Round {
	readonly perSecond: number;
	readonly p50: number;
	readonly p99: number;
}

async function load(pool: Pool, headers: Record<string, string>, count: number): Promise<Round> {
	const times: number[] = [];
	let left = count;
	const start = performance.now();
	const client = async () => {
		while (left-- > 0) {
			const sent = performance.now();
			const { statusCode, body } = await pool.request({ method: 'GET', path: '/api/v1/environments', headers });
			await body.arrayBuffer();
			if (statusCode !== 200) throw new Error(`HTTP ${statusCode}`);
			times.push(performance.now() - sent);
		}
	};
	await Promise.all(Array.from({ length: PARALLEL }, client));
	const perSecond = (count * 1_000) / (performance.now() - start);
	times.sort((one, other) => one - other);
	const percentile = (part: number) => times[Math.floor(times.length * part)] ?? NaN;
	return { perSecond, p50: percentile(0.5), p99: percentile(0.99) };
}

const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;

async function main() {
	const child = fork(path.join(__dirname, '../support/bench-server.ts'), {
		execArgv: ['-r', path.join(__dirname, '../support/ts-register.cjs')],
	});
	const [hello] = z
		.tuple([z.object({ bare: z.string(), full: z.string(), api_key: z.string() })])
		.rest(z.unknown())
		.parse(await once(child, 'message'));
	const memory = async () => {
		child.send('memory');
		const [{ rss }] = z
			.tuple([z.object({ rss: z.number() })])
			.rest(z.unknown())
			.parse(await once(child, 'message'));
		return Math.round(rss / 1024 / 1024);
	};
	const headers = { authorization: `Bearer ${hello.api_key}` };
	const pools = {
		bare: new Pool(hello.bare, { connections: PARALLEL }),
		full: new Pool(hello.full, { connections: PARALLEL }),
	};
	const names = ['bare', 'full'] as const;
	const rounds = { bare: new Array<Round>(), full: new Array<Round>() };

	for (const name of names) await load(pools[name], headers, WARM_UP);
	for (let round = 0; round < ROUNDS; round++) {
		for (const name of names) rounds[name].push(await load(pools[name], headers, REQUESTS));
	}
	const summary = (name: keyof typeof rounds) => ({
		perSecond: median(rounds[name].map((round) => round.perSecond)),
		p50: median(rounds[name].map((round) => round.p50)),
		p99: median(rounds[name].map((round) => round.p99)),
	});
	const [bare, full] = [summary('bare'), summary('full')];
	const row = (what: string, { perSecond, p50, p99 }: Round) =>
		console.log(
			`${what.padEnd(28)} ${perSecond.toFixed(0).padStart(6)}/s  p50 ${p50.toFixed(2)} ms  p99 ${p99.toFixed(2)} ms`,
		);
	row('bare Express, one query', bare);
	row('the service, everything on', full);
	console.log(
		`ratio ${((full.perSecond / bare.perSecond) * 100).toFixed(0)} %, p99 ${(full.p99 - bare.p99).toFixed(2)} ms apart`,
	);

	for (let done = 0; done < SOAK; done += SOAK / 4) {
		await load(pools.full, headers, SOAK / 4);
		console.log(`memory after ${done + SOAK / 4} requests: ${await memory()} MiB`);
	}
	child.kill('SIGKILL');
	process.exit(0);
}

void main();
