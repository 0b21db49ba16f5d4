import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import mongoose from 'mongoose';
import { createBells } from '../../backend/src/waiting/bells';
import type { Clock } from '../../backend/src/core/clock';
import { createIds, idSchema, type JobId } from '../../backend/src/core/ids';
import { createSecrets } from '../../backend/src/core/secrets';
import { createLogger } from '../../backend/src/core/log';
import type { WithOutbox } from '../../backend/src/database/outbox';
import { deployDefinitions } from '../../backend/src/features/deployments/deploy';
import { createDeployments } from '../../backend/src/features/deployments/feature';
import { createEnvironments } from '../../backend/src/features/environments/feature';
import { environmentCollection } from '../../backend/src/features/environments/model';
import { createRemovalService, deleteDefinition } from '../../backend/src/features/environments/delete';
import { createLifecycleService, lifecycleDefinitions } from '../../backend/src/features/environments/lifecycle';
import { variablesCollection } from '../../backend/src/features/environments/variables';
import { createEvents } from '../../backend/src/features/events/feature';
import { eventCollection } from '../../backend/src/features/events/model';
import { createJobs } from '../../backend/src/features/jobs/feature';
import { jobCollection, jobLogCollection } from '../../backend/src/features/jobs/model';
import { isEnded } from '../../backend/src/features/jobs/service';
import { createProjects } from '../../backend/src/features/projects/feature';
import { projectCollection } from '../../backend/src/features/projects/model';
import { createGitRepositories } from '../../backend/src/git/repositories';
import { createPager } from '../../backend/src/http/page';
import { createOutbound } from '../../backend/src/net/outbound';
import type { Applied, Release, Runtime, RuntimeSite } from '../../backend/src/runtimes/runtime';
import { createSignals } from '../../backend/src/signals';
import type { TestDatabase } from './database';
import { createFakeClock } from './fake-clock';
import { makeGitRepository } from './git-repository';
import { noServers } from './no-servers';
import { runScript } from './run-script';

/** What a runtime says of a release that it had no trouble with. */
export const NOTHING_TO_TELL: Applied = { downtime_ms: 0, modules_installed: [], modules_updated: [], writes_lost: 0 };

/** A runtime that notes what it is asked to run. */
export function createNotingRuntime(overrides: Partial<Runtime> = {}) {
	const applied: { site: RuntimeSite; release: Omit<Release, 'deployment_id'> }[] = [];
	const runtime: Runtime = {
		addressOf: ({ id }) => `https://odoo.example.com/${id}`,
		apply: (site, release) => {
			applied.push({ site, release });
			return Promise.resolve(NOTHING_TO_TELL);
		},
		rollBack: (site, release) => {
			applied.push({ site, release });
			return Promise.resolve(NOTHING_TO_TELL);
		},
		lossOf: () => Promise.resolve(null),
		revert: (site, release) => {
			applied.push({ site, release });
			return Promise.resolve(true);
		},
		stop: () => Promise.resolve(),
		start: () => Promise.resolve(),
		logs: () => Readable.from([]),
		metrics: () => Promise.reject(new Error('not part of this test')),
		checkHealth: () => Promise.resolve(),
		snapshot: () => Promise.reject(new Error('not part of this test')),
		restore: () => Promise.reject(new Error('not part of this test')),
		prove: () => Promise.reject(new Error('not part of this test')),
		remove: () => Promise.resolve(true),
		access: () => Promise.reject(new Error('not part of this test')),
		firstLogin: () => Promise.resolve(null),
		...overrides,
	};
	return { ...runtime, applied };
}

/** A runtime that does what it is asked only when the test says so; `reached` resolves when it is asked. */
export function createHangingRuntime() {
	let reach = () => {};
	let release = () => {};
	let fail = (_: Error) => {};
	const reached = new Promise<void>((resolve) => (reach = resolve));
	const released = new Promise<void>((resolve, reject) => {
		release = resolve;
		fail = reject;
	});
	const hang = () => {
		reach();
		return released;
	};
	const apply = async () => {
		await hang();
		return NOTHING_TO_TELL;
	};
	const remove = async () => {
		await hang();
		return true;
	};
	return { ...createNotingRuntime({ apply, remove }), hang, reached, release, fail };
}

/** The types of the events that a document has caused, in their order. */
export const eventsOf = ({ outbox }: WithOutbox) => outbox.map(({ type }) => type);

/** The organization of every stage, which runs the service and so may read repositories of its own directory. */
const OPERATOR = idSchema('organization').parse('org_01HXMW8QPK3R5T7V9X1Z3B5C7D');

/** What replicas of the service share: the database and, as they are on one machine, the directory. */
interface Site {
	readonly uri: string;
	readonly dbName: string;
	readonly directory: string;
	readonly clock: Clock;
}

