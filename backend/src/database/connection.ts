import { existsSync } from 'node:fs';
import path from 'node:path';
import { MongoClient, MongoServerError } from 'mongodb';
import mongoose, { type Connection } from 'mongoose';
import { type Config, ConfigError } from '../config';
import { type Clock, systemClock } from '../core/clock';
import type { Logger } from '../core/log';
import { DatabaseDamagedError, type EmbeddedEngine, startEmbeddedEngine } from '@odoo-platform/embedded-mongo';
import { COMPANIONS, COPIES_DIR, createDailyCopies } from './copies';
import { steadySets } from './steady-sets';
import { reaching } from './unavailable';
import { createWatch } from './watch';

/** The open database, whichever engine serves it. */
export interface Database {
	readonly connection: Connection;
	readonly engine: 'embedded' | 'mongodb';
	/** Rejects when the engine does not answer. */
	ping(): Promise<void>;
	/** Whether the connection has been useless for long, although the engine could be reached. */
	isStuck(): boolean;
	close(): Promise<void>;
}

const DEFAULT_NAME = 'odoo_platform';

const DRIVER_OPTIONS = {
	serverSelectionTimeoutMS: 5_000,
	connectTimeoutMS: 5_000,
	waitQueueTimeoutMS: 10_000,
	maxPoolSize: 50,
	retryWrites: false,
};

/** How long a ping may take, in milliseconds. */
const PING_MS = 3_000;

/**
 * Opens the MongoDB that the configuration names, or else the embedded engine. The same code of mongoose runs on both.
 */
export async function openDatabase(
	config: Pick<Config, 'mongodbUri' | 'dataDir'>,
	{ clock, log }: { clock: Clock; log: Logger },
): Promise<Database> {
	const embedded = config.mongodbUri === undefined ? await openEmbedded(config.dataDir, { clock, log }) : undefined;
	const uri = embedded?.uri ?? config.mongodbUri ?? '';
	const named = /^mongodb(\+srv)?:\/\/[^/]+\/[^?]/.test(uri);
	const options = {
		...DRIVER_OPTIONS,
		...(named ? {} : { dbName: DEFAULT_NAME }),
		autoIndex: false,
		autoCreate: false,
		bufferCommands: false,
	};
	try {
		const connection = await mongoose.createConnection(uri, options).asPromise();
		steadySets(connection);
		const ping = () => reaching(async () => connection.db?.command({ ping: 1 }), PING_MS);
		const watch = createWatch({
			ping,
			reach: async () => {
				const client = new MongoClient(uri, DRIVER_OPTIONS);
				try {
					await client.connect();
				} finally {
					void client.close().catch(() => undefined);
				}
			},
			renew: async () => {
				await connection.close();
				await connection.openUri(uri, options);
				steadySets(connection);
			},
			// The driver and the network know nothing of a clock of a test.
			clock: systemClock,
			log,
		});
		const copies =
			embedded &&
			createDailyCopies({
				dataDir: config.dataDir,
				copyDatabase: (directory) => embedded.copyTo(directory),
				clock,
				log,
			});
		watch.start();
		copies?.start();
		return {
			connection,
			engine: embedded ? 'embedded' : 'mongodb',
			ping: async () => {
				await ping();
			},
			isStuck: watch.isStuck,
			close: async () => {
				await watch.stop();
				await copies?.stop();
				await connection.close();
				await embedded?.close();
			},
		};
	} catch (error) {
		await embedded?.close();
		throw error;
	}
}

/** Opens the embedded engine; where its data cannot be used, the error says what to do. */
async function openEmbedded(dataDir: string, { clock, log }: { clock: Clock; log: Logger }): Promise<EmbeddedEngine> {
	const traces = COMPANIONS.filter((name) => existsSync(path.join(dataDir, name)));
	try {
		return await startEmbeddedEngine({
			dataDir,
			clock,
			log: (message) => log.error(message),
			usedBefore: traces.length > 0,
		});
	} catch (cause) {
		if (!(cause instanceof DatabaseDamagedError)) throw cause;
		const copies = path.join(dataDir, COPIES_DIR);
		throw new ConfigError(
			`DATA_DIR: ${cause.message} Nothing was changed. Restore a copy: npm run restore -- DIRECTORY (the daily ones are ` +
				`in ${copies}). To begin anew without the data, move ${dataDir} away.`,
			{ cause },
		);
	}
}

/** MongoDB's error code for a value that a unique index already has. */
export const DUPLICATE_KEY = 11000;

/** Whether a write failed because a unique index already has the value. */
export const isDuplicateKey = (error: unknown) => error instanceof MongoServerError && error.code === DUPLICATE_KEY;
