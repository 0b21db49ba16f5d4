import { EngineError } from '../../../docker/errors';
import type { RuntimeContext } from '../../runtime';
import { SnapshotError } from '../../snapshot';
import type { DockerRelease } from '../model';
import { copyOf, namesOf } from '../names';
import { labelsOf } from '../odoo';
import type { OpenSite } from '../parts';
import { SqlError } from '../postgres';

/** Work that may fail: the release serves, and the next one does what was left. */
export async function afterwards({ log, signal }: RuntimeContext, work: () => Promise<void>): Promise<void> {
	try {
		await work();
	} catch (error) {
		signal.throwIfAborted();
		if (!(error instanceof EngineError || error instanceof SqlError || error instanceof SnapshotError)) throw error;
		await log(`Not everything of before could be taken away: ${error.message}`);
	}
}

/** Removes what belongs neither to the release that serves nor to the one before it. */
export async function tidy(open: OpenSite): Promise<void> {
	const { engine, site, postgres, database } = open;
	const { serving, previous } = await open.read();
	const names = namesOf(site.id);
	const copy = previous?.has_copy && serving ? copyOf(database, serving.deployment_id) : null;
	for (const name of await postgres.copiesOf(database)) if (name !== copy) await postgres.drop(name);
	const web = serving && names.web(serving.deployment_id);
	const kept = [serving, previous?.release ?? null].flatMap((one) =>
		one === null
			? []
			: [
					names.releaseVolume(one.deployment_id),
					...(one.python === null ? [] : [names.pythonVolume(one.python)]),
				],
	);
	for (const { name } of await engine.containers(labelsOf(open, 'web'))) if (name !== web) await engine.remove(name);
	for (const { name } of await engine.volumes(labelsOf(open, 'job'))) {
		if (!kept.includes(name)) await engine.removeVolume(name);
	}
}

/** Removes what was made for a release that cannot serve. */
export async function removeRelease(
	{ engine, site }: OpenSite,
	deployment: DockerRelease['deployment_id'],
): Promise<void> {
	const names = namesOf(site.id);
	await engine.remove(names.job);
	await engine.remove(names.web(deployment));
	await engine.removeVolume(names.releaseVolume(deployment));
}
