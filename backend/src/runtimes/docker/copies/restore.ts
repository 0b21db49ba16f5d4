import { randomUUID } from 'node:crypto';
import { EngineError } from '../../../docker/errors';
import {
	ReleaseError,
	type Restored,
	type Restoring,
	type RuntimeContext,
	type RuntimeSite,
	ServerError,
} from '../../runtime';
import type { Sanitizing } from '../../sanitizing';
import { SnapshotError, type SnapshotSource } from '../../snapshot';
import type { DockerRelease } from '../model';
import { copyOf, incomingOf, loaderOf, namesOf } from '../names';
import { OdooFailedError, odooSpec, runOdoo } from '../odoo';
import { type DockerParts, type OpenSite, openSite, prepare } from '../parts';
import { SqlError } from '../postgres';
import { NotReadyError } from '../readiness';
import type { UpdatePlan } from '../releases/plan';
import { checkUpdated, updateArguments } from '../releases/serve';
import { settle } from '../releases/settle';
import { within } from '../releases/stages';
import { afterwards } from '../releases/tidy';
import { inWindow } from '../releases/window';
import { keptFiles, sanitizeDatabase } from '../sanitize';
import { end } from '../stop-start';
import { type Carrier, roomIn, withCarrier } from './files';
import { planFor } from './fit';
import { identify, neutralize } from './identity';
import { openSiteSnapshot, type SiteSnapshot } from './snapshot';

/** How much more room than the data itself a restore needs: indexes are made, and rows are written twice. */
const ROOM = 1.5;

/** What of a restore has run when, of all of it: for its progress. */
const DONE = { database: 0.5, sanitized: 0.7, files: 0.85, updated: 0.9 } as const;

/**
 * Puts a snapshot in the place of an environment's data. Database and files are made ready beside those that serve, under
 * other names; nobody is served for as long as it takes to change the names and to start Odoo anew.
 */
export async function restoreSite(
	parts: DockerParts,
	site: RuntimeSite,
	from: SnapshotSource,
	how: Restoring,
	context: RuntimeContext,
): Promise<Restored> {
	const open = await openSite(parts, site);
	const before = await open.read();
	if (before.restored?.id === how.id) return before.restored;
	if (before.serving === null) {
		throw new SnapshotError('Nothing was deployed to the environment yet. Deploy first: data needs its add-ons.');
	}
	try {
		return await inWords(context, () => restore(parts, open, from, how, context));
	} catch (error) {
		context.signal.throwIfAborted();
		await leaveAsItWas(open, before.traffic).catch((cause: unknown) => {
			if (!(cause instanceof EngineError || cause instanceof SqlError)) throw cause;
		});
		const { traffic, update } = await open.read();
		if (traffic !== 'maintenance' && update === null) throw error;
		// To put back what was before has failed as well.
		throw new ServerError(error instanceof Error ? error.message : 'It failed.', { cause: error });
	}
}

async function restore(
	parts: DockerParts,
	open: OpenSite,
	from: SnapshotSource,
	how: Restoring,
	context: RuntimeContext,
): Promise<Restored> {
	const { site, engine, postgres, database } = open;
	const { signal, log, progress } = context;
	// First of all, what an attempt that was killed has left: whatever the snapshot is like.
	const { serving } = await prepared(parts, open, context);
	const snapshot = await openSiteSnapshot(from, site);
	const plan = planFor(snapshot.origin, { release: serving.addons, known: await knownModules(open) });
	const incoming = incomingOf(database);
	const loader = loaderOf(database);
	const mark = randomUUID();
	return withCarrier(open, serving, signal, async (carrier) => {
		await checkRoom(open, carrier, snapshot);
		// What an attempt that was killed has left.
		await carrier.discard();
		const bringIn = async () => {
			await log('The database is loaded beside the one that serves.');
			await postgres.ensureLoader(loader);
			await snapshot.load(postgres, incoming, loader, signal);
			await progress(DONE.database);
			const { sanitized, named } = await sanitizeIncoming(open, how.sanitize, context);
			await progress(DONE.sanitized);
			await log('The files are copied.');
			await carrier.unpack(snapshot.files(), named);
			await snapshot.finish();
			await progress(DONE.files);
			await postgres.handOver(incoming, loader, database);
			if (how.isCopy) {
				await log('Odoo neutralizes it: it sends no mail and runs no scheduled actions.');
				await neutralize(open, incoming, serving, { ...context, progress: untold });
			}
			await identify(open, incoming, { isCopy: how.isCopy, isSanitized: how.sanitize !== null }, signal);
			await updateIncoming(open, plan, serving, within(context, DONE.files, DONE.updated));
			await postgres.mark(incoming, mark);
			const restored = { modules_updated: plan.update, sanitized };
			const change = {
				id: how.id,
				serving,
				next: serving,
				// The copy from before the last update is of other data.
				ending: ({ downtime_ms, writes_lost }: Pick<Restored, 'downtime_ms' | 'writes_lost'>) => ({
					previous: null,
					restored: { id: how.id, ...restored, downtime_ms, writes_lost },
				}),
			};
			const window = await inWindow(parts, open, change, context, async () => {
				signal.throwIfAborted();
				await postgres.swap(database, incoming, copyOf(database, how.id), mark);
				await carrier.merge();
			});
			return { ...restored, ...window };
		};
		const restored = await bringIn().catch(async (error: unknown) => {
			// Whoever goes on with the job does it.
			if (!signal.aborted) await carrier.discard().catch(() => undefined);
			throw error;
		});
		await afterwards(context, async () => {
			await engine.remove(namesOf(site.id).job);
			await carrier.clear();
		});
		return restored;
	});
}

