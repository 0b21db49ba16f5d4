import { jsonParse, tryToParseDateTime, type GenericValue, type IDataObject } from 'n8n-workflow';
import { isDataObject, isList } from '../shared/data';
import { FIELD_ATTRIBUTES, fieldsIn, type OdooField } from '../shared/odoo-fields';
import type { Item } from './item';

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

/** As Odoo writes dates, and times, which are UTC there. */
const DATE = /^\d{4}-\d\d-\d\d$/;
const DATE_TIME = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/;

const NUMBER_TYPES = new Set(['float', 'integer', 'monetary']);

/** Types whose values are JSON. */
const JSON_TYPES = new Set(['json', 'properties']);

/** A value of a field that is no relation, as Odoo takes it; what cannot be read stays as it is, for Odoo to refuse. */
export function scalarFor(type: string, value: GenericValue, zone: string): GenericValue {
	if (isEmpty(value)) return false;
	if (typeof value !== 'string') return value;
	const text = value.trim();
	if (type === 'boolean') return text === 'true' || (text !== 'false' && value);
	if (NUMBER_TYPES.has(type)) return numberIn(text, value);
	if (type === 'date' || type === 'datetime') return dateFor(type, text, zone);
	return JSON_TYPES.has(type) ? jsonParse<GenericValue>(text, { fallbackValue: value }) : value;
}

const numberIn = (text: string, otherwise: GenericValue): GenericValue =>
	text !== '' && Number.isFinite(Number(text)) ? Number(text) : otherwise;

/** A date, or a time in UTC; a time without an offset is of the workflow's time zone. */
function dateFor(type: 'date' | 'datetime', text: string, zone: string): string {
	if (DATE.test(text) || (type === 'datetime' && DATE_TIME.test(text))) return text;
	try {
		const time = tryToParseDateTime(text, zone);
		return type === 'date' ? time.toFormat('yyyy-MM-dd') : time.toUTC().toFormat('yyyy-MM-dd HH:mm:ss');
	} catch {
		return text;
	}
}

/** The id in what a many2one may be given as: a number, a text of digits, or `[7, "Azure Interior"]` as Odoo reads it. */
export function idIn(value: unknown): number | undefined {
	if (typeof value === 'number') return value;
	if (typeof value === 'string' && /^\s*[1-9]\d*\s*$/.test(value)) return Number(value);
	if (Array.isArray(value) && value.length === 2 && typeof value[0] === 'number' && typeof value[1] === 'string') {
		return value[0];
	}
	return undefined;
}

/** What stands in a relation to many records: a list, a text of JSON, or ids with commas between them. */
export function listIn(value: GenericValue): GenericValue[] | undefined {
	if (isList(value)) return value;
	if (typeof value === 'number') return [value];
	if (typeof value !== 'string') return undefined;
	const text = value.trim();
	if (!text.startsWith('[')) return text === '' ? [] : text.split(',').map((part) => part.trim());
	const list = jsonParse<unknown>(text, { fallbackValue: null });
	return isList(list) ? list : undefined;
}

/** Odoo's commands for the lines of a relation: make a new one, and make it exactly these. */
const [CREATE, SET] = [0, 6];

/**
 * Values as Odoo's `create` and `write` take them, by the types of their fields: texts become numbers, dates and booleans,
 * times go to UTC, ids of related records and new lines become commands. A field that the model lacks stays as it is.
 */
export function valuesFor(item: Item, fields: ReadonlyMap<string, OdooField>, values: IDataObject): IDataObject {
	return Object.fromEntries(
		Object.entries(values).map(([name, value]) => [name, valueFor(item, fields.get(name), value)]),
	);
}

function valueFor(item: Item, field: OdooField | undefined, value: GenericValue): GenericValue {
	if (field === undefined) return value;
	if (field.type === 'many2one') return isEmpty(value) ? false : relatedId(item, field, value);
	if (field.type === 'many2many' || field.type === 'one2many')
		return isEmpty(value) ? [[SET, 0, []]] : lines(item, field, value);
	return scalarFor(field.type, value, item.context.getTimezone());
}

export const isEmpty = (value: unknown) => value === null || value === undefined || value === '' || value === false;

function relatedId(item: Item, field: OdooField, value: GenericValue): number {
	const id = idIn(value);
	if (id !== undefined) return id;
	throw item.problem(
		`"${field.label}" is not the ID of a record of ${field.relation}`,
		'Enter an ID, or turn on the option "Look Up Relations By Name".',
	);
}

function lines(item: Item, field: OdooField, value: GenericValue): GenericValue {
	const list = listIn(value);
	if (list?.every((entry) => Array.isArray(entry) && idIn(entry) === undefined)) return list;
	const ids = list?.map(idIn);
	if (ids?.every((id) => id !== undefined)) return [[SET, 0, ids]];
	if (field.type === 'one2many' && list?.every(isDataObject)) return list.map((line) => [CREATE, 0, line]);
	throw item.problem(
		`"${field.label}" is not a list of IDs of ${field.relation}`,
		field.type === 'one2many'
			? 'Enter a JSON array of the new lines, e.g. [{"name": "A line"}], or IDs, e.g. [1, 2].'
			: 'Enter the IDs as a JSON array, e.g. [1, 2], or turn on the option "Look Up Relations By Name".',
	);
}
