import { MongoClient } from 'mongodb';
import { systemClock } from '../../backend/src/core/clock';
import { startEmbeddedEngine } from '@odoo-platform/embedded-mongo';

// Writes until a write is refused, and tells whether everything acknowledged can still be read. For tests of full disks.
// Argument: the data directory of an embedded engine.

async function main(dataDir: string): Promise<void> {
	const engine = await startEmbeddedEngine({ dataDir, clock: systemClock });
	const client = await MongoClient.connect(engine.uri);
	const collection = client.db('test').collection('written');
	let written = 0;
	let refused = false;
	while (!refused && written < 100) {
		try {
			await collection.insertOne({ text: 'x'.repeat(100_000) });
			written++;
		} catch {
			refused = true;
		}
	}
	const found = await collection.countDocuments({ text: { $exists: true } });
	process.stdout.write(refused && found === written ? 'refused, and has all that was acknowledged\n' : 'wrong\n');
	await client.close();
	await engine.close();
}

void main(process.argv[2] ?? '');
