import { describe, expect, it } from '@jest/globals';
import { sanitizeRecords } from '../../backend/src/runtimes/sandbox/sanitize';
import type { Sanitizing } from '../../backend/src/runtimes/sanitizing';
import { createScrubber } from '../../backend/src/runtimes/scrub/pseudonyms';

const key = Buffer.alloc(32, 7);
const { scrub, pseudonym } = createScrubber(key);
/** What test/real/sanitize.test.ts holds SQL to as well. */
const BOSS = 'u3cb4a5fedc34f58f27b1@sanitized.invalid';
const minimal: Sanitizing = { key, profile: 'minimal', attachments: 'all', rules: [] };

describe('an address in a text', () => {
	it.each([
		['as it is', 'boss@real-corp.com'],
		['in upper case', 'BOSS@Real-Corp.com'],
		['in a URL', 'boss%40real-corp.com'],
		['in a URL within a URL', 'boss%2540real-corp%252Ecom'],
		['in HTML, by its number', 'boss&#64;real-corp.com'],
		['in HTML, by its number in hexadecimal', 'boss&#x40;real-corp&#46;com'],
		['in HTML, by its name', 'boss&commat;real-corp.com'],
		['in HTML, each letter by its number', '&#98;oss&#064;real-corp.com'],
		['in JSON', 'boss\\u0040real-corp.com'],
		['in JSON, each letter by its number', '\\u0062oss@real-corp.com'],
	])('is the same hash %s', (_how, written) => {
		expect(scrub(written)).toBe(BOSS);
	});

	it.each([
		['"Name" <boss@real-corp.com>, x', `"Name" <${BOSS}>, x`],
		['a\\nboss@real-corp.com', `a\\n${BOSS}`],
		['?next=%2Fp%3Femail%3Dboss%40real-corp.com&x', `?next=%2Fp%3Femail%3D${BOSS}&x`],
		['<a href="mailto:boss@real-corp.com">', `<a href="mailto:${BOSS}">`],
		['&lt;boss@real-corp.com&gt;', `&lt;${BOSS}&gt;`],
		['boss@real-corp.com,boss@real-corp.com.', `${BOSS},${BOSS}.`],
	])('leaves what is around it: %s', (text, expected) => {
		expect(scrub(text)).toBe(expected);
	});

	it('is found with letters of any language', () => {
		expect(scrub('jörg.müller@bücher.example')).toMatch(/^u[0-9a-f]{20}@sanitized\.invalid$/);
	});

	it('stays once it is a hash', () => {
		expect(scrub(scrub('boss@real-corp.com, "j d"@x.co.uk'))).toBe(scrub('boss@real-corp.com, "j d"@x.co.uk'));
	});

	it('is not the name of a picture', () => {
		expect(scrub('/web/logo@2x.png')).toBe('/web/logo@2x.png');
	});

	it('is looked for in time that grows with the text', () => {
		const started = performance.now();
		scrub(`${'a'.repeat(100_000)}@`);
		scrub(`x@${'a%2E'.repeat(5_000)}`);
		expect(performance.now() - started).toBeLessThan(2_000);
	});
});

describe('a pseudonym', () => {
	it('is the same for a phone number however it is written', () => {
		expect(pseudonym('phone', '+32 2 290-34.90')).toBe(pseudonym('phone', '003222903490'));
	});

	it('stays', () => {
		const name = pseudonym('name', 'Acme, Jo Doe');
		expect(pseudonym('name', name)).toBe(name);
	});
});

describe('the records of a sandbox', () => {
	const user = (id: number, login: string) => ({ model: 'res.users', id, row: { id, login, password: 'x' } });

	it('have logins that differ, and no passwords', () => {
		const { changes } = sanitizeRecords([user(1, 'boss@real-corp.com'), user(2, 'Boss@real-corp.com')], minimal);
		expect(changes.map(({ row }) => row)).toEqual([
			{ id: 1, login: BOSS, password: false },
			{ id: 2, login: BOSS.replace('@', '-2@'), password: false },
		]);
	});

	it('keep equal names equal in the profile of contacts', () => {
		const rows = [
			{ model: 'res.partner', id: 1, row: { id: 1, name: 'Jo Doe', commercial_company_name: 'Jo Doe' } },
		];
		const [partner] = sanitizeRecords(rows, { ...minimal, profile: 'contacts' }).changes;
		expect(partner?.row?.name).toMatch(/^Contact [0-9a-f]{10}$/);
		expect(partner?.row?.commercial_company_name).toBe(partner?.row?.name);
	});

	it('refuse a rule for a field that there is not, by its name', () => {
		const rules = [{ model: 'res.partner', field: 'nickname', action: 'clear' as const }];
		const rows = [{ model: 'res.partner', id: 1, row: { id: 1, name: 'Jo' } }];
		expect(() => sanitizeRecords(rows, { ...minimal, rules })).toThrow('res.partner.nickname');
	});
});
