import type { StoredDocument } from '../collection';
import { inBatches, type Migration } from './migration';

/** What every environment was until then. */
const BEFORE = {
	production: false,
	settings: { modules: null, demo_data: false, workers: 2, memory_mb: 1_024, cpus: 2 },
	placement: null,
};

/** Environments can be on servers now, and say how their Odoo is run. */
export const environmentsOnServers: Migration = {
	title: 'where environments are, and how they are run',
	async run(database, signal) {
		const environments = database.collection<StoredDocument>('environments');
		for await (const batch of inBatches(environments, { settings: { $exists: false } }, signal)) {
			await environments.updateMany(
				{ _id: { $in: batch.map(({ _id }) => _id) }, settings: { $exists: false } },
				{ $set: BEFORE },
			);
		}
	},
};
