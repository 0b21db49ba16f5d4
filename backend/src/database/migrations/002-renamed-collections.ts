import { type Migration, moveCollection } from './migration';

/**
 * Logins to an Odoo were kept as `sessions`, which is the word for those of people. What the assistant proposes to do was
 * kept as `assistant_plans`, and a plan is what an organization has paid for.
 */
export const renamedCollections: Migration = {
	title: 'logins to an Odoo and proposals under names of their own',
	async run(database, signal) {
		await moveCollection(database, 'sessions', 'odoo_logins', signal);
		await moveCollection(database, 'assistant_plans', 'proposals', signal);
	},
};
