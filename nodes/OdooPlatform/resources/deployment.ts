import type { INodeProperties } from 'n8n-workflow';
import { deploymentLocator, environmentLocator } from '../../shared/locators';
import { listFields } from '../../shared/list-fields';
import { requireValue, simplifyField } from '../fields';
import { receive, simplify } from '../replies';

const show = (operation: string) => ({ show: { resource: ['deployment'], operation: [operation] } });

export const deploymentProperties: INodeProperties[] = [
	{
		displayName: 'Operation',
		name: 'operation',
		type: 'options',
		noDataExpression: true,
		displayOptions: { show: { resource: ['deployment'] } },
		options: [
			{
				name: 'Get',
				value: 'get',
				action: 'Get deployment',
				description: 'Get one deployment and how it went',
				routing: {
					request: { method: 'GET' },
					send: { preSend: [requireValue('deployment', 'Deployment')] },
					output: { postReceive: [receive, simplify] },
				},
			},
			{
				name: 'Get Many',
				value: 'getAll',
				action: 'Get many deployments',
				description: 'Get deployments, the latest first',
				routing: {
					request: { method: 'GET', url: '/api/v1/deployments' },
					send: { paginate: true },
					output: { postReceive: [receive] },
				},
			},
		],
		default: 'getAll',
	},

	// Get
	{
		...deploymentLocator,
		required: true,
		displayOptions: show('get'),
		routing: { request: { url: '=/api/v1/deployments/{{ encodeURIComponent($value) }}' } },
	},

	// Get Many
	...listFields('deployment'),
	simplifyField('deployment', ['get', 'getAll']),
	{
		displayName: 'Filters',
		name: 'filters',
		type: 'collection',
		placeholder: 'Add filter',
		displayOptions: show('getAll'),
		default: {},
		options: [
			{
				...environmentLocator,
				description: 'Only deployments to this environment',
				routing: { send: { type: 'query', property: 'environment_id' } },
			},
			{
				displayName: 'Since',
				name: 'since',
				type: 'dateTime',
				default: '',
				description: 'Only deployments made at this time or later',
				routing: {
					send: {
						type: 'query',
						property: 'since',
						// What is no time goes as it is: the platform's refusal names the parameter.
						value: '={{ $value ? (DateTime.fromISO($value.toISOString?.() ?? $value.toString()).toUTC().toISO() ?? $value) : undefined }}',
					},
				},
			},
			{
				displayName: 'Status',
				name: 'status',
				type: 'multiOptions',
				default: [],
				description: 'Only deployments with one of these statuses',
				options: [
					{ name: 'Canceled', value: 'canceled' },
					{ name: 'Failed', value: 'failed' },
					{ name: 'Queued', value: 'queued' },
					{ name: 'Running', value: 'running' },
					{ name: 'Succeeded', value: 'succeeded' },
				],
				routing: {
					send: {
						type: 'query',
						property: 'status',
						value: '={{ [].concat($value).join(",") || undefined }}',
					},
				},
			},
		],
	},
];
