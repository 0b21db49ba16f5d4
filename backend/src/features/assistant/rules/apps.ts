/** The apps that bring models which are often asked for and not always there. */
export const APPS: Readonly<Record<string, string>> = {
	'project.project': 'Project',
	'mrp.production': 'Manufacturing',
};

/** The apps that bring fields to models of others. */
export const FIELD_APPS: Readonly<Record<string, string>> = {
	qty_available: 'Inventory',
	virtual_available: 'Inventory',
	customer_rank: 'Invoicing',
	supplier_rank: 'Invoicing',
	credit: 'Invoicing',
};
