import type { GenericValue, IDataObject, INodeProperties } from 'n8n-workflow';
import { isDataObject, isList, textAt } from '../shared/data';
import type { OdooField } from '../shared/odoo-fields';
import { listIn } from './commands';
import { jsonIn, type Item } from './item';
import { idIn, isNothing } from './scalars';
import { fieldAt, scalarOf } from './values';

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
	const terms: GenericValue[][] = [];
	for (const condition of conditions) terms.push(await termOf(item, model, condition));
	const connective = item.parameter('mustMatch') === 'any' ? '|' : '&';
	// Prefix notation: as many connectives as there are terms, less one; the domain is joined to them by being appended.
	return [...terms.slice(1).map(() => connective), ...terms, ...own];
}

/** Odoo's operators; n8n would take the signs themselves for the beginning of an expression. */
const COMPARISONS: Readonly<Record<string, string>> = {
	equals: '=',
	notEquals: '!=',
	gte: '>=',
	lte: '<=',
	gt: '>',
	lt: '<',
	childOf: 'child_of',
};

async function termOf(item: Item, model: string, condition: IDataObject): Promise<GenericValue[]> {
	const name = textAt(condition, 'field').trim();
	if (name === '') {
		throw item.problem(
			'A filter in "Filters" names no field',
			'Choose its "Field Name or ID", or remove the filter.',
		);
	}
	const { value } = condition;
	const operator = textAt(condition, 'operator');
	if (operator === 'set') return [name, '!=', false];
	if (operator === 'notSet') return [name, '=', false];
	const field = await fieldAt(item, model, name);
	// No is a value of a switch, and nothing else's.
	if (isNothing(value) && !(value === false && field?.type === 'boolean')) throw emptyFilter(item, name);
	switch (operator) {
		case 'contains':
			return [name, 'ilike', textOf(value)];
		case 'notContains':
			return [name, 'not ilike', textOf(value)];
		case 'startsWith':
			return [name, '=ilike', `${literal(value)}%`];
		case 'endsWith':
			return [name, '=ilike', `%${literal(value)}`];
		case 'in':
		case 'notIn': {
			const values = listIn(value) ?? [value];
			if (isNothing(values) || values.some(isNothing)) throw emptyFilter(item, name);
			const operands = values.map((entry) => operand(item, field, entry));
			return [name, operator === 'in' ? 'in' : 'not in', operands];
		}
		default: {
			const sign = COMPARISONS[operator];
			if (sign !== undefined) return [name, sign, operand(item, field, value)];
			throw item.problem(`There is no operator "${operator}" of filters`, 'Choose one from the list "Operator".');
		}
	}
}

/** Odoo would take an empty value for "not set", or for what every record contains. */
const emptyFilter = (item: Item, name: string) =>
	item.problem(
		`The filter on "${name}" has an empty value`,
		'Check what the expression of its "Value" gives for this item, or choose the operator "Is Set" or "Is Not Set".',
	);

/** What a field is compared with; a related record by its id, where the value is one. */
function operand(item: Item, field: OdooField | undefined, value: GenericValue): GenericValue {
	if (field === undefined) return value;
	return field.relation === '' ? scalarOf(item, field, value) : (idIn(value) ?? value);
}

const textOf = (value: GenericValue) => (typeof value === 'string' ? value : JSON.stringify(value));

/** A text that stands for itself in Odoo's patterns. */
const literal = (value: GenericValue) => textOf(value).replaceAll(/[\\%_]/g, '\\$&');
