import { subscribe } from 'node:diagnostics_channel';
import { arch, cpus } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { bareOdoo } from '../support/bare-odoo';
import {
	DOCKER_HOST,
	notesAddon,
	openRealEnvironments,
	type RealEnvironments,
	removeAll,
} from '../support/real-environments';

/**
 * What deploys of real environments cost, beside the same done by hand with `docker` and psql (`bareOdoo`), in turns and
 * with the order changed each time; medians. Then requests while releases change, and what the platform does for
 * environments that nobody uses. `npm run bench -- deploy`, on the Docker Engine at `DOCKER_HOST`, e.g.
 * `unix:///var/run/docker.sock`; where a number is 0, that part is left out.
 */
const number = (name: string, otherwise: number) => Number(process.env[name] ?? otherwise);
/** How often each way is gone, by the platform and by hand. */
const ROUNDS = number('DEPLOY_ROUNDS', 3);
/** How often a release without changed modules is deployed under requests, and how many of these there are at least. */
const REPLACES = number('REPLACES', 20);
const REQUESTS = 1_000;
const PAUSE_MS = 50;
/** How many environments there are when the last look at idle ones is taken, and how long a look is, in milliseconds. */
const IDLE = number('IDLE_ENVIRONMENTS', 5);
const IDLE_MS = 60_000;

const median = (values: readonly number[]) =>
	values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? NaN;
const inSeconds = (ms: number) => `${(ms / 1_000).toFixed(1)} s`;

/** How long it takes, in milliseconds; said at once, as all of it takes long. */
async function time(what: string, work: () => Promise<unknown>): Promise<number> {
	const start = performance.now();
	await work();
	const took = performance.now() - start;
	console.log(`  ${what}: ${inSeconds(took)}`);
	return took;
}

/** Does both, in an order that changes from round to round. */
async function inTurns(round: number, one: () => Promise<void>, other: () => Promise<void>): Promise<void> {
	for (const work of round % 2 === 0 ? [one, other] : [other, one]) await work();
}

function report(label: string, platform: readonly number[], bare: readonly number[], wanted: number) {
	const [ours, theirs] = [median(platform), median(bare)];
	const all = platform.map((ms, index) => (ms / (bare[index] ?? NaN)).toFixed(2)).join(', ');
	console.log(
		`${label.padEnd(44)} ${inSeconds(ours).padStart(7)}, by hand ${inSeconds(theirs).padStart(7)}: ` +
			`${(ours / theirs).toFixed(2)} (wanted ${wanted}; each round ${all})`,
	);
}

const endSchema = z.object({ status: z.literal('succeeded'), deployment: z.looseObject({ id: z.string() }) });

/** How long after a moment a deployment's log had this line, in milliseconds. */
async function lineAfter(real: RealEnvironments, deployment: string, line: string, start: number): Promise<number> {
	const { text } = await real.platform.api('GET', `/api/v1/deployments/${deployment}/logs`, undefined, {
		headers: { Accept: 'text/plain' },
	});
	const [at = ''] =
		text
			.split('\n')
			.filter((one) => one.includes(line))
			.at(-1)
			?.split(' ') ?? [];
	return Date.parse(at) - start;
}

const newField = (version: number) => notesAddon(`19.0.1.${version}.0`, `    field_${version} = fields.Integer()\n`);

/** The platform's way and the way by hand, step by step. */
async function compare(real: RealEnvironments, label: string): Promise<void> {
	const succeed = async (work: ReturnType<typeof real.deploy>) => {
		const deployment = await work;
		if (deployment.status !== 'succeeded') throw new Error(deployment.error?.message ?? deployment.status);
		return deployment;
	};
	const first = { platform: new Array<number>(), bare: new Array<number>() };
	const changed = { platform: new Array<number>(), window: new Array<number>(), bare: new Array<number>() };
	const back = { served: new Array<number>(), ended: new Array<number>(), bare: new Array<number>() };
	for (let round = 0; round < ROUNDS; round++) {
		const bare = bareOdoo(`by-hand-${process.pid}-${round}`, { addons: real.repository.path, label });
		let id = '';
		await inTurns(
			round,
			async () => {
				const made = async () => {
					const environment = await real.addEnvironment(`bench-${round}`);
					id = environment.id;
					await succeed(real.deploy(environment.id));
				};
				first.platform.push(await time('first environment', made));
			},
			async () => {
				first.bare.push(await time('first environment by hand', () => bare.make('acme_notes')));
			},
		);
		real.repository.commit(newField(round + 1));
		await inTurns(
			round,
			async () => {
				const deployed = async () => {
					const { downtime_ms } = await succeed(real.deploy(id));
					changed.window.push(downtime_ms ?? NaN);
				};
				changed.platform.push(await time('changed module', deployed));
			},
			async () => {
				changed.bare.push(await time('changed module by hand', () => bare.update('acme_notes')));
			},
		);
		real.repository.commit({ 'README.md': `Notes ${round}` });
		await succeed(real.deploy(id));
		await inTurns(
			round,
			async () => {
				const start = Date.now();
				let deployment = '';
				const rolledBack = async () => {
					deployment = endSchema.parse((await real.rollBack(id)).json).deployment.id;
				};
				back.ended.push(await time('rollback', rolledBack));
				back.served.push(await lineAfter(real, deployment, 'The new release serves.', start));
			},
			async () => {
				await bare.stop();
				back.bare.push(await time('start by hand', () => bare.start()));
			},
		);
		await real.platform.api('DELETE', `/api/v1/environments/${id}`);
		await removeAll(real.engine, label.replace(/^.*=/, ''));
	}
	report('a first environment, to its being ready', first.platform, first.bare, 1.15);
	report('a deploy with a changed module', changed.platform, changed.bare, 1.2);
	report('  its window without service', changed.window, changed.bare, 1.1);
	report('a rollback without modules, until it serves', back.served, back.bare, 1.2);
	report('  until the earlier release has ended', back.ended, back.bare, 1.2);
}

