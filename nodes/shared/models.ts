import type {
	IDataObject,
	ILoadOptionsFunctions,
	INodeListSearchResult,
	INodeProperties,
	INodePropertyOptions,
} from 'n8n-workflow';
import { isDataObject, isList, textAt } from './data';
import { bodyOf } from './failure';
import { send } from './transport';

/** Everything below works in the editor: lists of models, records and fields, asked of the Odoo behind a gateway key. */

/** How many entries one page of a list has. */
const PAGE_SIZE = 100;

/** The model that is meant: chosen from a searched list, or by its technical name. */
export const modelLocator: INodeProperties = {
	displayName: 'Model',
	name: 'model',
	type: 'resourceLocator',
	default: { mode: 'list', value: '' },
	required: true,
	description: 'The model in Odoo, such as Contact (res.partner) or Sales Order (sale.order)',
	modes: [
		{
			displayName: 'From List',
			name: 'list',
			type: 'list',
			typeOptions: { searchListMethod: 'searchModels', searchable: true },
		},
		{
			displayName: 'By ID',
			name: 'id',
			type: 'string',
			placeholder: 'e.g. res.partner',
			validation: [
				{
					type: 'regex',
					properties: {
						regex: '[a-zA-Z0-9_]+(\\.[a-zA-Z0-9_]+)*',
						errorMessage: 'Not the technical name of a model, which is like res.partner',
					},
				},
			],
		},
	],
};

/** In the addresses of Odoo's own pages: `/odoo/contacts/7` from 18 on, `/web#id=7&model=…` before. */
const RECORD_URL = 'https?:\\/\\/[^/]+\\/(?:.*[#&?]id=|(?:[^#?]*\\/)?)([0-9]+)(?:[^0-9/].*)?';

/** The record that is meant: chosen from a searched list, or named by ID or by the address of its page in Odoo. */
export const recordLocator: INodeProperties = {
	displayName: 'Record',
	name: 'record',
	type: 'resourceLocator',
	default: { mode: 'list', value: '' },
	required: true,
	description: 'The record that is meant',
	modes: [
		{
			displayName: 'From List',
			name: 'list',
			type: 'list',
			typeOptions: { searchListMethod: 'searchRecords', searchable: true },
		},
		{
			displayName: 'By ID',
			name: 'id',
			type: 'string',
			placeholder: 'e.g. 42',
			validation: [
				{
					type: 'regex',
					properties: { regex: '[1-9][0-9]*', errorMessage: 'Not an ID, which is a positive whole number' },
				},
			],
		},
		{
			displayName: 'By URL',
			name: 'url',
			type: 'string',
			placeholder: 'e.g. https://odoo.example.com/odoo/contacts/42',
			extractValue: { type: 'regex', regex: RECORD_URL },
			validation: [
				{
					type: 'regex',
					properties: {
						regex: RECORD_URL,
						errorMessage: "Not the URL of a record's page in Odoo: it ends in the ID",
					},
				},
			],
		},
	],
};

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

/** Which Odoo the options of the node name; the key's own where they name none. */
function chosenOdoo(context: ILoadOptionsFunctions): IDataObject {
	const options: unknown = context.getCurrentNodeParameter('options');
	const { connection, environmentId } = isDataObject(options) ? options : {};
	return {
		...(typeof connection === 'string' && connection !== '' && { connection }),
		...(typeof environmentId === 'string' && environmentId !== '' && { environment_id: environmentId }),
	};
}

/** What a method of Odoo answers, as the editor asks it. */
export async function callOdoo(
	context: ILoadOptionsFunctions,
	call: { model: string; method: string; args: IDataObject[string][]; kwargs?: IDataObject },
): Promise<unknown> {
	const reply = await send(context, 'odooGatewayApi', {
		method: 'POST',
		url: '/api/n8n/webhook',
		body: { action: 'execute_method', ...call, ...chosenOdoo(context) },
	});
	return bodyOf(context.getNode(), reply).data;
}

/** The model chosen in the node that is being edited; empty while there is none. */
function chosenModel(context: ILoadOptionsFunctions): string {
	const model: unknown = context.getCurrentNodeParameter('model', { extractValue: true });
	return typeof model === 'string' ? model : '';
}

