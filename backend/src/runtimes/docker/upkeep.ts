import { isDeepStrictEqual } from 'node:util';
import { idSchema, type ServerId } from '../../core/ids';
import type { ContainerState } from '../../docker/engine';
import type { DamagedSite, RuntimeUpkeep } from '../runtime';
import type { DockerSite } from './model';
import { LABEL, namesOf, type Role } from './names';
import type { DockerParts } from './parts';
import { takeAway } from './remove';
import { damageOf, isAnothers } from './repair';

const environmentId = idSchema('environment');

type Labeled = Pick<ContainerState, 'labels'>;
const isAnEnvironments = ({ labels }: Labeled) => labels[LABEL.environment] !== undefined;

type IsAtWork = Parameters<RuntimeUpkeep['lookAfter']>[1];

/**
 * Tells which environments on a server are damaged. Whatever a job may be working on is left to it: a site counts as damaged only if it was written down the same before the look and after it, and no job is at work
 * then.
 */
export async function lookAfter(
	{ sites, servers, installation }: DockerParts,
	server_id: ServerId,
	isAtWork: IsAtWork,
): Promise<readonly DamagedSite[]> {
	const server = await servers.of(server_id);
	const before = await sites.everywhere.find({ server_id });
	const its = { [LABEL.installation]: await installation() };
	const containers = await server.engine.containers(its);
	const networks = new Set((await server.engine.networks(its)).map(({ name }) => name));
	const damaged: DamagedSite[] = [];
	for (const site of before) {
		const { _id: id, organization_id } = site;
		const reason = damageOf(site, { containers, networks });
		if (reason === null || (await isAtWork({ id, organization_id }))) continue;
		const now = await sites.findOne(organization_id, { _id: id });
		if (now !== null && isDeepStrictEqual(stateOf(now), stateOf(site)))
			damaged.push({ id, organization_id, reason });
	}
	return damaged;
}

const stateOf = ({ serving, traffic, update }: DockerSite) => ({ serving, traffic, update });

/**
 * Goes on with removals that were interrupted, and removes what belongs to nobody or to no release that serves. Volumes
 * with data that nobody knows stay: they are all that is left where the platform's own database was lost, or put back to an
 * earlier day.
 */
export async function clearAway(parts: DockerParts, server_id: ServerId, isAtWork: IsAtWork): Promise<void> {
	const { sites, servers, ingress, installation } = parts;
	const server = await servers.of(server_id);
	const { engine } = server;
	const its = { [LABEL.installation]: await installation() };
	const found = await engine.containers(its);
	const volumes = await engine.volumes({ ...its, [LABEL.role]: 'job' satisfies Role });
	const networks = await engine.networks(its);
	// What is made is written down before: who is not known after the look is nobody.
	const known = new Map<string, DockerSite | null>();
	const siteOf = async ({ labels }: Labeled) => {
		const id = environmentId.parse(labels[LABEL.environment]);
		const site = known.get(id) ?? (await sites.everywhere.findOne({ _id: id }));
		known.set(id, site);
		return site;
	};
	for (const container of found.filter(isAnEnvironments)) {
		const site = await siteOf(container);
		if (site !== null && !isLeftover(site, container, found)) continue;
		if (site !== null && (await isAtWork({ id: site._id, organization_id: site.organization_id }))) continue;
		// A job may have come and gone meanwhile, and have this very container serve.
		const now = site && (await sites.findOne(site.organization_id, { _id: site._id }));
		if (site !== null && (now === null || !isLeftover(now, container, found))) continue;
		await engine.remove(container.id);
	}
	for (const volume of volumes) if ((await siteOf(volume)) === null) await engine.removeVolume(volume.name);
	for (const network of networks.filter(isAnEnvironments)) {
		const site = await siteOf(network);
		if (site !== null && network.labels[LABEL.role] !== ('job' satisfies Role)) continue;
		if (site !== null && (await isAtWork({ id: site._id, organization_id: site.organization_id }))) continue;
		if (site !== null) await engine.disconnect(network.name, namesOf(site._id).database);
		await ingress.leave(server, network.name);
		await engine.removeNetwork(network.name);
	}
	for (const { _id: id, organization_id } of await sites.everywhere.find({ server_id, traffic: 'removed' })) {
		if (!(await isAtWork({ id, organization_id }))) await takeAway(parts, server, { id, organization_id });
	}
}

/**
 * Whether a container of a site is one that only a job would need, or of another release than the one that serves. Where
 * that one does not run, the other is left: see {@link damageOf}.
 */
const isLeftover = (
	{ _id, serving }: DockerSite,
	container: ContainerState,
	all: readonly ContainerState[],
): boolean => {
	if (container.labels[LABEL.role] === ('job' satisfies Role)) return true;
	if (serving === null || !isAnothers(container, _id, serving)) return false;
	const web = namesOf(_id).web(serving.deployment_id);
	return all.some(({ name, running }) => name === web && running);
};
