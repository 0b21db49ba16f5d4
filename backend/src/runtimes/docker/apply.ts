import { randomBytes, randomUUID } from 'node:crypto';
import {
	type Addon,
	type Applied,
	type Release,
	ReleaseError,
	type RuntimeContext,
	type RuntimeSite,
	ServerError,
} from '../runtime';
import type { DockerRelease } from './model';
import { EngineError } from '../../docker/errors';
import { copyOf, namesOf } from './names';
import { labelsOf, odooSpec, OdooFailedError, runOdoo } from './odoo';
import { type DockerParts, keepSite, type OpenSite, openSite, prepare } from './parts';
import { planUpdate, RefusedPlan, type UpdatePlan } from './plan';
import { quoted, SqlError } from './postgres';
import { checkLoaded, checkModules, NotReadyError, untilServing } from './readiness';
import { RELEASE_DIRECTORY, withReleaseFiles } from './release-files';
import { hashedApiKey, hashedPassword } from './secrets';
import { DATA_DIRECTORY, seriesOf, settingsFiles, START } from './settings-files';

/** How long a new Odoo may take to serve, in seconds. */
const READY_SECONDS = 120;
/** How long requests and WebSockets of the earlier release may go on, in milliseconds. */
const DRAIN_MS = 3_000;
/** How long Odoo may take to end by itself, in seconds. */
export const STOP_SECONDS = 5;
/** The first series that installs demo records only where it is told to. */
const DEMO_BY_WISH_SINCE = 19;

/** What of an `apply` has run when, of all of it: for its progress. */
const STAGES = { prepared: 0.1, laid_out: 0.2, updated: 0.8 } as const;

/**
 * Brings an environment to a release. What the database's modules are made of decides how: where nothing of them changes,
 * the new Odoo starts beside the old one; where something does, nobody is served for as long as it takes to copy the
 * database, to update it and to start anew, and what fails there is undone with the copy.
 */
export const applyRelease = (
	parts: DockerParts,
	site: RuntimeSite,
	release: Release,
	context: RuntimeContext,
): Promise<Applied> =>
	bringTo(parts, site, release, context, async (open, next) => {
		const { serving } = await open.read();
		if (serving === null) return install(open, release.addons, next, context);
		const plan = await planOf(open, release.addons, next, serving);
		return plan.install.length + plan.update.length === 0
			? replace(parts, open, serving, next, context)
			: update(parts, open, { plan, serving, next }, context);
	});

/** Has all there that a release needs, and then has it serve in the way that fits. */
export async function bringTo(
	parts: DockerParts,
	site: RuntimeSite,
	release: Release,
	context: RuntimeContext,
	serve: (open: OpenSite, next: DockerRelease) => Promise<Applied>,
): Promise<Applied> {
	await keepSite(parts, site);
	const open = await openSite(parts, site);
	try {
		return await prepareAnd(serve, parts, open, release, context);
	} catch (error) {
		if (!(error instanceof EngineError)) throw error;
		const { serving, traffic, update: begun } = await open.read();
		const isUntouched = traffic === 'open' && begun === null && serving?.deployment_id !== release.deployment_id;
		if (isUntouched) {
			throw new ReleaseError('server_failed', error.message, { cause: error });
		}
		throw new ServerError(error.message, { cause: error });
	}
}

async function prepareAnd(
	serve: (open: OpenSite, next: DockerRelease) => Promise<Applied>,
	parts: DockerParts,
	open: OpenSite,
	release: Release,
	context: RuntimeContext,
): Promise<Applied> {
	const { site } = open;
	await settle(open, context);
	const { serving } = await open.read();
	if (serving?.deployment_id === release.deployment_id) return { ...NOTHING_DONE };
	await context.log(`Server ${open.server.id}: the network, the database server and the ingress are made ready.`);
	await prepare(parts, open, context);
	await context.progress(STAGES.prepared);
	return withReleaseFiles(release, parts.scratchDir, async (files) => {
		await layOut(open, release, files, context);
		await context.progress(STAGES.laid_out);
		const next: DockerRelease = {
			deployment_id: release.deployment_id,
			git_sha: release.git_sha,
			addons: files.addons,
			workers: site.settings.workers,
		};
		return inWords(context, () => serve(open, next)).catch(async (error: unknown) => {
			// Once it serves, what failed was work that came after.
			const isServing = (await open.read()).serving?.deployment_id === release.deployment_id;
			if (!context.signal.aborted && !isServing) await removeRelease(open, release.deployment_id);
			throw error;
		});
	});
}

