import type { INodeProperties } from 'n8n-workflow';
import { outputFileField } from '../../shared/file-fields';
import { listFields } from '../../shared/list-fields';
import { backupLocator, environmentLocator } from '../../shared/locators';
import { idempotencyKeyOption, requireValue, simplifyField } from '../fields';
import { receiveFile } from '../files';
import { receive, receiveDeletion, simplify } from '../replies';
import { allowForWaiting, awaitJob, requireSuccess, waitField } from '../waiting';

const show = (...operations: string[]) => ({ show: { resource: ['backup'], operation: operations } });

const requireBackup = requireValue('backup', 'Backup');
const requireEnvironment = requireValue('environment', 'Environment');

export const backupProperties: INodeProperties[] = [
	{
		displayName: 'Operation',
		name: 'operation',
		type: 'options',
		noDataExpression: true,
		displayOptions: { show: { resource: ['backup'] } },
		options: [
			{
				name: 'Create',
				value: 'create',
				action: 'Create backup',
				description: 'Make a backup of an environment, which serves on',
				routing: {
					request: { method: 'POST' },
					send: { preSend: [requireEnvironment, allowForWaiting] },
					output: { postReceive: [receive, awaitJob, requireSuccess('backup', 'job')] },
				},
			},
			{
				name: 'Delete',
				value: 'delete',
				action: 'Delete backup',
				description: 'Delete a backup with all that it holds',
				routing: {
					request: { method: 'DELETE' },
					send: { preSend: [requireBackup] },
					output: { postReceive: [receiveDeletion] },
				},
			},
			{
				name: 'Download',
				value: 'download',
				action: 'Download backup',
				description: 'Get a backup as a file',
				routing: {
					request: { method: 'GET', json: false, encoding: 'stream' },
					send: { preSend: [requireBackup, requireValue('binaryField', 'Put Output File in Field')] },
					output: { postReceive: [receiveFile] },
				},
			},
			{
				name: 'Get',
				value: 'get',
				action: 'Get backup',
				description: 'Get one backup and how it went',
				routing: {
					request: { method: 'GET' },
					send: { preSend: [requireBackup] },
					output: { postReceive: [receive, simplify] },
				},
			},
			{
				name: 'Get Many',
				value: 'getAll',
				action: 'Get many backups',
				description: 'Get backups, the latest first',
				routing: {
					request: { method: 'GET', url: '/api/v1/backups' },
					send: { paginate: true },
					output: { postReceive: [receive] },
				},
			},
			{
				name: 'Restore',
				value: 'restore',
				action: 'Restore backup',
				description: "Put a backup in the place of an environment's data",
				routing: {
					request: { method: 'POST' },
					send: { preSend: [requireEnvironment, requireBackup, allowForWaiting] },
					output: { postReceive: [receive, awaitJob, requireSuccess('restore', 'job')] },
				},
			},
		],
		default: 'getAll',
	},

	// Create
	{
		...environmentLocator,
		required: true,
		displayOptions: show('create'),
		description: 'The environment to back up',
		routing: { request: { url: '=/api/v1/environments/{{ encodeURIComponent($value) }}/backups' } },
	},

	// Restore
	{
		...environmentLocator,
		required: true,
		displayOptions: show('restore'),
		description: 'The environment whose data is replaced; where it runs, a backup of that is made first',
		routing: { request: { url: '=/api/v1/environments/{{ encodeURIComponent($value) }}/restore' } },
	},
	{
		...backupLocator,
		required: true,
		displayOptions: show('restore'),
		description: 'The backup to restore, of this environment or of another one',
		routing: { send: { type: 'body', property: 'backup_id' } },
	},
	{
		displayName: 'Confirm',
		name: 'confirm',
		type: 'string',
		required: true,
		displayOptions: show('restore'),
		default: '',
		placeholder: 'e.g. staging',
		hint: 'Enter the name of the environment to confirm that its data goes',
		description: 'The name of the environment, without its project',
		routing: { send: { type: 'body', property: 'confirm' } },
	},

	// Create, Restore
	waitField(
		'backup',
		['create', 'restore'],
		'Whether to wait until it has finished and fail unless it succeeded, or go on at once',
	),
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add option',
		displayOptions: show('create', 'restore'),
		default: {},
		options: [
			{
				displayName: 'Encrypt',
				name: 'encrypt',
				type: 'boolean',
				displayOptions: { show: { '/operation': ['create'] } },
				default: true,
				description:
					"Whether the backup is kept encrypted; without this option, the environment's policy decides",
				routing: { send: { type: 'body', property: 'encrypt' } },
			},
			idempotencyKeyOption('work'),
			{
				displayName: 'Neutralize',
				name: 'neutralize',
				type: 'boolean',
				displayOptions: { show: { '/operation': ['restore'] } },
				default: true,
				description:
					"Whether the environment gets an identity of its own, sends no mail and runs no scheduled actions; without this option, it does where the backup is another environment's",
				routing: { send: { type: 'body', property: 'neutralize' } },
			},
		],
	},

	// Get, Delete
	{
		...backupLocator,
		required: true,
		displayOptions: show('get', 'delete'),
		routing: { request: { url: '=/api/v1/backups/{{ encodeURIComponent($value) }}' } },
	},

	// Download
	{
		...backupLocator,
		required: true,
		displayOptions: show('download'),
		routing: { request: { url: '=/api/v1/backups/{{ encodeURIComponent($value) }}/download' } },
	},
	{
		displayName: 'Format',
		name: 'format',
		type: 'options',
		displayOptions: show('download'),
		default: 'tar',
		options: [
			{ name: 'Odoo (ZIP)', value: 'odoo', description: "A zip for Odoo's own database manager" },
			{ name: 'Tar', value: 'tar', description: 'Its parts, as they are kept' },
		],
		routing: { send: { type: 'query', property: 'format' } },
	},
	outputFileField(show('download')),

	// Get Many
	...listFields('backup'),
	simplifyField('backup', ['get', 'getAll']),
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
				description: 'Only backups of this environment',
				routing: { send: { type: 'query', property: 'environment_id' } },
			},
		],
	},
];