/** The fields of the chosen model, by label; none while there is no model. */
export async function chosenFields(context: ILoadOptionsFunctions): Promise<OdooField[]> {
	const model = chosenModel(context);
	if (model === '') return [];
	const answer = await callOdoo(context, {
		model,
		method: 'fields_get',
		args: [],
		kwargs: { attributes: FIELD_ATTRIBUTES },
	});
	return [...fieldsIn(answer).values()].sort((one, other) => one.label.localeCompare(other.label));
}

/** A page of models, by name or technical name. */
async function searchModels(this: ILoadOptionsFunctions, filter = '', cursor = '0'): Promise<INodeListSearchResult> {
	const matching = filter === '' ? [] : ['|', ['name', 'ilike', filter], ['model', 'ilike', filter]];
	const found = await callOdoo(this, {
		model: 'ir.model',
		method: 'search_read',
		args: [[['transient', '=', false], ...matching]],
		kwargs: { fields: ['name', 'model'], order: 'name, model', offset: Number(cursor), limit: PAGE_SIZE },
	});
	const models = isList(found) ? found.filter(isDataObject) : [];
	return {
		results: models.map((model) => ({
			name: `${textAt(model, 'name')} (${textAt(model, 'model')})`,
			value: textAt(model, 'model'),
		})),
		paginationToken: models.length === PAGE_SIZE ? String(Number(cursor) + PAGE_SIZE) : undefined,
	};
}

/**
 * A page of a model's records, by what Odoo shows as their name. Those that a filter lets through come without further
 * pages: before Odoo 17, `name_search` alone can search by that name, and it has no offset.
 */
async function searchByName(
	context: ILoadOptionsFunctions,
	model: string,
	filter: string,
	cursor: string,
): Promise<INodeListSearchResult> {
	if (filter !== '') {
		const kwargs = { name: filter, operator: 'ilike', limit: PAGE_SIZE };
		const found = await callOdoo(context, { model, method: 'name_search', args: [], kwargs });
		const pairs = isList(found) ? found.filter(isList) : [];
		return {
			results: pairs.map(([id, name]) => ({ name: typeof name === 'string' ? name : '', value: Number(id) })),
		};
	}
	const found = await callOdoo(context, {
		model,
		method: 'search_read',
		args: [[]],
		kwargs: { fields: ['display_name'], offset: Number(cursor), limit: PAGE_SIZE },
	});
	const records = isList(found) ? found.filter(isDataObject) : [];
	return {
		results: records.map((record) => ({ name: textAt(record, 'display_name'), value: Number(record.id) })),
		paginationToken: records.length === PAGE_SIZE ? String(Number(cursor) + PAGE_SIZE) : undefined,
	};
}

async function searchRecords(this: ILoadOptionsFunctions, filter = '', cursor = '0'): Promise<INodeListSearchResult> {
	const model = chosenModel(this);
	return model === '' ? { results: [] } : searchByName(this, model, filter, cursor);
}

async function searchAttachments(
	this: ILoadOptionsFunctions,
	filter = '',
	cursor = '0',
): Promise<INodeListSearchResult> {
	return searchByName(this, 'ir.attachment', filter, cursor);
}

/** A field as an entry of a list, e.g. "Country (country_id)". */
function optionOf({ label, name, type, help }: OdooField): INodePropertyOptions {
	return { name: `${label} (${name})`, value: name, description: help || type };
}

async function getFields(this: ILoadOptionsFunctions) {
	return (await chosenFields(this)).map(optionOf);
}

async function getSearchableFields(this: ILoadOptionsFunctions) {
	return (await chosenFields(this)).filter(({ searchable }) => searchable).map(optionOf);
}

async function getSortableFields(this: ILoadOptionsFunctions) {
	return (await chosenFields(this)).filter(({ sortable }) => sortable).map(optionOf);
}

/** The searches behind the locators, for a node's `methods.listSearch`. */
export const odooListSearch = { searchModels, searchRecords, searchAttachments };

/** The lists of fields of the chosen model, for a node's `methods.loadOptions`. */
export const odooLoadOptions = { getFields, getSearchableFields, getSortableFields };
