import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { domainFields, parseDomain } from '../src/domain';
import { pythonRepr } from '../src/python-repr';
import { likeMatcher } from '../src/like';
import { openSandbox } from '../src/testing';

const a = ['name', '=', 'a'];
const b = ['age', '>', 1];
const leaf = (field: string, operator: string, value: unknown) => ({ kind: 'condition', field, operator, value });
const A = leaf('name', '=', 'a');
const B = leaf('age', '>', 1);

describe('parsing a domain', () => {
	it.each<[string, unknown, unknown]>([
		['nothing', [], { kind: 'constant', value: true }],
		['one condition', [a], A],
		['implicit and', [a, b], { kind: 'and', of: [A, B] }],
		['explicit and', ['&', a, b], { kind: 'and', of: [A, B] }],
		['or', ['|', a, b], { kind: 'or', of: [A, B] }],
		['not', ['!', a], { kind: 'not', of: A }],
		['not not', ['!', '!', a], A],
		['or, then implicit and', ['|', a, b, a], { kind: 'and', of: [{ kind: 'or', of: [A, B] }, A] }],
		['what is always true', [[1, '=', 1], a], A],
		['what is never true', [[0, '=', 1], a], { kind: 'constant', value: false }],
		['null for unset', [['name', '=', null]], leaf('name', '=', false)],
		[
			'other spellings',
			[
				['name', '<>', 1],
				['name', 'NOT IN', []],
			],
			{ kind: 'and', of: [leaf('name', '!=', 1), leaf('name', 'not in', [])] },
		],
		['any', [['child_ids', 'any', [a]]], { kind: 'any', field: 'child_ids', domain: A }],
		[
			'not any',
			[['child_ids', 'not any', [a]]],
			{ kind: 'not', of: { kind: 'any', field: 'child_ids', domain: A } },
		],
	])('reads %s', (_, domain, expected) => {
		expect(parseDomain(domain)).toEqual(expected);
	});

	it.each([
		['text', 'x', "Domain() invalid argument type for domain: 'x'"],
		['too few operands', ['&', a], "Domain() malformed domain ['&', ['name', '=', 'a']]"],
		['half a condition', [['name', '=']], "Domain() invalid item in domain: ['name', '=']"],
		['an operator that is none', [['name', '~', 'x']], "Invalid operator in condition ('name', '~', 'x')"],
		['a number for a field', [[2, '=', 2]], 'Domain() invalid arguments: (2, '],
		['a path that ends in nothing', [['a.', '=', 2]], 'Invalid field expression'],
		['words', ['and', a], "Domain() invalid item in domain: 'and'"],
	])('refuses %s', (_, domain, message) => {
		expect(() => parseDomain(domain)).toThrow(message);
	});

	it('refuses or reads, whatever it is given', () => {
		fc.assert(
			fc.property(fc.jsonValue(), (input) => {
				try {
					parseDomain(input);
				} catch (error) {
					expect(error).toMatchObject({ name: 'DomainError' });
				}
			}),
		);
	});

	it('knows the fields it names itself', () => {
		const domain = parseDomain(['|', ['active', '=', false], '!', b, ['child_ids', 'any', [a]]]);
		expect(domainFields(domain)).toEqual(new Set(['active', 'age', 'child_ids']));
	});
});

describe('patterns of LIKE', () => {
	it.each([
		['a%c', 'abbc', true],
		['a_c', 'abc', true],
		['a_c', 'ac', false],
		['%', '', true],
		['\\%', '%', true],
		['\\%', 'x', false],
		['a\\', 'a\\', true],
		['%b%d%', 'abcde', true],
		['.*', 'ab', false],
		['_', '😀', true],
		['%__', '😀', false],
		['%_%_%', '😀', false],
		['%a\\%b', 'xa%b', true],
		['%aab%', 'aaab', true],
		['a%a', 'a', false],
		['a%', 'ba', false],
		['%%', '', true],
	])('%j on %j is %j', (pattern, text, expected) => {
		expect(likeMatcher(pattern, false).matches(text)).toBe(expected);
	});

	it('mean what the same regular expression means', () => {
		const letters = fc.array(fc.constantFrom('a', 'b', '%', '_'), { maxLength: 8 });
		fc.assert(
			fc.property(
				letters,
				fc.array(fc.constantFrom('a', 'b', 'A'), { maxLength: 10 }),
				fc.boolean(),
				(pattern, text, fold) => {
					const source = pattern.map((char) => (char === '%' ? '.*' : char === '_' ? '.' : char)).join('');
					const expected = new RegExp(`^${source}$`, fold ? 'i' : '').test(text.join(''));
					expect(likeMatcher(pattern.join(''), fold).matches(text.join(''))).toBe(expected);
				},
			),
			{ numRuns: 500 },
		);
	});

	it.each([
		['many parts', `${'%a'.repeat(200)}b`],
		['a long part that differs at its end', `%${'a'.repeat(1_000)}b%`],
		['a long part that differs at its beginning', `%b${'a'.repeat(1_000)}%`],
		['nothing but %', '%'.repeat(10_000)],
	])('look at a character no more than twice for %s', (_, pattern) => {
		expect(likeMatcher(pattern, false).looks).toBe(2);
	});

	it('look at a character as often as a part with _ is long', () => {
		expect(likeMatcher('a_c%d_f%g_i_k%l_n', false).looks).toBe(2 + 'g_i_k'.length);
	});
});

