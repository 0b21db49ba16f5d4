import { ConfigError, readConfig } from './config';
import { systemCode } from './core/errors';
import { createLogger } from './core/log';
import { MigrationError } from './database/migrations/migration';
import { DatabaseUnavailableError } from './database/unavailable';
import { DatabaseInUseError } from '@odoo-platform/embedded-mongo';
import { startPlatform } from './platform';

/** How long requests and jobs under way may take once the process was told to stop, in milliseconds. */
const GRACE = 15_000;

async function main() {
	const config = readConfig(process.env);
	const log = createLogger(config.logLevel);
	const platform = await startPlatform(config, { log });
	const say = (text: string) => process.stdout.write(`${text}\n`);
	say(`Odoo Platform answers at ${platform.url}`);
	if (platform.localServer !== null) {
		const { name, engine_version } = platform.localServer;
		say(`Docker Engine ${engine_version} found: new environments run real Odoo (server ${name}).`);
	}
	if (platform.firstRunFile !== null) {
		say(`First start: keys, ids and the owner's login are in ${platform.firstRunFile} (readable by you alone).`);
		say('Next: deploy the demo environment with the first curl of the README. Or stop this, and run npm run demo.');
	}

	let stopping = false;
	const stop = (signal: NodeJS.Signals) => {
		if (stopping) process.exit(1);
		stopping = true;
		log.info({ signal }, 'stopping');
		setTimeout(() => process.exit(1), GRACE).unref();
		platform.stop().then(
			() => process.exit(0),
			(error: unknown) => {
				log.error({ err: error }, 'did not stop cleanly');
				process.exit(1);
			},
		);
	};
	process.on('SIGINT', stop);
	process.on('SIGTERM', stop);
}

main().catch((error: unknown) => {
	const explained =
		error instanceof ConfigError ||
		error instanceof DatabaseInUseError ||
		error instanceof MigrationError ||
		error instanceof DatabaseUnavailableError ||
		(error instanceof Error && systemCode(error) !== undefined);
	process.stderr.write(
		`${explained ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
	);
	process.exit(1);
});
