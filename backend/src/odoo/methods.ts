/** What JSON-2 has to know of a method to be called by position: it takes names alone. */
export interface MethodSignature {
	/** Whether it belongs to the model (`@api.model`) and takes no ids. */
	readonly onModel: boolean;
	/** The parameters that can be given by position, in their order. */
	readonly parameters: readonly string[];
}

const onModel = (...parameters: string[]): MethodSignature => ({ onModel: true, parameters });
const onRecords = (...parameters: string[]): MethodSignature => ({ onModel: false, parameters });

/** The methods of every model, as Odoo 19 declares them (odoo/orm/models.py). */
export const ORM_METHODS: ReadonlyMap<string, MethodSignature> = new Map(
	Object.entries({
		copy: onRecords('default'),
		create: onModel('vals_list'),
		default_get: onModel('fields'),
		fields_get: onModel('allfields', 'attributes'),
		// Of ir.model alone, from Odoo 16 on (addons/web/models/ir_model.py).
		get_available_models: onModel(),
		formatted_read_group: onModel('domain', 'groupby', 'aggregates', 'having', 'offset', 'limit', 'order'),
		load: onModel('fields', 'data'),
		name_create: onModel('name'),
		name_search: onModel('name', 'domain', 'operator', 'limit'),
		read: onRecords('fields', 'load'),
		read_group: onModel('domain', 'fields', 'groupby', 'offset', 'limit', 'orderby', 'lazy'),
		search: onModel('domain', 'offset', 'limit', 'order'),
		search_count: onModel('domain', 'limit'),
		search_read: onModel('domain', 'fields', 'offset', 'limit', 'order'),
		unlink: onRecords(),
		write: onRecords('vals'),
	}),
);

const READS = new Set([
	'check_access_rights',
	'context_get',
	'default_get',
	'export_data',
	'fields_get',
	'formatted_read_group',
	'get_available_models',
	'get_metadata',
	'has_access',
	'name_get',
	'name_search',
	'read',
	'read_group',
	'search',
	'search_count',
	'search_read',
]);

/** Whether a method is known to change nothing. */
export const isRead = (method: string) => READS.has(method);
