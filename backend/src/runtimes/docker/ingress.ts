import { randomUUID } from 'node:crypto';
import { pack } from 'tar-stream';
import type { Engine } from '../../docker/engine';
import type { FurtherSite, RuntimeServer } from '../runtime';
import {
	ADMIN,
	CONFIG_DIRECTORY,
	CONFIG_FILE,
	ingressConfig,
	siteFiles,
	SITES,
	type SiteRoute,
} from './ingress-config';
import { ingressNames, LABEL } from './names';

const MIB = 1024 * 1024;

/** A site, as its server's ingress must know it. */
export interface IngressSite extends SiteRoute {
	/** The network that its containers are on. */
	readonly network: string;
}

/** The network that further sites are on. */
const FURTHER_NETWORK = 'odoo-platform';

/** The ingresses of all servers: one Caddy each, which this alone writes to. */
export interface Ingress {
	/** Brings a server's Caddy to what its sites are now; a server that serves nothing needs none. */
	follow(server: RuntimeServer): Promise<void>;
	/** Has it let go of a network that is to be removed. */
	leave(server: RuntimeServer, network: string): Promise<void>;
}

export function createIngress({
	installation,
	image,
	sitesOn,
	furtherSites,
	ensureImage,
}: {
	installation: () => Promise<string>;
	image: string;
	/** The sites of a server, as they are now. */
	sitesOn: (server: RuntimeServer['id']) => Promise<readonly IngressSite[]>;
	/** What the operator's own machine serves besides. */
	furtherSites: readonly FurtherSite[];
	ensureImage: (engine: Engine, image: string) => Promise<void>;
}): Ingress {
	const underWay = new Map<RuntimeServer['id'], Promise<void>>();
	/** What each Caddy was last told, and since when it runs: one that was made anew knows nothing. */
	const told = new Map<RuntimeServer['id'], { since: number | undefined; config: string }>();

	const ensureContainer = async ({ engine, ingress }: RuntimeServer, content: Content) => {
		const its = await installation();
		const names = ingressNames(its);
		const labels = { [LABEL.installation]: its, [LABEL.role]: 'ingress' };
		const made_of = `${image} ${ingress.http_port} ${ingress.https_port}`;
		const found = await engine.inspect(names.container);
		const isCurrent = found?.labels[LABEL.made_of] === made_of;
		if (found?.running && isCurrent) return { container: names.container, found };
		await ensureImage(engine, image);
		await engine.ensureNetwork(names.network, labels);
		await engine.ensureVolume(names.dataVolume, labels);
		await engine.ensureVolume(names.configVolume, labels);
		if (!isCurrent) await engine.remove(names.container);
		await engine.create({
			name: names.container,
			image,
			labels: { ...labels, [LABEL.made_of]: made_of },
			network: names.network,
			entrypoint: ['caddy', 'run', '--config', `${CONFIG_DIRECTORY}/${CONFIG_FILE}`],
			command: [],
			environment: { XDG_CONFIG_HOME: CONFIG_DIRECTORY, XDG_DATA_HOME: '/data' },
			mounts: [
				{ volume: names.dataVolume, at: '/data' },
				{ volume: names.configVolume, at: CONFIG_DIRECTORY },
			],
			scratch: { '/run': MIB, '/tmp': 16 * MIB },
			capabilities: ['NET_BIND_SERVICE'],
			restart: true,
			memoryBytes: 256 * MIB,
			cpus: 1,
			processes: 200,
			ports: [
				{ server: ingress.http_port, container: 80 },
				{ server: ingress.https_port, container: 443 },
			],
		});
		await put(engine, names.container, content);
		await engine.start(names.container);
		return { container: names.container, found: await engine.inspect(names.container) };
	};

	const removeContainer = async ({ engine, id }: RuntimeServer) => {
		const names = ingressNames(await installation());
		await engine.remove(names.container);
		await engine.removeNetwork(names.network);
		await engine.removeVolume(names.configVolume);
		await engine.removeVolume(names.dataVolume);
		told.delete(id);
	};

	const bring = async (server: RuntimeServer) => {
		const { engine, id } = server;
		const further = server.isOperators ? furtherSites : [];
		for (;;) {
			const sites = await sitesOn(id);
			if (sites.length + further.length === 0) {
				await removeContainer(server);
				return;
			}
			const config = JSON.stringify(ingressConfig(sites, further));
			const files = siteFiles(sites);
			const { container, found } = await ensureContainer(server, { config, files });
			// A site that is written down before its first deploy has no network yet.
			const networks = await engine.networks({ [LABEL.installation]: await installation() });
			const ofSites = new Set(sites.map(({ network }) => network));
			for (const { name } of networks) {
				if (ofSites.has(name) && found?.addresses[name] === undefined) await engine.connect(name, container);
			}
			if (further.length > 0 && found?.addresses[FURTHER_NETWORK] === undefined) {
				await engine.connect(FURTHER_NETWORK, container);
			}
			const before = told.get(id);
			const now = { since: found?.started_at.getTime(), config };
			// Always: another replica may have written what was older, and died before it looked again.
			await put(engine, container, { config, files });
			if (before?.since !== now.since || before?.config !== config) await load(engine, container);
			told.set(id, now);
			// Another replica may have told it meanwhile what was older.
			if (JSON.stringify(siteFiles(await sitesOn(id))) === JSON.stringify(files)) return;
		}
	};

	/** One after the other on each server: what one of them takes away, another may be about to change. */
	const inTurn = (id: RuntimeServer['id'], work: () => Promise<void>) => {
		const now = (underWay.get(id) ?? Promise.resolve()).then(work, work);
		underWay.set(id, now);
		return now;
	};

	return {
		follow: (server) => inTurn(server.id, () => bring(server)),
		leave: ({ id, engine }, network) =>
			inTurn(id, async () => {
				const { container } = ingressNames(await installation());
				const found = await engine.inspect(container);
				if (found?.addresses[network] !== undefined) await engine.disconnect(network, container);
			}),
	};
}