export const NOTHING_DONE: Applied = { downtime_ms: 0, modules_installed: [], modules_updated: [], writes_lost: 0 };

/** Puts the release's files and settings into a volume of its own. */
async function layOut(
	open: OpenSite,
	release: Release,
	files: Parameters<Parameters<typeof withReleaseFiles>[2]>[0],
	{ signal }: Pick<RuntimeContext, 'signal'>,
): Promise<void> {
	const { engine, site, database, secrets } = open;
	const { deployment_id } = release;
	const spec = odooSpec(open, deployment_id, 'job');
	const owner = await ownerIn(open, signal);
	await engine.ensureVolume(namesOf(site.id).releaseVolume(deployment_id), spec.labels);
	// It only carries the volume: files can be put into a container that never ran.
	const carrier = { ...spec, mounts: spec.mounts.map((mount) => ({ ...mount, readOnly: false })), writable: true };
	await engine.remove(carrier.name);
	await engine.create(carrier);
	try {
		const texts = settingsFiles({
			odoo_version: site.odoo_version,
			settings: site.settings,
			database,
			password: secrets.database_password,
			masterPassword: randomBytes(24).toString('base64url'),
			addonsPaths: files.addonsPaths,
			variables: release.variables,
		});
		await engine.putArchive(carrier.name, RELEASE_DIRECTORY, files.archive(texts, owner));
	} finally {
		await engine.remove(carrier.name);
	}
}

/** Which numbers the image gives to the user `odoo`; images differ. */
async function ownerIn(open: OpenSite, signal: AbortSignal) {
	const { engine, image, site } = open;
	const name = namesOf(site.id).job;
	const lines: string[] = [];
	const { exit_code } = await engine.run(
		{
			name,
			image,
			labels: labelsOf(open, 'job'),
			network: 'none',
			entrypoint: ['/bin/sh', '-c', 'id -u odoo && id -g odoo'],
			mounts: [],
			scratch: { [DATA_DIRECTORY]: 1024 * 1024, '/mnt/extra-addons': 1024 * 1024 },
			restart: false,
			memoryBytes: 64 * 1024 * 1024,
			cpus: 1,
			processes: 16,
		},
		{ signal, onLine: (line) => lines.push(line) },
	);
	const [uid, gid] = lines.map(Number);
	if (exit_code !== 0 || uid === undefined || gid === undefined) {
		throw new ReleaseError('release_refused', `The image ${image} has no user named odoo.`);
	}
	return { uid, gid };
}

/** The first release: a database of its own, with the modules that the environment wishes for. */
async function install(
	open: OpenSite,
	addons: readonly Addon[],
	next: DockerRelease,
	context: RuntimeContext,
): Promise<Applied> {
	const { site, engine, postgres, database, secrets } = open;
	const { modules: wanted, demo_data } = site.settings;
	const modules = wanted ?? addons.filter(({ installable }) => installable).map(({ name }) => name);
	// Nobody was ever served: what an interrupted attempt left is worth nothing.
	await postgres.create(database, database);
	await context.log(`Odoo ${site.odoo_version} makes its database.`);
	const series = seriesOf(site.odoo_version);
	const demo =
		series >= DEMO_BY_WISH_SINCE ? (demo_data ? ['--with-demo'] : []) : demo_data ? [] : ['--without-demo=all'];
	await runOdoo(
		engine,
		odooSpec(open, next.deployment_id, 'job'),
		['-i', ['base', ...modules].join(','), ...demo, '--stop-after-init', '--no-http'],
		within(context, STAGES.laid_out, STAGES.updated),
	);
	await checkUpdated(open, { install: modules, update: [] }, next);
	await postgres.ask(
		database,
		`UPDATE res_users SET password = ${quoted(await hashedPassword(secrets.admin_password))} WHERE id = ${ADMIN};
		INSERT INTO res_users_apikeys (name, user_id, index, key)
		SELECT 'Odoo Platform', ${ADMIN}, ${quoted(secrets.api_key.slice(0, 8))}, ${quoted(await hashedApiKey(secrets.api_key))};`,
	);
	await startAndCheck(open, next, context);
	await open.write({ serving: next, traffic: 'open', update: null, previous: null });
	return { ...NOTHING_DONE, modules_installed: modules };
}

