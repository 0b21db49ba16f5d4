import type { RuntimeContext } from '../../runtime';
import { withApiKey, withLogin } from '../administrator';
import type { DockerRelease } from '../model';
import { odooSpec, runOdoo } from '../odoo';
import type { OpenSite } from '../parts';
import { quoted } from '../postgres';
import { RELEASE_DIRECTORY } from '../releases/release-files';
import { seriesOf } from '../settings-files';

/** The first series that neutralizes a database itself. */
const NEUTRALIZES_SINCE = 16;

/**
 * Has a database that was another's send nothing into the world: Odoo's own neutralization, and what the earlier series,
 * which have none, would send by.
 */
export async function neutralize(
	open: OpenSite,
	database: string,
	serving: DockerRelease,
	context: RuntimeContext,
): Promise<void> {
	const { engine, site, postgres, database: owner } = open;
	if (seriesOf(site.odoo_version) >= NEUTRALIZES_SINCE) {
		const program = `set -a; . ${RELEASE_DIRECTORY}/environment; set +a; exec odoo neutralize -c ${RELEASE_DIRECTORY}/odoo.conf "$@"`;
		const spec = { ...odooSpec(open, serving, 'job'), entrypoint: ['/bin/sh', '-c', program, 'odoo'] };
		await runOdoo(engine, spec, ['-d', database], context);
	}
	await postgres.askAs(owner, database, SILENCE, context.signal);
}

const SILENCE = `DO $$ BEGIN
	UPDATE ir_cron SET active = false WHERE id NOT IN (
		SELECT res_id FROM ir_model_data WHERE model = 'ir.cron' AND module = 'base' AND name = 'autovacuum_job');
	UPDATE ir_mail_server SET active = false WHERE smtp_host <> 'invalid';
	IF to_regclass('fetchmail_server') IS NOT NULL THEN EXECUTE 'UPDATE fetchmail_server SET active = false'; END IF;
END $$;`;

/** Has the platform come in, and where the data was another's, the database be one of its own. */
export async function identify(
	{ postgres, secrets, database: owner, server, site }: OpenSite,
	database: string,
	{ isCopy, isSanitized }: { readonly isCopy: boolean; readonly isSanitized: boolean },
	signal: AbortSignal,
): Promise<void> {
	const url = site.placement?.url ?? server.ingress.host;
	const statements = [
		await withApiKey(secrets),
		...(isCopy
			? [
					`UPDATE ir_config_parameter SET value = gen_random_uuid()::text WHERE key IN ('database.uuid', 'database.secret');
					UPDATE ir_config_parameter SET value = ${quoted(url)} WHERE key = 'web.base.url';
					DELETE FROM ir_config_parameter WHERE key = 'report.url';`,
				]
			: []),
		...(isSanitized ? [await withLogin(secrets)] : []),
	];
	await postgres.askAs(owner, database, `BEGIN; ${statements.join('\n')} COMMIT;`, signal);
}
