import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { inPlainEnglish } from '../../backend/src/core/complaint';

const complaintOf = (schema: z.ZodType, value: unknown) =>
	schema.safeParse(value, inPlainEnglish).error?.issues.map(({ message }) => message);

describe('what is wrong with a value', () => {
	it.each<[string, z.ZodType, unknown]>([
		['is required', z.string(), undefined],
		['is required', z.enum(['running', 'failed']), undefined],
		['must be text', z.string(), 1],
		['must be a number', z.number(), 'one'],
		['must be a whole number', z.int(), 1.5],
		['must be true or false', z.boolean(), 'yes'],
		['must be a list', z.array(z.string()), {}],
		['must be an object', z.object({}), []],
		['must be an object', z.record(z.string(), z.string()), 1],
		['must be at least 1', z.int().min(1), 0],
		['must be at most 200', z.int().max(200), 201],
		['must be more than 0', z.number().positive(), 0],
		['must not be empty', z.string().min(1), ''],
		['must not be empty', z.array(z.string()).min(1), []],
		['must be at least 8 characters', z.string().min(8), 'short'],
		['must be at most 100 characters', z.string().max(100), 'x'.repeat(101)],
		['must be exactly 1 character', z.string().length(1), 'xy'],
		['must have at most 2 items', z.array(z.string()).max(2), ['a', 'b', 'c']],
		['must be one of "running", "failed"', z.enum(['running', 'failed']), 'lost'],
		['must be "2.0"', z.literal('2.0'), '1.0'],
		['must be a URL', z.url(), 'here'],
		['must be a time as ISO 8601 has it, e.g. 2026-05-07T14:23:11Z', z.iso.datetime(), 'now'],
		['must be in the documented form', z.string().regex(/^x$/), 'y'],
		['must be a multiple of 5', z.int().multipleOf(5), 7],
		['has what is not known here: foo', z.strictObject({}), { foo: 1 }],
		['is none of the forms that are taken here', z.union([z.string(), z.number()]), true],
		['has a name that may not be there', z.record(z.string().max(1), z.string()), { long: '' }],
		['is not as it must be', z.string().refine(() => false), ''],
	])('%s', (complaint, schema, value) => {
		expect(complaintOf(schema, value)).toEqual([complaint]);
	});

	it('is said in the words of the check, where it has its own', () => {
		expect(complaintOf(z.string().regex(/^x$/, 'must be an x'), 'y')).toEqual(['must be an x']);
	});
});
