import type {
	ICredentialDataDecryptedObject,
	ICredentialTestRequest,
	ICredentialType,
	IHttpRequestOptions,
	Icon,
	INodeProperties,
} from 'n8n-workflow';
import { authorize } from '../nodes/shared/authorization';
import { signBody } from '../nodes/shared/signature';

/** A key for the platform's Odoo gateway, with the secret that requests are signed with when the key asks for it. */
export class OdooGatewayApi implements ICredentialType {
	name = 'odooGatewayApi';

	displayName = 'Odoo Gateway API';

	icon: Icon = { light: 'file:../icons/odooGateway.svg', dark: 'file:../icons/odooGateway.dark.svg' };

	documentationUrl = 'https://github.com/odoo-platform/n8n-nodes-odoo-platform#credentials';

	properties: INodeProperties[] = [
		{
			displayName: 'Base URL',
			name: 'baseUrl',
			type: 'string',
			default: 'http://127.0.0.1:4000',
			required: true,
			placeholder: 'e.g. https://platform.example.com',
			description: 'Where the platform is reached, without /api/n8n/webhook',
		},
		{
			displayName: 'API Key',
			name: 'apiKey',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			required: true,
			placeholder: 'e.g. sk_live_…',
			description: 'A key of the scope "webhook"; it begins with sk_live_',
		},
		{
			displayName: 'HMAC Secret',
			name: 'hmacSecret',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			description: 'The secret shown when the key was made, if signatures are turned on for it; else leave empty',
		},
	];

	/**
	 * Adds the service's address and the key to a request and, where there is a secret, the signature of its body:
	 * serialized once here, so that the bytes signed are the bytes sent.
	 */
	async authenticate(credentials: ICredentialDataDecryptedObject, request: IHttpRequestOptions) {
		const authorized = authorize(credentials, request, 'sk_live_');
		const { hmacSecret } = credentials;
		if (typeof hmacSecret !== 'string' || hmacSecret === '' || request.body === undefined) return authorized;
		const body =
			typeof request.body === 'string' || Buffer.isBuffer(request.body)
				? request.body
				: JSON.stringify(request.body);
		return Promise.resolve({
			...authorized,
			body,
			headers: {
				...authorized.headers,
				'Content-Type': 'application/json',
				'X-HMAC-Signature': signBody(hmacSecret, body),
			},
		});
	}

	test: ICredentialTestRequest = {
		request: { method: 'POST', url: '/api/n8n/webhook', body: { action: 'test_connection' } },
		rules: [
			{
				type: 'responseCode',
				properties: {
					value: 401,
					message:
						'The gateway refused the API key or the signature: check both, and that the key is not revoked',
				},
			},
			{
				type: 'responseCode',
				properties: {
					value: 404,
					message: 'There is no Odoo gateway at this base URL, or no Odoo is connected to the key',
				},
			},
		],
	};
}
