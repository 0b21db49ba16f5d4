import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { dateRangeAt } from '../src/dates/date-ranges';
import { isoDay } from '../src/dates/calendar';
import type { DateRange } from '../src/dates/periods';
import { tokenize } from '../src/text/tokenizer';

/** A Wednesday. */
const NOW = new Date('2026-03-18T10:30:00Z');

function read(words: string, now = NOW): DateRange | null {
	const tokens = tokenize(words);
	const range = dateRangeAt(tokens, 0, now);
	return range && range.length === tokens.length ? range.value : null;
}

/** The first day, and the first one that is no more in it. */
const days = (words: string, now = NOW) => {
	const range = read(words, now);
	return range && [range.from && isoDay(range.from), range.to && isoDay(range.to)];
};

describe('a range of days, on Wednesday, 18 March 2026', () => {
	it.each<[words: string, from: string | undefined, to: string | undefined]>([
		['today', '2026-03-18', '2026-03-19'],
		['yesterday', '2026-03-17', '2026-03-18'],
		['tomorrow', '2026-03-19', '2026-03-20'],
		['this week', '2026-03-16', '2026-03-23'],
		['last week', '2026-03-09', '2026-03-16'],
		['next week', '2026-03-23', '2026-03-30'],
		['this month', '2026-03-01', '2026-04-01'],
		['in the last month', '2026-02-01', '2026-03-01'],
		['this quarter', '2026-01-01', '2026-04-01'],
		['last quarter', '2025-10-01', '2026-01-01'],
		['this year', '2026-01-01', '2027-01-01'],
		['last year', '2025-01-01', '2026-01-01'],
		['year to date', '2026-01-01', '2026-03-19'],
		['last 7 days', '2026-03-12', '2026-03-19'],
		['in the past 2 weeks', '2026-03-05', '2026-03-19'],
		['over the last 3 months', '2025-12-19', '2026-03-19'],
		['next 10 days', '2026-03-18', '2026-03-28'],
		['3 days ago', '2026-03-15', '2026-03-16'],
		['2026-03-05', '2026-03-05', '2026-03-06'],
		['in 2025-12', '2025-12-01', '2026-01-01'],
		['in 2024', '2024-01-01', '2025-01-01'],
		['in March 2025', '2025-03-01', '2025-04-01'],
		['in march', '2026-03-01', '2026-04-01'],
		['in April', '2025-04-01', '2025-05-01'],
		['on March 5, 2026', '2026-03-05', '2026-03-06'],
		['on 5th of March 2026', '2026-03-05', '2026-03-06'],
		['5 March', '2026-03-05', '2026-03-06'],
		['Q1 2025', '2025-01-01', '2025-04-01'],
		['in Q4', '2025-10-01', '2026-01-01'],
		['since 2025-01-01', '2025-01-01', undefined],
		['since last month', '2026-02-01', undefined],
		['after 2025-01-01', '2025-01-02', undefined],
		['before March 2026', undefined, '2026-03-01'],
		['until yesterday', undefined, '2026-03-18'],
		['by 2026-03-31', undefined, '2026-04-01'],
		['older than 30 days', undefined, '2026-02-16'],
		['between 2026-01-01 and 2026-01-31', '2026-01-01', '2026-02-01'],
		['from January to March 2026', '2026-01-01', '2026-04-01'],
	])('%s', (words, from, to) => {
		expect(days(words)).toEqual([from, to]);
	});

	it.each(['may', 'over 2000', '2026', 'last 10 orders', '2026-02-31', 'February 30, 2026', 'last 0 days', 'next'])(
		'is not %s',
		(words) => {
			expect(read(words)).toBeNull();
		},
	);

	it('says which days they are', () => {
		expect(read('last week')?.text).toBe('last week (2026-03-09 to 2026-03-15)');
	});

	it.each([
		['2026-03-31T23:59:59Z', 'last month', ['2026-02-01', '2026-03-01']],
		['2024-02-29T12:00:00Z', 'last year', ['2023-01-01', '2024-01-01']],
		['2026-05-31T12:00:00Z', 'last 3 months', ['2026-03-01', '2026-06-01']],
		['2026-01-01T00:00:00Z', 'yesterday', ['2025-12-31', '2026-01-01']],
	])('counts from %s: %s', (now, words, expected) => {
		expect(days(words, new Date(now))).toEqual(expected);
	});

	it('holds the present day where it is this one, whenever it is asked for', () => {
		const unit = fc.constantFrom('day', 'week', 'month', 'quarter', 'year');
		const now = fc.date({ min: new Date('1990-01-01'), max: new Date('2100-01-01'), noInvalidDate: true });
		fc.assert(
			fc.property(unit, now, (name, time) => {
				const [from = '', to = ''] = days(`this ${name}`, time) ?? [];
				const [, last] = days(`last ${name}`, time) ?? [];
				const [next] = days(`next ${name}`, time) ?? [];
				expect(from <= isoDay(time) && isoDay(time) < to).toBe(true);
				expect([last, next]).toEqual([from, to]);
			}),
		);
	});
});
