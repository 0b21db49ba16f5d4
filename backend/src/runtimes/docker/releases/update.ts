import { type Addon, type Applied, ReleaseError, type RuntimeContext } from '../../runtime';
import type { DockerRelease } from '../model';
import { copyOf } from '../names';
import { odooSpec, runOdoo } from '../odoo';
import type { DockerParts, OpenSite } from '../parts';
import { DATA_DIRECTORY, START } from '../settings-files';
import { planUpdate, RefusedPlan, type UpdatePlan } from './plan';
import { checkUpdated } from './serve';
import { STAGES, within } from './stages';
import { inWindow } from './window';

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

/** Modules change: nobody is served meanwhile, and what fails is undone with a copy of the database. */
export async function update(
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

const listed = (names: readonly string[]) => (names.length === 0 ? 'nothing' : names.join(', '));

/** Keeps what is in the filestore: its files never change, so that a second name for each is enough. */
const keepingFiles = (spec: ReturnType<typeof odooSpec>, database: string) => {
	const files = `${DATA_DIRECTORY}/filestore/${database}`;
	const keep = `rm -rf ${files}__pre && { [ ! -d ${files} ] || cp -al ${files} ${files}__pre; }`;
	return { ...spec, entrypoint: ['/bin/sh', '-c', `${keep} && exec /bin/sh ${START} "$@"`, 'odoo'] };
};
