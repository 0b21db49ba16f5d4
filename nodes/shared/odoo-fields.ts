import type { IDataObject } from 'n8n-workflow';
import { isDataObject, isList, textAt } from './data';

/** A field of a model, as Odoo's `fields_get` describes it. */
export interface OdooField {
	name: string;
	label: string;
	type: string;
	required: boolean;
	readonly: boolean;
	/** Whether Odoo makes it out of other fields where it is not given. */
	computed: boolean;
	/** Whether it can be searched by. */
	searchable: boolean;
	/** Whether it can be sorted by. */
	sortable: boolean;
	/** The model that a relation leads to; empty for other types. */
	relation: string;
	help: string;
	selection: { value: string; label: string }[];
}

/** What is asked of `fields_get`; `sortable` came with Odoo 10. */
export const FIELD_ATTRIBUTES = [
	'string',
	'type',
	'required',
	'readonly',
	'states',
	'depends',
	'searchable',
	'sortable',
	'relation',
	'help',
	'selection',
];

/** The fields in what `fields_get` answered, by name. */
export function fieldsIn(answer: unknown): Map<string, OdooField> {
	const fields = isDataObject(answer) ? Object.entries(answer) : [];
	return new Map(
		fields.flatMap(([name, field]) => (isDataObject(field) ? [[name, fieldOf(name, field)] as const] : [])),
	);
}

function fieldOf(name: string, field: IDataObject): OdooField {
	return {
		name,
		label: textAt(field, 'string') || name,
		type: textAt(field, 'type'),
		required: field.required === true,
		readonly: field.readonly === true && !isWritableInSomeState(field.states),
		computed: isList(field.depends) && field.depends.length > 0,
		searchable: field.searchable !== false,
		sortable: field.sortable !== false,
		relation: textAt(field, 'relation'),
		help: textAt(field, 'help'),
		selection: selectionOf(field.selection),
	};
}

/** Before Odoo 17, a field could be read-only but for records in some state, such as `{ draft: [['readonly', false]] }`. */
function isWritableInSomeState(states: unknown): boolean {
	return (isDataObject(states) ? Object.values(states) : []).some(
		(changes) =>
			isList(changes) &&
			changes.some((change) => isList(change) && change[0] === 'readonly' && change[1] === false),
	);
}

function selectionOf(selection: unknown): OdooField['selection'] {
	return (isList(selection) ? selection : []).flatMap((pair) => {
		const [value, label] = isList(pair) ? pair : [];
		return typeof value === 'string' ? [{ value, label: typeof label === 'string' ? label : value }] : [];
	});
}
