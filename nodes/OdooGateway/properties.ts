import type { INodeProperties } from 'n8n-workflow';

const forMethod = { show: { resource: ['method'] } };

/** What the node asks its user. */
export const properties: INodeProperties[] = [
	{
		displayName: 'Resource',
		name: 'resource',
		type: 'options',
		noDataExpression: true,
		options: [
			{ name: 'Connection', value: 'connection' },
			{ name: 'Method', value: 'method' },
		],
		default: 'method',
	},
	{
		displayName: 'Operation',
		name: 'operation',
		type: 'options',
		noDataExpression: true,
		displayOptions: forMethod,
		options: [
			{
				name: 'Execute',
				value: 'execute',
				action: 'Execute method',
				description: 'Call a method of an Odoo model with your own arguments',
			},
		],
		default: 'execute',
	},
	{
		displayName: 'Operation',
		name: 'operation',
		type: 'options',
		noDataExpression: true,
		displayOptions: { show: { resource: ['connection'] } },
		options: [
			{
				name: 'Test',
				value: 'test',
				action: 'Test connection',
				description: 'Find out whether the gateway reaches Odoo, and which version answers',
			},
		],
		default: 'test',
	},
	{
		displayName: 'Model',
		name: 'model',
		type: 'string',
		required: true,
		displayOptions: forMethod,
		default: '',
		placeholder: 'e.g. res.partner',
		description: 'The technical name of the Odoo model',
	},
	{
		displayName: 'Method',
		name: 'method',
		type: 'string',
		required: true,
		displayOptions: forMethod,
		default: 'search_read',
		placeholder: 'e.g. search_read',
		description: 'The method to call, such as search_read, create, write, unlink or one of your own add-ons',
	},
	{
		displayName: 'Arguments',
		name: 'args',
		type: 'json',
		displayOptions: forMethod,
		default: '[]',
		placeholder: 'e.g. [[["is_company", "=", true]]]',
		description: 'The positional arguments as a JSON array; the first one of search_read is the domain',
	},
	{
		displayName: 'Keyword Arguments',
		name: 'kwargs',
		type: 'json',
		displayOptions: forMethod,
		default: '{}',
		placeholder: 'e.g. {"fields": ["name", "email"], "limit": 10}',
		description: 'The named arguments as a JSON object',
	},
];
