import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ApiError } from '../../backend/src/core/errors';
import { readSearchDomain } from '../../backend/src/features/odoo-routes/search-domain';
import type { JsonValue } from '../../backend/src/odoo/json';
import { DOMAIN_OPERATORS, pythonRepr, tupleRepr } from '@odoo-platform/odoo-sandbox/values';

const text = fc.string({ unit: fc.constantFrom('a', 'é', "'", '"', '\\', ' ', '\n', '🙂', '%', '_') });
const value = fc.oneof(text, fc.integer(), fc.boolean(), fc.constant(null), fc.array(fc.integer(), { maxLength: 2 }));
const condition: fc.Arbitrary<JsonValue[]> = fc.tuple(
	fc.stringMatching(/^[a-z_]{1,8}(\.[a-z_]{1,8})?$/),
	fc.constantFrom(...DOMAIN_OPERATORS),
	value,
);
/** Operators, and a condition more than they take. */
const domain = fc
	.array(fc.tuple(fc.constantFrom('&', '|'), condition), { maxLength: 6 })
	.map((parts): JsonValue[] => [
		...parts.map(([operator]) => operator),
		['id', '>', 0],
		...parts.map(([, own]) => own),
	]);

/** As Python writes it, conditions as tuples. */
const python = (item: JsonValue) => (Array.isArray(item) ? tupleRepr(item) : pythonRepr(item));

describe('readSearchDomain', () => {
	it('reads from Python what it was written from, and hands on a list as it is', () => {
		fc.assert(
			fc.property(domain, (written) => {
				const read = readSearchDomain(`[${written.map(python).join(', ')}]`);
				expect(read).toEqual(written);
				expect(readSearchDomain(written)).toBe(written);
			}),
		);
	});

	it.each(['', '  ', '[]', '()'])('finds everything by %j', (everything) => {
		expect(readSearchDomain(everything)).toEqual([]);
	});

	it.each([
		["{'a': 1}", 'must be a list of conditions'],
		['True', 'must be a list of conditions'],
		["('name', '=', 'a')", "invalid item in domain: 'a'"],
		["[('name', '=')]", 'invalid item in domain'],
		["['|', ('name', '=', 'a')]", 'malformed domain'],
		["[('name', 'is', 'a')]", 'Invalid operator'],
		['[(1, 2, 3)]', 'invalid arguments'],
		["[('id', '=', nan)]", 'names and calls are not allowed: nan'],
		["[('id', '=', 1e999)]", 'the number is too large'],
		['__import__("os").system("id")', 'names and calls are not allowed: __import__'],
		["[('id', '=', (lambda: 1)())]", 'names and calls are not allowed: lambda'],
		['['.repeat(200), 'nested more than 100 levels deep'],
		["[('name', '=', 'a'", 'was never closed'],
		[`[('name', '=', '${'a'.repeat(64 * 1024)}')]`, 'the text is longer than 65536 characters'],
	])('refuses %s, and says why', (given, reason) => {
		expect(() => readSearchDomain(given)).toThrow(ApiError);
		expect(() => readSearchDomain(given)).toThrow(reason);
	});

	it('throws nothing but a refusal, whatever it is given', () => {
		const noise = fc.oneof(
			fc.string({ unit: 'binary' }),
			fc.stringMatching(/^[[\](){}'",:|&!=a-z0-9. \\]{0,60}$/),
			fc.array(fc.jsonValue()).map((items) => JSON.stringify(items)),
		);
		fc.assert(
			fc.property(noise, (given) => {
				try {
					readSearchDomain(given);
				} catch (error) {
					expect(error).toBeInstanceOf(ApiError);
				}
			}),
			{ numRuns: 1_000 },
		);
	});
});
