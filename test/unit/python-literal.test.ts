import { spawnSync } from 'node:child_process';
import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import {
	approximatePythonLiteral,
	parsePythonLiteral,
	PythonSyntaxError,
	type PythonValue,
} from '../../backend/src/odoo/python-literal';

const MANIFEST = `# -*- coding: utf-8 -*-
# Part of Odoo. See LICENSE file for full copyright and licensing details.

{
    'name': 'Sales',
    "version": u'1.2',
    'summary': 'From quotations'  # implicit
               " to invoices",
    'description': """
Manage sales quotations and orders
==================================
* 'single' and "double" quotes
    """,
    'depends': ['sales_team', 'account', ('portal'),],
    'external_dependencies': {'python': ['phonenumbers']},
    'data': [
        # 'security/ir.model.access.csv',
        r'views\\sale.xml',
    ],
    'sequence': 5_0, 'price': -9.99, 'currency': None,
    'installable': True, 'auto_install': False,
    'countries': ('us', 'de'),
}
`;

function failure(text: string): PythonSyntaxError {
	try {
		parsePythonLiteral(text);
	} catch (error) {
		if (error instanceof PythonSyntaxError) return error;
		throw error;
	}
	throw new Error(`${text} was taken`);
}

describe('parsePythonLiteral', () => {
	it('reads a manifest', () => {
		expect(parsePythonLiteral(MANIFEST)).toEqual({
			name: 'Sales',
			version: '1.2',
			summary: 'From quotations to invoices',
			description:
				'\nManage sales quotations and orders\n==================================\n' +
				'* \'single\' and "double" quotes\n    ',
			depends: ['sales_team', 'account', 'portal'],
			external_dependencies: { python: ['phonenumbers'] },
			data: ['views\\sale.xml'],
			sequence: 50,
			price: -9.99,
			currency: null,
			installable: true,
			auto_install: false,
			countries: ['us', 'de'],
		});
	});

	it('reads a search domain', () => {
		expect(parsePythonLiteral(`['|', ('name', 'ilike', "O'Neil"), ('id', 'in', [1, 2])]`)).toEqual([
			'|',
			['name', 'ilike', "O'Neil"],
			['id', 'in', [1, 2]],
		]);
	});

	it('reads files of any line ending', () => {
		expect(parsePythonLiteral("{\r\n'a': '''x\r\ny''',\r}\r\n")).toEqual({ a: 'x\ny' });
	});

	it('keeps a key named __proto__ as a key', () => {
		expect(JSON.stringify(parsePythonLiteral("{'__proto__': 1}"))).toBe('{"__proto__":1}');
	});

	it.each([
		['', 1, 1, 'expected a value, found the end of the text'],
		["{\n  'a': foo,\n}", 2, 8, 'names and calls are not allowed: foo'],
		["{'version': version()}", 1, 13, 'names and calls are not allowed: version'],
		["__import__('os')", 1, 1, 'names and calls are not allowed: __import__'],
		["'a' + 'b'", 1, 5, 'unexpected "+" after the value'],
		["['a' % 1]", 1, 6, 'expected "," or "]", found "%"'],
		['[\n1,\n2', 1, 1, '[ was never closed'],
		['(1]', 1, 3, 'expected "," or ")", found "]"'],
		["{'a': 1, 'b'}", 1, 13, 'expected ":", found "}"'],
		['{1: 2}', 1, 2, 'the keys of a dictionary must be strings'],
		['{[]: 2}', 1, 2, 'a list, set or dictionary can be neither a key nor in a set'],
		['[*a]', 1, 2, 'expected a value, found "*"'],
		["'abc", 1, 1, 'the string is never closed'],
		["'ab\nc'", 1, 1, 'the string is never closed'],
		["b'abc'", 1, 1, 'a string with the prefix b is not allowed'],
		["f'{x}'", 1, 1, 'a string with the prefix f is not allowed'],
		["'a\\x4'", 1, 3, 'the escape \\x is not complete, or not supported'],
		["'\\N{BULLET}'", 1, 2, 'the escape \\N is not complete, or not supported'],
		["'\\U00110000'", 1, 2, '\\U00110000 is no Unicode character'],
		['--1', 1, 1, 'a sign must stand before a number'],
		['-True', 1, 1, 'a sign must stand before a number'],
		['012', 1, 1, 'an integer may not start with 0'],
		['1__0', 1, 1, 'this number is not valid'],
		['1j', 1, 1, 'this number is not valid'],
		['0x', 1, 1, 'this number is not valid'],
		['1e999', 1, 1, 'the number is too large'],
		['9007199254740993', 1, 1, 'the number is too large'],
		['...', 1, 1, 'expected a value, found "."'],
		['1 2', 1, 3, 'unexpected "2" after the value'],
		['\n  {}', 2, 3, 'unexpected indent'],
		["'\0'", 1, 2, 'a null character is not allowed'],
		['[1 for x in y]', 1, 4, 'expected "," or "]", found "for"'],
		['x'.repeat(1000), 1, 1, `names and calls are not allowed: ${'x'.repeat(40)}…`],
	])('refuses %j at line %i, column %i', (text, line, column, reason) => {
		expect(failure(text)).toMatchObject({ line, column, reason });
	});

	it('takes the only way to write an empty set', () => {
		expect(parsePythonLiteral('[set(), set ( )]')).toEqual([[], []]);
		expect(failure('set([1])').reason).toBe('names and calls are not allowed: set');
	});

	it('names the place in its message', () => {
		expect(failure('[\n foo]').message).toBe('Line 2, column 2: names and calls are not allowed: foo.');
	});

	it('takes a hundred levels and no more', () => {
		expect(parsePythonLiteral('['.repeat(100) + ']'.repeat(100))).toHaveLength(1);
		expect(failure('['.repeat(60_000)).reason).toBe('nested more than 100 levels deep');
	});

	it('takes 65,536 characters and no more, whatever it is made of', () => {
		const kinds = [' ', '\n', "'", '#', '\\', "'' ", '\\\n', '1', '(', '\t#\n', 'a', '"""', '-', '1,'];
		for (const kind of kinds) {
			const text = kind.repeat(Math.floor((64 * 1024) / kind.length));
			for (const opening of ['', '[', "['", "'''"]) {
				try {
					parsePythonLiteral(opening + text.slice(opening.length));
				} catch (error) {
					expect(error).toBeInstanceOf(PythonSyntaxError);
				}
			}
		}
		expect(failure(' '.repeat(64 * 1024 + 1)).reason).toBe('the text is longer than 65536 characters');
	});

	it('throws nothing but its own error, whatever the text', () => {
		const piece = fc.constantFrom(
			...['{', '}', '[', ']', '(', ')', ',', ':', "'", '"', "'''", '"""', '\\', '\n', '\r', '#', ' ', '-', '+'],
			...['a', 'r', 'b', 'u', 'f', 'True', 'None', '0', '1', '_', '.', 'e', '0x', '\\x', '\\u', '\\N', 'é', '😀'],
		);
		const text = fc.oneof(
			fc.string({ unit: 'binary' }),
			fc.array(piece).map((pieces) => pieces.join('')),
		);
		fc.assert(
			fc.property(text, (any) => {
				try {
					parsePythonLiteral(any);
				} catch (error) {
					expect(error).toBeInstanceOf(PythonSyntaxError);
				}
			}),
			{ numRuns: 3000 },
		);
	});
});

