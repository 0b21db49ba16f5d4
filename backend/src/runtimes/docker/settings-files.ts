import type { RuntimeSite } from '../runtime';
import { RELEASE_DIRECTORY } from './releases/release-files';

const MIB = 1024 * 1024;
/** The ports of Odoo's containers: of requests, and of WebSockets where it has workers. */
export const WEB_PORT = 8069;
export const WEBSOCKET_PORT = 8072;
export const DATA_DIRECTORY = '/var/lib/odoo';

export const START = `${RELEASE_DIRECTORY}/start.sh`;

/** Odoo's own limits of a worker's address space, which is larger than what it takes of memory; in MiB. */
const SOFT_LIMIT = 2_048;
const HARD_LIMIT = 2_560;
/** The first series that calls the WebSockets' port by its present name. */
const GEVENT_SINCE = 16;

/** e.g. 19 of `19.0` */
export const seriesOf = (odoo_version: string) => Number.parseInt(odoo_version, 10);

/** What a release's containers read at their start: Odoo's settings, the variables, and the program that takes both. */
export const settingsFiles = ({
	odoo_version,
	settings,
	database,
	password,
	masterPassword,
	addonsPaths,
	variables,
}: Pick<RuntimeSite, 'odoo_version' | 'settings'> & {
	/** The name of the database and of its owner. */
	database: string;
	password: string;
	/** Of Odoo's database manager, which is closed. */
	masterPassword: string;
	addonsPaths: readonly string[];
	variables: Readonly<Record<string, string>>;
}) => ({
	'odoo.conf': {
		mode: 0o400,
		text: `[options]
${addonsPaths.length === 0 ? '' : `addons_path = ${addonsPaths.join(',')}\n`}data_dir = ${DATA_DIRECTORY}
admin_passwd = ${masterPassword}
db_host = db
db_port = 5432
db_user = ${database}
db_password = ${password}
db_name = ${database}
dbfilter = ^${database}$
list_db = False
proxy_mode = True
http_port = ${WEB_PORT}
${seriesOf(odoo_version) < GEVENT_SINCE ? 'longpolling_port' : 'gevent_port'} = ${WEBSOCKET_PORT}
workers = ${settings.workers}
max_cron_threads = 1
limit_memory_soft = ${Math.max(SOFT_LIMIT, settings.memory_mb) * MIB}
limit_memory_hard = ${Math.max(HARD_LIMIT, Math.round(settings.memory_mb * 1.25)) * MIB}
`,
	},
	// Variables may be secrets: in the container's own environment, whoever may ask the Engine would read them.
	environment: {
		mode: 0o400,
		text: Object.entries(variables)
			.map(([name, value]) => `${name}='${value.replaceAll("'", `'\\''`)}'\n`)
			.join(''),
	},
	'start.sh': {
		mode: 0o500,
		text: `#!/bin/sh
set -a
. ${RELEASE_DIRECTORY}/environment
set +a
exec odoo -c ${RELEASE_DIRECTORY}/odoo.conf "$@"
`,
	},
});
