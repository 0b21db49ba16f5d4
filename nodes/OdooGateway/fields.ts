import type { IDataObject, INodeProperties } from 'n8n-workflow';
import type { Item } from './item';

/** What every operation may choose in its Options; `more` are its own. */
export function optionsField(
	resource: string,
	operations: string[],
	more: INodeProperties[] = [],
	{ context = true }: { context?: boolean } = {},
): INodeProperties {
	const all = [...more, ...(context ? [contextOption] : []), ...odooOptions];
	return {
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add option',
		displayOptions: { show: { resource: [resource], operation: operations } },
		default: {},
		options: all.sort((one, other) => one.displayName.localeCompare(other.displayName)),
	};
}

const contextOption: INodeProperties = {
	displayName: 'Context',
	name: 'context',
	type: 'json',
	default: '{}',
	placeholder: 'e.g. {"lang": "fr_FR"}',
	description: "Odoo's context as a JSON object: language, time zone, companies, defaults",
};

const odooOptions: INodeProperties[] = [
	{
		displayName: 'Connection',
		name: 'connection',
		type: 'string',
		default: '',
		placeholder: 'e.g. production',
		description: 'The name or ID of another Odoo connection of the platform than the one that serves by default',
	},
	{
		displayName: 'Environment ID',
		name: 'environmentId',
		type: 'string',
		default: '',
		placeholder: 'e.g. env_01HXMZ0K3RJ8QM2P5T7V9X1Z3B',
		description: 'The environment of the platform whose Odoo is meant, instead of a connection',
	},
];

/** Which fields a record that was written is put out with. */
export const outputFieldsOption: INodeProperties = {
	displayName: 'Fields to Return Names or IDs',
	name: 'outputFields',
	type: 'multiOptions',
	typeOptions: { loadOptionsMethod: 'getFields', loadOptionsDependsOn: ['model.value'] },
	default: [],
	description:
		'Fields to read after writing and to put out beside the ID. Choose from the list, or specify IDs using an <a href="https://docs.n8n.io/code/expressions/">expression</a>.',
};

/** Whether archived records, which Odoo leaves out by itself, are among those looked for. */
export const includeArchivedOption: INodeProperties = {
	displayName: 'Include Archived',
	name: 'includeArchived',
	type: 'boolean',
	default: false,
	description: 'Whether to return archived records too',
};

/** The context of a search that heeds the option. */
export const archivedContext = (item: Item): IDataObject =>
	item.odooContext(item.flag('options.includeArchived', 'Include Archived') ? { active_test: false } : {});

/** Which fields of the records are put out, and Simplify, which chooses some where none are chosen. */
export function readFields(operation: string): INodeProperties[] {
	const displayOptions = { show: { resource: ['record'], operation: [operation] } };
	return [
		{
			displayName: 'Simplify',
			name: 'simplify',
			type: 'boolean',
			displayOptions,
			default: true,
			description: 'Whether to return a simplified version of the response instead of the raw data',
		},
		{
			displayName: 'Field Names or IDs',
			name: 'fields',
			type: 'multiOptions',
			typeOptions: { loadOptionsMethod: 'getFields', loadOptionsDependsOn: ['model.value'] },
			displayOptions,
			default: [],
			description:
				'The fields to return, instead of those that Simplify leaves. Choose from the list, or specify IDs using an <a href="https://docs.n8n.io/code/expressions/">expression</a>.',
		},
	];
}
