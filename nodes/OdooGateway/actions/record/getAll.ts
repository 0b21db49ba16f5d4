import { isDataObject } from '../../../shared/data';
import { listFields } from '../../../shared/list-fields';
import { modelLocator } from '../../../shared/odoo-locators';
import { domainOf, filterFields } from '../../domain';
import { optionsField, readFields } from '../../fields';
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
			description: 'In which order the records come; without a rule, in the order of the model',
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
				{
					displayName: 'Include Archived',
					name: 'includeArchived',
					type: 'boolean',
					default: false,
					description: 'Whether to return archived records too',
				},
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
		const limit = item.parameter('returnAll') === true ? Infinity : positive(item.parameter('limit'), item);
		const kwargs = item.odooContext(item.options().includeArchived === true ? { active_test: false } : {});
		const { offset } = item.options();
		const first = typeof offset === 'number' ? offset : 0;
		// Pages need an order that leaves no doubt, which not every model has.
		const order = [...sortRules(item), ...(limit > PAGE_SIZE ? ['id'] : [])].join(', ');
		const domain = await domainOf(item, model);
		const fields = await wantedFields(item, model);
		const records = [];
		for (let page = PAGE_SIZE; page === PAGE_SIZE && records.length < limit;) {
			const count = Math.min(PAGE_SIZE, limit - records.length);
			const call = {
				model,
				method: 'search_read',
				args: [domain],
				kwargs: { fields, offset: first + records.length, limit: count, ...(order && { order }), ...kwargs },
			};
			const found = await item.call(call, { weight: Math.max(5, count / 10) });
			if (!Array.isArray(found)) throw item.strangeAnswer('search_read');
			records.push(...found.filter(isDataObject).map((json) => ({ json })));
			page = found.length;
		}
		return records;
	},
};

function positive(limit: unknown, item: Item): number {
	if (typeof limit === 'number' && limit >= 1) return Math.floor(limit);
	throw item.problem('The parameter "Limit" is not a positive number', 'Enter 1 or more, or turn on "Return All".');
}

function sortRules(item: Item): string[] {
	const rules: unknown = item.context.getNodeParameter('sort.rules', item.index, []);
	return (Array.isArray(rules) ? rules.filter(isDataObject) : []).flatMap(({ field, direction }) =>
		typeof field === 'string' && field !== '' ? [`${field} ${direction === 'desc' ? 'desc' : 'asc'}`] : [],
	);
}
