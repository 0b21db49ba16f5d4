import type { GenericValue, IDataObject } from 'n8n-workflow';

/** Whether a value that came from outside is a JSON object, as opposed to a list, a text or null. */
export function isDataObject(value: unknown): value is IDataObject {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether a value that came from outside is a list. */
export const isList = (value: unknown): value is GenericValue[] => Array.isArray(value);

/** The first entry of a list; undefined where there is no list, or nothing in it. */
export const firstOf = (value: unknown): GenericValue => (isList(value) ? value[0] : undefined);

/** The text at `key`, or an empty one when there is none. */
export function textAt(data: IDataObject, key: string): string {
	const value = data[key];
	return typeof value === 'string' ? value : '';
}

/** The object at `key`, or an empty one when there is none. */
export function objectAt(data: IDataObject, key: string): IDataObject {
	const value = data[key];
	return isDataObject(value) ? value : {};
}

/** The objects in the list at `key`, or none when there is no list. */
export function objectsAt(data: IDataObject, key: string): IDataObject[] {
	const value: unknown = data[key];
	return Array.isArray(value) ? value.filter(isDataObject) : [];
}