describe('approximatePythonLiteral', () => {
	it.each<[string, PythonValue]>([
		["b'a' rb'\\n' Br'' b'\\x41\\u0041'", 'a\\nA\\u0041'],
		['1j', 1],
		['-1 + 2j', -1],
		['0-2.5J', 2.5],
		['...', true],
		['9007199254740993', 9007199254740992],
		['1e999', Infinity],
		["'\\N{BULLET} \\N{LATIN SMALL LETTER E WITH ACUTE}'", '\\N{BULLET} \\N{LATIN SMALL LETTER E WITH ACUTE}'],
		["{1: 2, 'a': 3, (4, 5): {6: 7}}", { a: 3 }],
	])('takes %s as what comes nearest', (text, value) => {
		expect(approximatePythonLiteral(text)).toEqual(value);
	});

	it.each([
		["b'a' 'b'", 'bytes and text cannot be mixed'],
		["b'é'", 'bytes can only contain ASCII characters'],
		["bu'a'", 'a string with the prefix bu is not allowed'],
		["'\\N{}'", 'the escape \\N is not complete, or not supported'],
		["'\\N'", 'the escape \\N is not complete, or not supported'],
		['1 + 2', 'operators are not allowed: +'],
		['1 +', 'operators are not allowed: +'],
		["{['a']: 1}", 'a list, set or dictionary can be neither a key nor in a set'],
		["{'a': 1, ['a']: 1}", 'a list, set or dictionary can be neither a key nor in a set'],
		['0x1j', 'this number is not valid'],
	])('refuses %s, as Python does', (text, reason) => {
		expect(() => approximatePythonLiteral(text)).toThrow(reason);
	});
});

