import type { Subject } from './subjects';

/** The apps that bring models which are often asked for and not always there. */
export const APPS: Readonly<Record<string, string>> = {
	'project.project': 'Project',
	'mrp.production': 'Manufacturing',
};

/** The apps that bring fields to models of others. */
const FIELD_APPS: Readonly<Record<string, string>> = {
	qty_available: 'Inventory',
	virtual_available: 'Inventory',
	customer_rank: 'Invoicing',
	supplier_rank: 'Invoicing',
	credit: 'Invoicing',
};

/** What is said of a field that this Odoo lacks. */
export function missingField(name: string, { plural }: Subject): string {
	const app = FIELD_APPS[name];
	const from =
		app === undefined ? '' : ` It comes with the app ${app}, which is not installed, or not for this user.`;
	return `The ${plural} of this Odoo have no field ${name}.${from}`;
}
