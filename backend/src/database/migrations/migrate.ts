import { randomUUID } from 'node:crypto';
import type { Connection } from 'mongoose';
import type { Clock } from '../../core/clock';
import type { Logger } from '../../core/log';
import { createDoze } from '../../waiting/doze';
import { LEASE_MS } from '../../waiting/while-renewing';
import { type Collection, openCollection } from '../collection';
import { claim, holdLease } from '../lease';
import { MIGRATIONS } from './index';
import { type Migration, MigrationError } from './migration';

/** How often a waiting replica looks whether the lease is free, in milliseconds. */
const LOOK_MS = 500;
/** How long a replica waits for another one that is alive, in milliseconds. */
const PATIENCE_MS = 10 * 60_000;

/** How far the database is; the one document in `migrations`. */
interface ProgressDocument {
	readonly _id: 'database';
	/** The number of the last migration that has run; 0: none has. */
	readonly migration: number;
	/** The replica that has the lease, or had it last. */
	readonly owner: string;
	/** When the lease runs out. */
	readonly lease_until: Date;
}

const progressCollection = (connection: Connection) =>
	openCollection<ProgressDocument>(connection, {
		name: 'migrations',
		fields: {
			migration: Number,
			owner: String,
			lease_until: Date,
		},
		indexes: [],
	});

const DATABASE = { _id: 'database' } as const;

const LEASE = { owner: 'owner', until: 'lease_until', ms: LEASE_MS };

interface MigrateOptions {
	/** The collections whose indexes are made to match their definitions. */
	readonly collections: readonly Pick<Collection<never>, 'createIndexes' | 'syncIndexes'>[];
	readonly clock: Clock;
	readonly log: Logger;
	readonly migrations?: readonly Migration[];
}

/**
 * Brings the database to the state that this release needs: runs the migrations that have not run yet, makes missing
 * indexes and drops those that are no longer defined. Of several replicas that start at once, one takes a lease and
 * does it; the others wait.
 * @throws {MigrationError} if a later release has changed the database, a migration fails, or another replica takes too
 * long
 */
export async function migrate(connection: Connection, options: MigrateOptions): Promise<void> {
	const { collections, clock, log, migrations = MIGRATIONS } = options;
	const { db } = connection;
	if (db === undefined) throw new Error('the connection is not open');
	const progress = progressCollection(connection);
	const mine = { ...DATABASE, owner: randomUUID() };

	const { migration: done, lease_until: until } = await claimInTurn(progress, mine.owner, { clock, log });
	const lease = holdLease({
		collection: progress,
		terms: LEASE,
		mine,
		until,
		clock,
		doze: createDoze(clock),
		lostBy: () => new MigrationError('Another replica has taken the migrations over.'),
		onFailedRenewal: (error) => log.warn({ err: error }, 'the lease of the migrations could not be renewed'),
	});
	const work = async () => {
		for (const [index, migration] of migrations.entries()) {
			const number = index + 1;
			if (number <= done) continue;
			log.info({ migration: number }, `migrating the database: ${migration.title}`);
			await explaining(`number ${number}, ${migration.title}`, async () => {
				await migration.run(db, lease.lost);
				if (number < migrations.length) return;
				await Promise.all(collections.map((collection) => collection.syncIndexes()));
			});
			await lease.change({ $set: { migration: number } });
		}
		if (done < migrations.length) return;
		await Promise.all(collections.map((collection) => collection.createIndexes()));
	};
	try {
		if (done > migrations.length) throw tooNew(done, migrations.length);
		await lease.whileRenewing(work);
	} finally {
		await progress.update(mine, { $set: { lease_until: new Date(0) } }).catch((error: unknown) => {
			log.warn({ err: error }, 'the lease of the migrations could not be given back; it ends by itself');
		});
	}
}

/** Waits until no other replica has the lease, and takes it. */
async function claimInTurn(
	progress: Collection<ProgressDocument>,
	owner: string,
	{ clock, log }: Pick<MigrateOptions, 'clock' | 'log'>,
): Promise<ProgressDocument> {
	const began = clock.now().getTime();
	const first = { migration: 0, owner, lease_until: new Date(0) };
	await progress.update(DATABASE, { $setOnInsert: first }, { upsert: true });
	for (let waits = false; ; waits = true) {
		const now = clock.now();
		const claimed = await claim(progress, LEASE, clock, { owner, filter: DATABASE });
		if (claimed !== null) return claimed;
		if (now.getTime() - began >= PATIENCE_MS) {
			throw new MigrationError(
				`Another replica has been migrating the database for over ${PATIENCE_MS / 60_000} minutes. ` +
					'Its log says how far it is. Start this one again when it has ended.',
			);
		}
		if (!waits) log.info('another replica migrates the database; this one waits until it has');
		await clock.sleep(LOOK_MS);
	}
}

/** Runs a migration. If it fails, the error says which one it was and what happens next. */
async function explaining(which: string, work: () => Promise<void>): Promise<void> {
	try {
		await work();
	} catch (cause) {
		const reason = cause instanceof Error ? cause.message : String(cause);
		throw new MigrationError(
			`The database could not be migrated (${which}): ${reason} ` +
				'Nothing is lost: the next start goes on from there.',
			{ cause },
		);
	}
}

const tooNew = (done: number, known: number) =>
	new MigrationError(
		`The database was changed by a later release (its migration ${done}; this release knows ${known}). ` +
			'Start that release or a later one, or restore the backup that was made before it.',
	);
