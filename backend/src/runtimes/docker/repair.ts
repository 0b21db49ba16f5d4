import type { ContainerState } from '../../docker/engine';
import { ReleaseError, type RuntimeContext, type RuntimeSite } from '../runtime';
import type { DockerRelease, DockerSite } from './model';
import { LABEL, namesOf, type Role } from './names';
import { labelsOf } from './odoo';
import { type DockerParts, openSite, prepare } from './parts';
import { NotReadyError } from './readiness';
import { serveAgain } from './releases/serve';
import { settle } from './releases/settle';
import { end, inWords } from './stop-start';

/** Why a site does not serve that should; null where nothing is wrong, or it is not to serve. */
export function damageOf(
	{ _id, serving, traffic, update }: DockerSite,
	{
		containers,
		networks,
	}: { readonly containers: readonly ContainerState[]; readonly networks: ReadonlySet<string> },
): string | null {
	if (serving === null || traffic === 'removed' || traffic === 'stopped') return null;
	if (update !== null || traffic === 'maintenance') return 'an update of it was interrupted';
	const names = namesOf(_id);
	if (!networks.has(names.network)) return 'its network is gone';
	const runs = (name: string) =>
		containers.some((container) => container.name === name && (container.running || container.restarting));
	if (!runs(names.database)) return 'its database server does not run';
	if (runs(names.web(serving.deployment_id))) return null;
	// The service's own database was put back to an earlier day: an older Odoo on a newer database would do harm.
	return containers.some((container) => container.running && isAnothers(container, _id, serving))
		? null
		: 'its Odoo does not run';
}

/** Whether a container is the Odoo of a site, of another release than that. */
export const isAnothers = (
	{ labels }: Pick<ContainerState, 'labels'>,
	id: DockerSite['_id'],
	{ deployment_id }: Pick<DockerRelease, 'deployment_id'>,
) =>
	labels[LABEL.environment] === id &&
	labels[LABEL.role] === ('web' satisfies Role) &&
	labels[LABEL.deployment] !== deployment_id;

/**
 * Makes an environment's containers anew and has the release serve that serves. Its data is in volumes, so nothing is lost,
 * and whatever was wrong with the containers themselves is gone. One that is well by then is left alone; one that does not
 * come to serve is left running, for it may yet.
 */
export const repairSite = (parts: DockerParts, site: RuntimeSite, context: RuntimeContext): Promise<void> =>
	inWords(async () => {
		const { signal } = context;
		const open = await openSite(parts, site);
		const { engine, installation } = open;
		const its = { [LABEL.installation]: installation, [LABEL.environment]: site.id };
		const found = {
			containers: await engine.containers(its),
			networks: new Set((await engine.networks(its)).map(({ name }) => name)),
		};
		const stored = await open.read();
		if (stored.serving === null || damageOf(stored, found) === null) return;
		await end(open);
		signal.throwIfAborted();
		for (const { id } of await engine.containers(labelsOf(open, 'web'))) await engine.remove(id);
		await engine.remove(namesOf(site.id).database);
		signal.throwIfAborted();
		await prepare(parts, open, context);
		try {
			await settle(open, context);
			await serveAgain(open, stored.serving, signal);
		} catch (error) {
			if (signal.aborted || !(error instanceof NotReadyError)) throw error;
			throw new ReleaseError('unhealthy', `Odoo does not serve: ${error.message}.`, { cause: error });
		}
	});
