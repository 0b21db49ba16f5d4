import type { Subject } from './subjects';

/** The apps that models come with, for those that have no words in `models/`. */
export const APPS: Readonly<Record<string, string>> = {
	'project.project': 'Project',
	'mrp.production': 'Manufacturing',
};

/** The apps that add fields to the models of other apps. */
const FIELD_APPS: Readonly<Record<string, string>> = {
	qty_available: 'Inventory',
	virtual_available: 'Inventory',
	customer_rank: 'Invoicing',
	supplier_rank: 'Invoicing',
	credit: 'Invoicing',
};

/** The refusal for a field that this Odoo lacks. */
export function missingField(name: string, { plural }: Subject): string {
	const app = FIELD_APPS[name];
	const from =
		app === undefined ? '' : ` It comes with the app ${app}, which is not installed, or not for this user.`;
	return `The ${plural} of this Odoo have no field ${name}.${from}`;
}
