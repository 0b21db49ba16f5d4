import { systemClock } from '../../backend/src/core/clock';
import { openTestDatabase } from '../support/database';
import { startReceiver } from '../support/receiver';
import { openWebhookStage } from '../support/webhook-stage';

/**
 * How long an event takes from the write that causes it to the receiver, and how many get through in a second:
 * `node -r ./test/support/ts-register.cjs test/bench/webhooks.ts`, on the embedded engine or `MONGODB_URI`.
 */
const EVENTS = 1_000;
const WEBHOOKS = 20;
const RATE_PER_SECOND = 50;

async function main() {
	const database = await openTestDatabase();
	const stage = await openWebhookStage(database, systemClock);
	const { service, relay } = stage.startReplica();
	const arrivals = new Map<string, number>();
	const receiver = await startReceiver((response) => {
		const { headers } = receiver.requests.at(-1) ?? { headers: {} };
		arrivals.set(String(new Map(Object.entries(headers)).get('webhook-id')), performance.now());
		response.end();
	});
	const tenants = Array.from({ length: WEBHOOKS }, () => stage.ids.next('organization'));
	for (const tenant of tenants) {
		await service.create(tenant, stage.request(receiver.url));
	}
	const causes = Array.from({ length: EVENTS }, (_, index) =>
		stage.makeEvent('deployment.succeeded', tenants[index % WEBHOOKS]),
	);

	const latencies: number[] = [];
	for (const event of causes.slice(0, EVENTS / 5)) {
		const before = performance.now();
		await stage.change(event);
		const committed = performance.now();
		relay.wake();
		await systemClock.sleep(Math.max(0, 1_000 / RATE_PER_SECOND - (committed - before)));
		latencies.push(committed);
	}
	await receiver.received(EVENTS / 5);
	const waits = latencies.map((committed, index) => (arrivals.get(causes[index]?.id ?? '') ?? NaN) - committed);
	waits.sort((one, other) => one - other);
	const percentile = (part: number) => (waits[Math.floor(waits.length * part)] ?? NaN).toFixed(1);
	console.log(`at ${RATE_PER_SECOND} events a second: p50 ${percentile(0.5)} ms, p99 ${percentile(0.99)} ms`);

	const start = performance.now();
	for (const event of causes.slice(EVENTS / 5)) await stage.change(event);
	relay.wake();
	await receiver.received(EVENTS);
	const seconds = (performance.now() - start) / 1_000;
	console.log(`${((EVENTS * 0.8) / seconds).toFixed(0)} events a second, from the write to the receiver`);

	await stage.close();
	await receiver.close();
	await database.drop();
}

void main();
