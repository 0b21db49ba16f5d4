import { describe, expect, it } from '@jest/globals';
import { inexactIntegers } from '../../backend/src/core/inexact-integers';
import { parseJson } from '../../backend/src/odoo/json';

const found = (json: string) => [...inexactIntegers(json)].map(({ literal }) => literal);

describe('inexactIntegers', () => {
	it.each([
		['the first that is not safe', '[9007199254740992]', ['9007199254740992']],
		['a negative one', '{"a": -9007199254740993}', ['-9007199254740993']],
		[
			'several, at any depth',
			'[9007199254740993, {"a": [98765432109876543210]}]',
			['9007199254740993', '98765432109876543210'],
		],
		['one after a text with escapes', '["\\\\", "\\"", 9007199254740993]', ['9007199254740993']],
		['one beside a text with such digits', '{"9007199254740995": 9007199254740993}', ['9007199254740993']],
	])('finds %s', (_what, json, literals) => {
		expect(found(json)).toEqual(literals);
	});

	it.each([
		['the largest that is safe', '[9007199254740991]'],
		['a fraction', '[1.2345678901234567, 12345678901234567.0]'],
		['an exponent', '[9007199254740993e2]'],
		['the digits of a text', '["9007199254740993", "\\"9007199254740993", "\\\\"]'],
		['a long text', JSON.stringify(['9'.repeat(20_000_000)])],
	])('leaves %s', (_what, json) => {
		expect(found(json)).toEqual([]);
	});
});

describe('parseJson', () => {
	it('keeps integers that would be rounded as texts, and everything else as it is', () => {
		expect(parseJson('{"a": [9007199254740993, -12345678901234567890], "b": "9007199254740993", "c": 7}')).toEqual({
			a: ['9007199254740993', '-12345678901234567890'],
			b: '9007199254740993',
			c: 7,
		});
	});
});