/** The administrator, whatever number or login he has. */
const ADMIN = `(SELECT res_id FROM ir_model_data WHERE module = 'base' AND name = 'user_admin')`;

async function planOf(
	{ postgres, database, site }: OpenSite,
	addons: readonly Addon[],
	next: DockerRelease,
	serving: DockerRelease,
): Promise<UpdatePlan> {
	const rows = await postgres.ask(database, `SELECT name, state = 'installed' FROM ir_module_module;`);
	const plan = planUpdate({
		addons,
		contents: next.addons,
		serving: serving.addons,
		wanted: site.settings.modules,
		modules: new Map(rows.map(([name = '', installed]) => [name, installed === 't'])),
	});
	if (plan instanceof RefusedPlan) throw new ReleaseError('release_refused', plan.reasons.join(' '));
	return plan;
}

/** Nothing of the database changes: the new Odoo serves before the old one ends. */
export async function replace(
	{ clock }: Pick<DockerParts, 'clock'>,
	open: OpenSite,
	serving: DockerRelease,
	next: DockerRelease,
	context: RuntimeContext,
): Promise<Applied> {
	const { engine, site } = open;
	await context.log('No installed module changes: the new release starts beside the one that serves.');
	await startAndCheck(open, next, context);
	context.signal.throwIfAborted();
	await open.write({
		serving: next,
		traffic: 'open',
		previous: { release: serving, has_copy: false, since: clock.now(), rows: 0 },
	});
	await context.log('The new release serves. The earlier one ends once its requests have.');
	await afterwards(context, async () => {
		await clock.sleep(DRAIN_MS, context.signal);
		await engine.stop(namesOf(site.id).web(serving.deployment_id), STOP_SECONDS);
		await tidy(open);
	});
	return { ...NOTHING_DONE };
}

/** Modules change: nobody is served meanwhile, and what fails is undone with a copy of the database. */
async function update(
	parts: DockerParts,
	open: OpenSite,
	{ plan, serving, next }: { plan: UpdatePlan; serving: DockerRelease; next: DockerRelease },
	context: RuntimeContext,
): Promise<Applied> {
	const { engine, postgres, database } = open;
	const { log } = context;
	await log(`To be updated: ${listed(plan.update)}; to be installed: ${listed(plan.install)}.`);
	const window = await inWindow(parts, open, { serving, next }, context, async () => {
		await log('The database is copied.');
		await postgres.copy(database, copyOf(database, next.deployment_id), database);
		await runOdoo(
			engine,
			keepingFiles(odooSpec(open, next.deployment_id, 'job'), database),
			[
				...(plan.update.length > 0 ? ['-u', plan.update.join(',')] : []),
				...(plan.install.length > 0 ? ['-i', plan.install.join(',')] : []),
				'--stop-after-init',
				'--no-http',
			],
			within(context, STAGES.laid_out, STAGES.updated),
		);
		await checkUpdated(open, plan, next);
	});
	return { ...window, modules_installed: plan.install, modules_updated: plan.update };
}

/**
 * Does what changes the database while nobody is served, and starts the next release on it. What fails is undone with the
 * copy that the work has made under the name of {@link copyOf}.
 */
