import { randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { type Clock, systemClock } from './core/clock';
import { openCollections, reencryptAll } from './collections';
import { type Config, ConfigError } from './config';
import { createIds, isId } from './core/ids';
import type { Logger } from './core/log';
import { createSecrets, loadMasterKey } from './core/secrets';
import { openDatabase } from './database/connection';
import { createLanguageModelPlanner } from './features/assistant/language-model/language-model-planner';
import { openLanguageModel } from './features/assistant/language-model/model';
import { rulesPlanner } from './features/assistant/rules/rules-planner';
import { createAssistantService } from './features/assistant/service';
import { auditRoutes } from './features/audit/routes';
import { createAuditService } from './features/audit/service';
import { connectionRoutes } from './features/connections/routes';
import { rememberConnections } from './features/connections/remember';
import { createConnectionsService } from './features/connections/service';
import { createRemovalService, deleteDefinition } from './features/environments/removal';
import { environmentRoutes } from './features/environments/routes';
import { createStatusService } from './features/environments/status';
import { createVariablesService } from './features/environments/variables';
import { createEnvironmentsService, siteOf } from './features/environments/service';
import { deployDefinition } from './features/deployments/definition';
import { deploymentRoutes } from './features/deployments/routes';
import { createDeploymentsService } from './features/deployments/service';
import { outboxSource } from './features/events/outbox-source';
import { createRelay } from './features/events/relay';
import { eventRoutes } from './features/events/routes';
import { createEventsService } from './features/events/service';
import { firstRun } from './features/first-run/first-run';
import { gatewayRoutes } from './features/gateway/routes';
import { createGatewayService } from './features/gateway/service';
import { createClaimStore } from './features/idempotency/claims';
import { jobRoutes } from './features/jobs/routes';
import { createJobsService } from './features/jobs/service';
import { createJobWorker } from './features/jobs/worker';
import { keyRoutes } from './features/keys/routes';
import { createKeysService } from './features/keys/service';
import { meRoutes } from './features/me/routes';
import { createCallbacksService } from './features/odoo-routes/callbacks/service';
import { createCallbackWorker } from './features/odoo-routes/callbacks/worker';
import { odooLogRoutes } from './features/odoo-routes/logs/routes';
import { createLogsService } from './features/odoo-routes/logs/service';
import { odooRoutes } from './features/odoo-routes/routes';
import { createOdooRoutesService } from './features/odoo-routes/service';
import { odooSettingsRoutes } from './features/odoo-routes/settings/routes';
import { createOdooSettingsService } from './features/odoo-routes/settings/service';
import { organizationRoutes } from './features/organizations/routes';
import { createOrganizationsService } from './features/organizations/service';
import { projectRoutes } from './features/projects/routes';
import { createProjectsService } from './features/projects/service';
import { createSessionEndpoint } from './features/odoo-logins/endpoint';
import { sessionOperations } from './features/odoo-logins/operations';
import { createSessionsService } from './features/odoo-logins/service';
import { createRateCounter } from './features/rate-limits/counter';
import { createDeliveryLog } from './features/webhooks/delivery-log';
import { deliveryRoutes } from './features/webhooks/delivery-routes';
import { createDeliveryWorker } from './features/webhooks/delivery-worker';
import type { NotifyWorker } from './features/webhooks/queue';
import { webhookRoutes } from './features/webhooks/routes';
import { createWebhooksService } from './features/webhooks/service';
import { createGitRepositories } from './git/repositories';
import { createApp } from './http/app';
import { serverCloser } from './http/close-server';
import { fetchHandler } from './http/fetch-handler';
import { createIdempotency } from './http/idempotency';
import { LIMITS, type Limits } from './http/limits';
import { createPager } from './http/page';
import { createRateLimiter } from './http/rate-limit';
import { createRefusedKeys } from './http/refused-keys';
import { createSessionGate } from './http/session-gate';
import { referenceMounts } from './http/reference/mounts';
import type { Route } from './http/route';
import { createHttpServer, listen } from './http/server';
import { createOutbound } from './net/outbound';
import { createOdooClients } from './odoo/clients';
import { createFieldCatalogs } from './odoo/records/fields';
import { createMongoJournal } from './runtimes/sandbox/mongo-journal';
import { createSandboxRuntime } from './runtimes/sandbox/runtime';

/** The running service. */
export interface Platform {
	/** Where it answers, without a trailing slash. */
	readonly url: string;
	/** The file that the first start wrote; null at every later one. */
	readonly firstRunFile: string | null;
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
	{ log, clock = systemClock, limits = LIMITS }: { log: Logger; clock?: Clock; limits?: Limits },
): Promise<Platform> {
	await mkdir(config.dataDir, { recursive: true, mode: 0o700 }).catch(
		refuse('DATA_DIR', 'the directory cannot be made'),
	);
	const masterKey = config.secretKey ?? (await loadMasterKey(config.dataDir));
	const secrets = createSecrets(masterKey, config.previousSecretKeys);
	const ids = createIds(clock);
	const pager = createPager(secrets);
	const outbound = createOutbound({ allowedCidrs: config.outboundAllowedCidrs });
	const database = await openDatabase(config, { clock, log }).catch((cause: unknown) => {
		if (config.mongodbUri === undefined) throw cause;
		return refuse('MONGODB_URI', 'the database cannot be opened')(cause);
	});
	const { connection } = database;
	let url = config.publicUrl ?? '';

	const collections = openCollections(connection);

	/** After every change that has events: connections lead to environments, which are among what changes. */
	const notify = () => {
		connections.forget();
		relay.wake();
	};
	const organizations = createOrganizationsService({ ...collections, clock });
	const keys = createKeysService({
		keys: collections.keys,
		planOf: (id) => organizations.planOf(id),
		connectionExists: (organization, id) => connections.exists(organization, id),
		secrets,
		clock,
		ids,
		log,
	});
	const git = createGitRepositories({
		dataDir: config.dataDir,
		allowedPaths: config.gitAllowedPaths,
		outbound,
	});
	const projects = createProjectsService({
		projects: collections.projects,
		checkRepository: (repository) => git.check(repository),
		hasEnvironments: async (tenant, id) =>
			(await environments.list(tenant, { project_id: id }, null, 1)).length > 0,
		clock,
		ids,
	});
	const environments = createEnvironmentsService({
		environments: collections.environments,
		ownerOfProject: (tenant, id) => projects.ownerOf(tenant, id),
		urlOf: ({ _id }) => `${url}/sandbox/${_id}`,
		clock,
		ids,
		notify,
	});

	const variables = createVariablesService({ variables: collections.variables, environments, secrets });

	const sandbox = createSandboxRuntime({
		journal: createMongoJournal(connection),
		findSite: (id) => environments.findSite(id),
		secrets,
		clock,
	});
	const runtimes = { sandbox };
	const connections = rememberConnections(
		createConnectionsService({
			...collections,
			environments,
			accessOf: (environment) => runtimes[environment.runtime].access(siteOf(environment)),
			isBound: (organization, id) => keys.isBoundTo(organization, id),
			findSession: (tenant, pass) => sessions.find(tenant, pass),
			outboundFetch: outbound.plainFetch,
			secrets,
			clock,
			ids,
		}),
		clock,
	);
	const sessions = createSessionsService({
		...collections,
		connections,
		planOf: (id) => organizations.planOf(id),
		secrets,
		clock,
		ids,
		log,
	});

	const definitions = {
		deploy: deployDefinition({ projects, environments, variables, git, runtimes, clock, ids }),
		delete: deleteDefinition({
			environments,
			runtimes,
			forget: async (organization, id) => {
				await connections.removeOf(organization, id);
				await variables.removeOf(organization, id);
			},
		}),
	};
	const jobs = createJobsService({
		jobs: collections.jobs,
		logs: collections.jobLogs,
		definitions,
		clock,
		ids,
		notify,
		wake: () => jobWorker.wake(),
		nudge: (id) => jobWorker.nudge(id),
	});
	const deployments = createDeploymentsService({ jobs, environments, ids });
	const jobWorker = createJobWorker({
		jobs: collections.jobs,
		logs: collections.jobLogs,
		definitions,
		clock,
		log,
		owner: randomUUID(),
		notify,
		onChange: (id) => jobs.changed(id),
	});

	const notifyDelivery: NotifyWorker = (ids) => deliveryWorker.wake(ids);
	const webhooks = createWebhooksService({
		...collections,
		fetch: outbound.plainFetch,
		secrets,
		clock,
		ids,
		notify: notifyDelivery,
		noteChange: (ids) => deliveryWorker.noteChange(ids),
		announce: notify,
		carry: (...events) => relay.carry(...events),
	});
	const deliveryLog = createDeliveryLog({
		...collections,
		webhooksService: webhooks,
		clock,
		ids,
		notify: notifyDelivery,
	});
	const deliveryWorker = createDeliveryWorker({
		...collections,
		fetch: outbound.plainFetch,
		secrets,
		clock,
		ids,
		random: Math.random,
		notify,
		log,
	});
	const relay = createRelay({
		sources: [collections.environments, collections.jobs, collections.webhooks].map(outboxSource),
		events: collections.events,
		onEvents: async (...events) => {
			await auditLog.note(events);
			await webhooks.fanOut(...events);
		},
		clock,
		log,
	});

	const clients = createOdooClients({ clock });
	const odooSettings = createOdooSettingsService({ settings: collections.odooSettings });
	const odooLogs = createLogsService({
		logs: collections.odooLogs,
		payloads: collections.odooPayloads,
		settings: odooSettings,
		ids,
		log,
	});
	const odooCallbacks = createCallbacksService({
		callbacks: collections.odooCallbacks,
		mayReach: outbound.mayReach,
		secrets,
		clock,
		ids,
		notify: () => callbackWorker.wake(),
		log,
	});
	const callbackWorker = createCallbackWorker({
		callbacks: collections.odooCallbacks,
		fetch: outbound.fetch,
		secrets,
		clock,
		random: Math.random,
		log,
	});
	const workers = [relay, deliveryWorker, jobWorker, callbackWorker];

	const auditLog = createAuditService({
		entries: collections.auditEntries,
		async ownerOf(tenant, id) {
			if (isId('project', id)) return (await projects.get(tenant, id)).organization_id;
			if (isId('environment', id)) return (await environments.get(tenant, id)).organization_id;
			if (isId('deployment', id)) return (await deployments.get(tenant, id)).organization_id;
			if (isId('job', id)) return (await jobs.get(tenant, id)).organization_id;
			if (isId('webhook', id)) return (await webhooks.get(tenant, id)).organization_id;
			if (isId('connection', id)) return (await connections.get(tenant, id)).organization_id;
			if (isId('key', id)) return (await keys.get(tenant, id)).organization_id;
			return null;
		},
		clock,
		ids,
		log,
	});

	const planner =
		config.assistant === undefined
			? rulesPlanner
			: createLanguageModelPlanner({ model: openLanguageModel(config.assistant), log });
	const routes = [
		...meRoutes({ keys, organizations }),
		...organizationRoutes({ organizations, pager }),
		...keyRoutes({ keys, pager }),
		...auditRoutes({ auditLog, pager }),
		...projectRoutes({ projects, pager }),
		...environmentRoutes({
			environments,
			removals: createRemovalService({ environments, jobs }),
			variables,
			status: createStatusService({ environments, jobs, runtimes, clock }),
			pager,
		}),
		...deploymentRoutes({ deployments, jobs, pager, clock }),
		...jobRoutes({ jobs, pager }),
		...eventRoutes({ events: createEventsService(collections), pager }),
		...webhookRoutes({
			webhooks,
			pager,
			outbound,
			holdings: {
				hasEnvironment: async (organization, id) => (await environments.find(organization, id)) !== null,
				hasProject: async (organization, id) => (await projects.ownerOf(organization, id)) !== null,
			},
		}),
		...deliveryRoutes({ deliveryLog, pager, clock }),
		...connectionRoutes({ connections, pager }),
		...gatewayRoutes({
			gateway: createGatewayService({
				connections,
				clients,
				assistant: createAssistantService({ ...collections, planner, clock }),
				clock,
				log,
			}),
		}),
		...odooRoutes({
			odoo: createOdooRoutesService({
				connections,
				clients,
				catalogs: createFieldCatalogs({ clock }),
				settings: odooSettings,
			}),
			callbacks: odooCallbacks,
			logs: odooLogs,
			clock,
		}),
		...odooSettingsRoutes({ settings: odooSettings }),
		...odooLogRoutes({ logs: odooLogs, callbacks: odooCallbacks, pager }),
	];
	const refusedKeys = createRefusedKeys({ limits, clock });
	const idempotency = createIdempotency({ store: createClaimStore(collections.claims), secrets, clock, log });
	let started = false;
	const app = createApp({
		routes,
		mounts: {
			...referenceMounts(routes, sessionOperations),
			'/web/session': fetchHandler(
				createSessionEndpoint({ sessions, refusedKeys, isSecure: () => url.startsWith('https:') }),
				log,
			),
			'/sandbox/:environment_id': fetchHandler(
				(params, request) => sandbox.handle(String(params.environment_id), request),
				log,
				'large',
			),
		},
		authenticate: keys.authenticate,
		authenticateSession: sessions.authenticate,
		refusedKeys,
		sessionGate: createSessionGate({ limits }),
		rateLimiter: createRateLimiter({ counter: createRateCounter(collections.rateWindows), limits, clock }),
		idempotency,
		audit: auditLog.audit,
		ready: async () => {
			if (!started) throw new Error('still starting');
			await database.ping();
		},
		log,
	});
	const server = createHttpServer(app);
	const closeServer = serverCloser(server, clock);

	const stop = async () => {
		jobs.stopWaiting();
		await closeServer();
		await idempotency.stop();
		await Promise.all(workers.map((worker) => worker.stop()));
		await outbound.close();
		await database.close();
	};
	try {
		for (const collection of Object.values(collections)) await collection.createIndexes();
		if (config.previousSecretKeys.length > 0) await reencryptAll(collections, { secrets, log });
		const address = await listen(server, config).catch(refuse('HOST, PORT', 'the service cannot listen there'));
		url ||= address;
		const firstRunFile = await firstRun({
			...collections,
			dataDir: config.dataDir,
			baseUrl: url,
			organizations,
			keys,
			projects,
			environments,
			connections,
			ids,
			clock,
		});
		if (database.engine === 'embedded') await Promise.all([jobs.releaseAll(), webhooks.releaseAll()]);
		await webhooks.lookAtAll();
		for (const worker of workers) worker.start();
		started = true;
		return { url, firstRunFile, routes, stop };
	} catch (error) {
		await stop();
		throw error;
	}
}

/** Fails with the name of the variable that leads there. */
const refuse =
	(variable: string, what: string) =>
	(cause: unknown): never => {
		if (!(cause instanceof Error)) throw cause;
		throw new ConfigError(`${variable}: ${what}: ${cause.message}`, { cause });
	};
