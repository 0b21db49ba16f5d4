import { EngineError } from '../../../docker/errors';
import { ReleaseError, type RuntimeContext } from '../../runtime';
import type { DockerRelease } from '../model';
import { namesOf, rehearsalOf } from '../names';
import { labelsOf, OdooFailedError, odooSpec, runOdoo } from '../odoo';
import type { OpenSite } from '../parts';
import { SqlError } from '../postgres';
import { NotReadyError } from '../readiness';
import { DATA_DIRECTORY, START } from '../settings-files';
import type { UpdatePlan } from './plan';
import { checkUpdated, updateArguments } from './serve';

/**
 * Tries an update on a copy of the database while the environment serves on, so that what fails is known before anybody
 * waits. The copy reaches nothing but its database server: what an update sends into the world is sent once, by the update
 * itself.
 * @throws ReleaseError where the update fails; nothing of the environment has changed then
 */
export async function rehearse(
	open: OpenSite,
	{ plan, next }: { readonly plan: UpdatePlan; readonly next: DockerRelease },
	context: RuntimeContext,
): Promise<void> {
	const { engine, postgres, database, site } = open;
	const { signal, log } = context;
	const copy = rehearsalOf(database);
	const names = namesOf(site.id);
	await log('The update is tried on a copy of the database first. The environment serves on meanwhile.');
	try {
		await postgres.duplicate(database, copy, database, signal);
		await postgres.ask(copy, SILENCE);
		await engine.ensureNetwork(names.rehearsal, labelsOf(open, 'job'), { internal: true });
		await engine.connect(names.rehearsal, names.database, ['db']);
		const spec = { ...odooSpec(open, next, 'job'), network: names.rehearsal };
		await runOdoo(engine, withFilesOf(spec, database, copy), ['-d', copy, ...updateArguments(plan)], context);
		await checkUpdated({ ...open, database: copy }, plan, next);
		await log('The update went well on the copy.');
	} catch (error) {
		signal.throwIfAborted();
		if (error instanceof OdooFailedError || error instanceof NotReadyError || error instanceof SqlError) {
			const said = `The update fails on a copy of the database, so nothing was changed: ${error.message}`;
			throw new ReleaseError('update_failed', said, { cause: error });
		}
		throw error;
	} finally {
		if (!signal.aborted) await endRehearsal(open).catch(unlessEngines);
	}
}

/** What a crash leaves is removed by upkeep and the next deploy; its files, by the next rehearsal. */
async function endRehearsal({ engine, postgres, database, site }: OpenSite): Promise<void> {
	const names = namesOf(site.id);
	await engine.remove(names.job);
	await engine.disconnect(names.rehearsal, names.database);
	await engine.removeNetwork(names.rehearsal);
	await postgres.drop(rehearsalOf(database));
}

function unlessEngines(error: unknown): void {
	if (!(error instanceof EngineError) && !(error instanceof SqlError)) throw error;
}

/** Nothing is sent or fetched by the copy, not even where it is reached one day. */
const SILENCE = `DO $$ BEGIN
	UPDATE ir_cron SET active = false;
	UPDATE ir_mail_server SET active = false;
	IF to_regclass('fetchmail_server') IS NOT NULL THEN EXECUTE 'UPDATE fetchmail_server SET active = false'; END IF;
END $$;`;

/** Gives the copy the files of the database for as long as it runs: a second name for each is enough, for none is changed. */
const withFilesOf = (spec: ReturnType<typeof odooSpec>, database: string, copy: string) => {
	const files = (name: string) => `${DATA_DIRECTORY}/filestore/${name}`;
	const program = `
rm -rf ${files(copy)}
[ ! -d ${files(database)} ] || cp -al ${files(database)} ${files(copy)}
/bin/sh ${START} "$@"
code=$?
rm -rf ${files(copy)}
exit $code
`;
	return { ...spec, entrypoint: ['/bin/sh', '-c', program, 'odoo'] };
};
