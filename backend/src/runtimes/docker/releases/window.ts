import { randomUUID } from 'node:crypto';
import type { Applied, RuntimeContext } from '../../runtime';
import type { DockerRelease } from '../model';
import { copyOf, namesOf } from '../names';
import type { DockerParts, OpenSite, SiteChange } from '../parts';
import { startAndCheck } from './serve';
import { settle } from './settle';
import { afterwards, tidy } from './tidy';

/** What it took. */
type Window = Pick<Applied, 'downtime_ms' | 'writes_lost'>;

/** What is done while nobody is served. */
interface Change {
	/** Names the copy of the database that is made: see {@link copyOf}. */
	readonly id: string;
	readonly serving: DockerRelease;
	/** What serves afterwards. */
	readonly next: DockerRelease;
	/** What else is written down with the end, of what is known by then. */
	readonly ending: (known: Window & { readonly rows: number }) => SiteChange;
}

/**
 * Does what changes the database while nobody is served, and starts the next release on it. What fails is undone with the
 * copy that the work has made under the name of {@link copyOf}.
 */
export async function inWindow(
	{ clock }: Pick<DockerParts, 'clock'>,
	open: OpenSite,
	{ id, serving, next, ending }: Change,
	context: RuntimeContext,
	work: () => Promise<void>,
): Promise<Window> {
	const { engine, postgres, database, site } = open;
	const { signal, log } = context;
	signal.throwIfAborted();
	const began = clock.now().getTime();
	const since = () => clock.now().getTime() - began;
	const token = randomUUID();
	let writes_lost: number;
	let rows: number;
	try {
		await open.write({ traffic: 'maintenance' });
		await log('Nobody is served from here on.');
		await postgres.untilQuiet(database, signal);
		writes_lost = await postgres.writers(database);
		await postgres.clearCopy(database, copyOf(database, id));
		const before = await postgres.rowsWritten(database);
		signal.throwIfAborted();
		await open.write({ update: { deployment_id: id, token, rows: before } });
		await engine.remove(namesOf(site.id).web(serving.deployment_id));
		await work();
		await startAndCheck(open, next, context);
		rows = await postgres.rowsWritten(database);
		signal.throwIfAborted();
	} catch (error) {
		// Whoever goes on with the job settles it.
		if (signal.aborted) throw signal.reason;
		await log(`${error instanceof Error ? error.message : 'It failed.'} The earlier release is put back.`);
		await settle(open, context);
		throw error;
	}
	await open.end(token, {
		serving: next,
		traffic: 'open',
		update: null,
		...ending({ rows, downtime_ms: since(), writes_lost }),
	});
	const downtime_ms = since();
	await log(`Odoo serves. Nobody was served for ${(downtime_ms / 1_000).toFixed(1)} s.`);
	await afterwards(context, () => tidy(open));
	return { downtime_ms, writes_lost };
}

/** What is kept of the release before, where a rollback can put its database back. */
export const keptBefore =
	(serving: DockerRelease, { clock }: Pick<DockerParts, 'clock'>) =>
	({ rows }: { readonly rows: number }): SiteChange => ({
		previous: { release: serving, has_copy: true, since: clock.now(), rows },
	});
