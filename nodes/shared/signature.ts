import { createHmac, timingSafeEqual } from 'crypto';

/** How far a signed webhook's timestamp may be from now, in seconds. */
export const TOLERANCE_SECONDS = 300;

const hmac = (secret: string | Buffer) => createHmac('sha256', secret);

/** The value of `X-HMAC-Signature`: the hexadecimal HMAC-SHA256 of the very bytes that are sent. */
export function signBody(secret: string, body: string | Buffer): string {
	return hmac(secret).update(body).digest('hex');
}

/** How many signatures one webhook may bring: the platform's own, and those of secrets from before rotations. */
const MAX_SIGNATURES = 6;

/** A webhook as it arrived, and what is needed to judge it. */
export interface SignedWebhook {
	/** The secret the webhook was registered with. */
	secret: unknown;
	/** `X-OECSH-Signature` and `X-OECSH-Signature-Previous`, each with one signature or, between blanks, several. */
	signatures: readonly unknown[];
	/** `X-OECSH-Timestamp`: Unix time in seconds. */
	timestamp: unknown;
	/** The body as it came, before any parsing. */
	rawBody: unknown;
	/** Unix time of the judgement, in milliseconds. */
	now: number;
}

/**
 * The signature by which the platform signed this body with that secret in the last five minutes: hex HMAC-SHA256 over
 * `{timestamp}.{body}`, as the platform's documentation of webhooks has it. Null where it did not, or something is missing.
 * Anybody may send anything here: what has not the form of a signature costs no hashing, and all that has costs one.
 */
export function authenticSignature({ secret, signatures, timestamp, rawBody, now }: SignedWebhook): string | null {
	if (typeof secret !== 'string' || secret === '' || !Buffer.isBuffer(rawBody)) return null;
	if (typeof timestamp !== 'string' || !/^\d{1,12}$/.test(timestamp)) return null;
	if (Math.abs(now / 1000 - Number(timestamp)) > TOLERANCE_SECONDS) return null;
	const candidates = candidatesIn(signatures, /^[0-9a-f]{64}$/);
	if (candidates.length === 0) return null;
	const expected = hmac(secret).update(`${timestamp}.`).update(rawBody).digest('hex');
	return candidates.some((given) => isEqual(given, expected)) ? expected : null;
}

/**
 * The id of the message, where its signature after Standard Webhooks 1.0 covers it: `v1,` and base64 of the HMAC-SHA256 over
 * `{id}.{timestamp}.{body}`, under the decoded secret. Null where it does not, so that anybody may have written it. To be
 * asked of an authentic webhook alone.
 */
export function authenticId({
	id,
	secret,
	signatures,
	timestamp,
	rawBody,
}: Omit<SignedWebhook, 'now'> & { id: unknown }) {
	if (typeof id !== 'string' || typeof secret !== 'string' || typeof timestamp !== 'string') return null;
	const candidates = candidatesIn(signatures, /^v1,[A-Za-z0-9+/]{43}=$/);
	if (candidates.length === 0 || !Buffer.isBuffer(rawBody)) return null;
	const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
	const expected = `v1,${hmac(key).update(`${id}.${timestamp}.`).update(rawBody).digest('base64')}`;
	return candidates.some((given) => isEqual(given, expected)) ? id : null;
}

/** The first few in headers that have the form of a signature. */
const candidatesIn = (headers: readonly unknown[], form: RegExp) =>
	headers
		.flatMap((given) => (typeof given === 'string' ? given.split(' ', MAX_SIGNATURES) : []))
		.filter((given) => form.test(given))
		.slice(0, MAX_SIGNATURES);

const isEqual = (given: string, expected: string) => timingSafeEqual(Buffer.from(given), Buffer.from(expected));