describe('searching', () => {
	const sandbox = openSandbox();
	const count = (model: string, domain: unknown, context = {}) =>
		sandbox.rpc(model, 'search_count', [domain], { context });

	it.each<[string, string, unknown[]]>([
		['a day includes its hours', 'sale.order', [['date_order', '<=', '2025-01-15']]],
		['a time is exact', 'sale.order', [['date_order', '=', '2025-01-15 09:30:00']]],
		[
			'an ISO time',
			'sale.order',
			[
				['date_order', '>=', '2025-01-15T09:30:00'],
				['date_order', '<', '2025-01-16'],
			],
		],
		[
			'relative to now',
			'sale.order',
			[
				['date_order', '>', 'now -13m'],
				['date_order', '<', '-12m'],
				['id', '=', 2],
			],
		],
	])('%s', async (_, model, domain) => {
		expect(await count(model, domain)).toBe(1);
	});

	it('on a day excludes it when later than that day is asked', async () => {
		expect(
			await count('sale.order', [
				['date_order', '>', '2025-01-15'],
				['id', '=', 1],
			]),
		).toBe(0);
		expect(
			await count('sale.order', [
				['date_order', '>', '2025-01-14'],
				['id', '=', 1],
			]),
		).toBe(1);
	});

	it('compares unset texts as empty ones', async () => {
		const unset = await count('res.partner', [['website', '=', false]]);
		expect(unset).toBeGreaterThan(0);
		expect(await count('res.partner', [['website', '=', '']])).toBe(unset);
		expect(
			await count('res.partner', [
				['website', '!=', 'x'],
				['website', '=', false],
			]),
		).toBe(unset);
	});

	it('hides archived records unless asked for', async () => {
		const archived = ['name', '=', 'Old Mill Outfitters'];
		expect(await count('res.partner', [archived])).toBe(0);
		expect(await count('res.partner', [archived, ['active', '=', false]])).toBe(1);
		expect(await count('res.partner', [archived, ['active', 'in', [true, false]]])).toBe(1);
		expect(await count('res.partner', [archived], { active_test: false })).toBe(1);
	});

	it.each([
		['an unknown field on the way', [['country_id.x', '=', 1]], 'Invalid field res.country.x'],
		['a way through a text', [['name.x', '=', 1]], "Invalid field property 'x' on res.partner.name"],
		['any of a text', [['name', 'any', []]], "Cannot use 'any' with non-relational fields"],
		['more than true', [['is_company', '>', true]], 'which is not a collection of length 1'],
		['more than a name', [['parent_id', '>', 'x']], 'Inequality not supported'],
		['a truth for a record', [['parent_id', '=', true]], 'operator does not exist: integer = boolean'],
		['a date that is none', [['create_date', '>', 'x']], "Invalid term 'x' in expression date"],
		[
			'a date with a zone',
			[['create_date', '>', '2025-01-01T00:00:00Z']],
			'expecting only datetimes with no timezone',
		],
		['a number that is none', [['color', '>', 'x']], 'could not convert string to float'],
		['a pattern that is none', [['name', '=like', 5]], 'The pattern to match must be a string'],
	])('refuses %s', async (_, domain, message) => {
		await expect(count('res.partner', domain)).rejects.toThrow(message);
	});

	it('finds with a negation exactly what it did not find without', async () => {
		const conditions = fc.constantFrom<unknown[]>(
			['parent_id', '=', false],
			['parent_id.name', 'ilike', 'a'],
			['child_ids.email', 'like', 'example'],
			['category_id', 'in', [1, false]],
			['color', '>', 3],
			['website', '=', false],
			['user_id', 'child_of', 3],
			['create_date', '>=', 'today'],
			['customer_rank', '<=', 0],
		);
		const total = Number(await count('res.partner', []));
		await fc.assert(
			fc.asyncProperty(
				fc.array(conditions, { minLength: 1, maxLength: 3 }),
				fc.constantFrom('&', '|'),
				async (leaves, operator) => {
					const domain = [...new Array<string>(leaves.length - 1).fill(operator), ...leaves];
					const [found, others] = [
						await count('res.partner', domain),
						await count('res.partner', ['!', ...domain]),
					];
					expect(Number(found) + Number(others)).toBe(total);
				},
			),
			{ numRuns: 60 },
		);
	});
});

describe('values as Python shows them', () => {
	it.each<[unknown, string]>([
		[null, 'None'],
		[[true, false, 1.5], '[True, False, 1.5]'],
		["it's", '"it\'s"'],
		['a\\b\n', "'a\\\\b\\n'"],
		[{ a: ['b'] }, "{'a': ['b']}"],
	])('%j', (value, expected) => {
		expect(pythonRepr(value)).toBe(expected);
	});
});
