import { MongoServerError } from 'mongodb';
import mongoose, { type Connection } from 'mongoose';
import type { Config } from '../config';
import type { Clock } from '../core/clock';
import type { Logger } from '../core/log';
import { startEmbeddedEngine } from '@odoo-platform/embedded-mongo';
import { steadySets } from './steady-sets';

/** The open database, whichever engine serves it. */
export interface Database {
	readonly connection: Connection;
	readonly engine: 'embedded' | 'mongodb';
	/** Rejects when the engine does not answer. */
	ping(): Promise<void>;
	close(): Promise<void>;
}

const DEFAULT_NAME = 'odoo_platform';

/**
 * Opens the MongoDB that the configuration names, or else the embedded engine. The same code of mongoose runs on both.
 */
export async function openDatabase(
	config: Pick<Config, 'mongodbUri' | 'dataDir'>,
	{ clock, log }: { clock: Clock; log: Logger },
): Promise<Database> {
	const embedded =
		config.mongodbUri === undefined
			? await startEmbeddedEngine({ dataDir: config.dataDir, clock, log: (message) => log.error(message) })
			: undefined;
	const uri = embedded?.uri ?? config.mongodbUri ?? '';
	const named = /^mongodb(\+srv)?:\/\/[^/]+\/[^?]/.test(uri);
	try {
		const connection = await mongoose
			.createConnection(uri, {
				...(named ? {} : { dbName: DEFAULT_NAME }),
				autoIndex: false,
				autoCreate: false,
				serverSelectionTimeoutMS: 5_000,
				maxPoolSize: 50,
				retryWrites: false,
			})
			.asPromise();
		steadySets(connection);
		return {
			connection,
			engine: embedded ? 'embedded' : 'mongodb',
			ping: async () => {
				await connection.db?.command({ ping: 1 });
			},
			close: async () => {
				await connection.close();
				await embedded?.close();
			},
		};
	} catch (error) {
		await embedded?.close();
		throw error;
	}
}

/** MongoDB's error code for a value that a unique index already has. */
export const DUPLICATE_KEY = 11000;

/** Whether a write failed because a unique index already has the value. */
export const isDuplicateKey = (error: unknown) => error instanceof MongoServerError && error.code === DUPLICATE_KEY;
