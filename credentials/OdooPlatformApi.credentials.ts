import type {
	ICredentialDataDecryptedObject,
	ICredentialTestRequest,
	ICredentialType,
	IHttpRequestOptions,
	Icon,
	INodeProperties,
} from 'n8n-workflow';
import { authorize } from '../nodes/shared/authorization';

/** A key for the platform API: projects, environments, deployments, webhooks. */
export class OdooPlatformApi implements ICredentialType {
	name = 'odooPlatformApi';

	displayName = 'Odoo Platform API';

	icon: Icon = { light: 'file:../icons/odooPlatform.svg', dark: 'file:../icons/odooPlatform.dark.svg' };

	documentationUrl = 'https://github.com/odoo-platform/n8n-nodes-odoo-platform#credentials';

	properties: INodeProperties[] = [
		{
			displayName: 'Base URL',
			name: 'baseUrl',
			type: 'string',
			default: 'http://127.0.0.1:4000',
			required: true,
			placeholder: 'e.g. https://platform.example.com',
			description: 'Where the platform is reached, without /api/v1',
		},
		{
			displayName: 'API Key',
			name: 'apiKey',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			required: true,
			placeholder: 'e.g. oec_live_…',
			description: 'A key of the scope "org" or "multi_org"; it begins with oec_live_',
		},
	];

	/** Adds the service's address and the key to a request. */
	async authenticate(credentials: ICredentialDataDecryptedObject, request: IHttpRequestOptions) {
		return Promise.resolve(authorize(credentials, request, 'oec_live_'));
	}

	test: ICredentialTestRequest = {
		request: { url: '/api/v1/projects', qs: { limit: 1 } },
		rules: [
			{
				type: 'responseCode',
				properties: { value: 401, message: 'The API key was refused: it is mistyped, revoked or expired' },
			},
			{
				type: 'responseCode',
				properties: { value: 403, message: 'The API key is valid, but may not read projects (projects:read)' },
			},
			{
				type: 'responseCode',
				properties: { value: 404, message: 'There is no Odoo Platform at this base URL' },
			},
		],
	};
}
