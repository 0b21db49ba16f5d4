import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { EVENT_TYPES } from '../../backend/src/core/events';
import { signatureHeaders } from '../../backend/src/net/webhook-signature';
import { EVENTS } from '../../nodes/shared/events';
import { authenticSignature, type SignedWebhook } from '../../nodes/shared/signature';

const timestamp = 1_778_163_791;
const now = timestamp * 1000;

const isAuthentic = (webhook: SignedWebhook) => authenticSignature(webhook) !== null;

const signed = (secret: string, body: string) => {
	const headers = signatureHeaders({ secret, messageId: 'evt_1', timestamp, body });
	return {
		secret,
		signatures: [headers['X-OECSH-Signature']],
		timestamp: headers['X-OECSH-Timestamp'],
		rawBody: Buffer.from(body),
		now,
	};
};

describe("the trigger's verification", () => {
	it('accepts whatever the platform signs', () => {
		fc.assert(
			fc.property(fc.string({ minLength: 1 }), fc.string({ unit: 'binary' }), (secret, body) =>
				isAuthentic(signed(secret, body)),
			),
		);
	});

	it('refuses any other body', () => {
		fc.assert(
			fc.property(fc.string(), fc.string(), (body, other) => {
				fc.pre(body !== other);
				return !isAuthentic({ ...signed('secret', body), rawBody: Buffer.from(other) });
			}),
		);
	});

	it('refuses any other signature, of whatever form', () => {
		const right = signed('secret', '{}');
		fc.assert(
			fc.property(fc.anything(), (signature) => {
				fc.pre(signature !== right.signatures[0]);
				return !isAuthentic({ ...right, signatures: [signature] });
			}),
		);
	});

	it('looks at six signatures at most, and at none that has not the form of one', () => {
		const right = signed('secret', '{}');
		const [good = ''] = right.signatures;
		const forged = Array.from({ length: 10 }, (_, index) => String(index).repeat(64));
		const at = (place: number) => [...forged.slice(0, place), good, ...forged.slice(place)];
		expect([0, 5, 6].map((place) => isAuthentic({ ...right, signatures: at(place) }))).toEqual([true, true, false]);
		expect(isAuthentic({ ...right, signatures: [Array(50_000).fill('x').join(' '), good] })).toBe(true);
		expect(isAuthentic({ ...right, signatures: [good.toUpperCase()] })).toBe(false);
	});

	it('refuses any other timestamp, of whatever form', () => {
		const right = signed('secret', '{}');
		fc.assert(
			fc.property(fc.oneof(fc.anything(), fc.integer().map(String)), (other) => {
				fc.pre(other !== right.timestamp);
				return !isAuthentic({ ...right, timestamp: other });
			}),
		);
	});

	it.each([
		[300, true],
		[301, false],
		[-300, true],
		[-301, false],
	])('%i seconds after the signature is accepted: %s', (seconds, accepted) => {
		expect(isAuthentic({ ...signed('secret', '{}'), now: now + seconds * 1000 })).toBe(accepted);
	});

	it.each([undefined, ''])('without a secret (%j) refuses everything', (secret) => {
		expect(isAuthentic({ ...signed('', '{}'), secret })).toBe(false);
	});
});

it('the trigger offers every event that the platform announces, and no other', () => {
	expect(EVENTS.map(({ value }) => value).sort()).toEqual([...EVENT_TYPES].sort());
});
