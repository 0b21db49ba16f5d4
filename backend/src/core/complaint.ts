import type { z } from 'zod';

type RawIssue = Parameters<z.core.$ZodErrorMap>[0];

/**
 * Says in plain English what is wrong with a value, to go on after its name: "limit", "must be at least 1". For every
 * check that has no text of its own.
 */
export const complain: z.core.$ZodErrorMap = (issue) => {
	switch (issue.code) {
		case 'invalid_type':
			if (issue.input === undefined) return 'is required';
			return `must be ${KINDS[issue.expected] ?? `of the type ${issue.expected}`}`;
		case 'too_small':
			return bounded(issue, issue.minimum, issue.inclusive === false ? 'more than' : 'at least');
		case 'too_big':
			return bounded(issue, issue.maximum, issue.inclusive === false ? 'less than' : 'at most');
		case 'invalid_value':
			return issue.input === undefined ? 'is required' : `must be ${oneOf(issue.values)}`;
		case 'invalid_format':
			return `must be ${FORMATS[issue.format] ?? 'in the documented form'}`;
		case 'not_multiple_of':
			return `must be a multiple of ${issue.divisor}`;
		case 'unrecognized_keys':
			return `has what is not known here: ${issue.keys.join(', ')}`;
		case 'invalid_union':
			return issue.input === undefined ? 'is required' : 'is none of the forms that are taken here';
		case 'invalid_key':
			return 'has a name that may not be there';
		case 'invalid_element':
			return 'has an item that may not be there';
		case 'custom':
			return 'is not as it must be';
	}
};

/** The settings of a parse whose complaints people read. */
export const inPlainEnglish = { error: complain };

const KINDS: Readonly<Record<string, string>> = {
	string: 'text',
	number: 'a number',
	int: 'a whole number',
	boolean: 'true or false',
	array: 'a list',
	object: 'an object',
	record: 'an object',
	null: 'null',
	date: 'a date',
};

const FORMATS: Readonly<Record<string, string>> = {
	url: 'a URL',
	email: 'an email address',
	datetime: 'a time as ISO 8601 has it, e.g. 2026-05-07T14:23:11Z',
	date: 'a date such as 2026-05-07',
	uuid: 'a UUID',
	cidrv4: 'a range of IPv4 addresses',
	cidrv6: 'a range of IPv6 addresses',
	ipv4: 'an IPv4 address',
	ipv6: 'an IPv6 address',
};

function bounded(
	{ origin, exact }: RawIssue & { origin: string; exact?: boolean },
	bound: number | bigint,
	by: string,
) {
	const much = exact === true ? 'exactly' : by;
	const unit = UNITS[origin];
	if (unit === undefined)
		return `must be ${much} ${origin === 'date' ? new Date(Number(bound)).toISOString() : bound}`;
	if (by === 'at least' && exact !== true && Number(bound) === 1) return 'must not be empty';
	return `must ${origin === 'string' ? 'be' : 'have'} ${much} ${bound} ${Number(bound) === 1 ? unit : `${unit}s`}`;
}

/** What things with a size are counted in. */
const UNITS: Readonly<Record<string, string>> = {
	string: 'character',
	array: 'item',
	set: 'item',
	map: 'item',
	file: 'byte',
};

function oneOf(values: readonly z.core.util.Primitive[]) {
	const [only, ...others] = values.map((value) =>
		typeof value === 'string' ? JSON.stringify(value) : String(value),
	);
	return others.length === 0 ? String(only) : `one of ${[only, ...others].join(', ')}`;
}
