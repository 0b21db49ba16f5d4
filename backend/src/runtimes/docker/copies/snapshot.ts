import { EngineError, ProgramError } from '../../../docker/errors';
import { type RuntimeContext, type RuntimeSite, ServerError } from '../../runtime';
import { FILES, ODOO_ZIP } from '../../odoo-zip';
import {
	openSnapshot,
	SnapshotError,
	type SnapshotManifest,
	type SnapshotReader,
	type SnapshotSource,
	type SnapshotTarget,
	writeSnapshot,
} from '../../snapshot';
import { type DockerParts, openSite } from '../parts';
import { complaintIn, type Postgres, SqlError } from '../postgres';
import { filesSize, packFiles } from './files';

/** The parts, in their order: files never change, so that those read later are all that the database knows. */
const PARTS = { database: 'database.dump', files: FILES } as const;
const FORMAT = 'docker 1';

/** What a snapshot has in common with the environments that it can be restored to. */
const kindOf = ({ odoo_version }: Pick<RuntimeSite, 'odoo_version'>) => ({
	formats: [FORMAT, ODOO_ZIP.format],
	odoo_version,
});

/** A snapshot that can be restored to such environments. */
export interface SiteSnapshot extends Pick<SnapshotReader, 'origin' | 'finish'> {
	/** Makes a database of it, under that name. */
	load(postgres: Postgres, database: string, owner: string, signal: AbortSignal): Promise<void>;
	/** Reads as much of its database as can be read without making one. */
	list(postgres: Postgres, signal: AbortSignal): Promise<void>;
	/** Its files, after its database was read. */
	files(): AsyncIterable<Uint8Array>;
}

/** @throws SnapshotError where it is not of this kind, or of another version of Odoo */
export async function openSiteSnapshot(from: SnapshotSource, site: RuntimeSite): Promise<SiteSnapshot> {
	const snapshot = await openSnapshot(from, kindOf(site));
	const common = { origin: snapshot.origin, finish: () => snapshot.finish(), files: () => snapshot.read(FILES) };
	if (snapshot.origin.format === FORMAT) {
		return {
			...common,
			load: (postgres, database, owner, signal) =>
				postgres.load(database, owner, snapshot.read(PARTS.database), signal),
			list: (postgres, signal) => postgres.list(snapshot.read(PARTS.database), signal),
		};
	}
	return {
		...common,
		load: (postgres, database, owner, signal) =>
			postgres.loadSql(database, owner, snapshot.read(ODOO_ZIP.database), signal),
		async list(_postgres, signal) {
			for await (const piece of snapshot.read(ODOO_ZIP.database)) if (piece.length > 0) signal.throwIfAborted();
		},
	};
}

/** How much of a database's size an archive of it is, as it is told of progress. */
const ARCHIVED = 0.2;

/** Copies an environment's database and files while it serves. */
export async function snapshotSite(
	parts: DockerParts,
	site: RuntimeSite,
	into: SnapshotTarget,
	context: RuntimeContext,
): Promise<SnapshotManifest> {
	const { signal, log, progress } = context;
	const open = await openSite(parts, site);
	const { serving, traffic } = await open.read();
	if (serving === null) throw new SnapshotError('Nothing was deployed to the environment yet.');
	if (traffic !== 'open') throw new SnapshotError('The environment does not run. Start it first.');
	const { postgres, database } = open;
	try {
		const rows = await postgres.askAs(
			database,
			database,
			`SELECT name, coalesce(latest_version, '') FROM public.ir_module_module WHERE state = 'installed';`,
		);
		const modules = Object.fromEntries(rows.map(([name = '', version = '']) => [name, version]));
		const size = { database: await postgres.sizeOf(database), files: await filesSize(open, serving, signal) };
		const total = size.database * ARCHIVED + size.files;
		await log(`The database has ${inMb(size.database)}, its files have ${inMb(size.files)}.`);
		let done = 0;
		/** Tells of what has gone, and ends what nobody wants any more. */
		async function* counted(content: AsyncIterable<Uint8Array>, most: number) {
			for await (const piece of content) {
				signal.throwIfAborted();
				yield piece;
				done += piece.length;
				await progress(Math.min(most, done / total));
			}
		}
		const origin = {
			format: FORMAT,
			odoo_version: site.odoo_version,
			modules,
			addons: [...serving.addons],
			bytes: size.database + size.files,
		};
		return await writeSnapshot(into, origin, {
			[PARTS.database]: counted(postgres.dump(database, signal), 0.95),
			[PARTS.files]: counted(packFiles(open, serving, signal), 0.99),
		});
	} catch (error) {
		signal.throwIfAborted();
		if (error instanceof ProgramError) throw brokenOff(error);
		if (error instanceof EngineError || error instanceof SqlError) {
			throw new ServerError(error.message, { cause: error });
		}
		throw error;
	}
}

const inMb = (bytes: number) => `${(bytes / 1_000_000).toFixed(1)} MB`;

/** A deploy of the environment takes its database from whoever reads it. */
const brokenOff = (cause: ProgramError) =>
	/terminating connection|server closed the connection|does not exist|not currently accepting/.test(cause.message)
		? new SnapshotError('The environment was deployed, stopped or restored meanwhile. Try again.', { cause })
		: new ServerError(`The data cannot be read: ${complaintIn(cause.message)}`, { cause });
