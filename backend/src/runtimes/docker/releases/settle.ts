import type { RuntimeContext } from '../../runtime';
import { copyOf, namesOf } from '../names';
import { labelsOf } from '../odoo';
import type { OpenSite } from '../parts';
import { serveAgain } from './serve';
import { tidy } from './tidy';

/**
 * Brings an environment back to what its document says: what an interrupted update began is undone with the copy from
 * before it, the release that serves runs, and its server sends people there. Nothing is left to do where nothing was
 * interrupted.
 */
export async function settle(open: OpenSite, { signal, log }: Pick<RuntimeContext, 'signal' | 'log'>): Promise<void> {
	const { engine, site, postgres, database } = open;
	const { serving, update: begun, traffic, previous } = await open.read();
	if (serving === null) return;
	const names = namesOf(site.id);
	if (begun !== null) {
		await engine.remove(names.job);
		// One that serves already knows the database that is to go.
		for (const { id } of await engine.containers(labelsOf(open, 'web'))) await engine.remove(id);
		await engine.start(names.database);
		await postgres.untilReady(signal);
		await postgres.restoreCopy(database, copyOf(database, begun.deployment_id));
		await log('The database is as it was before.');
	}
	// What is stopped stays so, and its database server does not run.
	if (begun === null && traffic === 'stopped') return;
	// A crash may have come between the document and the ingress.
	if (begun === null && traffic === 'open') await open.write({});
	if (begun !== null || traffic === 'maintenance') {
		await serveAgain(open, serving, signal);
		// Its rows are counted anew in a database that was put back.
		if (begun !== null && previous !== null) {
			const rows = previous.rows - begun.rows + (await postgres.rowsWritten(database));
			await open.write({ previous: { ...previous, rows } });
		}
	}
	await tidy(open);
}
