import type { GenericValue, IDataObject, INodeProperties } from 'n8n-workflow';
import { isDataObject, isList, textAt } from '../shared/data';
import type { OdooField } from '../shared/odoo-fields';
import { jsonIn, type Item } from './item';
import { fieldsOf, idIn, listIn, scalarFor } from './values';

const show = { resource: ['record'], operation: ['getAll'] };

/** Filters by fields; any other condition is a domain in the options. */
export const filterFields: INodeProperties[] = [
	{
		displayName: 'Filters',
		name: 'filters',
		type: 'fixedCollection',
		typeOptions: { multipleValues: true },
		placeholder: 'Add filter',
		displayOptions: { show },
		default: {},
		description: 'Which records are wanted',
		options: [
			{
				displayName: 'Conditions',
				name: 'conditions',
				values: [
					{
						displayName: 'Field Name or ID',
						name: 'field',
						type: 'options',
						typeOptions: {
							loadOptionsMethod: 'getSearchableFields',
							loadOptionsDependsOn: ['model.value'],
						},
						default: '',
						description:
							'Choose from the list, or specify an ID using an <a href="https://docs.n8n.io/code/expressions/">expression</a>',
					},
					{
						displayName: 'Operator',
						name: 'operator',
						type: 'options',
						options: [
							{ name: 'Contains', value: 'contains' },
							{ name: 'Does Not Contain', value: 'notContains' },
							{ name: 'Ends With', value: 'endsWith' },
							{ name: 'Equals', value: 'equals' },
							{ name: 'Is Any Of', value: 'in' },
							{ name: 'Is At Least', value: 'gte' },
							{ name: 'Is At Most', value: 'lte' },
							{ name: 'Is Below in Hierarchy', value: 'childOf' },
							{ name: 'Is Less Than', value: 'lt' },
							{ name: 'Is More Than', value: 'gt' },
							{ name: 'Is None Of', value: 'notIn' },
							{ name: 'Is Not Set', value: 'notSet' },
							{ name: 'Is Set', value: 'set' },
							{ name: 'Not Equal To', value: 'notEquals' },
							{ name: 'Starts With', value: 'startsWith' },
						],
						default: 'equals',
						description: 'How the field is compared',
					},
					{
						displayName: 'Value',
						name: 'value',
						type: 'string',
						displayOptions: { hide: { operator: ['set', 'notSet'] } },
						default: '',
						description:
							'What the field is compared with; for "Is Any Of" and "Is None Of" several, with commas between them',
					},
				],
			},
		],
	},
	{
		displayName: 'Must Match',
		name: 'mustMatch',
		type: 'options',
		displayOptions: { show },
		options: [
			{ name: 'All Filters', value: 'all' },
			{ name: 'Any Filter', value: 'any' },
		],
		default: 'all',
		description: 'Whether a record must pass all filters or one of them',
	},
];

/** The filters and the domain of an item as one domain of Odoo. */
export async function domainOf(item: Item, model: string): Promise<GenericValue[]> {
	const given: unknown = item.context.getNodeParameter('filters.conditions', item.index, []);
	const conditions = Array.isArray(given) ? given.filter(isDataObject) : [];
	const own = jsonIn(item.options().domain, []);
	if (!isList(own)) {
		throw item.problem(
			'The option "Domain" is not a JSON array',
			'Write it as a list, e.g. [["is_company", "=", true]].',
		);
	}
	if (conditions.length === 0) return own;
	const fields = await fieldsOf(item, model);
	const terms = conditions.map((condition) => termOf(item, fields, condition));
	const connective = item.parameter('mustMatch') === 'any' ? '|' : '&';
	// Prefix notation: as many connectives as there are terms, less one; the domain is joined to them by being appended.
	return [...terms.slice(1).map(() => connective), ...terms, ...own];
}

/** Odoo's operators; n8n would take the signs themselves for the beginning of an expression. */
const OPERATORS: Readonly<Record<string, string>> = {
	contains: 'ilike',
	notContains: 'not ilike',
	equals: '=',
	notEquals: '!=',
	gte: '>=',
	lte: '<=',
	gt: '>',
	lt: '<',
	childOf: 'child_of',
};

function termOf(item: Item, fields: ReadonlyMap<string, OdooField>, condition: IDataObject): GenericValue[] {
	const field = textAt(condition, 'field').trim();
	if (field === '') {
		throw item.problem(
			'A filter in "Filters" names no field',
			'Choose its "Field Name or ID", or remove the filter.',
		);
	}
	const type = fields.get(field)?.type ?? '';
	const zone = item.context.getTimezone();
	const { value = '' } = condition;
	const operator = textAt(condition, 'operator');
	switch (operator) {
		case 'set':
			return [field, '!=', false];
		case 'notSet':
			return [field, '=', false];
		case 'startsWith':
			return [field, '=ilike', `${literal(value)}%`];
		case 'endsWith':
			return [field, '=ilike', `%${literal(value)}`];
		case 'in':
		case 'notIn': {
			const values = (listIn(value) ?? [value]).map((entry) => operand(type, entry, zone));
			return [field, operator === 'in' ? 'in' : 'not in', values];
		}
		default: {
			const sign = OPERATORS[operator];
			if (sign !== undefined) return [field, sign, operand(type, value, zone)];
			throw item.problem(`There is no operator "${operator}" of filters`, 'Choose one from the list "Operator".');
		}
	}
}

const RELATIONS = new Set(['many2one', 'many2many', 'one2many']);

/** What a field is compared with; a related record by its id, where the value is one. */
function operand(type: string, value: GenericValue, zone: string): GenericValue {
	if (RELATIONS.has(type)) return idIn(value) ?? value;
	return scalarFor(type, value, zone);
}

/** A text that stands for itself in Odoo's patterns. */
const literal = (value: GenericValue) =>
	(typeof value === 'string' ? value : JSON.stringify(value)).replaceAll(/[\\%_]/g, '\\$&');
