import { randomBytes } from 'node:crypto';
import type { Clock } from '../../core/clock';
import type { ContainerSpec } from '../../docker/container';
import type { Engine } from '../../docker/engine';
import { EngineError } from '../../docker/errors';
import { withoutRestrictions } from './plain-sql';

const MIB = 1024 * 1024;

/** A PostgreSQL of an environment's own. It is reached by its name `db` on the environment's network alone. */
export const postgresSpec = (
	common: Pick<ContainerSpec, 'name' | 'image' | 'labels' | 'network'> & {
		readonly volume: string;
		memory_mb: number;
	},
): ContainerSpec => {
	const { volume, memory_mb, ...spec } = common;
	return {
		...spec,
		aliases: ['db'],
		// The superuser has no password but this one, which is taken away once the server runs: it comes by the socket.
		environment: { POSTGRES_PASSWORD: 'taken-away-at-once', PGPORT: '5432' },
		mounts: [{ volume, at: '/var/lib/postgresql/data' }],
		scratch: { '/tmp': 64 * MIB, '/var/run/postgresql': MIB },
		capabilities: ['CHOWN', 'SETUID', 'SETGID', 'DAC_OVERRIDE', 'FOWNER'],
		restart: true,
		memoryBytes: Math.max(256, Math.round(memory_mb / 2)) * MIB,
		cpus: 1,
		processes: 200,
		sharedMemoryBytes: 128 * MIB,
	};
};

/** A name in SQL. */
export const named = (name: string) => `"${name.replaceAll('"', '""')}"`;
/** A text in SQL. */
export const quoted = (text: string) => `'${text.replaceAll("'", "''")}'`;

/** Ends whoever is in a database. */
const endSessions = (database: string) =>
	`SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = ${quoted(database)};`;

/** Ends the superuser's other sessions: programs in the container go on when the service that asked for them is gone. */
const END_EARLIER = `SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
	WHERE usename = 'postgres' AND backend_type = 'client backend' AND pid <> pg_backend_pid();`;

/**
 * What PostgreSQL's programs complain of, without the rows that they show beside it: those are somebody's data.
 * Addresses within the complaint itself are left out.
 */
export const complaintIn = (said: string): string => {
	const line = said.split('\n').find((one) => /\b(error|fatal):/i.test(one)) ?? 'it gave no reason';
	return line.replace(/\S+@\S+/g, '…').slice(0, 300);
};

/** A statement failed; the message is PostgreSQL's own. */
export class SqlError extends Error {
	override readonly name = 'SqlError';
}

/** How long statements may take, in milliseconds: to copy a large database takes minutes. */
const STATEMENT_MS = 30 * 60_000;
const READY_MS = 90_000;
const POLL_MS = 200;
/** How long transactions may take to end before an update cuts them off, in milliseconds. */
const QUIET_MS = 10_000;
const QUIET_POLL_MS = 100;

