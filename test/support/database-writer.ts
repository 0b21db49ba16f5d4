import { type Collection, MongoClient } from 'mongodb';
import { systemClock } from '../../backend/src/core/clock';
import { startEmbeddedEngine } from '@odoo-platform/embedded-mongo';

// Writes without end and tells of each write that was acknowledged, until it is killed. For tests of durability.
// Arguments: the data directory of an embedded engine, or the connection string of a server; the name of the database.

const WRITERS = 20;

async function main(where: string, dbName: string): Promise<void> {
	const uri = where.startsWith('mongodb://')
		? where
		: (await startEmbeddedEngine({ dataDir: where, clock: systemClock })).uri;
	const client = await MongoClient.connect(uri);
	const collection = client.db(dbName).collection('written');
	await collection.createIndex({ group: 1 }, {}, {});
	await Promise.all(Array.from({ length: WRITERS }, (_, writer) => write(collection, writer)));
}

async function write(collection: Collection, writer: number): Promise<void> {
	for (let n = 0; ; n++) {
		const id = `${writer}-${n}`;
		const selector = { name: id };
		await collection.insertOne({ ...selector, group: 'inserted' });
		await collection.updateOne(selector, { $set: { group: 'updated' } });
		process.stdout.write(`${id}\n`);
	}
}

void main(process.argv[2] ?? '', process.argv[3] ?? '');
