import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clock } from './clock';
import { removeExpired } from './commands/admin';
import { checkData, DATA_FILE, DatabaseDamagedError } from './check';
import type { Engine } from './commands/command';
import { Cursors } from './cursors';
import { lock } from './lock';
import { createWireServer } from './server';
import { Store } from './store';

const SWEEP_MS = 60_000;

/** Where the data is in the service's data directory. */
export const DATABASE_DIR = 'database';
/** What locks it. */
export const LOCK_FILE = 'database.lock';

/** Where the engine keeps its data, and what it depends on. */
export interface EmbeddedEngineOptions {
	/** The service's data directory. The engine uses the directory `database` in it. */
	dataDir: string;
	clock: Clock;
	log?: (message: string) => void;
	/** Whether the directory was in use before, so that there must be data. */
	usedBefore?: boolean;
}

/** A running engine. */
export interface EmbeddedEngine {
	/** A connection string for MongoDB's drivers. */
	uri: string;
	/**
	 * Removes documents that TTL indexes let expire, which also happens every 60 seconds. Answers how many they were.
	 */
	removeExpired(): Promise<number>;
	/** Copies the data as it is at this moment into that directory, which must be there. Writes go on meanwhile. */
	copyTo(directory: string): Promise<void>;
	/** Ends all connections, waits for current writes and releases the data directory. */
	close(): Promise<void>;
}

/**
 * Starts a small database in this process that speaks MongoDB's wire protocol, for installations without a MongoDB
 * server.
 * @throws {DatabaseInUseError} if another process uses the same data directory
 * @throws {DatabaseDamagedError} if the data cannot be read, or is missing where it should be
 */
export async function startEmbeddedEngine(options: EmbeddedEngineOptions): Promise<EmbeddedEngine> {
	const { dataDir, clock, log = () => undefined, usedBefore = false } = options;
	mkdirSync(dataDir, { recursive: true, mode: 0o700 });
	const release = lock(join(dataDir, LOCK_FILE));
	try {
		const dir = join(dataDir, DATABASE_DIR);
		if ((await checkData(dir)) === 'new' && usedBefore) {
			throw new DatabaseDamagedError(`The embedded database is missing or empty (${join(dir, DATA_FILE)}).`);
		}
		const store = Store.open(dir);
		await store.mark();
		const engine: Engine = { store, clock, cursors: new Cursors(clock) };
		const server = createWireServer(engine, log);
		const { uri, removeSocket } = await listen(server, join(dataDir, 'database.socket'));
		const stop = new AbortController();
		const sweeping = sweep(engine, stop.signal, log);
		return {
			uri,
			removeExpired: () => removeExpired(engine),
			copyTo: (directory) => store.copyTo(directory),
			close: async () => {
				stop.abort();
				await closeServer(server);
				removeSocket();
				await sweeping;
				await store.close();
				release();
			},
		};
	} catch (error) {
		release();
		throw error;
	}
}

/**
 * Listens where only this user can connect: on a Unix socket in a private directory. MongoDB's driver has no such
 * sockets on Windows; there it listens on loopback. The directory is not below the data's, for a socket's path has to be
 * short; the file `note` tells the next start what to remove where this process is killed.
 */
async function listen(server: Server, note: string): Promise<{ uri: string; removeSocket: () => void }> {
	if (process.platform === 'win32') {
		await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
		const address = server.address();
		if (address === null || typeof address === 'string') throw new Error('The embedded database got no port.');
		return { uri: `mongodb://127.0.0.1:${address.port}/?directConnection=true`, removeSocket: () => undefined };
	}
	const prefix = join(tmpdir(), 'odoo-platform-');
	const before = existsSync(note) ? readFileSync(note, 'utf8') : '';
	if (before.startsWith(prefix) && !before.slice(prefix.length).includes('/')) {
		rmSync(before, { recursive: true, force: true });
	}
	const dir = mkdtempSync(prefix);
	writeFileSync(note, dir, { mode: 0o600 });
	const path = join(dir, 'db.sock');
	await new Promise<void>((resolve, reject) => server.once('error', reject).listen(path, resolve));
	return {
		uri: `mongodb://${encodeURIComponent(path)}/?directConnection=true`,
		removeSocket: () => {
			rmSync(dir, { recursive: true, force: true });
			rmSync(note, { force: true });
		},
	};
}

async function closeServer(server: Server): Promise<void> {
	const closed = new Promise((resolve) => server.close(resolve));
	server.emit('closing');
	await closed;
}

async function sweep(engine: Engine, signal: AbortSignal, log: (message: string) => void): Promise<void> {
	for (;;) {
		try {
			await engine.clock.sleep(SWEEP_MS, signal);
			engine.cursors.closeIdle();
			await removeExpired(engine);
		} catch (error) {
			if (signal.aborted) return;
			log(`embedded database: sweep failed: ${error instanceof Error ? error.message : String(error)}`);
		}
	}
}
