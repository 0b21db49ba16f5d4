import { createHmac, timingSafeEqual } from 'crypto';

/** How far a signed webhook's timestamp may be from now, in seconds. */
const TOLERANCE_SECONDS = 300;

const hmac = (secret: string) => createHmac('sha256', secret);

/** The value of `X-HMAC-Signature`: the hexadecimal HMAC-SHA256 of the very bytes that are sent. */
export function signBody(secret: string, body: string | Buffer): string {
	return hmac(secret).update(body).digest('hex');
}

/** A webhook as it arrived, and what is needed to judge it. */
export interface SignedWebhook {
	/** The secret the webhook was registered with. */
	secret: unknown;
	/** `X-OECSH-Signature`, or `X-OECSH-Signature-Previous`. */
	signature: unknown;
	/** `X-OECSH-Timestamp`: Unix time in seconds. */
	timestamp: unknown;
	/** The body as it came, before any parsing. */
	rawBody: unknown;
	/** Unix time of the judgement, in milliseconds. */
	now: number;
}

/**
 * Whether the platform signed this body with that secret in the last five minutes: hex HMAC-SHA256 over
 * `{timestamp}.{body}`, as the platform's documentation of webhooks has it. Whatever is missing refuses.
 */
export function isAuthentic({ secret, signature, timestamp, rawBody, now }: SignedWebhook): boolean {
	if (typeof secret !== 'string' || secret === '' || typeof signature !== 'string' || !Buffer.isBuffer(rawBody)) {
		return false;
	}
	if (typeof timestamp !== 'string' || !/^\d{1,12}$/.test(timestamp)) return false;
	if (Math.abs(now / 1000 - Number(timestamp)) > TOLERANCE_SECONDS) return false;
	const expected = Buffer.from(hmac(secret).update(`${timestamp}.`).update(rawBody).digest('hex'));
	const given = Buffer.from(signature);
	return given.length === expected.length && timingSafeEqual(given, expected);
}
