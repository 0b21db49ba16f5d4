import { rulesPlanner } from '@odoo-platform/odoo-questions';
import { mkdir } from 'node:fs/promises';
import { byKey, byOdooLogin } from './access/authenticators';
import { type Clock, systemClock } from './core/clock';
import { findSecret, openCollections, reencryptAll } from './collections';
import { type Config, ConfigError } from './config';
import { type FreeSpace, freeSpaceOf, requireSpace } from './core/disk-space';
import { createIds, type OrganizationId } from './core/ids';
import type { Logger } from './core/log';
import { openScratch } from './core/scratch';
import { createSecrets, loadMasterKey } from './core/secrets';
import { openDatabase } from './database/connection';
import { migrate } from './database/migrations/migrate';
import { createLanguageModelPlanner } from './features/assistant/language-model/language-model-planner';
import { openLanguageModel } from './features/assistant/language-model/model';
import type { Planner } from './features/assistant/planner';
import { createAudit } from './features/audit/feature';
import { ownerIn } from './features/audit/owner-of';
import { createBackups } from './features/backups/feature';
import { openBackupStore } from './features/backups/stores/open';
import { cloneDefinition } from './features/clones/clone';
import { createClones } from './features/clones/feature';
import { createConnections } from './features/connections/feature';
import { createPlaces } from './features/connections/places';
import { deployDefinitions } from './features/deployments/deploy';
import { createDeployments } from './features/deployments/feature';
import { createDomains } from './features/domains/feature';
import { createDomainFinder } from './features/domains/model';
import { type NameRecords, systemNames } from './features/domains/proof';
import { createEnvironments } from './features/environments/feature';
import { lifecycleDefinitions } from './features/environments/lifecycle';
import { createProjectUse } from './features/environments/project-use';
import { createServerUse } from './features/environments/server-use';
import { deleteDefinition } from './features/environments/delete';
import type { EnvironmentDocument } from './features/environments/service';
import { createSiteFinder, siteOf } from './features/environments/site';
import { createUpkeep } from './features/environments/upkeep';
import { createEvents } from './features/events/feature';
import { firstRun } from './features/first-run/first-run';
import { checkMasterKey } from './features/first-run/master-key';
import { operatorOf } from './features/first-run/model';
import { createGateway } from './features/gateway/feature';
import { createClaimStore } from './features/idempotency/claims';
import { createJobs } from './features/jobs/feature';
import { createKeyBindings } from './features/keys/bindings';
import { createKeys } from './features/keys/feature';
import { meRoutes } from './features/me/routes';
import { createOdooLoginEndpoint } from './features/odoo-logins/endpoint';
import { odooLoginOperations } from './features/odoo-logins/operations';
import { createOdooLoginsService } from './features/odoo-logins/service';
import { createOdooRoutes } from './features/odoo-routes/feature';
import { createOrganizations } from './features/organizations/feature';
import { createProjects } from './features/projects/feature';
import { createRateCounter } from './features/rate-limits/counter';
import { createServers } from './features/servers/feature';
import type { LocalServer } from './features/servers/local';
import { createWebhooks } from './features/webhooks/feature';
import { createGitRepositories } from './git/repositories';
import { createApp } from './http/app';
import { serverCloser } from './http/close-server';
import { fetchHandler } from './http/fetch-handler';
import { createIdempotency } from './http/idempotency';
import { LIMITS, type Limits } from './http/limits';
import { createOrigin } from './http/origin';
import { createPager } from './http/page';
import { createRateLimiter } from './http/rate-limit';
import { createRefusedKeys } from './http/refused-keys';
import { referenceMounts } from './http/reference/mounts';
import type { Route } from './http/route';
import { createHttpServer, listen } from './http/server';
import { createLoginGate } from './http/login-gate';
import { createOutbound } from './net/outbound';
import { createOdooClients } from './odoo/clients';
import { createRuntimes, type Runtimes } from './runtimes/runtimes';
import { createSignals } from './signals';

/** The running service. */
export interface Platform {
	/** Where it answers, without a trailing slash. */
	readonly url: string;
	/** The file that the first start wrote; null at every later one. */
	readonly firstRunFile: string | null;
	/** The server that this machine's own Docker Engine is; null where none answers. */
	readonly localServer: LocalServer | null;
	/** Everything it serves under `/api`, as declared. */
	readonly routes: readonly Route[];
	/** Takes no more requests, lets those and the work under way end, and closes everything in reverse. */
	stop(): Promise<void>;
}

/**
 * Starts the service: database, features, workers, server; each is handed what it needs here and nowhere else.
 * @throws where the configuration cannot be satisfied, e.g. the port is taken or the database does not answer.
 */
