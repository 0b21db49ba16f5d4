import { createHmac, randomBytes } from 'node:crypto';

const PREFIX = 'whsec_';
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;
/** Standard Webhooks asks for 24 to 64 bytes. */
const MADE_SECRET_BYTES = 32;

/** A new secret that every verifier takes: `whsec_` and 32 random bytes in base64. */
export const makeWebhookSecret = () => PREFIX + randomBytes(MADE_SECRET_BYTES).toString('base64');

/**
 * The headers that prove who sent a body and when, in both ways receivers may check: the documents' `X-OECSH-*` and
 * Standard Webhooks 1.0. See docs/decisions/webhook-signatures.md.
 */
export function signatureHeaders({
	secret,
	previousSecrets = [],
	messageId,
	timestamp,
	body,
}: {
	secret: string;
	/** Those from before rotations that still hold, the latest first. */
	previousSecrets?: readonly string[];
	messageId: string;
	/** Of the attempt, in seconds since 1970. */
	timestamp: number;
	body: string;
}): Record<string, string> {
	const standard = (key: string) =>
		`v1,${hmac(standardKey(key), `${messageId}.${timestamp}.${body}`).toString('base64')}`;
	const own = (key: string) => hmac(key, `${timestamp}.${body}`).toString('hex');
	const headers = {
		'X-OECSH-Timestamp': String(timestamp),
		'X-OECSH-Signature': own(secret),
		'webhook-id': messageId,
		'webhook-timestamp': String(timestamp),
		'webhook-signature': [secret, ...previousSecrets].map(standard).join(' '),
	};
	if (previousSecrets.length === 0) return headers;
	return { ...headers, 'X-OECSH-Signature-Previous': previousSecrets.map(own).join(' ') };
}

const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest();

/**
 * The key of Standard Webhooks: what `whsec_` is followed by, decoded, where that is base64; any other secret is its
 * own bytes, all of them.
 */
function standardKey(secret: string): string | Buffer {
	const encoded = secret.slice(PREFIX.length);
	const isStandard = secret.startsWith(PREFIX) && encoded.length % 4 === 0 && BASE64.test(encoded);
	return isStandard ? Buffer.from(encoded, 'base64') : secret;
}
