import { EngineError } from '../../../docker/errors';
import { type RuntimeContext, type RuntimeSite, ServerError } from '../../runtime';
import { SnapshotError, type SnapshotSource } from '../../snapshot';
import { namesOf, rehearsalOf } from '../names';
import { type DockerParts, type OpenSite, openSite } from '../parts';
import { roomIn } from './files';
import { SqlError } from '../postgres';
import { openSiteSnapshot } from './snapshot';

/** Reads a snapshot to its end; its database is at least listed, or even loaded under another name and thrown away. */
export async function proveSnapshot(
	parts: DockerParts,
	site: RuntimeSite,
	from: SnapshotSource,
	{ restore }: { readonly restore: boolean },
	{ signal }: RuntimeContext,
): Promise<void> {
	const open = await openSite(parts, site);
	const { postgres, database } = open;
	const snapshot = await openSiteSnapshot(from, site);
	const copy = rehearsalOf(database);
	try {
		if (restore) {
			await requireRoom(open, snapshot.origin.bytes);
			await snapshot.load(postgres, copy, database, signal);
			const rows = await postgres.askAs(
				database,
				copy,
				`SELECT name FROM public.ir_module_module WHERE state = 'installed';`,
			);
			const wanted = Object.keys(snapshot.origin.modules).length;
			if (rows.length !== wanted) {
				throw new SnapshotError(`Its database has ${rows.length} installed modules instead of ${wanted}.`);
			}
		} else await snapshot.list(postgres, signal);
		for await (const piece of snapshot.files()) if (piece.length > 0) signal.throwIfAborted();
		await snapshot.finish();
	} catch (error) {
		signal.throwIfAborted();
		if (error instanceof SqlError) {
			throw new SnapshotError(`PostgreSQL cannot read it: ${error.message}`, { cause: error });
		}
		if (error instanceof EngineError) throw new ServerError(error.message, { cause: error });
		throw error;
	} finally {
		if (restore && !signal.aborted) await postgres.drop(copy);
	}
}

/** A try must not fill the disk of what serves. @throws ServerError */
async function requireRoom({ engine, site }: OpenSite, bytes: number): Promise<void> {
	const { stdout } = await engine.exec(namesOf(site.id).database, ['df', '-Pk', '/var/lib/postgresql/data']);
	if (roomIn(stdout) >= bytes * ROOM) return;
	throw new ServerError('The server has too little room to restore the backup for a try.');
}

/** How much more room than the data itself is to be left. */
const ROOM = 3;
