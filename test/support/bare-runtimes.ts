import { mkdtempSync, rmSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import mongoose from 'mongoose';
import { systemClock } from '../../backend/src/core/clock';
import { createIds } from '../../backend/src/core/ids';
import { createSecrets } from '../../backend/src/core/secrets';
import { openEngine } from '../../backend/src/docker/engine';
import { DEFAULT_SETTINGS } from '../../backend/src/features/environments/site';
import { createOutbound } from '../../backend/src/net/outbound';
import { dockerSiteCollection } from '../../backend/src/runtimes/docker/model';
import type {
	FoundSite,
	Release,
	RuntimeContext,
	RuntimeServers,
	RuntimeSite,
} from '../../backend/src/runtimes/runtime';
import { createRuntimes, type RuntimeKind } from '../../backend/src/runtimes/runtimes';
import { openTestDatabase } from './database';
import { freePort } from './free-port';
import { noServers } from './no-servers';
import { removeAll } from './real-environments';

const ids = createIds(systemClock);

/** Runtimes without the rest of the service, on a database of their own. */
export async function openBareRuntimes(servers: RuntimeServers = noServers) {
	const database = await openTestDatabase();
	const connection = await mongoose
		.createConnection(database.uri, { dbName: database.name, autoIndex: false, autoCreate: false })
		.asPromise();
	const scratchDir = mkdtempSync(path.join(tmpdir(), 'bare-runtimes-'));
	const installation = ids.next('organization');
	const outbound = createOutbound({ allowedCidrs: [] });
	const dockerSites = dockerSiteCollection(connection);
	const found = new Map<RuntimeSite['id'], FoundSite>();

	return {
		installation,
		/** How many documents of sites there are. */
		documents: async () => {
			const collections = ['docker_sites', 'sandbox_journal'];
			const counts = await Promise.all(collections.map((name) => connection.collection(name).countDocuments()));
			return counts.reduce((sum, count) => sum + count, 0);
		},
		/** A runtime that knows nothing but what is written down, as after a start of the service. */
		open: (kind: RuntimeKind) =>
			createRuntimes({
				connection,
				baseUrl: () => 'https://platform.example.com',
				findSite: (_kind, id) => Promise.resolve(found.get(id) ?? null),
				servers,
				installation: () => Promise.resolve(installation),
				images: { odoo: 'odoo:{version}', postgres: 'postgres:17', caddy: 'caddy:2' },
				furtherSites: [],
				domainsOf: () => Promise.resolve(new Map()),
				outbound,
				dockerSites,
				scratchDir,
				secrets: createSecrets(Buffer.alloc(32, 7)),
				clock: systemClock,
			}).of(kind),
		/** A site that its runtime finds from now on. */
		addSite({ odoo_version = '19.0', placement = null, settings = {} }: BareSite = {}): RuntimeSite {
			const site = {
				id: ids.next('environment'),
				organization_id: installation,
				odoo_version,
				settings: { ...DEFAULT_SETTINGS, workers: 0, ...settings },
				placement,
			};
			found.set(site.id, { ...site, stopped: false });
			return site;
		},
		/** Has it found as one that is stopped, or is not. */
		find: (site: RuntimeSite, { stopped }: Pick<FoundSite, 'stopped'>) => found.set(site.id, { ...site, stopped }),
		close: async () => {
			await outbound.close();
			await connection.close();
			await database.drop();
			rmSync(scratchDir, { recursive: true });
		},
	};
}

interface BareSite {
	readonly odoo_version?: string;
	readonly placement?: RuntimeSite['placement'];
	readonly settings?: Partial<RuntimeSite['settings']>;
}

/** The same with a real Docker Engine at a socket, whose ingress answers at `url` by its port. */
export async function openBareDocker(dockerHost: string) {
	const { pathname: socket } = new URL(dockerHost);
	const engine = openEngine({ kind: 'socket', path: socket }, { lookup: () => undefined, checkAddress: () => false });
	const server = {
		id: ids.next('server'),
		engine,
		ingress: { host: '127.0.0.1', http_port: await freePort(), https_port: await freePort() },
		isOperators: true,
	};
	const bare = await openBareRuntimes({
		of: () => Promise.resolve(server),
		answering: () => Promise.resolve([server.id]),
	});
	const its = { 'io.odoo-platform.installation': bare.installation };
	return {
		...bare,
		/** A site that is called `localhost`, which leads to its server from everywhere on this machine. */
		addSite: (settings: BareSite['settings'] = {}) =>
			bare.addSite({
				placement: { server_id: server.id, url: `http://localhost:${server.ingress.http_port}` },
				settings,
			}),
		/** Everything on the Engine that this has made. */
		left: async () => [
			...(await engine.containers(its)),
			...(await engine.volumes(its)),
			...(await engine.networks(its)),
		],
		close: async () => {
			await removeAll(engine, bare.installation);
			await bare.close();
		},
	};
}

/** A deployment's release that has those files, and that one add-on if any. */
export function releaseOf(
	files: Readonly<Record<string, string>>,
	addon?: { readonly name: string; readonly version: string; readonly depends: readonly string[] },
): Release {
	const addons = addon === undefined ? [] : [{ ...addon, path: addon.name, title: addon.name, summary: '' }];
	const deployment_id = ids.next('deployment');
	return {
		deployment_id,
		git_sha: deployment_id,
		rehearse: false,
		keepData: () => Promise.resolve(),
		addons: addons.map((each) => ({ ...each, installable: true })),
		variables: {},
		source: async (directory) => {
			await mkdir(directory, { recursive: true });
			for (const [name, text] of Object.entries(files)) {
				await mkdir(path.join(directory, path.dirname(name)), { recursive: true });
				await writeFile(path.join(directory, name), text);
			}
		},
	};
}

/** For work that nobody follows or ends. */
export const untold = (overrides: Partial<RuntimeContext> = {}): RuntimeContext => ({
	signal: new AbortController().signal,
	log: () => Promise.resolve(),
	progress: () => Promise.resolve(),
	...overrides,
});
