import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MongoClient } from 'mongodb';
import { systemClock } from '../../backend/src/core/clock';
import { startEmbeddedEngine } from '@odoo-platform/embedded-mongo';

/** A database of a test's own. */
export interface TestDatabase {
	/** The connection string of the server. */
	uri: string;
	/** The name of the database on it (mongoose's `dbName`). */
	name: string;
	/** Removes the database, and with the embedded engine the engine. Close your connections before. */
	drop(): Promise<void>;
}

/** An empty database: on the server at `MONGODB_URI`, or on an embedded engine in a temporary directory. */
export async function openTestDatabase(): Promise<TestDatabase> {
	const name = `test_${randomBytes(6).toString('hex')}`;
	const uri = process.env['MONGODB_URI'];
	if (uri) {
		return {
			uri,
			name,
			drop: async () => {
				const client = await MongoClient.connect(uri);
				await client.db(name).dropDatabase();
				await client.close();
			},
		};
	}
	const dataDir = mkdtempSync(join(tmpdir(), 'odoo-platform-test-'));
	const engine = await startEmbeddedEngine({ dataDir, clock: systemClock });
	return {
		uri: engine.uri,
		name,
		drop: async () => {
			await engine.close();
			rmSync(dataDir, { recursive: true, force: true });
		},
	};
}