export async function inWindow(
	{ clock }: Pick<DockerParts, 'clock'>,
	open: OpenSite,
	{ serving, next }: { serving: DockerRelease; next: DockerRelease },
	context: RuntimeContext,
	work: () => Promise<void>,
): Promise<Pick<Applied, 'downtime_ms' | 'writes_lost'>> {
	const { engine, postgres, database, site } = open;
	const { signal, log } = context;
	signal.throwIfAborted();
	const began = clock.now().getTime();
	const token = randomUUID();
	let writes_lost: number;
	let rows: number;
	try {
		await open.write({ traffic: 'maintenance' });
		await log('Nobody is served from here on.');
		await postgres.untilQuiet(database, signal);
		writes_lost = await postgres.writers(database);
		await postgres.clearCopy(database, copyOf(database, next.deployment_id));
		const before = await postgres.rowsWritten(database);
		signal.throwIfAborted();
		await open.write({ update: { deployment_id: next.deployment_id, token, rows: before } });
		await engine.remove(namesOf(site.id).web(serving.deployment_id));
		await work();
		await startAndCheck(open, next, context);
		rows = await postgres.rowsWritten(database);
		signal.throwIfAborted();
	} catch (error) {
		// Whoever goes on with the job settles it.
		if (signal.aborted) throw signal.reason;
		await log(`${error instanceof Error ? error.message : 'It failed.'} The earlier release is put back.`);
		await settle(open, context);
		throw error;
	}
	await open.end(token, {
		serving: next,
		traffic: 'open',
		update: null,
		previous: { release: serving, has_copy: true, since: clock.now(), rows },
	});
	const downtime_ms = clock.now().getTime() - began;
	await log(`The new release serves. Nobody was served for ${(downtime_ms / 1_000).toFixed(1)} s.`);
	await afterwards(context, () => tidy(open));
	return { downtime_ms, writes_lost };
}

/** Work that may fail: the release serves, and the next one does what was left. */
async function afterwards({ log, signal }: RuntimeContext, work: () => Promise<void>): Promise<void> {
	try {
		await work();
	} catch (error) {
		signal.throwIfAborted();
		if (!(error instanceof EngineError)) throw error;
		await log(`Not everything of the earlier release could be taken away: ${error.message}`);
	}
}

const listed = (names: readonly string[]) => (names.length === 0 ? 'nothing' : names.join(', '));

/** Keeps what is in the filestore: its files never change, so that a second name for each is enough. */
const keepingFiles = (spec: ReturnType<typeof odooSpec>, database: string) => {
	const files = `${DATA_DIRECTORY}/filestore/${database}`;
	const keep = `rm -rf ${files}__pre && { [ ! -d ${files} ] || cp -al ${files} ${files}__pre; }`;
	return { ...spec, entrypoint: ['/bin/sh', '-c', `${keep} && exec /bin/sh ${START} "$@"`, 'odoo'] };
};

/** Odoo ends well after it was told of modules that there are none of: what it did is seen in the database. */
async function checkUpdated({ postgres, database }: OpenSite, plan: UpdatePlan, next: DockerRelease): Promise<void> {
	await checkModules(postgres, database);
	const touched = [...plan.install, ...plan.update];
	if (touched.length === 0) return;
	const rows = await postgres.ask(
		database,
		`SELECT name, coalesce(latest_version, '') FROM ir_module_module
		WHERE state = 'installed' AND name IN (${touched.map(quoted).join(', ')});`,
	);
	const versions = new Map(rows.map(([name = '', version = '']) => [name, version]));
	const missing = touched.filter((name) => !versions.has(name));
	if (missing.length > 0) throw new NotReadyError(`Odoo did not install ${missing.join(', ')}`);
	const stale = next.addons.filter(({ name, version }) => versions.get(name)?.endsWith(version) === false);
	if (stale.length > 0) throw new NotReadyError(`Odoo did not update ${stale.map(({ name }) => name).join(', ')}`);
}