/** Has the environment as its document says, and its database server there. */
async function prepared(
	parts: DockerParts,
	open: OpenSite,
	context: RuntimeContext,
): Promise<{ readonly serving: DockerRelease }> {
	await settle(open, context);
	await prepare(parts, open, context);
	const { serving } = await open.read();
	if (serving === null) throw new Error(`nothing serves ${open.site.id} any more`);
	return { serving };
}

async function knownModules({ postgres, database }: OpenSite): Promise<ReadonlySet<string>> {
	return new Set((await postgres.askAs(database, database, 'SELECT name FROM public.ir_module_module;')).flat());
}

/** @throws SnapshotError where the server has too little room */
async function checkRoom({ engine, site, server }: OpenSite, carrier: Carrier, { origin }: SiteSnapshot) {
	const { stdout } = await engine.exec(namesOf(site.id).database, ['df', '-Pk', '/var/lib/postgresql/data']);
	const room = Math.min(roomIn(stdout), await carrier.freeSpace());
	const needed = origin.bytes * ROOM;
	if (room >= needed) return;
	const inGb = (bytes: number) => (bytes / 1e9).toFixed(1);
	throw new SnapshotError(
		`The data needs ${inGb(needed)} GB of room, and the server ${server.id} has ${inGb(room)} GB. Make room first.`,
	);
}

/** Has nothing private left in the database that is to come. @returns also which files it still knows; null: all */
async function sanitizeIncoming(
	{ postgres, database }: OpenSite,
	sanitizing: Sanitizing | null,
	context: RuntimeContext,
): Promise<Pick<Restored, 'sanitized'> & { readonly named: ReadonlySet<string> | null }> {
	if (sanitizing === null) return { sanitized: null, named: null };
	const where = { postgres, database: incomingOf(database), owner: loaderOf(database) };
	await context.log('Addresses, passwords, keys and tokens are taken out of it.');
	const sanitized = await sanitizeDatabase(where, sanitizing, context);
	return { sanitized, named: new Set(await keptFiles(where, context.signal)) };
}

/** Has the release's own modules in the database that is to come. */
async function updateIncoming(
	open: OpenSite,
	plan: UpdatePlan,
	serving: DockerRelease,
	context: RuntimeContext,
): Promise<void> {
	if (plan.update.length === 0) return;
	const incoming = incomingOf(open.database);
	await context.log(`The environment has other versions of ${plan.update.join(', ')}: they are updated.`);
	await runOdoo(open.engine, odooSpec(open, serving, 'job'), ['-d', incoming, ...updateArguments(plan)], context);
	await checkUpdated({ ...open, database: incoming }, plan, serving);
}

/** Takes away what was made beside; one that was stopped is so again. */
async function leaveAsItWas(open: OpenSite, traffic: string): Promise<void> {
	const { engine, site, postgres, database } = open;
	await engine.remove(namesOf(site.id).job);
	await postgres.drop(incomingOf(database));
	if (traffic === 'stopped' && (await open.read()).traffic === 'stopped') await end(open);
}

/** Why it failed, in words for the environment's owner. */
async function inWords<T>({ signal }: RuntimeContext, work: () => Promise<T>): Promise<T> {
	try {
		return await work();
	} catch (error) {
		signal.throwIfAborted();
		if (error instanceof OdooFailedError) throw new ReleaseError('update_failed', error.message, { cause: error });
		if (error instanceof NotReadyError) {
			throw new ReleaseError('unhealthy', `Odoo does not serve: ${error.message}.`, { cause: error });
		}
		if (error instanceof SqlError) {
			throw new SnapshotError(`PostgreSQL does not take the data: ${error.message}`, { cause: error });
		}
		if (error instanceof EngineError) throw new ReleaseError('server_failed', error.message, { cause: error });
		throw error;
	}
}

const untold = () => Promise.resolve();
