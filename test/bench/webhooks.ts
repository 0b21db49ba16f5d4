import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { z } from 'zod';
import { systemClock } from '../../backend/src/core/clock';
import type { OrganizationId } from '../../backend/src/core/ids';
import { attempt } from '../../backend/src/net/attempt';
import type { Fetch } from '../../backend/src/net/outbound';
import { outboxOf } from '../../backend/src/database/outbox';
import { steadySets } from '../../backend/src/database/steady-sets';
import { makeWebhookSecret, signatureHeaders } from '../../backend/src/net/webhook-signature';
import { openTestDatabase } from '../support/database';
import { openWebhookStage } from '../support/webhook-stage';

/**
 * How many events a second get from the write that causes each to a receiver, signed and logged, beside a bare loop that
 * signs and sends by the same client to the same receiver; how long each takes at half the wanted rate; the service's
 * memory over 100,000; and what 1,000 dead receivers do to 1,000 living ones. The receiver is a process of its own, all
 * else is this one: `npm run bench -- webhooks`, on the embedded engine or `MONGODB_URI`.
 */
const WANTED_PER_SECOND = 1_500;
const WEBHOOKS = 20;
const WARM_UP = 3_000;
const EVENTS = 10_000;
const EVENTS_TO_ONE = 3_000;
const SOAK = 100_000;
const PACED_SECONDS = 10;
const MANY_WEBHOOKS = 1_000;
/** Long enough for attempts that nobody answers to end. */
const DYING_SECONDS = 20;
/** Events that were written and not delivered yet, at most, where the rate is measured. */
const WINDOW = 1_000;
/** Events written at a time, there. */
const TOGETHER = 100;

/** Milliseconds, comparable between processes. */
const now = () => performance.timeOrigin + performance.now();

setFlagsFromString('--expose-gc');
const collectGarbage = () => void runInNewContext('gc()');

async function startReceiver() {
	const child = fork(path.join(__dirname, '../support/bench-receiver.ts'), {
		execArgv: ['-r', path.join(__dirname, '../support/ts-register.cjs')],
	});
	const message = async () => z.tuple([z.unknown()], z.unknown()).parse(await once(child, 'message'))[0];
	const ports = z.object({ port: z.number(), closed: z.number() }).parse(await message());
	return {
		url: (name: string | number) => `http://127.0.0.1:${ports.port}/${name}`,
		/** Nobody listens there. */
		closedUrl: `http://127.0.0.1:${ports.closed}/`,
		/** When each event came for the first time, of those that came since the last call. */
		arrivals: async () => {
			child.send('arrivals');
			return new Map(z.array(z.tuple([z.string(), z.number()])).parse(await message()));
		},
		stop: () => child.kill(),
	};
}

type Receiver = Awaited<ReturnType<typeof startReceiver>>;

/** A service with a database of its own. */
async function open(receiver: Receiver) {
	const database = await openTestDatabase();
	const stage = await openWebhookStage(database, systemClock);
	steadySets(stage.connection);
	let answered = 0;
	const fetch: Fetch = async (url, init) => {
		const response = await stage.fetch(url, init);
		answered++;
		return response;
	};
	const { service, relay } = stage.startReplica({ fetch });

	/** Organizations with a webhook each. */
	const register = async (count: number, url: (index: number) => string) => {
		const tenants = Array.from({ length: count }, () => stage.ids.next('organization'));
		await Promise.all(tenants.map((tenant, index) => service.create(tenant, stage.request(url(index)))));
		return tenants;
	};
	/** Lets an event happen to each of them, in one write; answers their ids, and when they were committed. */
	const happen = async (...tenants: readonly OrganizationId[]) => {
		const events = tenants.map((tenant) => stage.makeEvent('deployment.succeeded', tenant));
		await stage.things.insertNew(
			events.map((event) => ({
				_id: stage.ids.next('project'),
				organization_id: event.organization_id,
				...outboxOf([event]),
			})),
		);
		relay.wake();
		const at = now();
		return events.map(({ id }) => ({ id, at }));
	};
	const close = async () => {
		await stage.close();
		await database.drop();
	};
	return { stage, receiver, register, happen, answered: () => answered, close };
}

type Service = Awaited<ReturnType<typeof open>>;

const inTurn = <T>(all: readonly T[], from: number, count: number) =>
	Array.from({ length: count }, (_, index) => (from + index) % all.length).flatMap((index) => all.at(index) ?? []);

/** As many as go, to these organizations in turn: deliveries a second, from the first write to the last answer. */
async function rush({ happen, answered }: Service, tenants: readonly OrganizationId[], count: number) {
	const before = answered();
	const start = now();
	for (let written = 0; written < count; written += TOGETHER) {
		while (written - (answered() - before) >= WINDOW) await sleep(1);
		await happen(...inTurn(tenants, written, TOGETHER));
	}
	while (answered() - before < count) await sleep(1);
	return (count * 1_000) / (now() - start);
}

/** The same without database and log: that many loops sign and send, and read the answer. */
async function bareRush({ stage, receiver }: Service, loops: number, count: number) {
	const secret = makeWebhookSecret();
	const event = stage.makeEvent('deployment.succeeded');
	const body = JSON.stringify({ id: event.id, type: event.type, created_at: event.created_at, data: event.data });
	const start = now();
	let left = count;
	const loop = async (_: unknown, index: number) => {
		while (left-- > 0) {
			const timestamp = Math.floor(Date.now() / 1_000);
			const headers = {
				'Content-Type': 'application/json',
				...signatureHeaders({ secret, messageId: event.id, timestamp, body }),
			};
			await attempt(
				{ url: receiver.url(index), headers, body },
				{ fetch: stage.fetch, clock: systemClock, over: new AbortController() },
			);
		}
	};
	await Promise.all(Array.from({ length: loops }, loop));
	return (count * 1_000) / (now() - start);
}