const python = spawnSync('python3', ['--version']).status === 0 ? describe : describe.skip;

/** Asks Python for all of them at once: what each literal is, in writing, or null where Python refuses it. */
function literalEval(texts: readonly string[], written: 'json' | 'repr' = 'json'): (string | null)[] {
	const program = `
import ast, json, sys, warnings
warnings.simplefilter("ignore")
def answer(text):
    try:
        value = ast.literal_eval(text)
        return repr(value) if sys.argv[1] == "repr" else json.dumps(value, default=list)
    except Exception:
        return None
print(json.dumps([answer(text) for text in json.load(sys.stdin)]))
`;
	const { stdout } = spawnSync('python3', ['-c', program, written], {
		input: JSON.stringify(texts),
		encoding: 'utf8',
	});
	const answers: unknown = JSON.parse(stdout);
	if (!Array.isArray(answers)) throw new Error('no list');
	return answers.map((answer: unknown) => (typeof answer === 'string' ? answer : null));
}

python('parsePythonLiteral beside ast.literal_eval', () => {
	const blank = fc.constantFrom('', ' ', '\t', '  ');
	const inner = fc.constantFrom('', ' ', '\n', ' # a comment\n', '\\\n', '\n\n\t');
	const integer = fc.oneof(
		fc.integer().map(String),
		fc.nat().map((n) => `0x${n.toString(16)}`),
		fc.nat().map((n) => `0B${n.toString(2)}`),
		fc.nat().map((n) => `- 0o${n.toString(8)}`),
		fc.constantFrom('1_000', '00', '0_0', '+7', '-0', '0x_f'),
	);
	const float = fc.oneof(
		fc.integer({ min: -1e6, max: 1e6 }).map((n) => (n / 64).toFixed(6)),
		fc.constantFrom('1.', '.5', '1e5', '1_0.0_1e-1_0', '-2.5E+3', '010.5', '0e0'),
	);
	const character = fc.oneof(
		fc.constantFrom('a', 'b', ' ', '\t', '#', '{', '[', ',', ':', 'é', '€'),
		fc.constantFrom('😀', '\\\\', "\\'", '\\"', '\\n', '\\t', '\\a', '\\0', '\\101', '\\x41', '\\u20ac', '\\d'),
		fc.constantFrom('\\U0001F600', '\\\n', '\\8', '\\400'),
	);
	const string = fc
		.tuple(fc.constantFrom('', 'r', 'R', 'u', 'U'), fc.constantFrom("'", '"', "'''", '"""'), fc.array(character))
		.map(([prefix, quotes, characters]) => `${prefix}${quotes}${characters.join('')}${quotes}`);
	const strings = fc.tuple(string, blank, string).map((parts) => parts.join(''));
	const { literal } = fc.letrec<{ literal: string }>((tie) => {
		const separated = (item: fc.Arbitrary<string>) =>
			fc
				.tuple(fc.array(fc.tuple(inner, item, inner).map((parts) => parts.join(''))), fc.boolean(), inner)
				.map(([items, comma, end]) => items.join(',') + (comma && items.length > 0 ? ',' : '') + end);
		const entry = fc
			.tuple(string, inner, inner, tie('literal'))
			.map(([key, a, b, value]) => `${key}${a}:${b}${value}`);
		return {
			literal: fc.oneof(
				{ maxDepth: 4, withCrossShrink: true },
				fc.constantFrom('None', 'True', 'False', '()', '{}'),
				integer,
				float,
				string,
				strings,
				separated(tie('literal')).map((items) => `[${items}]`),
				separated(tie('literal')).map((items) => `(${items})`),
				separated(entry).map((items) => `{${items}}`),
			),
		};
	});

	it('takes with approximatePythonLiteral whatever Python takes, and nothing else', () => {
		const wordless = fc.constantFrom(
			...[
				"b'a'",
				"Rb'\\'",
				"bR'x' b'y'",
				"b'\\xff\\'",
				"b'é'",
				"'a' b'b'",
				'...',
				'1j',
				'1+2j',
				'-1-2J',
				'- 1.5 + .5j',
			],
			...[
				'1+2',
				'0b1j',
				'1_0j',
				'12345678901234567890',
				'1e999',
				'-1e999',
				"'\\N{BULLET}'",
				"'\\N'",
				'{1: 2}',
				'{(1,): 2}',
			],
			...[
				'{[]: 1}',
				'{{}}',
				'set()',
				'{set()}',
				'[set ( )]',
				'+ 1j',
				'set',
				'..',
				'....',
				'1 - 1',
				"b''",
				"{b'a': 1}",
			],
		);
		const texts = fc
			.sample(fc.tuple(literal, wordless, fc.constantFrom('[', '(', '{1: ')), { numRuns: 1000, seed: 7 })
			.map(([text, other, opening]) => {
				const items = opening.startsWith('{') ? other : `${text}, ${other}`;
				return opening + items + { '[': ']', '(': ')', '{1: ': '}' }[opening];
			});
		const taken = (text: string) => {
			try {
				approximatePythonLiteral(text);
				return true;
			} catch {
				return false;
			}
		};
		const answers = literalEval(texts, 'repr');
		expect(texts.filter((text, index) => taken(text) !== (answers[index] !== null))).toEqual([]);
	});

	/** In JSON, or null where it is refused. */
	const parsed = (text: string): string | null => {
		try {
			return JSON.stringify(parsePythonLiteral(text));
		} catch {
			return null;
		}
	};
	const compare = (texts: readonly string[]) =>
		literalEval(texts).map((answer, index) => {
			const text = texts[index] ?? '';
			return { text, expected: answer && JSON.stringify(JSON.parse(answer)), actual: parsed(text) };
		});

	it('says the same of every generated literal', () => {
		const compared = compare(fc.sample(literal, { numRuns: 2000, seed: 19 }));
		expect(compared.filter(({ expected, actual }) => actual !== expected)).toEqual([]);
	});

	it('takes nothing that Python refuses, and nothing otherwise', () => {
		const change = fc.constantFrom('', ',', ']', '"', '\n', '\\', '1', 'a', '-', ' ', ':', '.', '#');
		const texts = fc
			.sample(fc.tuple(literal, fc.nat(), change), { numRuns: 4000, seed: 14 })
			.map(([text, at, by]) => {
				const characters = Array.from(text);
				characters.splice(at % (characters.length + 1), 1, by);
				return characters.join('');
			});
		const compared = compare(texts);
		expect(compared.filter(({ expected, actual }) => actual !== null && actual !== expected)).toEqual([]);
	});
});
