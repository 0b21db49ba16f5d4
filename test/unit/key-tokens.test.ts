import { describe, expect, it } from '@jest/globals';
import { createHmac } from 'node:crypto';
import { idSchema } from '../../backend/src/core/ids';
import { createSecrets } from '../../backend/src/core/secrets';
import { createTokens } from '../../backend/src/features/keys/token';
import { createFakeClock } from '../support/fake-clock';

const secrets = createSecrets(Buffer.alloc(32, 7));
const clock = createFakeClock(new Date('2026-01-01T00:00:00.900Z'));
const tokens = createTokens(secrets, clock);

const HEADER = { alg: 'HS256', typ: 'api-key+jwt' };
const PAYLOAD = {
	iss: 'odoo-platform',
	aud: 'odoo-platform-api',
	sub: 'org_01HXMW8QPK3R5T7V9X1Z3B5C7D',
	jti: 'key_01HXMW8QPK3R5T7V9X1Z3B5C7E',
	iat: 1767225600,
	exp: 1798761600,
};
const CLAIMS = {
	key_id: idSchema('key').parse(PAYLOAD.jti),
	organization_id: idSchema('organization').parse(PAYLOAD.sub),
};

/** What version 6 of the library jose made of those claims, under the same key. */
const MADE_BY_JOSE =
	'eyJhbGciOiJIUzI1NiIsInR5cCI6ImFwaS1rZXkrand0In0.eyJpc3MiOiJvZG9vLXBsYXRmb3JtIiwiYXVkIjoib2Rvby1wbGF0Zm9ybS1hcGkiLCJzdWIiOiJvcmdfMDFIWE1XOFFQSzNSNVQ3VjlYMVozQjVDN0QiLCJqdGkiOiJrZXlfMDFIWE1XOFFQSzNSNVQ3VjlYMVozQjVDN0UiLCJpYXQiOjE3NjcyMjU2MDAsImV4cCI6MTc5ODc2MTYwMH0.jMKoAyy2yGMm3gVnfFbyZy0t7mazNhHxFdAEYEmmQEk';

const encode = (part: object | string) =>
	Buffer.from(typeof part === 'string' ? part : JSON.stringify(part)).toString('base64url');

/** A token of any header and payload, rightly signed by the key that signs tokens unless told otherwise. */
function forge(
	header: object | string,
	payload: object | string,
	{ digest = 'sha256', key = secrets.derive('api-keys') } = {},
) {
	const signed = `${encode(header)}.${encode(payload)}`;
	return `oec_live_${signed}.${createHmac(digest, key).update(signed).digest('base64url')}`;
}

describe('a token', () => {
	it.each([
		['org', 'oec_live_'],
		['multi_org', 'oec_live_'],
		['webhook', 'sk_live_'],
	] as const)('of scope %s is the same, byte for byte, as one that is made by hand', (scope, prefix) => {
		const byHand = forge(HEADER, { ...PAYLOAD, exp: undefined }).replace('oec_live_', prefix);
		expect(tokens.sign({ ...CLAIMS, scope })).toBe(byHand);
	});

	it.each(['oec_live_', 'sk_live_'])('that jose made is still good: %s', (prefix) => {
		expect(tokens.verify(prefix + MADE_BY_JOSE)).toBe(CLAIMS.key_id);
	});

	it('carries no expiry of its own', () => {
		const token = tokens.sign({ ...CLAIMS, scope: 'org' });
		const later = createTokens(secrets, createFakeClock(new Date('2999-01-01')));
		expect(later.verify(token)).toBe(CLAIMS.key_id);
	});

	it('that carries one is good until the second in which it expires', () => {
		const verifiedAt = (now: string) =>
			createTokens(secrets, createFakeClock(new Date(now))).verify(`oec_live_${MADE_BY_JOSE}`);
		expect(verifiedAt('2026-12-31T23:59:59.999Z')).toBe(CLAIMS.key_id);
		expect(verifiedAt('2027-01-01T00:00:00.000Z')).toBeNull();
	});

	it('that an earlier master key made is still good', () => {
		const rotated = createSecrets(Buffer.alloc(32, 8), [Buffer.alloc(32, 7)]);
		expect(createTokens(rotated, clock).verify(`oec_live_${MADE_BY_JOSE}`)).toBe(CLAIMS.key_id);
	});
});

