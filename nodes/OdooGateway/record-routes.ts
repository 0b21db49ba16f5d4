import type { GenericValue, IDataObject } from 'n8n-workflow';
import { isDataObject, objectAt, textAt } from '../shared/data';
import { failure } from '../shared/failure';
import type { OdooField } from '../shared/odoo-fields';
import { listIn } from './commands';
import { jsonIn, type Item } from './item';
import { idIn, isEmpty } from './scalars';

/**
 * The platform's record routes (`/api/create_data` and so on, as Odoo's webhook-routes module has them): they look related
 * records up by name or any other field, where Odoo itself takes ids alone.
 */

/** The relations among the values, as the routes take them. */
export function relationsFor(item: Item, fields: ReadonlyMap<string, OdooField>, values: IDataObject): IDataObject {
	const relations = Object.entries(values).flatMap(([name, value]) => {
		const field = fields.get(name);
		if (field === undefined || field.relation === '' || isEmpty(value)) return [];
		return [[name, field.type === 'many2one' ? reference(value) : references(item, field, value)] as const];
	});
	return Object.fromEntries(relations);
}

/** By what one related record is looked up. */
function reference(value: GenericValue): GenericValue {
	const id = idIn(value);
	if (id !== undefined) return { id };
	return typeof value === 'string' ? { name: value.trim() } : value;
}

function references(item: Item, field: OdooField, value: GenericValue): GenericValue {
	if (isDataObject(value)) return value;
	const list = listIn(value);
	if (list === undefined) {
		throw item.problem(
			`"${field.label}" is not a list of records of ${field.relation}`,
			'Enter a JSON array, e.g. ["A name", "Another"] or [{"ref": "C-17"}].',
		);
	}
	return field.type === 'one2many' ? list : { records: list.map(reference) };
}

/** Creates a record by its route, and returns its id. */
export async function createByRoute(item: Item, model: string, payload: IDataObject): Promise<number> {
	const { id } = await post(item, '/api/create_data', model, { payload, ...autoCreate(item) });
	if (typeof id !== 'number') throw item.strangeAnswer('create_data');
	return id;
}

/** Changes a record by its route. */
export async function updateByRoute(item: Item, model: string, id: number, payload: IDataObject): Promise<void> {
	await post(item, '/api/update_data', model, { search_key: { id }, payload, ...autoCreate(item) });
}

/** What the options want to be made where a relation finds nothing. */
function autoCreate(item: Item): IDataObject {
	const made = jsonIn(item.options().autoCreate, {});
	if (!isDataObject(made)) {
		throw item.problem(
			'The option "Create Missing Relations" is not a JSON object',
			'Write what to create by field, e.g. {"partner_id": {"name": "Azure Interior"}}.',
		);
	}
	return Object.keys(made).length === 0 ? {} : { auto_create: made };
}

async function post(item: Item, route: string, model: string, vals: IDataObject): Promise<IDataObject> {
	const body = await item.send({ params: { model, vals, ...item.odoo() } }, { route });
	const result = objectAt(body, 'result');
	if (result.is_success === true) return objectAt(result, 'result');
	throw failure(item.node, {
		message: textAt(result, 'messages') || 'The record route answered nothing',
		description: ['Correct "Values" and try again: related records are looked up by name, or by the field given.'],
		itemIndex: item.index,
	});
}