/** Starts a release's Odoo and waits until it serves; nobody is sent there yet. */
export async function startAndCheck(
	open: OpenSite,
	next: DockerRelease,
	{ signal, log }: RuntimeContext,
): Promise<void> {
	const { engine, postgres, database } = open;
	const spec = odooSpec(open, next.deployment_id, 'web');
	signal.throwIfAborted();
	await engine.remove(spec.name);
	await engine.create(spec);
	signal.throwIfAborted();
	await engine.start(spec.name);
	await log('Odoo starts.');
	await untilServing(engine, spec.name, { seconds: READY_SECONDS, workers: next.workers, signal });
	await checkModules(postgres, database);
	await checkLoaded(engine, spec.name, signal);
}

/**
 * Brings an environment back to what its document says: what an interrupted update began is undone with the copy from
 * before it, the release that serves runs, and its server sends people there. Nothing is left to do where nothing was
 * interrupted.
 */
export async function settle(open: OpenSite, { signal, log }: Pick<RuntimeContext, 'signal' | 'log'>): Promise<void> {
	const { engine, site, postgres, database } = open;
	const { serving, update: begun, traffic, previous } = await open.read();
	if (serving === null) return;
	const names = namesOf(site.id);
	if (begun !== null) {
		await engine.remove(names.job);
		await engine.remove(names.web(begun.deployment_id));
		await engine.start(names.database);
		await postgres.untilReady(signal);
		await postgres.restoreCopy(database, copyOf(database, begun.deployment_id));
		await log('The database is as it was before.');
	}
	// What is stopped stays so, and its database server does not run.
	if (begun === null && traffic === 'stopped') return;
	// A crash may have come between the document and the ingress.
	if (begun === null && traffic === 'open') await open.write({});
	if (begun !== null || traffic === 'maintenance') {
		await serveAgain(open, serving, signal);
		// Its rows are counted anew in a database that was put back.
		if (begun !== null && previous !== null) {
			const rows = previous.rows - begun.rows + (await postgres.rowsWritten(database));
			await open.write({ previous: { ...previous, rows } });
		}
	}
	await tidy(open);
}

/** Has a release serve whose database is as it left it. */
export async function serveAgain(open: OpenSite, serving: DockerRelease, signal: AbortSignal): Promise<void> {
	const { engine } = open;
	const web = odooSpec(open, serving.deployment_id, 'web');
	await engine.create(web);
	await engine.start(web.name);
	await untilServing(engine, web.name, { seconds: READY_SECONDS, workers: serving.workers, signal });
	await open.write({ update: null, traffic: 'open' });
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
		one === null ? [] : [names.releaseVolume(one.deployment_id)],
	);
	for (const { name } of await engine.containers(labelsOf(open, 'web'))) if (name !== web) await engine.remove(name);
	for (const { name } of await engine.volumes(labelsOf(open, 'job'))) {
		if (!kept.includes(name)) await engine.removeVolume(name);
	}
}

/** Removes what was made for a release that cannot serve. */
async function removeRelease({ engine, site }: OpenSite, deployment: DockerRelease['deployment_id']): Promise<void> {
	const names = namesOf(site.id);
	await engine.remove(names.job);
	await engine.remove(names.web(deployment));
	await engine.removeVolume(names.releaseVolume(deployment));
}

/** Progress of a part, as progress of the whole. */
const within = (context: RuntimeContext, from: number, to: number): RuntimeContext => ({
	...context,
	progress: (fraction) => context.progress(from + fraction * (to - from)),
});

/** Why Odoo could not be brought to a release, in words for its owner. */
async function inWords<T>({ signal }: RuntimeContext, work: () => Promise<T>): Promise<T> {
	try {
		return await work();
	} catch (error) {
		signal.throwIfAborted();
		if (error instanceof OdooFailedError) throw new ReleaseError('update_failed', error.message, { cause: error });
		if (error instanceof SqlError) throw new ReleaseError('server_failed', error.message, { cause: error });
		if (error instanceof NotReadyError) {
			throw new ReleaseError('unhealthy', `Odoo does not serve: ${error.message}.`, { cause: error });
		}
		throw error;
	}
}
