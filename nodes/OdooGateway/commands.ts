import { jsonParse, type GenericValue } from 'n8n-workflow';
import { isDataObject, isList } from '../shared/data';
import { idIn } from './scalars';

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

/**
 * Odoo's commands for the lines of a relation
 * (https://www.odoo.com/documentation/19.0/developer/reference/backend/orm.html#odoo.fields.Command).
 */
export const [CREATE, UPDATE, DELETE, UNLINK, LINK, CLEAR, SET] = [0, 1, 2, 3, 4, 5, 6];

/** How to write them, for those who left out the list around them or named a record that cannot be. */
export const NO_COMMAND =
	'Commands are lists in a list, e.g. [[4, 12, 0], [3, 7, 0]], and every ID in them is 1 or more.';

type Command = readonly [code: number, id: GenericValue, rest: GenericValue];

/** Commands with their ids as numbers; undefined where one of them is none. */
export function commandsIn(list: readonly GenericValue[] | undefined): Command[] | undefined {
	const commands = list?.map(commandIn);
	return commands?.every((command) => command !== undefined) ? commands : undefined;
}

function commandIn(entry: GenericValue): Command | undefined {
	if (!isList(entry) || entry.length === 0 || entry.length > 3) return undefined;
	const [code, target, rest = 0] = entry;
	const id = idIn(target);
	switch (code) {
		case CREATE:
			return isDataObject(rest) ? [code, target, rest] : undefined;
		case UPDATE:
			return id !== undefined && isDataObject(rest) ? [code, id, rest] : undefined;
		case DELETE:
		case UNLINK:
		case LINK:
			return id === undefined ? undefined : [code, id, 0];
		case CLEAR:
			return [code, 0, 0];
		case SET: {
			const ids = isList(rest) ? rest.map(idIn) : [undefined];
			return ids.every((one) => one !== undefined) ? [code, 0, ids] : undefined;
		}
		default:
			return undefined;
	}
}
