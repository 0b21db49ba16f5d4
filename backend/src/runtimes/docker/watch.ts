import { EngineError } from '../../docker/errors';
import { type RuntimeSite, ServerError, type SiteMetrics, type WantedLines } from '../runtime';
import { namesOf } from './names';
import { type DockerParts, type OpenSite, openSite } from './parts';
import { quoted, SqlError } from './postgres';
import { DATA_DIRECTORY } from './settings-files';

/** Over how long the use of the processor is looked at, in milliseconds. */
const LOOK_MS = 1_000;

/** What the Odoo of the release that serves wrote. */
export async function* logsOf(parts: DockerParts, site: RuntimeSite, wanted: WantedLines): AsyncGenerator<string> {
	const { tail, since, follow, signal } = wanted;
	try {
		const open = await openSite(parts, site);
		const { engine } = open;
		const { serving } = await open.read();
		if (serving === null) return;
		const container = namesOf(site.id).web(serving.deployment_id);
		// It is away for a moment while modules are updated.
		if ((await engine.inspect(container)) === null) return;
		yield* engine.logs(container, { tail, ...(since === null ? {} : { since }), follow, signal });
	} catch (error) {
		throw inWords(error);
	}
}

/** What an environment's containers take, and what lies in its volumes. */
export async function metricsOf(parts: DockerParts, site: RuntimeSite, signal: AbortSignal): Promise<SiteMetrics> {
	try {
		const open = await openSite(parts, site);
		const { serving } = await open.read();
		const names = namesOf(site.id);
		const web = serving === null ? null : await runningOne(open, names.web(serving.deployment_id));
		const db = await runningOne(open, names.database);
		const [odoo, filestore, database, sizes] = await Promise.all([
			web === null ? null : lookAt(parts, open, web, signal),
			web === null ? null : filestoreOf(open, web, signal),
			db === null ? null : open.engine.use(db),
			db === null ? null : databaseSizes(open, signal),
		]);
		return {
			memory_bytes: odoo?.memory_bytes ?? null,
			memory_limit_bytes: odoo?.memory_limit_bytes ?? null,
			cpu_percent: odoo?.cpu_percent ?? null,
			processes: odoo?.processes ?? null,
			database: { memory_bytes: database?.memory_bytes ?? null, size_bytes: sizes?.database ?? null },
			disk_bytes: { filestore, database: sizes?.server ?? null },
		};
	} catch (error) {
		throw inWords(error);
	}
}

const runningOne = async ({ engine }: Pick<OpenSite, 'engine'>, container: string) =>
	(await engine.inspect(container))?.running === true ? container : null;

/** Looks twice: the Engine tells the processor's time since the start alone. */
async function lookAt(
	{ clock }: Pick<DockerParts, 'clock'>,
	{ engine }: Pick<OpenSite, 'engine'>,
	container: string,
	signal: AbortSignal,
) {
	const look = async () => ({ use: await engine.use(container), at: clock.now().getTime() });
	const before = await look();
	await clock.sleep(LOOK_MS, signal);
	const after = await look();
	if (before.use === null || after.use === null) return null;
	const { cpu_ns, ...now } = after.use;
	const fraction = (cpu_ns - before.use.cpu_ns) / ((after.at - before.at) * 1_000_000);
	return { ...now, cpu_percent: Math.max(0, Math.round(fraction * 1_000) / 10) };
}

/** null where it cannot be told, e.g. because files went away amid the count. */
async function filestoreOf({ engine, database }: OpenSite, container: string, signal: AbortSignal) {
	const directory = `${DATA_DIRECTORY}/filestore/${database}`;
	const { exit_code, stdout } = await engine.exec(container, ['du', '-sb', directory], { signal });
	const bytes = /^\d+/.exec(stdout)?.[0];
	if (bytes !== undefined && exit_code === 0) return Number(bytes);
	// Odoo makes it for the first file.
	const made = await engine.exec(container, ['test', '-e', directory], { signal });
	return made.exit_code === 0 ? null : 0;
}

/** Of the database, and of its whole server: with the copy from before an update, and what is to be written down yet. */
async function databaseSizes({ postgres, database }: OpenSite, signal: AbortSignal) {
	try {
		const [row = []] = await postgres.ask(
			'postgres',
			`SELECT (SELECT pg_database_size(oid) FROM pg_database WHERE datname = ${quoted(database)}),
			(SELECT sum(pg_database_size(oid)) FROM pg_database) + (SELECT coalesce(sum(size), 0) FROM pg_ls_waldir());`,
			signal,
		);
		const [its, all] = row.map((text) => (text === '' ? null : Number(text)));
		return { database: its ?? null, server: all ?? null };
	} catch (error) {
		// It starts or ends at this moment.
		if (error instanceof SqlError) return null;
		throw error;
	}
}

/** A server's failure, in words for the environment's owner. */
const inWords = (error: unknown) =>
	error instanceof EngineError ? new ServerError(error.message, { cause: error }) : error;
