import { randomUUID } from 'node:crypto';
import type { Applied, RuntimeContext } from '../../runtime';
import type { DockerRelease } from '../model';
import { copyOf, namesOf } from '../names';
import type { DockerParts, OpenSite } from '../parts';
import { startAndCheck } from './serve';
import { settle } from './settle';
import { afterwards, tidy } from './tidy';

/**
 * Does what changes the database while nobody is served, and starts the next release on it. What fails is undone with the
 * copy that the work has made under the name of {@link copyOf}.
 */
export async function inWindow(
	{ clock }: Pick<DockerParts, 'clock'>,
	open: OpenSite,
	{ serving, next }: { serving: DockerRelease; next: DockerRelease },
	context: RuntimeContext,
	work: () => Promise<void>,
): Promise<Pick<Applied, 'downtime_ms' | 'writes_lost'>> {
	const { engine, postgres, database, site } = open;
	const { signal, log } = context;
	signal.throwIfAborted();
	const began = clock.now().getTime();
	const token = randomUUID();
	let writes_lost: number;
	let rows: number;
	try {
		await open.write({ traffic: 'maintenance' });
		await log('Nobody is served from here on.');
		await postgres.untilQuiet(database, signal);
		writes_lost = await postgres.writers(database);
		await postgres.clearCopy(database, copyOf(database, next.deployment_id));
		const before = await postgres.rowsWritten(database);
		signal.throwIfAborted();
		await open.write({ update: { deployment_id: next.deployment_id, token, rows: before } });
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
		previous: { release: serving, has_copy: true, since: clock.now(), rows },
	});
	const downtime_ms = clock.now().getTime() - began;
	await log(`The new release serves. Nobody was served for ${(downtime_ms / 1_000).toFixed(1)} s.`);
	await afterwards(context, () => tidy(open));
	return { downtime_ms, writes_lost };
}
