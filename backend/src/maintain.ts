import path from 'node:path';
import { copyDatabase, DatabaseDamagedError, DatabaseInUseError } from '@odoo-platform/embedded-mongo';
import { ConfigError, readConfig } from './config';
import { systemClock } from './core/clock';
import { systemCode } from './core/errors';
import { makeCopy, nameOf, restoreCopy } from './database/copies';

/** `npm run backup` and `npm run restore`: what is done to the data besides running the service. */
async function main(task: string | undefined, directory: string | undefined): Promise<string> {
	const { dataDir, mongodbUri } = readConfig(process.env);
	if (mongodbUri !== undefined) {
		throw new ConfigError(
			'MONGODB_URI: this is for the embedded database; a MongoDB has mongodump and mongorestore.',
		);
	}
	const now = systemClock.now();
	if (task === 'backup') {
		const target = path.resolve(directory ?? `backup-${nameOf(now)}`);
		await makeCopy(dataDir, target, (into) => copyDatabase(dataDir, into));
		return `The database and its master key were copied to ${target}. Restore them: npm run restore -- ${target}`;
	}
	if (task === 'restore' && directory !== undefined) {
		const aside = await restoreCopy(dataDir, path.resolve(directory), now);
		return `Restored; the next start goes on from this copy. What was there before is in ${aside}.`;
	}
	throw new ConfigError('Use: npm run backup [-- DIRECTORY], or npm run restore -- DIRECTORY');
}

main(process.argv[2], process.argv[3]).then(
	(text) => process.stdout.write(`${text}\n`),
	(error: unknown) => {
		const explained =
			error instanceof ConfigError ||
			error instanceof DatabaseDamagedError ||
			error instanceof DatabaseInUseError ||
			(error instanceof Error && systemCode(error) !== undefined);
		process.stderr.write(`${explained ? error.message : error instanceof Error ? error.stack : String(error)}\n`);
		process.exitCode = 1;
	},
);
