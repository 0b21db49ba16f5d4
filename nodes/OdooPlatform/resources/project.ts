import type { INodeProperties } from 'n8n-workflow';
import { listFields } from '../../shared/list-fields';
import { receive } from '../replies';

export const projectProperties: INodeProperties[] = [
	{
		displayName: 'Operation',
		name: 'operation',
		type: 'options',
		noDataExpression: true,
		displayOptions: { show: { resource: ['project'] } },
		options: [
			{
				name: 'Get Many',
				value: 'getAll',
				action: 'Get many projects',
				description: 'Get the projects that the API key can see',
				routing: {
					request: { method: 'GET', url: '/api/v1/projects' },
					send: { paginate: true },
					output: { postReceive: [receive] },
				},
			},
		],
		default: 'getAll',
	},
	...listFields('project'),
];