/** What a Caddy reads. */
interface Content {
	readonly config: string;
	readonly files: Readonly<Record<string, string>>;
}

/** Writes it, and who serves in one moment: a file that is half written would lead nowhere. */
async function put(engine: Engine, container: string, { config, files }: Content): Promise<void> {
	const archive = pack();
	const isRunning = (await engine.inspect(container))?.running === true;
	// Of its own: another replica may be writing, too.
	const directory = isRunning ? `${SITES}.${randomUUID()}` : SITES;
	archive.entry({ name: CONFIG_FILE, mode: 0o644 }, config);
	archive.entry({ name: directory, type: 'directory', mode: 0o755 });
	for (const [name, text] of Object.entries(files))
		archive.entry({ name: `${directory}/${name}`, mode: 0o644 }, text);
	archive.finalize();
	await engine.putArchive(container, CONFIG_DIRECTORY, archive);
	if (!isRunning || Object.keys(files).length === 0) return;
	const move = `cd ${CONFIG_DIRECTORY} && mkdir -p ${SITES} && mv -f ${directory}/* ${SITES}/ && rmdir ${directory}`;
	const { exit_code, stderr } = await engine.exec(container, ['/bin/sh', '-c', move], {
		signal: AbortSignal.timeout(EXEC_MS),
	});
	if (exit_code !== 0) throw new Error(`Caddy's routes cannot be written: ${stderr.trim()}`);
}

/** How long a program in Caddy's container may take, in milliseconds. */
const EXEC_MS = 30_000;
/** How often Caddy is asked that has only just begun. */
const ATTEMPTS = 20;

async function load(engine: Engine, container: string): Promise<void> {
	const command = ['caddy', 'reload', '--config', `${CONFIG_DIRECTORY}/${CONFIG_FILE}`, '--address', ADMIN];
	for (let attempt = 1; ; attempt++) {
		const { exit_code, stderr } = await engine.exec(container, command, { signal: AbortSignal.timeout(EXEC_MS) });
		if (exit_code === 0) return;
		const isStarting = /connection refused|no such file/.test(stderr) && attempt < ATTEMPTS;
		if (!isStarting) throw new Error(`Caddy does not take its routes: ${stderr.trim().split('\n').at(-1) ?? ''}`);
	}
}
