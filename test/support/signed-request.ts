import { createHmac } from 'node:crypto';
import { type ApiReply, ask } from './ask';

/** A key of scope webhook that demands signed requests. */
interface WebhookKey {
	readonly token: string;
	readonly hmac_secret: string;
}

/** The header of a request's signature over the very bytes that are sent. */
export const signatureOf = (secret: string, body: string) => ({
	'X-HMAC-Signature': createHmac('sha256', secret).update(body).digest('hex'),
});

/** Sends a text as the documents' sample does. */
export const postSigned = (
	url: string,
	path: string,
	{ token, hmac_secret }: WebhookKey,
	body: string,
	headers: Readonly<Record<string, string>> = {},
): Promise<ApiReply> =>
	ask(url, 'POST', path, { key: token, headers: { ...signatureOf(hmac_secret, body), ...headers }, body });
