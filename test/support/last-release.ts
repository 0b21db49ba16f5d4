import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { BSON } from 'mongodb';
import mongoose from 'mongoose';
import { z } from 'zod';
import { readConfig } from '../../backend/src/config';
import { createLogger } from '../../backend/src/core/log';
import type { StoredDocument } from '../../backend/src/database/collection';
import { createDemoRepository } from '../../backend/src/features/first-run/demo-repository';
import { startPlatform } from '../../backend/src/platform';
import { openTestDatabase } from './database';
import { apiCaller, databaseUri } from './platform';
import { portOf, startReceiver } from './receiver';
import { checkReplies } from './reply-check';

const indexSchema = z.looseObject({ key: z.record(z.string(), z.union([z.literal(1), z.literal(-1)])) });

const releaseSchema = z.object({
	made_at: z.date(),
	secret_key: z.string(),
	/** What its users were told and have kept. */
	secrets: z.object({
		organization_id: z.string(),
		environments: z.object({ production: z.string(), staging: z.string() }),
		api_key: z.string(),
		webhook_key: z.object({ token: z.string(), hmac_secret: z.string() }),
		webhook: z.object({ id: z.string(), secret: z.string() }),
		connection_id: z.string(),
		session: z.string(),
	}),
	collections: z.array(
		z.object({
			name: z.string(),
			indexes: z.array(indexSchema),
			documents: z.array(z.looseObject({ _id: z.string() })),
		}),
	),
});

/** What the last release left in its database, with these values for the places that it names. */
async function readRelease(places: Readonly<Record<string, string>>) {
	const packed = await readFile(path.join(__dirname, '../fixtures/last-release/release.json.gz'));
	const text = Object.entries(places).reduce(
		(before, [name, place]) => before.replaceAll(`{{${name}}}`, place),
		gunzipSync(packed).toString(),
	);
	return releaseSchema.parse(BSON.EJSON.parse(text));
}

/** All dates in it that much later: what is kept for some time shall not be over, whenever the test runs. */
function later(value: unknown, ms: number): unknown {
	if (value instanceof Date) return new Date(value.getTime() + ms);
	if (Array.isArray(value)) return value.map((item) => later(item, ms));
	if (typeof value !== 'object' || value === null) return value;
	return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, later(item, ms)]));
}

async function freePort() {
	const server = createServer().listen(0, '127.0.0.1');
	await once(server, 'listening');
	const port = portOf(server.address());
	server.close();
	await once(server, 'close');
	return port;
}

/** Starts this service on what the last release left (test/fixtures/last-release), and the receiver of its webhook. */
export async function startOnLastRelease() {
	const [port, receiver, database] = await Promise.all([freePort(), startReceiver(), openTestDatabase()]);
	const dataDir = await mkdtemp(path.join(tmpdir(), 'odoo-platform-test-'));
	const release = await readRelease({
		URL: `http://127.0.0.1:${port}`,
		RECEIVER: receiver.url,
		DATA_DIR: dataDir,
	});
	const age = Date.now() - release.made_at.getTime();
	const uri = databaseUri(database);
	const connection = await mongoose.createConnection(uri).asPromise();
	const load = async ({ name, indexes, documents }: (typeof release.collections)[number]) => {
		const collection = connection.collection<StoredDocument>(name);
		if (indexes.length > 0) await collection.createIndexes(indexes);
		const young = documents.map(({ _id, ...fields }) => ({ _id, ...z.looseObject({}).parse(later(fields, age)) }));
		if (young.length > 0) await collection.insertMany(young);
	};
	await Promise.all(release.collections.map(load));
	await createDemoRepository(path.join(dataDir, 'repositories', 'demo'));
	const config = readConfig({
		PORT: String(port),
		LOG_LEVEL: 'error',
		DATA_DIR: dataDir,
		SECRET_KEY: release.secret_key,
		OUTBOUND_ALLOWED_CIDRS: '127.0.0.0/8',
		MONGODB_URI: uri,
		DOCKER_HOST: 'none',
	});
	const platform = await startPlatform(config, { log: createLogger(config.logLevel) });
	const endChecks = await checkReplies(platform.url);
	return {
		...platform,
		secrets: release.secrets,
		connection,
		receiver,
		api: apiCaller(platform.url, release.secrets.api_key),
		close: async () => {
			endChecks();
			await platform.stop();
			await receiver.close();
			await connection.close();
			await database.drop();
			await rm(dataDir, { recursive: true, force: true });
		},
	};
}
