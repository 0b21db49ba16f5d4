import {
	NodeOperationError,
	jsonParse,
	type GenericValue,
	type IDataObject,
	type IExecuteFunctions,
} from 'n8n-workflow';
import { isDataObject } from '../shared/data';
import { withItem } from '../shared/failure';

/** A parameter of an item that must be a text with something in it. */
export function textParameter(
	context: IExecuteFunctions,
	name: string,
	displayName: string,
	itemIndex: number,
): string {
	const value: unknown = context.getNodeParameter(name, itemIndex);
	if (typeof value === 'string' && value.trim() !== '') return value.trim();
	throw new NodeOperationError(context.getNode(), withItem(`The parameter "${displayName}" is empty`, itemIndex), {
		itemIndex,
		description: `Enter a value, or check what the expression of "${displayName}" gives for this item.`,
	});
}

/** A JSON parameter that must be a list; left empty, it is one. */
export function listParameter(context: IExecuteFunctions, name: string, displayName: string, itemIndex: number) {
	const value = jsonParameter(context, name, [], itemIndex);
	if (isList(value)) return value;
	throw wrongJson(context, `The parameter "${displayName}" is not a JSON array`, LIST_EXAMPLE, itemIndex);
}

/** A JSON parameter that must be an object; left empty, it is one. */
export function objectParameter(
	context: IExecuteFunctions,
	name: string,
	displayName: string,
	itemIndex: number,
): IDataObject {
	const value = jsonParameter(context, name, {}, itemIndex);
	if (isDataObject(value)) return value;
	throw wrongJson(context, `The parameter "${displayName}" is not a JSON object`, OBJECT_EXAMPLE, itemIndex);
}

const LIST_EXAMPLE = 'Write the positional arguments as a list, e.g. [[["is_company", "=", true]]].';
const OBJECT_EXAMPLE = 'Write the named arguments as an object, e.g. {"fields": ["name", "email"], "limit": 10}.';

const isList = (value: unknown): value is GenericValue[] => Array.isArray(value);

/** The value of a JSON parameter: typed text is parsed, what an expression made is taken as it is. */
function jsonParameter(context: IExecuteFunctions, name: string, empty: unknown, itemIndex: number): unknown {
	const value: unknown = context.getNodeParameter(name, itemIndex);
	if (typeof value !== 'string') return value;
	return value.trim() === '' ? empty : jsonParse<unknown>(value, { fallbackValue: null });
}

function wrongJson(context: IExecuteFunctions, message: string, description: string, itemIndex: number) {
	return new NodeOperationError(context.getNode(), withItem(message, itemIndex), { itemIndex, description });
}
