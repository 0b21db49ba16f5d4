import crypto from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { Webhook } from 'standardwebhooks';
import { makeWebhookSecret, signatureHeaders } from '../../backend/src/net/webhook-signature';

const messageId = 'evt_01HXMZ8QPK3R5T7V9X1Z3B5C7D';
const body = JSON.stringify({ id: messageId, type: 'deployment.failed', data: { reason: 'Größe überschritten – 💥' } });
const now = () => Math.floor(Date.now() / 1_000);
const sign = (secret: string, text = body, timestamp = now()) =>
	signatureHeaders({ secret, messageId, timestamp, body: text });

/** The verifier of the API's documents for Node.js, as printed there but for its types. */
function verifyOecshSignature(rawBody: string | Buffer, headers: Record<string, string | undefined>, secret: string) {
	const sig = headers['x-oecsh-signature'];
	const ts = headers['x-oecsh-timestamp'];
	if (!sig || !ts) return false;
	// Replay protection
	if (Math.abs(Date.now() / 1000 - Number(ts)) > 300) return false;
	const expected = crypto.createHmac('sha256', secret).update(`${ts}.`).update(rawBody).digest('hex');
	return crypto.timingSafeEqual(Buffer.from(expected, 'hex'), Buffer.from(sig, 'hex'));
}

/** Headers as Node.js shows them to a receiver. */
const received = (headers: Record<string, string>) =>
	Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));

const printable = fc.string({ unit: fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCharCode(code)) });
const anySecret = fc.oneof(
	printable.filter(({ length }) => length >= 8),
	printable.map((text) => `whsec_${text}`),
	fc.uint8Array({ minLength: 2, maxLength: 100 }).map((bytes) => `whsec_${Buffer.from(bytes).toString('base64')}`),
);

describe('X-OECSH-Signature', () => {
	it("passes the documents' Node.js verifier for every secret and body", () => {
		fc.assert(
			fc.property(anySecret, fc.string({ unit: 'grapheme' }), (secret, text) =>
				verifyOecshSignature(Buffer.from(text), received(sign(secret, text)), secret),
			),
		);
	});

	it('does not pass for another body', () => {
		expect(verifyOecshSignature(`${body} `, received(sign('a long secret')), 'a long secret')).toBe(false);
	});

	it('does not pass for another secret', () => {
		expect(verifyOecshSignature(body, received(sign('a long secret')), 'another secret')).toBe(false);
	});

	it('does not pass under a timestamp that it was not made for', () => {
		const headers = received(sign('a long secret'));
		const later = { ...headers, 'x-oecsh-timestamp': String(now() + 60) };
		expect(verifyOecshSignature(body, later, 'a long secret')).toBe(false);
	});
});

describe('webhook-signature', () => {
	it('passes the standardwebhooks package for made secrets', () => {
		const secret = makeWebhookSecret();
		expect(new Webhook(secret).verify(body, sign(secret))).toEqual(JSON.parse(body));
	});

	it('passes the standardwebhooks package for every chosen secret: by default where it can read it, else raw', () => {
		fc.assert(
			fc.property(anySecret, (secret) => {
				const isStandard = secret.startsWith('whsec_') && readsStrictly(secret.slice('whsec_'.length));
				const webhook = isStandard ? new Webhook(secret) : new Webhook(secret, { format: 'raw' });
				webhook.verify(body, sign(secret));
			}),
		);
	});

	it("signs with all of the documents' example secret, which is not base64", () => {
		const secret = 'whsec_choose_a_long_random_string';
		expect(() => new Webhook(secret, { format: 'raw' }).verify(body, sign(secret))).not.toThrow();
	});

	it('does not pass for another event', () => {
		const secret = makeWebhookSecret();
		expect(() => new Webhook(secret).verify(body, { ...sign(secret), 'webhook-id': 'evt_other' })).toThrow();
	});
});

/** Padded base64 (RFC 4648, 4) of at least one byte. */
const readsStrictly = (text: string) => text.length % 4 === 0 && /^[A-Za-z0-9+/]+={0,2}$/.test(text);

describe('made secrets', () => {
	it('are whsec_ and 32 bytes in base64', () => {
		expect(Buffer.from(makeWebhookSecret().replace('whsec_', ''), 'base64')).toHaveLength(32);
	});

	it('differ', () => {
		expect(makeWebhookSecret()).not.toBe(makeWebhookSecret());
	});
});
