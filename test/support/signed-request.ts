import { createHmac } from 'node:crypto';

/** A key of scope webhook that demands signed requests. */
interface WebhookKey {
	readonly token: string;
	readonly hmac_secret: string;
}

/** Sends a text as the documents' sample does: signed over the very bytes that are sent. */
export const postSigned = (
	url: string,
	{ token, hmac_secret }: WebhookKey,
	body: string,
	{ headers, ...options }: { headers?: Record<string, string>; signal?: AbortSignal } = {},
) =>
	fetch(url, {
		method: 'POST',
		headers: {
			Authorization: `Bearer ${token}`,
			'X-HMAC-Signature': createHmac('sha256', hmac_secret).update(body).digest('hex'),
			'Content-Type': 'application/json',
			...headers,
		},
		body,
		...options,
	});
