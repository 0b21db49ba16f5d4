import { MongoClient } from 'mongodb';
import { openTestDatabase } from '../support/database';

// Measures the embedded engine, and beside it the server at MONGODB_URI if there is one:
// node -r ./test/support/ts-register.cjs test/bench/database.ts

const WRITES = 20_000;
const DOCUMENTS = 100_000;
const WRITERS = 50;

interface Delivery {
	_id: string;
	organization_id: string;
	webhook_id: string;
	status: string;
	next_attempt_at: Date;
	payload: { text: string };
}

const delivery = (n: number): Delivery => ({
	_id: `dlv_${String(n).padStart(26, '0')}`,
	organization_id: `org_${n % 50}`,
	webhook_id: `whk_${n % 10_000}`,
	status: 'pending',
	next_attempt_at: new Date(n),
	payload: { text: 'x'.repeat(300) },
});

/** Runs `action` for 0 … `count` - 1, so many at a time; returns how many were done a second. */
async function rate(count: number, parallel: number, action: (n: number) => Promise<unknown>): Promise<number> {
	let next = 0;
	const start = performance.now();
	const worker = async () => {
		while (next < count) await action(next++);
	};
	await Promise.all(Array.from({ length: parallel }, worker));
	return (count * 1000) / (performance.now() - start);
}

async function measure(): Promise<Record<string, number>> {
	const database = await openTestDatabase();
	const client = await new MongoClient(database.uri, { maxPoolSize: WRITERS }).connect();
	const deliveries = client.db(database.name).collection<Delivery>('deliveries');
	await deliveries.createIndexes([
		{ key: { organization_id: 1, _id: -1 } },
		{ key: { organization_id: 1, status: 1, next_attempt_at: 1 } },
		{ key: { webhook_id: 1 } },
	]);
	const results: Record<string, number> = {};
	results['insertOne'] = await rate(WRITES, WRITERS, (n) => deliveries.insertOne(delivery(n)));
	results['updateOne by _id'] = await rate(WRITES, WRITERS, (n) =>
		deliveries.updateOne({ _id: delivery(n)._id }, { $set: { status: 'pending', tried: n } }),
	);
	results['claim by findOneAndUpdate'] = await rate(WRITES / 2, WRITERS, (n) =>
		deliveries.findOneAndUpdate(
			{ organization_id: `org_${n % 50}`, status: 'pending', next_attempt_at: { $lte: new Date(WRITES) } },
			{ $set: { status: 'running' } },
			{ sort: { next_attempt_at: 1 } },
		),
	);
	for (let from = WRITES; from < DOCUMENTS; from += 5_000) {
		await deliveries.insertMany(Array.from({ length: 5_000 }, (_, n) => delivery(from + n)));
	}
	results['find by index, 10 of 100,000'] = await rate(2_000, 1, (n) =>
		deliveries.find({ webhook_id: `whk_${n}` }).toArray(),
	);
	results['page of 50 by cursor'] = await rate(500, 1, (n) =>
		deliveries
			.find({ organization_id: `org_${n % 50}`, _id: { $lt: delivery(70_000)._id } })
			.sort({ _id: -1 })
			.limit(50)
			.toArray(),
	);
	await client.close();
	await database.drop();
	return results;
}

async function main(): Promise<void> {
	const external = process.env['MONGODB_URI'];
	delete process.env['MONGODB_URI'];
	const embedded = await measure();
	if (external !== undefined) process.env['MONGODB_URI'] = external;
	const server = external === undefined ? {} : await measure();
	for (const [name, value] of Object.entries(embedded)) {
		const other = server[name];
		const beside =
			other === undefined ? '' : `${Math.round(other)}/s on the server (${(value / other).toFixed(1)} times)`;
		console.log(`${name.padEnd(30)} ${String(Math.round(value)).padStart(7)}/s  ${beside}`);
	}
}

void main();