export async function startPlatform(
	config: Config,
	{
		log,
		clock = systemClock,
		limits = LIMITS,
		freeSpace = freeSpaceOf,
		names = systemNames,
	}: { log: Logger; clock?: Clock; limits?: Limits; freeSpace?: FreeSpace; names?: NameRecords },
): Promise<Platform> {
	await mkdir(config.dataDir, { recursive: true, mode: 0o700 }).catch(
		refuse('DATA_DIR', 'the directory cannot be made'),
	);
	// The database first: a key that is there without one shows that one was lost.
	const database = await openDatabase(config, { clock, log }).catch((cause: unknown) => {
		if (config.mongodbUri === undefined) throw cause;
		return refuse('MONGODB_URI', 'the database cannot be opened')(cause);
	});
	const closing = async (cause: unknown): Promise<never> => {
		await database.close();
		throw cause;
	};
	const masterKey = config.secretKey ?? (await loadMasterKey(config.dataDir).catch(closing));
	const secrets = createSecrets(masterKey, config.previousSecretKeys);
	const scratch = await openScratch(config.dataDir).catch(closing);
	const collections = openCollections(database.connection);
	const outbound = createOutbound({ allowedCidrs: config.outboundAllowedCidrs });
	const origin = createOrigin(config.publicUrl);
	const parts = {
		...collections,
		outbound,
		secrets,
		signals: createSignals(),
		clock,
		ids: createIds(clock),
		random: Math.random,
		log,
		pager: createPager(secrets),
	};

	const operator = () => operatorOf(collections.installation);
	const installation = async () => {
		const id = await operator();
		if (id === null) throw new Error('the first run has not begun yet');
		return id;
	};
	const events = createEvents(parts);
	const carrying = { ...parts, events: events.carriage };
	const organizations = createOrganizations(parts);
	const planOf = (id: OrganizationId) => organizations.service.planOf(id);
	const git = createGitRepositories({
		dataDir: config.dataDir,
		scratchDir: scratch.directory,
		allowedPaths: config.gitAllowedPaths,
		operatorOf: operator,
		outbound,
	});
	const hasEnvironments = createProjectUse(collections.environments);
	const projects = createProjects({ ...parts, git, hasEnvironments });
	const servers = createServers({
		...carrying,
		useOf: createServerUse(collections.environments),
		operatorOf: operator,
		installation,
		baseDomain: config.baseDomain ?? null,
	});
	const runtimes = createRuntimes({
		...parts,
		servers: servers.service.forRuntimes,
		installation,
		images: config.images,
		furtherSites: config.furtherSites,
		scratchDir: scratch.directory,
		connection: database.connection,
		baseUrl: () => origin.url,
		findSite: createSiteFinder(collections.environments),
		domainsOf: createDomainFinder(collections.domains),
	});
	const environments = createEnvironments({
		...carrying,
		projects: projects.service,
		servers: servers.service,
		runtimes,
	});
	const reaching = {
		...parts,
		environments: environments.service,
		accessOf: (environment: EnvironmentDocument) => runtimes.of(environment.runtime).access(siteOf(environment)),
		outboundFetch: outbound.plainFetch,
	};
	const odooLogins = createOdooLoginsService({ ...parts, findPlaces: createPlaces(reaching), planOf });
	const connections = createConnections({ ...reaching, odooLogins, bindings: createKeyBindings(parts) });
	const keys = createKeys({
		...parts,
		planOf,
		connectionExists: (organization, id) => connections.service.exists(organization, id),
	});
	const domains = createDomains({
		...parts,
		environments: environments.service,
		runtimes,
		names,
	});
	const onEnvironments = {
		...parts,
		projects: projects.service,
		environments: environments.service,
		variables: environments.variables,
		runtimes,
	};
	const keepingBackups = createBackups({
		...carrying,
		environments: environments.service,
		runtimes,
		store: openBackupStore(config.backups),
		scratchDir: scratch.directory,
	});
	const jobs = createJobs({
		...carrying,
		definitions: [
			...deployDefinitions({ ...onEnvironments, git, keepData: keepingBackups.keeper.keepData }),
			...keepingBackups.definitions,
			...lifecycleDefinitions(onEnvironments),
			cloneDefinition(onEnvironments),
			deleteDefinition({
				...onEnvironments,
				forget: async (organization, id) => {
					await connections.service.removeOf(organization, id);
					await environments.variables.removeOf(organization, id);
					await domains.service.removeOf(organization, id);
					await keepingBackups.keeper.removeOf(organization, id);
				},
			}),
		],
	});
	const deployments = createDeployments({
		...parts,
		jobs: jobs.service,
		environments: environments.service,
		runtimes,
	});
	const backups = keepingBackups.withJobs({ jobs: jobs.service, pager: parts.pager });
	const clones = createClones({ ...onEnvironments, jobs: jobs.service });
	const webhooks = createWebhooks({
		...carrying,
		history: events.service,
		holdings: {
			hasEnvironment: async (organization, id) => (await environments.service.find(organization, id)) !== null,
			hasProject: async (organization, id) => (await projects.service.ownerOf(organization, id)) !== null,
		},
	});
	const audit = createAudit({
		...carrying,
		owners: [
			ownerIn('project', projects.service),
			ownerIn('environment', environments.service),
			ownerIn('server', servers.service),
			ownerIn('deployment', deployments.service),
			ownerIn('job', jobs.service),
			ownerIn('backup', backups.service),
			ownerIn('webhook', webhooks.service),
			ownerIn('connection', connections.service),
			ownerIn('key', keys.service),
		],
	});
	const odoo = { connections: connections.service, clients: createOdooClients({ clock }) };
	const gateway = createGateway({ ...parts, ...odoo, planner: openPlanner(config, log) });
	const odooRoutes = createOdooRoutes({ ...parts, ...odoo });

	const routes = [
		...meRoutes({ keys: keys.service, organizations: organizations.service }),
		...organizations.routes,
		...keys.routes,
		...audit.routes,
		...projects.routes,
		...environments.routes({ jobs: jobs.service }),
		...domains.routes,
		...servers.routes,
		...deployments.routes,
		...clones.routes,
		...backups.routes,
		...jobs.routes,
		...events.routes,
		...webhooks.routes,
		...connections.routes,
		...gateway.routes,
		...odooRoutes.routes,
	];
	const upkeep = createUpkeep({
		...parts,
		upkeep: runtimes.upkeep,
		servers: servers.service.forRuntimes,
		environments: environments.service,
		jobs: jobs.service,
	});
	const workers = [
		events.worker,
		webhooks.worker,
		jobs.worker,
		odooRoutes.worker,
		servers.worker,
		upkeep,
		backups.worker,
	];

	const refusedKeys = createRefusedKeys({ limits, clock });
	const idempotency = createIdempotency({ ...parts, store: createClaimStore(collections.claims) });
	const isSecure = () => origin.url.startsWith('https:');
	let started = false;
	const app = createApp({
		routes,
		mounts: {
			...referenceMounts(routes, odooLoginOperations, () => origin.url),
			'/web/session': fetchHandler(createOdooLoginEndpoint({ odooLogins, refusedKeys, isSecure }), log),
			...Object.fromEntries(
				runtimes.mounts.map(({ path, handle }) => [path, fetchHandler(handle, log, 'large')]),
			),
		},
		authenticators: [byKey(keys.service), byOdooLogin(odooLogins.authenticate)],
		refusedKeys,
		loginGate: createLoginGate({ limits }),
		rateLimiter: createRateLimiter({ counter: createRateCounter(collections.rateWindows), limits, clock }),
		idempotency,
		audit: audit.service.audit,
		trustedProxies: config.trustedProxies,
		isAlive: () => !database.isStuck(),
		ready: async () => {
			if (!started) throw new Error('still starting');
			await requireSpace(config.dataDir, freeSpace);
			await database.ping();
		},
		log,
	});
	const server = createHttpServer(app);
	const closeServer = serverCloser(server, clock);

	const stop = async () => {
		jobs.service.stopWaiting();
		await closeServer();
		await idempotency.stop();
		await Promise.all(workers.map((worker) => worker.stop()));
		await outbound.close();
		await scratch.close();
		await database.close();
	};
	try {
		await migrate(database.connection, { collections: Object.values(collections), clock, log });
		await checkMasterKey({ ...parts, findSecret: () => findSecret(collections) });
		if (config.previousSecretKeys.length > 0) await reencryptAll(collections, { secrets, log });
		origin.listensAt(await listen(server, config).catch(refuse('HOST, PORT', 'the service cannot listen there')));
		const firstRunFile = await firstRun({
			...parts,
			dataDir: config.dataDir,
			baseUrl: origin.url,
			organizations: organizations.service,
			membersService: organizations.members,
			keys: keys.service,
			projects: projects.service,
			environments: environments.service,
			connections: connections.service,
		});
		const localServer = await servers.addLocal({ sockets: config.dockerSockets, ingress: config.localIngress });
		if (config.furtherSites.length > 0)
			await serveFurther(localServer, runtimes).catch(refuse('INGRESS_SITES', 'they cannot be served'));
		if (database.engine === 'embedded')
			await Promise.all([jobs.service.releaseAll(), webhooks.service.releaseAll()]);
		await projects.service.tidyUp();
		await webhooks.service.lookAtAll();
		for (const worker of workers) worker.start();
		started = true;
		return { url: origin.url, firstRunFile, localServer, routes, stop };
	} catch (error) {
		await stop();
		throw error;
	}
}

/** What answers the assistant's questions: its rules, unless a language model is configured. */
const openPlanner = ({ assistant }: Pick<Config, 'assistant'>, log: Logger): Planner =>
	assistant === undefined ? rulesPlanner : createLanguageModelPlanner({ model: openLanguageModel(assistant), log });

/** Has this machine's ingress serve what is configured: without it, the service itself may not be reached. */
async function serveFurther(local: LocalServer | null, runtimes: Runtimes): Promise<void> {
	if (local === null) throw new Error('no Docker Engine of this machine can be used');
	await runtimes.of('docker').upkeep?.routeAnew(local.id);
}

/** Fails with the name of the variable that leads there. */
const refuse =
	(variable: string, what: string) =>
	(cause: unknown): never => {
		if (!(cause instanceof Error)) throw cause;
		throw new ConfigError(`${variable}: ${what}: ${cause.message}`, { cause });
	};
