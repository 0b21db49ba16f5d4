import type { GenericValue, IDataObject } from 'n8n-workflow';
import { isDataObject, isList } from '../../../shared/data';
import { modelLocator } from '../../../shared/odoo-locators';
import { optionsField } from '../../fields';
import { idIn } from '../../scalars';
import type { Operation } from '../operation';

const displayOptions = { show: { resource: ['method'], operation: ['execute'] } };

export const methodExecute: Operation = {
	option: {
		name: 'Execute',
		value: 'execute',
		action: 'Execute method',
		description: 'Call a method of an Odoo model with your own arguments',
	},
	properties: [
		{ ...modelLocator, displayOptions },
		{
			displayName: 'Method',
			name: 'method',
			type: 'string',
			required: true,
			displayOptions,
			default: 'search_read',
			placeholder: 'e.g. search_read',
			description: 'The method to call, such as search_read, create, write, unlink or one of your own add-ons',
		},
		{
			displayName: 'Arguments',
			name: 'args',
			type: 'json',
			displayOptions,
			default: '[]',
			placeholder: 'e.g. [[["is_company", "=", true]]]',
			description: 'The positional arguments as a JSON array; the first one of search_read is the domain',
		},
		{
			displayName: 'Keyword Arguments',
			name: 'kwargs',
			type: 'json',
			displayOptions,
			default: '{}',
			placeholder: 'e.g. {"fields": ["name", "email"], "limit": 10}',
			description: 'The named arguments as a JSON object',
		},
		optionsField('method', ['execute'], [], { context: false }),
	],
	inputs: {
		model: '"Model"',
		values: '"Arguments" and "Keyword Arguments"',
		fields: '"Arguments" and "Keyword Arguments"',
		records: 'the IDs in "Arguments"',
	},
	async run(item) {
		const method = item.text('method', 'Method');
		const data = await item.call(
			{
				model: item.model(),
				method,
				args: withIds(method, item.list('args', 'Arguments', LIST_EXAMPLE)),
				kwargs: item.object('kwargs', 'Keyword Arguments', OBJECT_EXAMPLE),
			},
			{ weight: WEIGHT },
		);
		return isRecords(data) ? data.map((json) => ({ json })) : [{ json: { result: data } }];
	},
};

const LIST_EXAMPLE = 'Write the positional arguments as a list, e.g. [[["is_company", "=", true]]].';
const OBJECT_EXAMPLE = 'Write the named arguments as an object, e.g. {"fields": ["name", "email"], "limit": 10}.';

/** Methods of records that may be given one id alone. */
const OF_RECORDS = new Set(['copy', 'exists', 'get_metadata', 'read', 'unlink', 'web_read', 'write']);

/** Arguments with the ids of the records as numbers: Odoo takes the text "37" for no record that it may show. */
function withIds(method: string, [first, ...more]: GenericValue[]): GenericValue[] {
	if (first === undefined) return [];
	const list = isList(first) ? first : OF_RECORDS.has(method) ? [first] : [];
	const ids = list.map((entry) => (isList(entry) ? undefined : idIn(entry)));
	if (ids.length === 0 || ids.includes(undefined)) return [first, ...more];
	return [isList(first) ? ids : ids[0], ...more];
}

/** A method may take long, or answer many records; nobody knows before. */
const WEIGHT = 10;

/** Whether a method answered with records, which become an item each. */
const isRecords = (data: unknown): data is IDataObject[] => Array.isArray(data) && data.every(isDataObject);
