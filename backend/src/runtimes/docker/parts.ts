import type { Clock } from '../../core/clock';
import type { Secrets } from '../../core/secrets';
import type { TenantCollection } from '../../database/tenant-collection';
import type { Engine } from '../../docker/engine';
import type { Images, RuntimeContext, RuntimeServer, RuntimeServers, RuntimeSite } from '../runtime';
import type { Ingress } from './ingress';
import type { DockerSite } from './model';
import { databaseNameOf, namesOf, placementOf } from './names';
import { labelsOf, type SiteParts } from './odoo';
import { createPostgres, type Postgres, postgresSpec } from './postgres';
import { makeSecrets, openSecrets, type SiteSecrets } from './secrets';

/** What all work of this runtime is done with. */
export interface DockerParts {
	readonly sites: TenantCollection<DockerSite>;
	readonly servers: RuntimeServers;
	readonly ingress: Ingress;
	readonly installation: () => Promise<string>;
	readonly images: Images;
	readonly secrets: Secrets;
	readonly clock: Clock;
	/** A directory for what lies on this machine for a moment. */
	readonly scratchDir: string;
}

export type SiteChange = Partial<Pick<DockerSite, 'serving' | 'traffic' | 'update' | 'previous' | 'restored'>>;

/** An environment, with all that is needed to work on it. */
export interface OpenSite extends SiteParts {
	readonly server: RuntimeServer;
	readonly engine: Engine;
	readonly postgres: Postgres;
	/** The name of its database. */
	readonly database: string;
	readonly secrets: SiteSecrets;
	/** How it is kept at this moment. */
	read(): Promise<DockerSite>;
	/** Writes to it and has the ingress follow. */
	write(change: SiteChange): Promise<void>;
	/** The same, as the end of the update with that token. @throws where that is not under way any more */
	end(token: string, change: SiteChange): Promise<void>;
}

/** Opens an environment's site. One that is not written down has nothing on its server. */
export async function openSite(parts: DockerParts, site: RuntimeSite): Promise<OpenSite> {
	const { sites, servers, ingress, images, clock } = parts;
	const placement = placementOf(site);
	const stored = (await find(sites, site)) ?? blank(parts, site);
	const server = await servers.of(placement.server_id);
	const { engine } = server;
	return {
		site,
		image: images.odoo.replace('{version}', site.odoo_version),
		installation: await parts.installation(),
		server,
		engine,
		postgres: createPostgres({ engine, container: namesOf(site.id).database, clock }),
		database: stored.database,
		secrets: openSecrets(parts.secrets, stored),
		read: async () => (await find(sites, site)) ?? stored,
		async write(change) {
			if (Object.keys(change).length > 0) {
				await sites.update(site.organization_id, { _id: site.id }, { $set: change });
			}
			await ingress.follow(server);
		},
		async end(token, change) {
			const filter = { _id: site.id, 'update.token': token };
			const ended = await sites.update(site.organization_id, filter, { $set: change });
			if (ended === null) throw new Error(`another worker goes on with the update of ${site.id}`);
			await ingress.follow(server);
		},
	};
}

const find = (sites: DockerParts['sites'], { organization_id, id }: Pick<RuntimeSite, 'id' | 'organization_id'>) =>
	sites.findOne(organization_id, { _id: id });

/** Writes an environment's site down, before anything of it is made. */
export async function keepSite(parts: DockerParts, site: RuntimeSite): Promise<void> {
	if ((await find(parts.sites, site)) === null) await parts.sites.insertNew([blank(parts, site)]);
}

function blank({ secrets }: Pick<DockerParts, 'secrets'>, site: RuntimeSite): DockerSite {
	const placement = placementOf(site);
	return {
		_id: site.id,
		organization_id: site.organization_id,
		server_id: placement.server_id,
		url: placement.url,
		database: databaseNameOf(placement),
		secrets: makeSecrets(secrets, site.id),
		serving: null,
		traffic: 'open',
		update: null,
		previous: null,
	};
}

/** Has the environment's network, volumes and database server there, and its ingress know of it. */
export async function prepare(
	{ images, ingress }: Pick<DockerParts, 'images' | 'ingress'>,
	open: OpenSite,
	{ signal, log }: Pick<RuntimeContext, 'signal' | 'log'>,
): Promise<void> {
	const { site, engine, image, postgres, database, secrets, server } = open;
	const names = namesOf(site.id);
	for (const needed of [image, images.postgres]) await engine.ensureImage(needed, { signal, log });
	await engine.ensureNetwork(names.network, labelsOf(open, 'db'));
	await engine.ensureVolume(names.databaseVolume, labelsOf(open, 'db'));
	await engine.ensureVolume(names.dataVolume, labelsOf(open, 'web'));
	await engine.create(
		postgresSpec({
			name: names.database,
			image: images.postgres,
			labels: labelsOf(open, 'db'),
			network: names.network,
			volume: names.databaseVolume,
			memory_mb: site.settings.memory_mb,
		}),
	);
	await engine.start(names.database);
	await postgres.untilReady(signal);
	await postgres.ensureOwner(database, secrets.database_password);
	await ingress.follow(server);
}
