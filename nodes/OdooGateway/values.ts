import type { GenericValue, IDataObject } from 'n8n-workflow';
import { isDataObject } from '../shared/data';
import { FIELD_ATTRIBUTES, fieldsIn, type OdooField } from '../shared/odoo-fields';
import { commandsIn, CREATE, listIn, NO_COMMAND, SET } from './commands';
import type { Item } from './item';
import { idIn, isEmpty, scalarFor, Unreadable } from './scalars';

/** The fields that answers of `fields_get` tell of: a thousand items share one answer, which is long. */
const read = new WeakMap<IDataObject, ReadonlyMap<string, OdooField>>();

/** The fields of a model; asked for once a run, whatever the number of items. */
export async function fieldsOf(item: Item, model: string): Promise<ReadonlyMap<string, OdooField>> {
	const call = { model, method: 'fields_get', kwargs: { attributes: FIELD_ATTRIBUTES } };
	const answer = await item.call(call, { once: true });
	if (!isDataObject(answer)) return new Map();
	const fields = read.get(answer) ?? fieldsIn(answer);
	read.set(answer, fields);
	return fields;
}

/** A field by its name, or by a path over relations such as `parent_id.country_id.code`; undefined where there is none. */
export async function fieldAt(item: Item, model: string, path: string): Promise<OdooField | undefined> {
	const [name = '', ...rest] = path.split('.');
	const field = (await fieldsOf(item, model)).get(name);
	if (field === undefined || rest.length === 0) return field;
	return field.relation === '' ? undefined : fieldAt(item, field.relation, rest.join('.'));
}

/**
 * Values as Odoo's `create` and `write` take them, by the types of their fields: texts become numbers, dates and booleans,
 * times go to UTC, ids of related records and new lines become commands. A field that the model lacks stays as it is.
 *
 * @throws NodeOperationError that names the field, where a value cannot be read as one of its type
 */
export async function valuesFor(item: Item, model: string, values: IDataObject): Promise<IDataObject> {
	const fields = await fieldsOf(item, model);
	const written: IDataObject = {};
	for (const [name, value] of Object.entries(values)) written[name] = await valueFor(item, fields.get(name), value);
	return written;
}

async function valueFor(item: Item, field: OdooField | undefined, value: GenericValue): Promise<GenericValue> {
	if (field === undefined) return value;
	switch (field.type) {
		case 'many2one':
			return relatedId(item, field, value);
		case 'many2many':
		case 'one2many':
			return lines(item, field, value);
		default:
			return scalarOf(item, field, value);
	}
}

/** A value of a field that is no relation. @throws NodeOperationError where it cannot be read as one of its type */
export function scalarOf(item: Item, field: OdooField, value: GenericValue): GenericValue {
	const read = scalarFor(field.type, value, item.context.getTimezone());
	if (read instanceof Unreadable) throw item.problem(`${labelOf(field)} ${read.reason}`, read.advice);
	return read;
}

/** A field as users know it, and as Odoo does where that is another name. */
export const labelOf = ({ label, name }: OdooField) => (label === name ? `"${name}"` : `"${label}" (${name})`);

function relatedId(item: Item, field: OdooField, value: GenericValue): GenericValue {
	if (isEmpty(value)) return false;
	const id = idIn(value);
	if (id !== undefined) return id;
	throw item.problem(
		`${labelOf(field)} is not the ID of a record of ${field.relation}`,
		'Enter an ID, or turn on the option "Look Up Relations By Name".',
	);
}

async function lines(item: Item, field: OdooField, value: GenericValue): Promise<GenericValue> {
	if (isEmpty(value)) return [[SET, 0, []]];
	const list = listIn(value);
	const ids = list?.map(idIn);
	if (ids?.every((id) => id !== undefined)) return [[SET, 0, ids]];
	const commands =
		field.type === 'one2many' && list?.every(isDataObject)
			? list.map((line) => [CREATE, 0, line] as const)
			: commandsIn(list);
	if (commands !== undefined) {
		const read: GenericValue[][] = [];
		for (const [code, id, line] of commands) {
			read.push([code, id, isDataObject(line) ? await valuesFor(item, field.relation, line) : line]);
		}
		return read;
	}
	throw item.problem(
		`${labelOf(field)} is neither a list of IDs of ${field.relation} nor a list of commands`,
		[
			field.type === 'one2many'
				? 'Enter a JSON array of the new lines, e.g. [{"name": "A line"}], or IDs, e.g. [1, 2].'
				: 'Enter the IDs as a JSON array, e.g. [1, 2], or turn on the option "Look Up Relations By Name".',
			NO_COMMAND,
		].join(' '),
	);
}