/**
 * Events at an even rate to organizations in turn, whatever becomes of them: from the commit to the first byte, sorted,
 * of those that go to `measured`, in milliseconds.
 */
async function pace(
	{ happen, receiver }: Service,
	tenants: readonly OrganizationId[],
	perSecond: number,
	seconds = PACED_SECONDS,
	measured: ReadonlySet<OrganizationId> = new Set(tenants),
): Promise<number[]> {
	await receiver.arrivals();
	const start = now();
	const count = perSecond * seconds;
	const expected: { id: string; at: number }[] = [];
	let begun = 0;
	let committed = 0;
	while (committed < count) {
		await sleep(1);
		const due = Math.min(Math.floor(((now() - start) * perSecond) / 1_000), count);
		for (; begun < due; begun++) {
			const tenant = inTurn(tenants, begun, 1);
			void happen(...tenant).then((happened) => {
				if (tenant.some((one) => measured.has(one))) expected.push(...happened);
				committed++;
			});
		}
	}
	const arrivals = new Map<string, number>();
	while (expected.some(({ id }) => !arrivals.has(id))) {
		await sleep(50);
		for (const [id, at] of await receiver.arrivals()) arrivals.set(id, arrivals.get(id) ?? at);
	}
	return expected.map(({ id, at }) => (arrivals.get(id) ?? NaN) - at).sort((one, other) => one - other);
}

const percentile = (sorted: readonly number[], part: number) => sorted[Math.floor(sorted.length * part)] ?? NaN;
const show = (sorted: readonly number[]) =>
	`p50 ${percentile(sorted, 0.5).toFixed(1)} ms, p99 ${percentile(sorted, 0.99).toFixed(1)} ms`;
const line = (name: string, text: string) => console.log(`${name.padEnd(30)}${text}`);

/** The heap, and all memory but the pages of the database's file, which the system takes back when it wants; in MiB. */
function memory(): string {
	collectGarbage();
	const { heapUsed, rss } = process.memoryUsage();
	const status = process.platform === 'linux' ? readFileSync('/proc/self/status', 'utf8') : '';
	const anonymous = /^RssAnon:\s+(\d+) kB$/m.exec(status)?.[1];
	const own = anonymous === undefined ? rss : Number(anonymous) * 1_024;
	return `${Math.round(heapUsed / 2 ** 20)}/${Math.round(own / 2 ** 20)}`;
}

const median = (numbers: readonly number[]) =>
	percentile(
		[...numbers].sort((one, other) => one - other),
		0.5,
	);

/** The rates of the bare loop and of the service, in turn three times over, and how they compare. */
async function compare(name: string, service: Service, webhooks: number, count: number) {
	const tenants = await service.register(webhooks, service.receiver.url);
	const rates = { bare: new Array<number>(), service: new Array<number>() };
	for (let round = 0; round < 3; round++) {
		rates.bare.push(await bareRush(service, webhooks, count));
		rates.service.push(await rush(service, tenants, count));
	}
	const [bare, rate] = [median(rates.bare), median(rates.service)];
	line(name, `${rate.toFixed(0)}/s, bare loop ${bare.toFixed(0)}/s (${((100 * rate) / bare).toFixed(0)} %)`);
	return tenants;
}

async function main() {
	const receiver = await startReceiver();
	const half = WANTED_PER_SECOND / 2;
	const service = await open(receiver);

	await rush(service, await service.register(WEBHOOKS, receiver.url), WARM_UP);
	await bareRush(service, WEBHOOKS, WARM_UP);
	const tenants = await compare(`to ${WEBHOOKS} receivers`, service, WEBHOOKS, EVENTS);
	await compare('to one receiver', service, 1, EVENTS_TO_ONE);
	line(`at ${half}/s`, show(await pace(service, tenants, half)));

	const used: string[] = [];
	const rates: number[] = [];
	for (let quarter = 0; quarter < 4; quarter++) {
		rates.push(await rush(service, tenants, SOAK / 4));
		await receiver.arrivals();
		used.push(memory());
	}
	line(`${SOAK} more`, `${median(rates).toFixed(0)}/s; after each quarter, heap/own in MiB: ${used.join(', ')}`);
	await service.close();

	const mixed = await open(receiver);
	const living = await mixed.register(MANY_WEBHOOKS, receiver.url);
	const others = await mixed.register(MANY_WEBHOOKS, receiver.url);
	const dead = await mixed.register(MANY_WEBHOOKS, (index) =>
		index % 2 === 0 ? receiver.url(`silent/${index}`) : receiver.closedUrl,
	);
	const beside = async (them: readonly OrganizationId[], seconds: number) => {
		const everybody = living.flatMap((tenant, index) => [tenant, ...them.slice(index, index + 1)]);
		return pace(mixed, everybody, half, seconds, new Set(living));
	};
	await beside(others, PACED_SECONDS / 2);
	const besideLiving = await beside(others, PACED_SECONDS);
	line(`${MANY_WEBHOOKS} beside as many living`, show(besideLiving));
	const besideDead = await beside(dead, DYING_SECONDS);
	const ratio = percentile(besideDead, 0.99) / percentile(besideLiving, 0.99);
	line(`${MANY_WEBHOOKS} beside as many dead`, `${show(besideDead)} (${ratio.toFixed(1)} times the p99)`);
	await mixed.close();
	receiver.stop();
}

void main();
