import { createHmac } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { ApiError } from '../core/errors';
import { equalInConstantTime } from '../core/secrets';
import { type Caller, hmacSecretOf } from './caller';

/** `X-HMAC-Signature` of a body: hexadecimal HMAC-SHA256 with the key's secret over the bytes as they are sent. */
export const signBody = (secret: string, body: Buffer) => createHmac('sha256', secret).update(body).digest('hex');

/**
 * Holds a request against the signature that its key demands, where it demands one.
 * @throws {ApiError} 401 `signature_missing` or `signature_invalid`
 */
export function requireSignature(caller: Caller, headers: IncomingHttpHeaders, body: Buffer): void {
	const secret = hmacSecretOf(caller);
	if (secret === null) return;
	const signature = headers['x-hmac-signature'];
	if (typeof signature !== 'string' || signature === '') {
		throw new ApiError(
			'signature_missing',
			'This key demands signed requests. Send X-HMAC-Signature: the hexadecimal HMAC-SHA256 of the body.',
		);
	}
	if (!equalInConstantTime(signature.toLowerCase(), signBody(secret, body))) {
		throw new ApiError(
			'signature_invalid',
			'X-HMAC-Signature does not fit. Sign exactly the bytes that are sent, with the HMAC secret of this key.',
		);
	}
}