describe('what is no token', () => {
	const [header = '', payload = '', signature = ''] = MADE_BY_JOSE.split('.');
	const signed = JSON.stringify(PAYLOAD).slice(1, -1);

	it('is told apart from one forged as a token is made', () => {
		expect(tokens.verify(forge(HEADER, PAYLOAD))).toBe(CLAIMS.key_id);
	});

	it.each([
		['nothing', ''],
		['a prefix alone', 'oec_live_'],
		['no prefix', MADE_BY_JOSE],
		['another prefix', `pk_live_${MADE_BY_JOSE}`],
		['no JWT', 'oec_live_nothing'],
		['empty parts', 'oec_live_..'],
		['a part too few', `oec_live_${header}.${payload}`],
		['a part too many', `oec_live_${MADE_BY_JOSE}.${signature}`],
		['no signature', `oec_live_${header}.${payload}.`],
		['a shortened signature', `oec_live_${MADE_BY_JOSE.slice(0, -1)}`],
		['an altered signature', `oec_live_${header}.${payload}.A${signature.slice(1)}`],
		['a signature that ends in other bits that decode alike', `oec_live_${MADE_BY_JOSE.slice(0, -1)}l`],
		['an altered payload', `oec_live_${header}.${encode({ ...PAYLOAD, iat: 1 })}.${signature}`],
		['white space behind it', `oec_live_${MADE_BY_JOSE} `],
		['the algorithm none, unsigned', `oec_live_${encode({ ...HEADER, alg: 'none' })}.${payload}.`],
		['the algorithm none, signed', forge({ ...HEADER, alg: 'none' }, PAYLOAD)],
		['the algorithm HS512', forge({ ...HEADER, alg: 'HS512' }, PAYLOAD, { digest: 'sha512' })],
		['the algorithm RS256', forge({ ...HEADER, alg: 'RS256' }, PAYLOAD)],
		['a list of algorithms', forge({ ...HEADER, alg: ['HS256'] }, PAYLOAD)],
		['no algorithm', forge({ typ: HEADER.typ }, PAYLOAD)],
		['no type', forge({ alg: HEADER.alg }, PAYLOAD)],
		['another type', forge({ ...HEADER, typ: 'JWT' }, PAYLOAD)],
		['an extension that must be understood', forge({ ...HEADER, crit: ['b64'], b64: false }, PAYLOAD)],
		['an empty crit', forge({ ...HEADER, crit: [] }, PAYLOAD)],
		['a key of its own', forge({ ...HEADER, jwk: { kty: 'oct', k: 'BwcH' } }, PAYLOAD)],
		['a type twice, the wrong one last', forge('{"alg":"HS256","typ":"api-key+jwt","typ":"JWT"}', PAYLOAD)],
		['a header that is null', forge('null', PAYLOAD)],
		['a header that is a list', forge('[]', PAYLOAD)],
		['a header that is no JSON', forge('{', PAYLOAD)],
		['a payload that is null', forge(HEADER, 'null')],
		['a payload that is a text', forge(HEADER, '"text"')],
		['a payload that is no JSON', forge(HEADER, '{')],
		['another issuer', forge(HEADER, { ...PAYLOAD, iss: 'somebody-else' })],
		['no issuer', forge(HEADER, { ...PAYLOAD, iss: undefined })],
		['another audience', forge(HEADER, { ...PAYLOAD, aud: 'somebody-else' })],
		['no audience', forge(HEADER, { ...PAYLOAD, aud: undefined })],
		['an issuer twice, the wrong one last', forge(HEADER, `{${signed},"iss":"somebody-else"}`)],
		['no id', forge(HEADER, { ...PAYLOAD, jti: undefined })],
		['an id of another kind', forge(HEADER, { ...PAYLOAD, jti: PAYLOAD.sub })],
		['an id that is a query', forge(HEADER, { ...PAYLOAD, jti: { $ne: null } })],
		['a time that is past', forge(HEADER, { ...PAYLOAD, exp: PAYLOAD.iat })],
		['an expiry that is a text', forge(HEADER, { ...PAYLOAD, exp: '1798761600' })],
		['a time that is yet to come', forge(HEADER, { ...PAYLOAD, nbf: PAYLOAD.iat + 1 })],
		['the signature of another key', forge(HEADER, PAYLOAD, { key: Buffer.alloc(32, 7) })],
		['the signature of the master key for another purpose', forge(HEADER, PAYLOAD, { key: secrets.derive('x') })],
	])('is refused without an error: %s', (_case, token) => {
		expect(tokens.verify(token)).toBeNull();
	});
});
