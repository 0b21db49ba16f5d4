import {
	type Applied,
	type Release,
	ReleaseError,
	type RollbackLoss,
	type RuntimeContext,
	type RuntimeSite,
} from '../../runtime';
import { bringTo } from './apply';
import { replace } from './replace';
import { NOTHING_DONE } from './stages';
import { inWindow, keptBefore } from './window';
import type { AddonContent, DockerRelease, DockerSite } from '../model';
import { copyOf } from '../names';
import { labelsOf, odooSpec } from '../odoo';
import { type DockerParts, type OpenSite, openSite } from '../parts';
import { DATA_DIRECTORY } from '../settings-files';

/**
 * Brings an environment back to a release. Where that release has the very modules that are installed, it starts beside
 * the one that serves. Else the database goes back with it, to the copy from before the update: an older Odoo beside a
 * newer database writes rows that lack what the newer one needs, and its own update would drop columns with all in them.
 */
export const rollBack = (
	parts: DockerParts,
	site: RuntimeSite,
	release: Release,
	{ database }: { readonly database: boolean },
	context: RuntimeContext,
): Promise<Applied> =>
	bringTo(parts, site, release, context, async (open, next) => {
		const { serving, previous } = await open.read();
		if (serving === null) throw new ReleaseError('release_refused', 'Nothing was deployed yet.');
		if (await haveSameModules(open, serving, next)) return replace(parts, open, serving, next, context);
		if (previous?.has_copy !== true || previous.release.git_sha !== next.git_sha) {
			throw new ReleaseError(
				'release_refused',
				'Installed modules have changed since, and no copy of the database from before them is kept. Deploy that ' +
					'commit as a new release instead.',
			);
		}
		if (!database) {
			throw new ReleaseError(
				'release_refused',
				'Installed modules have changed since. Only the copy of the database from before them fits: ask for it with ' +
					'"database": true. What was written since is then kept aside until the next deploy.',
			);
		}
		await release.keepData(context);
		const change = { id: next.deployment_id, serving, next, ending: keptBefore(serving, parts) };
		const window = await inWindow(parts, open, change, context, () =>
			exchangeDatabases(open, serving, next, context),
		);
		return { ...NOTHING_DONE, ...window };
	});

/** Keeps the present database as the copy of this rollback, so that what fails, or is regretted, is undone with it. */
async function exchangeDatabases(
	open: OpenSite,
	serving: DockerRelease,
	next: DockerRelease,
	{ signal, log }: RuntimeContext,
): Promise<void> {
	const { engine, postgres, database } = open;
	await log('The database from before the update is put back; the present one is kept aside.');
	const earlier = copyOf(database, serving.deployment_id);
	await postgres.exchange(database, earlier, copyOf(database, next.deployment_id), database);
	// Each of the two databases must find its files, of which Odoo clears away what it does not know itself.
	const spec = odooSpec(open, next, 'job');
	const { exit_code } = await engine.run(
		{
			...spec,
			entrypoint: ['/bin/sh', '-ec', exchangeFiles(`${DATA_DIRECTORY}/filestore/${database}`)],
			network: 'none',
			labels: labelsOf(open, 'job'),
		},
		{ signal, onLine: () => undefined },
	);
	if (exit_code !== 0) throw new Error('the files of the database cannot be put back');
}

/** Keeps the present files for the database that is kept, and gives the earlier ones to the other. */
const exchangeFiles = (files: string) => `
rm -rf ${files}__now
[ ! -d ${files} ] || cp -al ${files} ${files}__now
[ ! -d ${files}__pre ] || { mkdir -p ${files}; cp -alf ${files}__pre/. ${files}/; }
rm -rf ${files}__pre
[ ! -d ${files}__now ] || mv ${files}__now ${files}__pre
`;

/** Whether what is installed of the one is the same in the other. */
async function haveSameModules(
	{ postgres, database }: OpenSite,
	serving: DockerRelease,
	next: Pick<DockerRelease, 'addons'>,
): Promise<boolean> {
	const rows = await postgres.ask(database, `SELECT name FROM ir_module_module WHERE state = 'installed';`);
	return haveSame(serving.addons, next.addons, new Set(rows.flat()));
}

const haveSame = (
	serving: readonly AddonContent[],
	other: readonly AddonContent[],
	installed: ReadonlySet<string>,
): boolean => {
	const theirs = new Map(other.map(({ name, content }) => [name, content]));
	return serving.every(({ name, content }) => !installed.has(name) || theirs.get(name) === content);
};

/** What a rollback to that commit would lose; null where no copy of its database would be put back. */
export async function lossOf(
	parts: DockerParts,
	site: RuntimeSite,
	stored: DockerSite | null,
	git_sha: string,
): Promise<RollbackLoss | null> {
	const previous = stored?.previous;
	if (!stored?.serving || !previous?.has_copy || previous.release.git_sha !== git_sha) return null;
	// Its database does not run: the rollback itself finds out.
	if (stored.traffic !== 'open') return null;
	const open = await openSite(parts, site);
	if (await haveSameModules(open, stored.serving, previous.release)) return null;
	const written = await open.postgres.rowsWritten(open.database);
	return { since: new Date(previous.since), rows: Math.max(0, written - previous.rows) };
}
