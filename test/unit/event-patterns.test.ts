import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { EVENT_TYPES } from '../../backend/src/core/events';
import { eventPatternSchema, wants } from '../../backend/src/features/events/event-patterns';

const anyType = fc.constantFrom(...EVENT_TYPES);

describe('event patterns', () => {
	it('match their own type and no other', () => {
		fc.assert(fc.property(anyType, anyType, (pattern, type) => wants([pattern], type) === (pattern === type)));
	});

	it('match a whole family by its wildcard, and nothing of another', () => {
		fc.assert(
			fc.property(anyType, anyType, (one, type) => {
				const [family = ''] = one.split('.');
				return wants([`${family}.*`], type) === type.startsWith(`${family}.`);
			}),
		);
	});

	it('match everything by *', () => {
		expect(EVENT_TYPES.every((type) => wants(['*'], type))).toBe(true);
	});

	it('match nothing where there are none', () => {
		expect(EVENT_TYPES.some((type) => wants([], type))).toBe(false);
	});

	it.each([...EVENT_TYPES, '*', 'deployment.*', 'environment.*', 'webhook.*'])('%s can be asked for', (pattern) => {
		expect(eventPatternSchema.safeParse(pattern).success).toBe(true);
	});

	it.each(['', 'deployment', 'deployment.', 'deploy*', '*.failed', '**', 'deployment.*.x', 'deployment.exploded'])(
		'"%s" is refused',
		(pattern) => {
			expect(eventPatternSchema.safeParse(pattern).success).toBe(false);
		},
	);
});
