import { createHmac } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { requireSignature, signBody } from '../../backend/src/access/hmac-signature';
import { ApiError } from '../../backend/src/core/errors';
import { keyCaller } from '../support/key-caller';

const SECRET = 'your_hmac_secret_here';
const BODY = Buffer.from('{"action":"get_config"}');
const demanding = keyCaller({ scope: 'webhook', hmac_secret: SECRET });

describe('the signature', () => {
	it("is what the documents' sample computes", () => {
		expect(signBody(SECRET, BODY)).toBe(createHmac('sha256', SECRET).update(BODY).digest('hex'));
	});

	it('is not asked of a key that does not demand it', () => {
		expect(() => requireSignature(keyCaller(), { 'x-hmac-signature': 'nonsense' }, BODY)).not.toThrow();
	});

	it.each<[string, Record<string, string>, string]>([
		['none', {}, 'signature_missing'],
		['an empty one', { 'x-hmac-signature': '' }, 'signature_missing'],
		['another', { 'x-hmac-signature': '0'.repeat(64) }, 'signature_invalid'],
		["another key's", { 'x-hmac-signature': signBody('other', BODY) }, 'signature_invalid'],
		[
			'one of another body',
			{ 'x-hmac-signature': signBody(SECRET, Buffer.concat([BODY, Buffer.from(' ')])) },
			'signature_invalid',
		],
	])('refuses %s', (_what, headers, code) => {
		expect(() => requireSignature(demanding, headers, BODY)).toThrow(expect.objectContaining({ code }));
	});

	it('holds for the bytes as they came, whatever they are, and for no others', () => {
		const bytes = fc.uint8Array({ minLength: 1 });
		fc.assert(
			fc.property(bytes, fc.nat(), fc.integer({ min: 1, max: 255 }), (body, at, change) => {
				const headers = { 'x-hmac-signature': signBody(SECRET, Buffer.from(body)) };
				requireSignature(demanding, headers, Buffer.from(body));
				const altered = Buffer.from(body);
				const index = at % altered.length;
				altered[index] = (altered[index] ?? 0) ^ change;
				expect(() => requireSignature(demanding, headers, altered)).toThrow(ApiError);
			}),
		);
	});
});
