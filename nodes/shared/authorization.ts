import { UserError, type ICredentialDataDecryptedObject, type IHttpRequestOptions } from 'n8n-workflow';

/** The two kinds of keys of the platform, by the way they begin. */
export const KEY_KINDS = {
	oec_live_: {
		name: 'platform API key',
		advice: 'Keys for the Odoo gateway (sk_live_…) belong in a credential of the type "Odoo Gateway API".',
	},
	sk_live_: {
		name: 'gateway key',
		advice: 'Keys for the platform API (oec_live_…) belong in a credential of the type "Odoo Platform API".',
	},
} as const;

/**
 * The request with the service's address and the key on it.
 *
 * @throws UserError when the credential holds another kind of key, or no address; n8n shows it as the node's error.
 */
export function authorize(
	credentials: ICredentialDataDecryptedObject,
	request: IHttpRequestOptions,
	prefix: keyof typeof KEY_KINDS,
): IHttpRequestOptions {
	const baseUrl = trimmed(credentials.baseUrl);
	const apiKey = trimmed(credentials.apiKey);
	if (!/^https?:\/\//.test(baseUrl)) {
		throw new UserError('The credential\'s "Base URL" is not an http or https address', {
			description: 'Enter where the platform is reached, e.g. http://127.0.0.1:4000.',
		});
	}
	if (!apiKey.startsWith(prefix)) {
		const { name, advice } = KEY_KINDS[prefix];
		throw new UserError(`The credential's "API Key" is not a ${name}: it must begin with ${prefix}`, {
			description: advice,
		});
	}
	return {
		...request,
		// A redirect would carry what is sent, the secret of a new webhook among it, to wherever it leads.
		disableFollowRedirect: true,
		baseURL: baseUrl.replace(/\/+$/, ''),
		headers: { ...request.headers, Authorization: `Bearer ${apiKey}` },
	};
}

/** A text without the blanks and line ends that come along when it is copied. */
const trimmed = (value: unknown) => (typeof value === 'string' ? value.trim() : '');
