import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { scalarFor } from '../../nodes/OdooGateway/scalars';
import { roundedIn } from '../../nodes/shared/plain';

const zones = fc.constantFrom('America/New_York', 'Europe/Brussels', 'Asia/Kolkata', 'Pacific/Auckland', 'UTC');
const instants = fc.date({ min: new Date('1970-01-01'), max: new Date('2100-01-01'), noInvalidDate: true });

describe('an instant', () => {
	it('is on the same day and at the same time, whether it comes as a text or as a Date', () => {
		fc.assert(
			fc.property(instants, zones, (instant, zone) => {
				for (const type of ['date', 'datetime']) {
					const asText = scalarFor(type, instant.toISOString(), zone);
					expect(scalarFor(type, instant, zone)).toBe(asText);
				}
			}),
		);
	});

	it('is on the day that it is on in the workflow’s time zone', () => {
		fc.assert(
			fc.property(instants, zones, (instant, zone) => {
				// Sweden writes days as ISO does.
				const day = new Intl.DateTimeFormat('sv-SE', { timeZone: zone }).format(instant);
				expect(scalarFor('date', instant, zone)).toBe(day);
			}),
		);
	});

	it('is written to the second, in UTC', () => {
		fc.assert(
			fc.property(instants, zones, (instant, zone) => {
				const second = instant.toISOString().slice(0, 19).replace('T', ' ');
				expect(scalarFor('datetime', instant, zone)).toBe(second);
			}),
		);
	});
});

it('a day stays that day in every time zone', () => {
	fc.assert(
		fc.property(instants, zones, (instant, zone) => {
			const day = instant.toISOString().slice(0, 10);
			expect(scalarFor('date', day, zone)).toBe(day);
		}),
	);
});

describe('JSON with a whole number that would be rounded', () => {
	it.each([
		['[9007199254740993]', '9007199254740993'],
		['{"a": {"b": -9007199254740992}}', '-9007199254740992'],
		[{ a: [1, 2 ** 53] }, '9007199254740992'],
	])('is told by the number: %j', (json, number) => {
		expect(roundedIn(json)).toBe(number);
	});

	it.each([
		'["9007199254740993"]',
		'{"9007199254740993": 1}',
		'["a\\"9007199254740993"]',
		'[9007199254740991, 1e30, 0.12345678901234567890]',
		'',
	])('is none of %j', (json) => {
		expect(roundedIn(json)).toBeUndefined();
	});
});
