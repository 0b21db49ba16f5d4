import {
	NodeOperationError,
	type DeclarativeRestApiSettings,
	type IDataObject,
	type IExecutePaginationFunctions,
	type IExecuteSingleFunctions,
	type IN8nHttpFullResponse,
	type INodeExecutionData,
} from 'n8n-workflow';
import { objectsAt, textAt } from '../shared/data';
import { asNodeError, bodyOf } from '../shared/failure';
import { switchIn, wholeIn } from '../shared/plain';

/** The most entries the platform gives in one page. */
const PAGE_SIZE = 200;

/** The fields that Simplify leaves, for resources that have more than ten. */
const SIMPLE_FIELDS = new Map<unknown, string>([
	['environment', 'id project_id name status primary_url odoo_version git_branch git_sha created_at'],
	['backup', 'id environment_id status reason odoo_version size_bytes encrypted error created_at finished_at'],
	['deployment', 'id environment_id status git_ref git_sha started_at finished_at duration_seconds actor error'],
]);

/** Turns a refusal into an error, and the body of an accepted request into the item. */
export async function receive(
	this: IExecuteSingleFunctions,
	_items: INodeExecutionData[],
	response: IN8nHttpFullResponse,
): Promise<INodeExecutionData[]> {
	const item = this.getItemIndex();
	return Promise.resolve([{ json: bodyOf(this.getNode(), response, item), pairedItem: { item } }]);
}

/** Turns a refusal to delete into an error, and what is gone into the item that n8n knows for it. */
export async function receiveDeletion(
	this: IExecuteSingleFunctions,
	_items: INodeExecutionData[],
	response: IN8nHttpFullResponse,
): Promise<INodeExecutionData[]> {
	const item = this.getItemIndex();
	if (response.statusCode !== 204) bodyOf(this.getNode(), response, item);
	return Promise.resolve([{ json: { deleted: true }, pairedItem: { item } }]);
}

/** Keeps the fields that matter most, when the parameter Simplify is on. */
export async function simplify(this: IExecuteSingleFunctions, items: INodeExecutionData[]) {
	return Promise.resolve(items.map((item) => ({ ...item, json: simplified(this, item.json) })));
}

function simplified(context: IExecuteSingleFunctions, record: IDataObject): IDataObject {
	const fields = SIMPLE_FIELDS.get(context.getNodeParameter('resource'));
	if (fields === undefined || switchIn(context.getNodeParameter('simplify', false)) !== true) return record;
	return Object.fromEntries(fields.split(' ').map((field) => [field, record[field] ?? null]));
}

/** Fetches a list for one input item; a failure becomes an item too, when the node is set to go on. */
export async function fetchList(
	this: IExecutePaginationFunctions,
	request: DeclarativeRestApiSettings.ResultOptions,
): Promise<INodeExecutionData[]> {
	const pairedItem = { item: this.getItemIndex() };
	try {
		const records = await walkPages(this, request);
		return records.map((record) => ({ json: simplified(this, record), pairedItem }));
	} catch (caught) {
		const error = asNodeError(this.getNode(), caught, pairedItem.item);
		if (!this.continueOnFail()) throw error;
		return [{ json: { error: error.message }, error, pairedItem }];
	}
}

/** How many records are wanted. */
function limitOf(context: IExecutePaginationFunctions): number {
	const all = switchIn(context.getNodeParameter('returnAll', false));
	const limit = all === true ? Infinity : wholeIn(context.getNodeParameter('limit', 50));
	if (all !== undefined && limit !== undefined && limit > 0) return limit;
	const [name, wanted] = all === undefined ? ['Return All', 'true or false'] : ['Limit', 'a positive whole number'];
	throw new NodeOperationError(context.getNode(), `The parameter "${name}" is not ${wanted}`, {
		description: `Check what the expression of "${name}" gives for this item.`,
	});
}

/** Walks a list page by page along `next_cursor`, as far as Return All or Limit ask for. */
async function walkPages(context: IExecutePaginationFunctions, request: DeclarativeRestApiSettings.ResultOptions) {
	const limit = limitOf(context);
	const records: IDataObject[] = [];
	let cursor: string | undefined;
	do {
		request.options.qs = { ...request.options.qs, limit: Math.min(PAGE_SIZE, limit - records.length), cursor };
		const [page] = await context.makeRoutingRequest(request);
		if (page === undefined) break;
		records.push(...objectsAt(page.json, 'data'));
		cursor = textAt(page.json, 'next_cursor') || undefined;
	} while (cursor !== undefined && records.length < limit);
	return records;
}
