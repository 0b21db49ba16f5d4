import type { IDataObject } from 'n8n-workflow';
import { isDataObject, isList } from '../../../shared/data';
import { isTooLarge } from '../../../shared/failure';
import { listFields } from '../../../shared/list-fields';
import { modelLocator } from '../../../shared/odoo-locators';
import { domainOf, filterFields } from '../../domain';
import { archivedContext, includeArchivedOption, optionsField, readFields } from '../../fields';
import type { Item } from '../../item';
import { wantedFields } from '../../reading';
import type { Operation } from '../operation';

const show = { resource: ['record'], operation: ['getAll'] };

/** How many records are asked for at a time. */
const PAGE_SIZE = 1_000;

export const recordGetAll: Operation = {
	option: {
		name: 'Get Many',
		value: 'getAll',
		action: 'Get many records',
		description: 'Get the records that filters let through',
	},
	properties: [
		{ ...modelLocator, displayOptions: { show } },
		...listFields('record'),
		...filterFields,
		...readFields('getAll'),
		{
			displayName: 'Sort',
			name: 'sort',
			type: 'fixedCollection',
			typeOptions: { multipleValues: true, sortable: true },
			placeholder: 'Add sort rule',
			displayOptions: { show },
			default: {},
			description:
				'In which order the records come; those that are alike by the rules, and all where there is no rule, come in the order of their IDs',
			options: [
				{
					displayName: 'Rules',
					name: 'rules',
					values: [
						{
							displayName: 'Field Name or ID',
							name: 'field',
							type: 'options',
							typeOptions: {
								loadOptionsMethod: 'getSortableFields',
								loadOptionsDependsOn: ['model.value'],
							},
							default: '',
							description:
								'The field to sort by. Choose from the list, or specify an ID using an <a href="https://docs.n8n.io/code/expressions/">expression</a>.',
						},
						{
							displayName: 'Direction',
							name: 'direction',
							type: 'options',
							options: [
								{ name: 'Ascending', value: 'asc' },
								{ name: 'Descending', value: 'desc' },
							],
							default: 'asc',
							description: 'Whether the smallest or the largest comes first',
						},
					],
				},
			],
		},
		optionsField(
			'record',
			['getAll'],
			[
				{
					displayName: 'Domain',
					name: 'domain',
					type: 'json',
					default: '[]',
					placeholder: 'e.g. ["|", ["email", "=", false], ["country_id.code", "=", "BE"]]',
					description: "A condition in Odoo's own form, as a JSON array; it must hold beside the filters",
				},
				includeArchivedOption,
				{
					displayName: 'Offset',
					name: 'offset',
					type: 'number',
					typeOptions: { minValue: 0 },
					default: 0,
					description: 'How many records to leave out at the beginning',
				},
			],
		),
	],
	inputs: {
		model: '"Model"',
		values: '"Filters", "Sort" and "Domain"',
		fields: '"Filters", "Field Names or IDs" and "Sort"',
	},
	async run(item) {
		const model = item.model();
		const limit = item.flag('returnAll', 'Return All')
			? Infinity
			: item.whole('limit', 'Limit', { min: 1, otherwise: 50 });
		const kwargs = { order: orderOf(item), ...archivedContext(item) };
		const first = item.whole('options.offset', 'Offset', { min: 0, otherwise: 0 });
		const domain = await domainOf(item, model);
		const fields = await wantedFields(item, model);
		const records: { json: IDataObject }[] = [];
		for (let page = PAGE_SIZE; ;) {
			const count = Math.min(page, limit - records.length);
			const call = {
				model,
				method: 'search_read',
				args: [domain],
				kwargs: { fields, offset: first + records.length, limit: count, ...kwargs },
			};
			const found = await item.call(call, { weight: Math.max(5, count / 10) }).catch((error: unknown) => {
				if (count > 1 && isTooLarge(error)) return null;
				throw error;
			});
			if (found === null) {
				page = Math.ceil(count / 2);
				continue;
			}
			if (!isList(found)) throw item.strangeAnswer('search_read');
			records.push(...found.filter(isDataObject).map((json) => ({ json })));
			if (found.length < count || records.length >= limit) return records;
		}
	},
};

/** Sort rules that leave no doubt about the order, as pages need it: records that they find alike come by their ids. */
function orderOf(item: Item): string {
	const rules: unknown = item.context.getNodeParameter('sort.rules', item.index, []);
	const fields = (Array.isArray(rules) ? rules.filter(isDataObject) : []).flatMap(({ field, direction }) =>
		typeof field === 'string' && field.trim() !== '' ? [{ name: field.trim(), direction }] : [],
	);
	if (!fields.some(({ name }) => name === 'id')) fields.push({ name: 'id', direction: 'asc' });
	return fields.map(({ name, direction }) => `${name} ${direction === 'desc' ? 'desc' : 'asc'}`).join(', ');
}
