import { NodeConnectionTypes, type INodeType, type INodeTypeDescription } from 'n8n-workflow';
import { listSearch } from '../shared/locators';
import { REPLY_OPTIONS } from '../shared/transport';
import { fetchList } from './replies';
import { backupProperties } from './resources/backup';
import { deploymentProperties } from './resources/deployment';
import { environmentProperties } from './resources/environment';
import { projectProperties } from './resources/project';

/** The platform's public API, `/api/v1`: declarative, one file a resource. */
export class OdooPlatform implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Odoo Platform',
		name: 'odooPlatform',
		icon: { light: 'file:../../icons/odooPlatform.svg', dark: 'file:../../icons/odooPlatform.dark.svg' },
		group: ['transform'],
		version: 1,
		subtitle: '={{ $parameter.operation + ": " + $parameter.resource }}',
		description: 'Deploy, clone, back up and restore Odoo environments',
		defaults: { name: 'Odoo Platform' },
		usableAsTool: true,
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: 'odooPlatformApi', required: true }],
		requestDefaults: { ...REPLY_OPTIONS },
		requestOperations: { pagination: fetchList },
		properties: [
			{
				displayName: 'Resource',
				name: 'resource',
				type: 'options',
				noDataExpression: true,
				options: [
					{ name: 'Backup', value: 'backup' },
					{ name: 'Deployment', value: 'deployment' },
					{ name: 'Environment', value: 'environment' },
					{ name: 'Project', value: 'project' },
				],
				default: 'environment',
			},
			...projectProperties,
			...environmentProperties,
			...deploymentProperties,
			...backupProperties,
		],
	};

	methods = { listSearch };
}
