import type { OrganizationId, EnvironmentId } from '../../core/ids';
import { EngineError } from '../../docker/errors';
import type { RuntimeServer, RuntimeSite } from '../runtime';
import { LABEL, placementOf } from './names';
import type { DockerParts } from './parts';

/**
 * Removes an environment with all that it has on its server. That it is to be gone is written down first: where its server
 * does not answer, or a crash comes between, upkeep goes on with it.
 * @returns whether nothing of it is left
 */
export async function removeSite(parts: DockerParts, site: RuntimeSite): Promise<boolean> {
	const { sites, servers } = parts;
	await sites.update(site.organization_id, { _id: site.id }, { $set: { traffic: 'removed' } });
	try {
		await takeAway(parts, await servers.of(placementOf(site).server_id), site);
		return true;
	} catch (error) {
		if (error instanceof EngineError && error.code === 'unreachable') return false;
		throw error;
	}
}

/** Takes all of an environment that is to be gone from its server, and then the note of that. */
export async function takeAway(
	{ sites, ingress, installation }: DockerParts,
	server: RuntimeServer,
	{ id, organization_id }: { readonly id: EnvironmentId; readonly organization_id: OrganizationId },
): Promise<void> {
	const { engine } = server;
	const its = { [LABEL.installation]: await installation(), [LABEL.environment]: id };
	for (const container of await engine.containers(its)) await engine.remove(container.id);
	for (const { name } of await engine.volumes(its)) await engine.removeVolume(name);
	for (const { name } of await engine.networks(its)) {
		await ingress.leave(server, name);
		await engine.removeNetwork(name);
	}
	await sites.delete(organization_id, { _id: id });
	// All of it is gone by then. What Caddy still says of it, upkeep puts right.
	await ingress.follow(server).catch(() => undefined);
}
