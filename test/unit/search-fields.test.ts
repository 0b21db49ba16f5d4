import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseSearchFields, type SearchField, SearchFieldError } from '../../backend/src/odoo/search-fields';

const plain = (name: string): SearchField => ({ name, of: null });

function failure(...texts: string[]): string {
	try {
		parseSearchFields(texts);
	} catch (error) {
		if (error instanceof SearchFieldError) return error.message;
		throw error;
	}
	throw new Error(`${JSON.stringify(texts)} was taken`);
}

/** Names, and fields as a tree, no name twice in a list. */
const name = fc.stringMatching(/^[a-z_][a-z0-9_]{0,8}$/);
const { fields } = fc.letrec<{ fields: SearchField[]; field: SearchField }>((tie) => ({
	fields: fc.uniqueArray(tie('field'), { minLength: 1, maxLength: 4, selector: ({ name: key }) => key }),
	field: fc.oneof({ maxDepth: 3, withCrossShrink: true }, name.map(plain), fc.record({ name, of: tie('fields') })),
}));

const blanks = fc.constantFrom('', ' ', '\n\t ');
const write = (tree: readonly SearchField[], blank: string): string[] =>
	tree.map(({ name: key, of }) =>
		of === null
			? `${blank}${key}${blank}`
			: `${blank}${key}${blank}{${write(of, blank).join(',')}${blank}}${blank}`,
	);

describe('parseSearchFields', () => {
	it('reads the nested fields of the documentation', () => {
		expect(parseSearchFields(['name', 'order_line{product_id{name}, price_unit}'])).toEqual([
			plain('name'),
			{ name: 'order_line', of: [{ name: 'product_id', of: [plain('name')] }, plain('price_unit')] },
		]);
	});

	it('reads what it was written from, whatever blanks are in it', () => {
		fc.assert(
			fc.property(fields, blanks, (tree, blank) => {
				expect(parseSearchFields(write(tree, blank))).toEqual(tree);
			}),
		);
	});

	it('joins the fields of one that is named twice', () => {
		expect(parseSearchFields(['a{b, c{d}}', 'a', 'a{c{e}}'])).toEqual([
			{ name: 'a', of: [plain('b'), { name: 'c', of: [plain('d'), plain('e')] }] },
		]);
	});

	it('takes a list of nothing', () => {
		expect(parseSearchFields([])).toEqual([]);
	});

	it.each([
		['', '"": expected the name of a field, found the end at character 1.'],
		['a{', '"a{": expected the name of a field, found the end at character 3.'],
		['a{b', '"a{b": expected "," or "}", found the end at character 4.'],
		['a{}', '"a{}": expected the name of a field, found "}" at character 3.'],
		['a}', '"a}": expected "," or the end, found "}" at character 2.'],
		['a b', '"a b": expected "," or the end, found "b" at character 2.'],
		['a,', '"a,": expected the name of a field, found the end at character 3.'],
		['a.b', '"a.b": expected "," or the end, found "." at character 2.'],
		['1a', '"1a": expected the name of a field, found "1" at character 1.'],
	])('refuses %j', (text, message) => {
		expect(failure(text)).toBe(message);
	});

	it('refuses what is nested too deep', () => {
		expect(failure(`${'a{'.repeat(9)}a${'}'.repeat(9)}`)).toMatch('more than 8 levels');
	});

	it('refuses more fields than anybody asks for', () => {
		expect(failure(Array.from({ length: 501 }, (_, index) => `f${index}`).join(','))).toMatch('more than 500');
	});

	it('throws nothing but its own error, whatever it is given', () => {
		const noise = fc.oneof(fc.string({ unit: 'binary' }), fc.stringMatching(/^[a{}, \n]{0,40}$/));
		fc.assert(
			fc.property(fc.array(noise, { maxLength: 3 }), (texts) => {
				try {
					parseSearchFields(texts);
				} catch (error) {
					expect(error).toBeInstanceOf(SearchFieldError);
				}
			}),
			{ numRuns: 500 },
		);
	});
});