/** Requests, one after the other, while one release after the other is deployed that changes no module. */
async function replaceUnderRequests(
	real: RealEnvironments,
	environment: Awaited<ReturnType<RealEnvironments['addEnvironment']>>,
): Promise<void> {
	const answers = new Map<number | string, number>();
	const state = { over: false, sent: 0 };
	const visiting = (async () => {
		while (!state.over || state.sent < REQUESTS) {
			const answer = await real.visit(environment.primary_url).catch((error: unknown) => String(error));
			answers.set(answer, (answers.get(answer) ?? 0) + 1);
			state.sent++;
			await sleep(PAUSE_MS);
		}
	})();
	let deployed = 0;
	const took: number[] = [];
	for (let nr = 1; nr <= REPLACES; nr++) {
		real.repository.commit({ 'README.md': `Busy ${nr}` });
		took.push(
			await time(`replaced ${nr}`, async () => {
				const { status, downtime_ms } = await real.deploy(environment.id);
				if (status === 'succeeded' && downtime_ms === 0) deployed++;
			}),
		);
	}
	state.over = true;
	await visiting;
	const failed = state.sent - (answers.get(200) ?? 0);
	console.log(
		`${deployed} of ${REPLACES} deploys without changed modules (${inSeconds(median(took))} each): ` +
			`${failed} failed of ${state.sent} requests ${failed === 0 ? '' : JSON.stringify([...answers])}`,
	);
}

/** What the service does in a minute in which nobody asks anything of it; it is alone in this process then. */
async function measureIdle(environments: number, calls: { count: number }) {
	await sleep(5_000);
	calls.count = 0;
	const before = process.cpuUsage();
	await sleep(IDLE_MS);
	const { user, system } = process.cpuUsage(before);
	const cpu = (user + system) / 1_000;
	console.log(
		`idle environments: ${environments}, ${calls.count} calls of the Engine and ${cpu.toFixed(0)} ms of CPU a minute`,
	);
	return { cpu, calls: calls.count };
}

async function measureIdleEnvironments(real: RealEnvironments): Promise<void> {
	const calls = { count: 0 };
	const started = z.looseObject({ request: z.looseObject({ socketPath: z.string() }) });
	subscribe('http.client.request.start', (message) => {
		if (started.safeParse(message).success) calls.count++;
	});
	const one = await measureIdle(1, calls);
	for (let nr = 2; nr <= IDLE; nr++) await real.deploy((await real.addEnvironment(`bench-${nr}`)).id);
	const all = await measureIdle(IDLE, calls);
	const each = (few: number, many: number) => ((many - few) / (IDLE - 1)).toFixed(1);
	console.log(`each more: ${each(one.calls, all.calls)} calls and ${each(one.cpu, all.cpu)} ms of CPU a minute`);
}

async function main() {
	if (DOCKER_HOST === undefined) throw new Error('Set DOCKER_HOST, e.g. to unix:///var/run/docker.sock.');
	const real = await openRealEnvironments(DOCKER_HOST);
	const byHand = `by-hand-${real.platform.firstRun.organization_id}`;
	const { version } = await real.engine.info();
	console.log(`Docker Engine ${version}, Node.js ${process.version}, ${cpus().length} cores, ${arch()}`);
	try {
		if (ROUNDS > 0) await compare(real, `io.odoo-platform.installation=${byHand}`);
		if (REPLACES === 0 && IDLE < 2) return;
		const environment = await real.addEnvironment('bench');
		await real.deploy(environment.id);
		if (REPLACES > 0) await replaceUnderRequests(real, environment);
		if (IDLE > 1) await measureIdleEnvironments(real);
	} finally {
		await removeAll(real.engine, byHand);
		await real.close();
	}
}

main().then(
	() => process.exit(0),
	(error: unknown) => {
		console.error(error);
		process.exit(1);
	},
);
