import type { INodeProperties } from 'n8n-workflow';
import { environmentLocator, projectLocator } from '../../shared/locators';
import { listFields } from '../../shared/list-fields';
import { idempotencyKeyOption, requireValue, simplifyField } from '../fields';
import { receive } from '../replies';
import { allowForWaiting, awaitJob, requireSuccess, waitField } from '../waiting';

const show = (operation: string) => ({ show: { resource: ['environment'], operation: [operation] } });

export const environmentProperties: INodeProperties[] = [
	{
		displayName: 'Operation',
		name: 'operation',
		type: 'options',
		noDataExpression: true,
		displayOptions: { show: { resource: ['environment'] } },
		options: [
			{
				name: 'Clone',
				value: 'clone',
				action: 'Clone environment',
				description: "Put a copy of another environment's data in the place of this one's",
				routing: {
					request: { method: 'POST' },
					send: {
						preSend: [
							requireValue('environment', 'Environment'),
							requireValue('sourceEnvironment', 'Source Environment'),
							allowForWaiting,
						],
					},
					output: { postReceive: [receive, awaitJob, requireSuccess('clone', 'job')] },
				},
			},
			{
				name: 'Deploy',
				value: 'deploy',
				action: 'Deploy environment',
				description: 'Bring an environment to a branch, tag or commit of its repository',
				routing: {
					request: { method: 'POST' },
					send: { preSend: [requireValue('environment', 'Environment'), allowForWaiting] },
					output: { postReceive: [receive, requireSuccess('deployment', 'deployment')] },
				},
			},
			{
				name: 'Get Many',
				value: 'getAll',
				action: 'Get many environments',
				description: 'Get the environments that the API key can see',
				routing: {
					request: { method: 'GET', url: '/api/v1/environments' },
					send: { paginate: true },
					output: { postReceive: [receive] },
				},
			},
		],
		default: 'getAll',
	},

	// Clone
	{
		...environmentLocator,
		required: true,
		displayOptions: show('clone'),
		description: 'The environment that gets the copy; the data that it has now goes',
		routing: { request: { url: '=/api/v1/environments/{{ encodeURIComponent($value) }}/clone' } },
	},
	{
		...environmentLocator,
		displayName: 'Source Environment',
		name: 'sourceEnvironment',
		required: true,
		displayOptions: show('clone'),
		description: 'The environment whose data is copied; it serves on meanwhile',
		routing: { send: { type: 'body', property: 'source_env' } },
	},
	{
		displayName: 'Sanitize',
		name: 'sanitize',
		type: 'boolean',
		displayOptions: show('clone'),
		default: true,
		description:
			'Whether e-mail addresses become hashes, and passwords, keys and tokens are taken out, before anything opens the copy',
		routing: { send: { type: 'body', property: 'sanitize' } },
	},
	waitField(
		'environment',
		['clone'],
		'Whether to wait until the clone has finished and fail unless it succeeded, or go on at once',
	),
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add option',
		displayOptions: show('clone'),
		default: {},
		options: [
			{
				displayName: 'Allow Production Target',
				name: 'allowProductionTarget',
				type: 'boolean',
				default: false,
				description: 'Whether the data of an environment that is marked production may be replaced',
				routing: { send: { type: 'body', property: 'allow_production_target' } },
			},
			{
				displayName: 'Attachments',
				name: 'attachments',
				type: 'options',
				displayOptions: { show: { '/sanitize': [true] } },
				default: 'public',
				description: 'Which attachments the sanitized copy keeps',
				options: [
					{ name: 'All', value: 'all' },
					{ name: 'None', value: 'none' },
					{ name: 'Public', value: 'public', description: 'Pictures that are not of people' },
				],
				routing: { send: { type: 'body', property: 'attachments' } },
			},
			idempotencyKeyOption('clone'),
			{
				displayName: 'Profile',
				name: 'profile',
				type: 'options',
				displayOptions: { show: { '/sanitize': [true] } },
				default: 'minimal',
				description: 'What else is taken out of the sanitized copy',
				options: [
					{ name: 'Contacts', value: 'contacts', description: 'Names, phones and streets of people' },
					{ name: 'Minimal', value: 'minimal', description: 'Nothing else' },
					{
						name: 'Strict',
						value: 'strict',
						description: 'Also texts that people wrote, and numbers that tell who they are',
					},
				],
				routing: { send: { type: 'body', property: 'profile' } },
			},
		],
	},

	// Deploy
	{
		...environmentLocator,
		required: true,
		displayOptions: show('deploy'),
		description: 'The environment to deploy to',
		routing: { request: { url: '=/api/v1/environments/{{ encodeURIComponent($value) }}/deploy' } },
	},
	{
		displayName: 'Ref',
		name: 'ref',
		type: 'string',
		required: true,
		displayOptions: show('deploy'),
		default: 'main',
		placeholder: 'e.g. main',
		description: "The branch, tag or commit of the project's repository to deploy",
		routing: { send: { type: 'body', property: 'ref' } },
	},
	waitField(
		'environment',
		['deploy'],
		'Whether to wait until the deployment has finished (at most 10 minutes) and fail unless it succeeded, or go on at once',
	),
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add option',
		displayOptions: show('deploy'),
		default: {},
		options: [idempotencyKeyOption('deploy')],
	},

	// Get Many
	...listFields('environment'),
	simplifyField('environment', ['getAll']),
	{
		displayName: 'Filters',
		name: 'filters',
		type: 'collection',
		placeholder: 'Add filter',
		displayOptions: show('getAll'),
		default: {},
		options: [{ ...projectLocator, routing: { send: { type: 'query', property: 'project_id' } } }],
	},
];
