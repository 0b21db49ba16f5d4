import { EngineError, ProgramError } from '../../../docker/errors';
import { type RuntimeContext, type RuntimeSite, ServerError } from '../../runtime';
import { SnapshotError, type SnapshotManifest, type SnapshotTarget, writeSnapshot } from '../../snapshot';
import { type DockerParts, openSite } from '../parts';
import { SqlError } from '../postgres';
import { filesSize, packFiles } from './files';

/** The parts, in their order: files never change, so that those read later are all that the database knows. */
export const PARTS = { database: 'database.dump', files: 'filestore.tar' } as const;

/** What a snapshot has in common with the environments that it can be restored to. */
export const kindOf = ({ odoo_version }: Pick<RuntimeSite, 'odoo_version'>) => ({ format: 'docker 1', odoo_version });

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
		const rows = await postgres.ask(
			database,
			`SELECT name, coalesce(latest_version, '') FROM ir_module_module WHERE state = 'installed';`,
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
			...kindOf(site),
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
		: new ServerError(cause.message, { cause });
