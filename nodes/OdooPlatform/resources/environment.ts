import type { IExecuteSingleFunctions, IHttpRequestOptions, INodeProperties } from 'n8n-workflow';
import { isDataObject } from '../../shared/data';
import { environmentLocator, projectLocator } from '../../shared/locators';
import { listFields } from '../../shared/list-fields';
import { requireLocator, simplifyField } from '../fields';
import { receive, requireSuccess } from '../replies';

const show = (operation: string) => ({ show: { resource: ['environment'], operation: [operation] } });

/** The platform answers a deploy that is waited for after ten minutes at the latest; n8n itself gives up after five. */
const WAIT_TIMEOUT_MS = 11 * 60 * 1000;

/** Gives a deploy that is waited for the time it may take, unless the user has set a timeout. */
async function allowForWaiting(this: IExecuteSingleFunctions, request: IHttpRequestOptions) {
	const options: unknown = this.getNodeParameter('requestOptions', {});
	const limited = isDataObject(options) && typeof options.timeout === 'number';
	return Promise.resolve(limited ? request : { ...request, timeout: WAIT_TIMEOUT_MS });
}

export const environmentProperties: INodeProperties[] = [
	{
		displayName: 'Operation',
		name: 'operation',
		type: 'options',
		noDataExpression: true,
		displayOptions: { show: { resource: ['environment'] } },
		options: [
			{
				name: 'Deploy',
				value: 'deploy',
				action: 'Deploy environment',
				description: 'Bring an environment to a branch, tag or commit of its repository',
				routing: {
					request: { method: 'POST' },
					send: { preSend: [requireLocator('environment', 'Environment'), allowForWaiting] },
					output: { postReceive: [receive, requireSuccess] },
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
	{
		displayName: 'Wait',
		name: 'wait',
		type: 'boolean',
		displayOptions: show('deploy'),
		default: true,
		description:
			'Whether to wait until the deployment has finished (at most 10 minutes) and fail unless it succeeded, or go on at once',
		routing: { send: { type: 'body', property: 'wait' } },
	},
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add option',
		displayOptions: show('deploy'),
		default: {},
		options: [
			{
				displayName: 'Idempotency Key',
				name: 'idempotencyKey',
				type: 'string',
				default: '',
				placeholder: 'e.g. release-2026-11-21',
				description: 'With the same key, the same deploy is never started twice within 24 hours',
				routing: { request: { headers: { 'Idempotency-Key': '={{ $value || undefined }}' } } },
			},
		],
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
