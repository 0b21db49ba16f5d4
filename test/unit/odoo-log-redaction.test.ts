import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Redaction } from '../../backend/src/features/odoo-routes/logs/redaction';

const sent = (value: unknown) => ({ text: JSON.stringify(value), value });
const redacted = (value: unknown) => new Redaction().json(sent(value));

describe('Redaction', () => {
	it('leaves what names no secret as it was sent', () => {
		const text = '{ "name" : "Azure Interior" }';
		expect(new Redaction().json({ text, value: JSON.parse(text) })).toBe(text);
	});

	it('shows what is no JSON, unless it may hold a secret', () => {
		expect(new Redaction().json({ text: '{"name":', value: undefined })).toBe('{"name":');
		expect(new Redaction().json({ text: '{"password":"hunter2"', value: undefined })).not.toContain('hunter2');
	});

	it('knows a name that is written with escapes', () => {
		const text = String.raw`{"p\u0061ssw\u006frd":"hunter2"}`;
		expect(new Redaction().json({ text, value: JSON.parse(text) })).toBe('{"password":"***"}');
	});

	it.each(['smtp_pass', 'pass', 'pin', 'pin_code', 'otp', 'totp', 'card_cvc', 'smtpPass'])(
		'knows the name %s',
		(name) => {
			expect(redacted({ [name]: 'hunter2' })).toBe(`{"${name}":"***"}`);
			expect(redacted({ search_domain: [[name, '=', 'hunter2']] })).not.toContain('hunter2');
		},
	);

	it.each(['passport_number', 'spin', 'pinned', 'compass', 'option'])('shows what has the name %s', (name) => {
		expect(redacted({ [name]: 'value', password: '' })).toContain(`"${name}":"value"`);
	});

	it.each(['oec_live_', 'sk_live_', 'whsec_'])('blacks out a key %s… wherever it is', (prefix) => {
		const token = `${prefix}abc.def-1_2`;
		expect(redacted({ note: `my key is ${token}, keep it` })).toBe(`{"note":"my key is ${prefix}***, keep it"}`);
		expect(new Redaction().text(`unknown: ${token}`)).toBe(`unknown: ${prefix}***`);
		const text = JSON.stringify({ note: token }).replace('live', String.raw`l\u0069ve`);
		expect(new Redaction().json({ text, value: JSON.parse(text) })).not.toContain('def-1_2');
	});

	it('blacks out the value of a condition in a domain, as JSON and as Python', () => {
		const domain = [['api_key', '=', 'hunter2']];
		expect(redacted({ search_domain: domain })).toBe('{"search_domain":[["api_key","=","***"]]}');
		const python = "[('api_key', '=', 'hunter2')]";
		expect(redacted({ search_domain: python })).toBe('{"search_domain":[["api_key","=","***"]]}');
	});

	it('blacks out a domain that names a secret and cannot be read', () => {
		expect(redacted({ search_domain: "[('api_key', '=', 'hunter2'" })).toBe('{"search_domain":"***"}');
	});

	it('blacks out a secret that a later text repeats', () => {
		const redaction = new Redaction();
		redaction.json(sent({ password: 'hunter2' }));
		expect(redaction.text("password 'hunter2' is too short")).toBe("password '***' is too short");
		expect(redaction.json(sent({ message: 'hunter2' }))).toBe('{"message":"***"}');
	});

	it('blacks out each of several secrets that a later text repeats', () => {
		const redaction = new Redaction();
		redaction.json(sent({ search_domain: [['api_key', 'in', ['hunter2', 'hunter3']]], token: { old: 'hunter4' } }));
		expect(redaction.text('not hunter2, hunter3 or hunter4')).toBe('not ***, *** or ***');
	});

	it('shows nothing of what is nested too deep to be written', () => {
		const text = `{"token":"hunter2","x":${'['.repeat(200_000)}${']'.repeat(200_000)}}`;
		expect(new Redaction().json({ text, value: JSON.parse(text) })).toMatch('not shown');
	});

	it('shows nothing more after more secrets than it can look for', () => {
		const redaction = new Redaction();
		redaction.json(sent(Array.from({ length: 101 }, (_, index) => ({ password: `secret ${index}` }))));
		expect(redaction.text('secret 7')).not.toContain('secret 7');
	});

	it('never shows a value under the name of a secret, wherever it is', () => {
		const key = fc.constantFrom('password', 'new_password', 'API-Key', 'apikey', 'access_token', 'client_secret');
		const secret = 'hunter2-and-more';
		const hiding = fc.letrec<{ tree: unknown }>((tie) => ({
			tree: fc.oneof(
				{ maxDepth: 4 },
				key.map((name) => ({ [name]: secret })),
				fc.array(tie('tree'), { maxLength: 3 }),
				fc.dictionary(fc.string(), tie('tree'), { maxKeys: 3 }),
			),
		})).tree;
		fc.assert(
			fc.property(hiding, (value) => {
				expect(redacted(value)).not.toContain(secret);
			}),
		);
	});
});
