import type { RuntimeContext } from '../../runtime';
import type { DockerRelease } from '../model';
import { odooSpec } from '../odoo';
import type { OpenSite } from '../parts';
import { quoted } from '../postgres';
import { checkLoaded, checkModules, NotReadyError, untilServing } from '../readiness';
import type { UpdatePlan } from './plan';

/** How long a new Odoo may take to serve, in seconds. */
const READY_SECONDS = 120;
/** How long Odoo may take to end by itself, in seconds. */
export const STOP_SECONDS = 5;

/** What has Odoo update and install modules, and then end. */
export const updateArguments = ({ update, install }: UpdatePlan): readonly string[] => [
	...(update.length > 0 ? ['-u', update.join(',')] : []),
	...(install.length > 0 ? ['-i', install.join(',')] : []),
	'--stop-after-init',
	'--no-http',
];

/** Odoo ends well after it was told of modules that there are none of: what it did is seen in the database. */
export async function checkUpdated(
	{ postgres, database }: OpenSite,
	plan: UpdatePlan,
	next: DockerRelease,
): Promise<void> {
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
	const spec = odooSpec(open, next, 'web');
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

/** Has a release serve whose database is as it left it. */
export async function serveAgain(open: OpenSite, serving: DockerRelease, signal: AbortSignal): Promise<void> {
	const { engine } = open;
	const web = odooSpec(open, serving, 'web');
	await engine.create(web);
	await engine.start(web.name);
	await untilServing(engine, web.name, { seconds: READY_SECONDS, workers: serving.workers, signal });
	await open.write({ update: null, traffic: 'open' });
}
