import { EngineError } from '../../docker/errors';
import { ReleaseError, type RuntimeContext, type RuntimeSite, ServerError } from '../runtime';
import { serveAgain, STOP_SECONDS } from './releases/serve';
import { settle } from './releases/settle';
import { namesOf } from './names';
import { type DockerParts, type OpenSite, openSite, prepare } from './parts';
import { SqlError } from './postgres';
import { NotReadyError } from './readiness';

/** How long PostgreSQL may take to write down what it has in memory, in seconds. */
const DATABASE_STOP_SECONDS = 20;

/** Ends an environment's Odoo and then its database server; its ingress says so from the beginning. */
export const stopSite = (parts: DockerParts, site: RuntimeSite, { signal, log }: RuntimeContext): Promise<void> =>
	inWords(async () => {
		const open = await openSite(parts, site);
		await open.write({ traffic: 'stopped' });
		await log('Nobody is served from here on.');
		signal.throwIfAborted();
		await end(open);
	});

/** Starts an environment's database server and the Odoo of the release that serves; only then are people sent there. */
export const startSite = (parts: DockerParts, site: RuntimeSite, context: RuntimeContext): Promise<void> =>
	inWords(async () => {
		const { signal, log } = context;
		const open = await openSite(parts, site);
		const { serving } = await open.read();
		if (serving === null) throw new ReleaseError('release_refused', 'Nothing was deployed yet.');
		await prepare(parts, open, context);
		await log('The database server runs.');
		try {
			await settle(open, context);
			await serveAgain(open, serving, signal);
		} catch (error) {
			if (signal.aborted || !(error instanceof NotReadyError)) throw error;
			await open.write({ traffic: 'stopped' });
			await end(open);
			throw new ReleaseError('unhealthy', `Odoo does not serve: ${error.message}.`, { cause: error });
		}
		await log('Odoo serves.');
	});

/** Odoo first, for it writes to the database to its end. */
export async function end(open: OpenSite): Promise<void> {
	const { engine, site } = open;
	const names = namesOf(site.id);
	const { serving } = await open.read();
	if (serving !== null) await engine.stop(names.web(serving.deployment_id), STOP_SECONDS);
	await engine.stop(names.database, DATABASE_STOP_SECONDS);
}

/** A server's failure, in words for the environment's owner. */
export async function inWords(work: () => Promise<void>): Promise<void> {
	try {
		await work();
	} catch (error) {
		if (error instanceof EngineError || error instanceof SqlError) {
			throw new ServerError(error.message, { cause: error });
		}
		throw error;
	}
}
