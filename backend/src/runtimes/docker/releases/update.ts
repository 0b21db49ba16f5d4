import { type Addon, type Applied, type Release, ReleaseError, type RuntimeContext } from '../../runtime';
import type { DockerRelease } from '../model';
import { copyOf } from '../names';
import { odooSpec, runOdoo } from '../odoo';
import type { DockerParts, OpenSite } from '../parts';
import { DATA_DIRECTORY, START } from '../settings-files';
import { planUpdate, RefusedPlan, type UpdatePlan } from './plan';
import { rehearse } from './rehearse';
import { checkUpdated, updateArguments } from './serve';
import { STAGES, within } from './stages';
import { inWindow, keptBefore } from './window';

/** What a release makes of the modules that the database has. @throws ReleaseError where it cannot serve them */
export async function planOf(
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

interface Update {
	readonly plan: UpdatePlan;
	readonly serving: DockerRelease;
	readonly next: DockerRelease;
	readonly release: Pick<Release, 'rehearse' | 'keepData'>;
}

/** Modules change: nobody is served meanwhile, and what fails is undone with a copy of the database. */
export async function update(
	parts: DockerParts,
	open: OpenSite,
	{ plan, serving, next, release }: Update,
	context: RuntimeContext,
): Promise<Applied> {
	const { engine, postgres, database } = open;
	const { log } = context;
	await log(`To be updated: ${listed(plan.update)}; to be installed: ${listed(plan.install)}.`);
	const { rehearse: isRehearsed } = release;
	await release.keepData(context);
	if (isRehearsed) await rehearse(open, { plan, next }, within(context, STAGES.laid_out, STAGES.rehearsed));
	const change = { id: next.deployment_id, serving, next, ending: keptBefore(serving, parts) };
	const window = await inWindow(parts, open, change, context, async () => {
		await log('The database is copied.');
		await postgres.copy(database, copyOf(database, next.deployment_id), database);
		await runOdoo(
			engine,
			keepingFiles(odooSpec(open, next, 'job'), database),
			updateArguments(plan),
			within(context, isRehearsed ? STAGES.rehearsed : STAGES.laid_out, STAGES.updated),
		);
		await checkUpdated(open, plan, next);
	});
	return { ...window, modules_installed: plan.install, modules_updated: plan.update };
}

const listed = (names: readonly string[]) => (names.length === 0 ? 'nothing' : names.join(', '));

/** Keeps what is in the filestore: its files never change, so that a second name for each is enough. */
const keepingFiles = (spec: ReturnType<typeof odooSpec>, database: string) => {
	const files = `${DATA_DIRECTORY}/filestore/${database}`;
	const keep = `rm -rf ${files}__pre && { [ ! -d ${files} ] || cp -al ${files} ${files}__pre; }`;
	return { ...spec, entrypoint: ['/bin/sh', '-c', `${keep} && exec /bin/sh ${START} "$@"`, 'odoo'] };
};
