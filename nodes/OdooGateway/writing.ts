import type { IDataObject, INodeProperties, ResourceMapperTypeOptions } from 'n8n-workflow';
import { isDataObject, isList, objectAt } from '../shared/data';
import { namesIn, type Item } from './item';
import { createByRoute, relationsFor, updateByRoute } from './record-routes';
import { isEmpty } from './scalars';
import { fieldsOf, valuesFor } from './values';

/** What is written, and how the user says it: field by field, or as JSON. */
export function inputFields(
	operation: string,
	mapper: Pick<ResourceMapperTypeOptions, 'mode' | 'multiKeyMatch' | 'matchingFieldsLabels'> & {
		resourceMapperMethod: string;
	},
): INodeProperties[] {
	const show = { resource: ['record'], operation: [operation] };
	return [
		{
			displayName: 'Specify Values',
			name: 'input',
			type: 'options',
			displayOptions: { show },
			options: [
				{ name: 'Using Fields', value: 'fields' },
				{ name: 'Using JSON', value: 'json' },
			],
			default: 'fields',
			description: 'How the values are given',
		},
		{
			displayName: 'Values',
			name: 'values',
			type: 'resourceMapper',
			noDataExpression: true,
			displayOptions: { show: { ...show, input: ['fields'] }, hide: { model: [''] } },
			default: { mappingMode: 'defineBelow', value: null },
			required: true,
			typeOptions: {
				loadOptionsDependsOn: ['model.value'],
				resourceMapper: {
					...mapper,
					fieldWords: { singular: 'field', plural: 'fields' },
					addAllFields: false,
					supportAutoMap: true,
					noFieldsError: 'The model has no fields that can be written.',
				},
			},
		},
		{
			displayName: 'Values',
			name: 'json',
			type: 'json',
			displayOptions: { show: { ...show, input: ['json'] } },
			default: '{}',
			required: true,
			placeholder: 'e.g. {"name": "Azure Interior", "category_id": [[6, 0, [1, 2]]]}',
			description:
				'The values by technical field name, as a JSON object; texts are read by the types of their fields',
		},
	];
}

/** How relations may be named instead of numbered; see record-routes.ts. */
export const lookUpOptions: INodeProperties[] = [
	{
		displayName: 'Create Missing Relations',
		name: 'autoCreate',
		type: 'json',
		default: '{}',
		placeholder: 'e.g. {"partner_id": {"name": "Azure Interior"}}',
		description: 'What to create by field where "Look Up Relations By Name" finds nothing, as a JSON object',
	},
	{
		displayName: 'Look Up Relations By Name',
		name: 'lookUp',
		type: 'boolean',
		default: false,
		description:
			'Whether related records may be given by what they are looked up by: a name, or an object such as {"ref": "C-17"}. Takes a request an item, and no context.',
	},
];

/** What is to be written for an item. */
export interface Input {
	model: string;
	values: IDataObject;
	/** Fields that were left empty: none of a new record, which takes its defaults, and cleared in one that is there. */
	empty: ReadonlySet<string>;
	/** The fields that decide which record is meant. */
	matching: string[];
	/** What came in for each field, before it was read. */
	given: IDataObject;
	lookUp: boolean;
}

/** Reads what is to be written from an item's parameters. */
export async function readInput(item: Item): Promise<Input> {
	const model = item.model();
	const lookUp = item.flag('options.lookUp', 'Look Up Relations By Name');
	if (lookUp && Object.keys(item.odooContext()).length > 0) {
		throw item.problem(
			'The options "Context" and "Look Up Relations By Name" do not go together',
			'Take out one of them: what looks relations up takes no context, and would write as if there were none.',
		);
	}
	const fields = await fieldsOf(item, model);
	if (item.parameter('input') === 'json') {
		const given = item.object('json', 'Values', 'Write the values as an object, e.g. {"name": "Azure Interior"}.');
		const matching = namesIn(item.context.getNodeParameter('matchingFields', item.index, ''));
		// The lookups say themselves what they are; left empty, a value is what its writer meant.
		const asItIs = Object.keys(given).filter(
			(name) => (lookUp && fields.get(name)?.relation !== '') || isEmpty(given[name]),
		);
		const values = { ...given, ...(await valuesFor(item, model, without(given, asItIs))) };
		return { model, values, empty: new Set(), matching, given, lookUp };
	}
	const { given, matching } = mapped(item);
	const names = Object.keys(given).filter((name) => isEmpty(given[name]) && given[name] !== false);
	const related = lookUp ? relationsFor(item, fields, given) : {};
	const values = { ...(await valuesFor(item, model, without(given, Object.keys(related)))), ...related };
	return { model, values, empty: new Set(names), matching, given, lookUp };
}

/** What the resource mapper maps: each field below, or the item's own. */
function mapped(item: Item): { given: IDataObject; matching: string[] } {
	// Not "values.value": n8n would convert that by types of its own, which has no dates and takes Odoo's times for local.
	const mapper = item.parameter('values');
	const { mappingMode, matchingColumns } = isDataObject(mapper) ? mapper : {};
	const matching = namesIn(matchingColumns);
	if (mappingMode === 'autoMapInputData') return { given: item.json, matching };
	return { given: isDataObject(mapper) ? objectAt(mapper, 'value') : {}, matching };
}

/** Creates the record and returns its id. */
export async function createRecord(item: Item, { model, values, empty, lookUp }: Input): Promise<number> {
	const filled = without(values, empty);
	if (lookUp) return createByRoute(item, model, filled);
	const call = { model, method: 'create', args: [filled], kwargs: item.odooContext() };
	const id = await item.call(call, { weight: 1 });
	// A list of values is answered with a list of ids, and Odoo 19 answers one in any case.
	const only = isList(id) ? id[0] : id;
	if (typeof only !== 'number') throw item.strangeAnswer('create');
	return only;
}

/** Changes the record. */
export async function updateRecord(item: Item, id: number, { model, values, lookUp }: Input): Promise<void> {
	if (lookUp) return updateByRoute(item, model, id, values);
	await item.call({ model, method: 'write', args: [[id], values], kwargs: item.odooContext() });
}

function without(values: IDataObject, names: Iterable<string>): IDataObject {
	const left = new Set(names);
	return Object.fromEntries(Object.entries(values).filter(([name]) => !left.has(name)));
}
