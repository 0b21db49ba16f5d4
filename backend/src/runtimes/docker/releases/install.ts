import type { Addon, Applied, RuntimeContext } from '../../runtime';
import type { DockerRelease } from '../model';
import { odooSpec, runOdoo } from '../odoo';
import type { OpenSite } from '../parts';
import { withApiKey, withPassword } from '../administrator';
import { seriesOf } from '../settings-files';
import { checkUpdated, startAndCheck } from './serve';
import { NOTHING_DONE, STAGES, within } from './stages';

/** The first series that installs demo records only where it is told to. */
const DEMO_BY_WISH_SINCE = 19;

/** The first release: a database of its own, with the modules that the environment wishes for. */
export async function install(
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
		odooSpec(open, next, 'job'),
		['-i', ['base', ...modules].join(','), ...demo, '--stop-after-init', '--no-http'],
		within(context, STAGES.laid_out, STAGES.updated),
	);
	await checkUpdated(open, { install: modules, update: [] }, next);
	await postgres.ask(database, `${await withPassword(secrets)} ${await withApiKey(secrets)}`);
	await startAndCheck(open, next, context);
	await open.write({ serving: next, traffic: 'open', update: null, previous: null });
	return { ...NOTHING_DONE, modules_installed: modules };
}
