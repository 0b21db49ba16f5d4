import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { preferenceApplied, type Preferences, readPreferences } from '../../backend/src/http/prefer';

describe('the header Prefer', () => {
	it.each<[prefer: string, Preferences]>([
		['wait=30', { wait: 30 }],
		['wait=30, handling=strict', { wait: 30, handling: 'strict' }],
		['Handling = "strict"; x=1 , WAIT="5"', { wait: 5, handling: 'strict' }],
		['handling=lenient', { handling: 'lenient' }],
		['respond-async, foo="a, wait=9; b", wait=10;', { wait: 10 }],
		['wait=1, wait=2', { wait: 1 }],
		['wait=soon, wait=2', {}],
		['wait=-1', {}],
		['wait', {}],
		['handling=maybe', {}],
		['', {}],
		[',;=', {}],
	])('of "%s" says %j', (prefer, expected) => {
		expect(readPreferences({ prefer })).toEqual(expected);
	});

	it('says nothing where it was not sent, and the same in several lines', () => {
		expect(readPreferences({})).toEqual({});
		expect(readPreferences({ prefer: ['wait=3', 'handling=strict'] })).toEqual({ wait: 3, handling: 'strict' });
	});

	it('is read whatever it holds', () => {
		fc.assert(
			fc.property(fc.string({ unit: fc.constantFrom('"', '\\', ',', ';', '=', ' ', 'wait', '1') }), (prefer) => {
				expect(Object.keys(readPreferences({ prefer })).every((name) => name === 'wait')).toBe(true);
			}),
		);
	});

	it('is answered with what was honored', () => {
		expect(preferenceApplied({ wait: 3, handling: 'strict' })).toEqual({
			'Preference-Applied': 'wait=3, handling=strict',
		});
		expect(preferenceApplied({})).toEqual({});
	});
});