/** The databases of a server, as its superuser. Statements are written to `psql`: no shell reads them. */
export function createPostgres({ engine, container, clock }: { engine: Engine; container: string; clock: Clock }) {
	const askAs = async (role: string, database: string, sql: string, signal?: AbortSignal): Promise<string[][]> => {
		const { exit_code, stdout, stderr } = await engine.exec(
			container,
			['psql', '-XqAt', '-F', '\t', '-v', 'ON_ERROR_STOP=1', '-U', role, '-p', '5432', '-d', database, '-f', '-'],
			{ user: 'postgres', input: `${sql}\n`, signal: signal ?? AbortSignal.timeout(STATEMENT_MS) },
		);
		if (exit_code !== 0) throw new SqlError(stderr.trim() || `psql ended with ${exit_code}`);
		return stdout
			.split('\n')
			.filter((line) => line !== '')
			.map((line) => line.split('\t'));
	};
	const ask = (database: string, sql: string, signal?: AbortSignal) => askAs('postgres', database, sql, signal);
	const first = async (database: string, sql: string) => (await ask(database, sql))[0]?.[0] ?? '';

	/** Makes it anew and empty. */
	const create = async (database: string, owner: string, { isClosed = false } = {}) => {
		await drop(database);
		await ask(
			'postgres',
			`CREATE DATABASE ${named(database)} OWNER ${named(owner)} TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C';
			${isClosed ? `REVOKE ALL ON DATABASE ${named(database)} FROM PUBLIC;` : ''}`,
		);
	};
	const drop = (database: string) => ask('postgres', `DROP DATABASE IF EXISTS ${named(database)} WITH (FORCE);`);

	return {
		ask,
		/** Runs statements as a role that may do less: what a database of others holds is run with its rights alone. */
		askAs,
		drop,
		/** Resolves once it takes connections over the network. */
		async untilReady(signal: AbortSignal) {
			const end = clock.now().getTime() + READY_MS;
			for (;;) {
				const ready = await engine
					.exec(container, ['pg_isready', '-q', '-h', '127.0.0.1', '-p', '5432'], { signal })
					.then(({ exit_code }) => exit_code === 0)
					.catch((error: unknown) => {
						// It starts, or starts again.
						if (error instanceof EngineError && error.code === 'refused') return false;
						throw error;
					});
				if (ready) return;
				if (clock.now().getTime() > end) throw new SqlError('The database server does not come up.');
				await clock.sleep(POLL_MS, signal);
			}
		},
		/** Has the role own databases, and do nothing else. */
		ensureOwner: (role: string, password: string) =>
			ask(
				'postgres',
				`ALTER ROLE postgres PASSWORD NULL;
				DO $$ BEGIN CREATE ROLE ${named(role)} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE;
				EXCEPTION WHEN duplicate_object THEN NULL; END $$;
				ALTER ROLE ${named(role)} PASSWORD ${quoted(password)};`,
			),
		create,
		/** Waits until nobody works in it, for ten seconds at most. */
		async untilQuiet(database: string, signal: AbortSignal) {
			const end = clock.now().getTime() + QUIET_MS;
			const busy = `SELECT count(*) FROM pg_stat_activity WHERE datname = ${quoted(database)}
				AND backend_type = 'client backend' AND state IN ('active', 'idle in transaction');`;
			while ((await first('postgres', busy)) !== '0' && clock.now().getTime() < end) {
				await clock.sleep(QUIET_POLL_MS, signal);
			}
		},
		/** How many transactions in it have begun to write. */
		writers: async (database: string) =>
			Number(
				await first(
					'postgres',
					`SELECT count(*) FROM pg_stat_activity WHERE datname = ${quoted(database)} AND backend_xid IS NOT NULL;`,
				),
			),
		/** Copies it as it is; nobody is in it meanwhile, or after a failure, until {@link restoreCopy}. */
		async copy(database: string, copy: string, owner: string) {
			const making = named(`${database}__making`);
			const allow = (allowed: boolean) => `ALTER DATABASE ${named(database)} WITH ALLOW_CONNECTIONS ${allowed};`;
			// One call of psql, for each takes its time. What is half made does not bear the name of a whole copy.
			await ask(
				'postgres',
				`DROP DATABASE IF EXISTS ${making} WITH (FORCE);
				${allow(false)}
				${endSessions(database)}
				CREATE DATABASE ${making} OWNER ${named(owner)} TEMPLATE ${named(database)};
				ALTER DATABASE ${making} RENAME TO ${named(copy)};
				${allow(true)}`,
			);
		},
		/** Copies it as it is at one moment, while it is worked in. */
		async duplicate(database: string, copy: string, owner: string, signal: AbortSignal) {
			await create(copy, owner);
			// A dump that breaks off cannot be restored, so that the end of the pipe tells of both.
			const pipe =
				'pg_dump -U postgres -p 5432 -Fc -Z0 "$1" | pg_restore -U postgres -p 5432 --exit-on-error -d "$2"';
			const { exit_code, stderr } = await engine.exec(container, ['/bin/sh', '-c', pipe, 'sh', database, copy], {
				user: 'postgres',
				signal: AbortSignal.any([signal, AbortSignal.timeout(STATEMENT_MS)]),
			});
			if (exit_code !== 0) throw new SqlError(stderr.trim() || `pg_restore ended with ${exit_code}`);
		},
		/** Its content as an archive of `pg_dump`, as it is at one moment. */
		dump: (database: string, signal: AbortSignal) =>
			engine.output(container, ['pg_dump', '-U', 'postgres', '-p', '5432', '-Fc', '-Z1', database], {
				user: 'postgres',
				signal,
			}),
		/**
		 * Makes a database of such an archive, whoever's it was. Its owner does it: what the archive has run is run with
		 * that one's rights.
		 */
		async load(database: string, owner: string, archive: AsyncIterable<Uint8Array>, signal: AbortSignal) {
			await create(database, owner, { isClosed: true });
			// It may end before it has read the last of it.
			const program =
				'pg_restore -U "$1" -p 5432 --no-owner --no-privileges --exit-on-error -d "$2" && cat > /dev/null';
			const { exit_code, stderr } = await engine.exec(
				container,
				['/bin/sh', '-c', program, 'load', owner, database],
				{ user: 'postgres', input: archive, signal },
			);
			if (exit_code !== 0) throw new SqlError(complaintIn(stderr));
		},
		/** The same of SQL. `psql` does nothing else that it may say: it could run programs. */
		async loadSql(database: string, owner: string, sql: AsyncIterable<Uint8Array>, signal: AbortSignal) {
			await create(database, owner, { isClosed: true });
			async function* restricted() {
				yield Buffer.from(`\\restrict ${randomBytes(16).toString('hex')}\n`);
				yield* withoutRestrictions(sql);
			}
			const { exit_code, stderr } = await engine.exec(
				container,
				['psql', '-Xq', '-v', 'ON_ERROR_STOP=1', '-1', '-U', owner, '-p', '5432', '-d', database, '-f', '-'],
				{ user: 'postgres', input: restricted(), signal },
			);
			if (exit_code !== 0) throw new SqlError(complaintIn(stderr));
		},
		/** Reads such an archive to its end. @throws SqlError where it is none */
		async list(archive: AsyncIterable<Uint8Array>, signal: AbortSignal) {
			const program = 'pg_restore --list > /dev/null && cat > /dev/null';
			const { exit_code, stderr } = await engine.exec(container, ['/bin/sh', '-c', program], {
				user: 'postgres',
				input: archive,
				signal,
			});
			if (exit_code !== 0) throw new SqlError(complaintIn(stderr));
		},
		/** Such an archive as SQL, for a database of anybody's. */
		plain: (archive: AsyncIterable<Uint8Array>, signal: AbortSignal) =>
			withoutRestrictions(
				engine.output(
					container,
					['/bin/sh', '-c', 'pg_restore --no-owner --no-privileges -f - && cat > /dev/null'],
					{ user: 'postgres', input: archive, signal },
				),
			),
		/** In bytes. */
		sizeOf: async (database: string) =>
			Number(await first('postgres', `SELECT pg_database_size(${quoted(database)});`)),
		/**
		 * A role that owns databases while they are made ready. It has no password, so that nobody comes by the network as
		 * it, and others neither see what it does nor enter what it makes.
		 */
		ensureLoader: (role: string) =>
			ask(
				'postgres',
				`DO $$ BEGIN CREATE ROLE ${named(role)} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE;
				EXCEPTION WHEN duplicate_object THEN NULL; END $$;`,
			),
		/** Gives a database that was made ready to its owner. */
		async handOver(database: string, loader: string, owner: string) {
			await ask(database, `REASSIGN OWNED BY ${named(loader)} TO ${named(owner)};`);
			await ask(
				'postgres',
				`ALTER DATABASE ${named(database)} OWNER TO ${named(owner)};
				GRANT CONNECT, TEMPORARY ON DATABASE ${named(database)} TO PUBLIC;`,
			);
		},
		/** Writes a mark on a database, which goes with it. */
		mark: (database: string, mark: string) =>
			ask('postgres', `COMMENT ON DATABASE ${named(database)} IS ${quoted(mark)};`),
		/** Gives the database another name, and its own to another one that still has that mark. */
		swap: (database: string, incoming: string, kept: string, mark: string) =>
			ask(
				'postgres',
				`DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_database WHERE datname = ${quoted(incoming)}
						AND shobj_description(oid, 'pg_database') = ${quoted(mark)}) THEN
					RAISE EXCEPTION 'another worker goes on with it';
				END IF; END $$;
				ALTER DATABASE ${named(database)} WITH ALLOW_CONNECTIONS false;
				${endSessions(database)}
				${endSessions(incoming)}
				ALTER DATABASE ${named(database)} RENAME TO ${named(kept)};
				ALTER DATABASE ${named(incoming)} RENAME TO ${named(database)};`,
			),
		/** How many rows were ever inserted, updated or deleted in it, as far as PostgreSQL has counted. */
		rowsWritten: async (database: string) =>
			Number(
				await first(
					'postgres',
					`SELECT tup_inserted + tup_updated + tup_deleted FROM pg_stat_database WHERE datname = ${quoted(database)};`,
				),
			),
		/** Gives the database another name, and puts a copy of the copy in its place. */
		async exchange(database: string, copy: string, kept: string, owner: string) {
			await ask(
				'postgres',
				`ALTER DATABASE ${named(database)} WITH ALLOW_CONNECTIONS false;
				${endSessions(database)}
				ALTER DATABASE ${named(database)} RENAME TO ${named(kept)};
				CREATE DATABASE ${named(database)} OWNER ${named(owner)} TEMPLATE ${named(copy)};`,
			);
		},
		/** The copies that there are of it. */
		copiesOf: async (database: string) =>
			(
				await ask(
					'postgres',
					`SELECT datname FROM pg_database WHERE starts_with(datname, ${quoted(`${database}__`)});`,
				)
			).flat(),
		/** Ends whatever an earlier process still does to the database, and drops what it has made for this copy. */
		clearCopy: (database: string, copy: string) =>
			ask(
				'postgres',
				`${END_EARLIER}
				DROP DATABASE IF EXISTS ${named(`${database}__making`)} WITH (FORCE);
				DROP DATABASE IF EXISTS ${named(copy)} WITH (FORCE);`,
			),
		/**
		 * Puts the copy in the place of the database, in one step: whoever comes second finds no copy and changes nothing.
		 * Without a copy the database is as it was.
		 */
		async restoreCopy(database: string, copy: string) {
			const failed = `${database}__failed`;
			await ask(
				'postgres',
				`${END_EARLIER}
				DROP DATABASE IF EXISTS ${named(failed)} WITH (FORCE);
				${endSessions(database)}
				DO $$ BEGIN
					IF EXISTS (SELECT FROM pg_database WHERE datname = ${quoted(copy)}) THEN
						IF EXISTS (SELECT FROM pg_database WHERE datname = ${quoted(database)}) THEN
							ALTER DATABASE ${named(database)} RENAME TO ${named(failed)};
						END IF;
						ALTER DATABASE ${named(copy)} RENAME TO ${named(database)};
					END IF;
				END $$;
				ALTER DATABASE ${named(database)} WITH ALLOW_CONNECTIONS true;
				DROP DATABASE IF EXISTS ${named(failed)} WITH (FORCE);`,
			);
		},
	};
}

export type Postgres = ReturnType<typeof createPostgres>;
