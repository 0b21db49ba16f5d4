import type { IDataObject, ILoadOptionsFunctions, INodeListSearchResult, INodePropertyOptions } from 'n8n-workflow';
import { isDataObject, isList, textAt } from './data';
import { bodyOf, isAccessDenied } from './failure';
import { FIELD_ATTRIBUTES, fieldsIn, type OdooField } from './odoo-fields';
import { send } from './transport';

/** How many entries one page of a list has. */
const PAGE_SIZE = 100;

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
	const reading = readModels(this, filter, cursor);
	// Odoo 19 lets few users read the list. What its own lists show a user, it tells everybody, from Odoo 16 on.
	const isDenied = await reading.then(() => false, isAccessDenied);
	return isDenied ? availableModels(this, filter).catch(() => reading) : reading;
}

async function availableModels(context: ILoadOptionsFunctions, filter: string): Promise<INodeListSearchResult> {
	const found = await callOdoo(context, { model: 'ir.model', method: 'get_available_models', args: [] });
	const entries = (isList(found) ? found.filter(isDataObject) : []).map((model) => ({
		name: `${textAt(model, 'display_name')} (${textAt(model, 'model')})`,
		value: textAt(model, 'model'),
	}));
	return { results: entries.filter(({ name }) => name.toLowerCase().includes(filter.toLowerCase())) };
}

async function readModels(
	context: ILoadOptionsFunctions,
	filter: string,
	cursor: string,
): Promise<INodeListSearchResult> {
	const matching = filter === '' ? [] : ['|', ['name', 'ilike', filter], ['model', 'ilike', filter]];
	const found = await callOdoo(context, {
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