/** Replicas of the service, as far as deploying goes. */
export async function openDeploySite({ uri, dbName, directory, clock: siteClock }: Site) {
	const connection = await mongoose
		.createConnection(uri, { dbName, autoIndex: false, autoCreate: false })
		.asPromise();
	const log = createLogger('silent');
	const secrets = createSecrets(Buffer.alloc(32, 7));
	const pager = createPager(secrets);
	const history = eventCollection(connection);
	const outbound = createOutbound({ allowedCidrs: [] });
	const collections = {
		projects: projectCollection(connection),
		environments: environmentCollection(connection),
		jobs: jobCollection(connection),
		jobLogs: jobLogCollection(connection),
		variables: variablesCollection(connection),
	};
	const stops: (() => Promise<void>)[] = [];
	// Its clock stands still: who waits here is woken by changes alone.
	const bells = createBells<JobId>(createFakeClock());

	/** One replica; its worker runs unless told otherwise. */
	const startReplica = ({
		runtime = createNotingRuntime(),
		working = true,
		clock = siteClock,
	}: { runtime?: Runtime; working?: boolean; clock?: Clock } = {}) => {
		const ids = createIds(clock);
		const signals = createSignals();
		const parts = { ...collections, secrets, signals, clock, ids, log, pager };
		const carrying = { ...parts, events: createEvents({ ...parts, events: history }).carriage };
		const runtimes = { of: () => runtime };
		const git = createGitRepositories({
			dataDir: directory,
			scratchDir: directory,
			allowedPaths: [],
			operatorOf: () => Promise.resolve(OPERATOR),
			outbound,
		});
		const projects = createProjects({ ...parts, git, hasEnvironments: () => Promise.resolve(false) }).service;
		const { service: environments, variables } = createEnvironments({
			...carrying,
			projects,
			servers: noServers,
			runtimes,
		});
		const onEnvironments = { ...parts, projects, environments, variables, runtimes };
		const { service: jobs, worker } = createJobs({
			...carrying,
			definitions: [
				...deployDefinitions({ ...onEnvironments, git, keepData: () => Promise.resolve() }),
				...lifecycleDefinitions(onEnvironments),
				deleteDefinition({
					...onEnvironments,
					forget: (organization, id) => variables.removeOf(organization, id),
				}),
			],
		});
		signals.jobChanged.on((id) => bells.ring(id));
		const removals = createRemovalService({ environments, jobs });
		const deployments = createDeployments({ ...parts, jobs, environments, runtimes }).service;
		const lifecycle = createLifecycleService({ environments, jobs });
		if (working) {
			worker.start();
			stops.push(() => worker.stop());
		}
		return { ids, jobs, worker, projects, environments, variables, removals, lifecycle, deployments };
	};

	return {
		...collections,
		logs: collections.jobLogs,
		startReplica,
		/** What happens to jobs on the replicas of this process. */
		bells,
		close: async () => {
			for (const stop of stops) await stop();
			await outbound.close();
			await connection.dropDatabase();
			await connection.close();
		},
	};
}

let stages = 0;

/**
 * A project with a real repository and one environment, everything in a database and a directory of its own. Its clock
 * stands still unless it is moved.
 */
export async function openDeployStage({ uri, name }: TestDatabase) {
	const clock = createFakeClock();
	const directory = mkdtempSync(path.join(tmpdir(), 'deploy-stage-'));
	const dbName = `${name}_${++stages}`;
	const site = await openDeploySite({ uri, dbName, directory, clock });
	const { projects, environments, jobs, logs } = site;
	for (const collection of [projects, environments, jobs, logs]) await collection.createIndexes();
	const repository = makeGitRepository(path.join(directory, 'repositories', 'demo'));
	const firstCommit = repository.commit({
		'crm_plus/__manifest__.py': "{'name': 'CRM Plus', 'version': '19.0.1.0.0', 'depends': ['crm']}",
	});

	const office = site.startReplica({ working: false });
	const organization = OPERATOR;
	const project = await office.projects.create(organization, {
		name: 'Demo',
		repository_url: repository.path,
		default_branch: 'main',
	});
	const addEnvironment = (environmentName: string) =>
		office.environments.create(organization, {
			project_id: project._id,
			name: environmentName,
			runtime: 'sandbox',
			odoo_version: '19.0',
		});
	const environment = await addEnvironment('production');

	/** Resolves with the job once it is at its end. */
	const ended = async (id: JobId) => {
		const listener = site.bells.listen(id);
		for (;;) {
			const job = await office.jobs.get(organization, id);
			if (isEnded(job)) return job;
			await listener.wait(1);
		}
	};

	const startReplica = (options: Parameters<typeof site.startReplica>[0] = {}) => {
		const replica = site.startReplica(options);
		const deploy = (ref: string, id = environment._id) =>
			replica.deployments.deploy(organization, id, { ref, actor: 'github-actions' });
		/** Deploys, and answers the job at its end. */
		const deployed = async (ref: string) => ended((await deploy(ref))._id);
		return { ...replica, deploy, deployed };
	};

	return {
		...site,
		clock,
		uri,
		dbName,
		directory,
		ids: office.ids,
		repository,
		firstCommit,
		organization,
		project,
		environment,
		addEnvironment,
		ended,
		startReplica,
		/** A replica, and its deploy that the runtime was reached with. */
		underWay: async (runtime: Runtime & { reached: Promise<void> }, itsClock: Clock = clock) => {
			const replica = startReplica({ runtime, clock: itsClock });
			const job = await replica.deploy('main');
			await runtime.reached;
			return { replica, job };
		},
		/** A replica in a process of its own that hangs in the runtime with the job that waits; answers what kills it. */
		startProcess: async () => {
			const child = runScript('deploy-process.ts', uri, dbName, directory);
			await once(child.stdout, 'data');
			return async () => {
				child.kill('SIGKILL');
				await once(child, 'exit');
			};
		},
		jobOf: (id: JobId) => office.jobs.get(organization, id),
		environmentNow: () => office.environments.get(organization, environment._id),
		logOf: async (id: JobId) =>
			(await logs.find(organization, { job_id: id }, { sort: { seq: 1 } })).map(({ text }) => text),
		close: async () => {
			await site.close();
			rmSync(directory, { recursive: true, force: true });
		},
	};
}

export type DeployStage = Awaited<ReturnType<typeof openDeployStage>>;
/** One of the replicas on a stage. */
export type DeployReplica = ReturnType<DeployStage['startReplica']>;
