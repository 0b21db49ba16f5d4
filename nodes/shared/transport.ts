import type {
	IExecuteFunctions,
	IExecuteSingleFunctions,
	IHookFunctions,
	IHttpRequestOptions,
	ILoadOptionsFunctions,
} from 'n8n-workflow';
import { isDataObject } from './data';
import type { Reply } from './failure';

/** What both kinds of requests ask of n8n's helpers: refusals come back as replies, for `failure.ts` to explain. */
export const REPLY_OPTIONS = { json: true, returnFullResponse: true, ignoreHttpStatusErrors: true } as const;

/**
 * Sends a request with the credential's address, key and signature, and returns the service's answer, whatever it is.
 *
 * @throws NodeApiError when there is no answer, or the credential does not fit.
 */
export async function send(
	context: IExecuteFunctions | IExecuteSingleFunctions | IHookFunctions | ILoadOptionsFunctions,
	credential: 'odooPlatformApi' | 'odooGatewayApi',
	request: IHttpRequestOptions,
): Promise<Reply> {
	const reply: unknown = await context.helpers.httpRequestWithAuthentication.call(context, credential, {
		...REPLY_OPTIONS,
		...request,
	});
	const { statusCode, headers, body } = isDataObject(reply) ? reply : {};
	return {
		statusCode: typeof statusCode === 'number' ? statusCode : 0,
		headers: isDataObject(headers) ? headers : {},
		body,
	};
}
