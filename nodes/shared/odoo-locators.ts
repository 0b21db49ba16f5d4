import type { INodeProperties } from 'n8n-workflow';

/** The model that is meant: chosen from a searched list, or by its technical name. */
export const modelLocator: INodeProperties = {
	displayName: 'Model',
	name: 'model',
	type: 'resourceLocator',
	default: { mode: 'list', value: '' },
	required: true,
	description: 'The model in Odoo, such as Contact (res.partner) or Sales Order (sale.order)',
	modes: [
		{
			displayName: 'From List',
			name: 'list',
			type: 'list',
			typeOptions: { searchListMethod: 'searchModels', searchable: true },
		},
		{
			displayName: 'By ID',
			name: 'id',
			type: 'string',
			placeholder: 'e.g. res.partner',
			validation: [
				{
					type: 'regex',
					properties: {
						regex: '[a-zA-Z0-9_]+(\\.[a-zA-Z0-9_]+)*',
						errorMessage: 'Not the technical name of a model, which is like res.partner',
					},
				},
			],
		},
	],
};

/** In the addresses of Odoo's own pages: `/odoo/contacts/7` from 18 on, `/web#id=7&model=…` before. */
const RECORD_URL = 'https?:\\/\\/[^/]+\\/(?:.*[#&?]id=|(?:[^#?]*\\/)?)([0-9]+)(?:[^0-9/].*)?';

/** The record that is meant: chosen from a searched list, or named by ID or by the address of its page in Odoo. */
export const recordLocator: INodeProperties = {
	displayName: 'Record',
	name: 'record',
	type: 'resourceLocator',
	default: { mode: 'list', value: '' },
	required: true,
	description: 'The record that is meant',
	modes: [
		{
			displayName: 'From List',
			name: 'list',
			type: 'list',
			typeOptions: { searchListMethod: 'searchRecords', searchable: true },
		},
		{
			displayName: 'By ID',
			name: 'id',
			type: 'string',
			placeholder: 'e.g. 42',
			validation: [
				{
					type: 'regex',
					properties: { regex: '[1-9][0-9]*', errorMessage: 'Not an ID, which is a positive whole number' },
				},
			],
		},
		{
			displayName: 'By URL',
			name: 'url',
			type: 'string',
			placeholder: 'e.g. https://odoo.example.com/odoo/contacts/42',
			extractValue: { type: 'regex', regex: RECORD_URL },
			validation: [
				{
					type: 'regex',
					properties: {
						regex: RECORD_URL,
						errorMessage: "Not the URL of a record's page in Odoo: it ends in the ID",
					},
				},
			],
		},
	],
};
