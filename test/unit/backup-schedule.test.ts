import { describe, expect, it } from '@jest/globals';
import { cronSchema, nextRun, zoneSchema } from '../../backend/src/features/backups/schedule';

const next = (cron: string, zone: string, after: string) => nextRun(cron, zone, new Date(after))?.toISOString() ?? null;

describe('the schedule of backups', () => {
	it.each([
		['30 2 * * *', 'UTC', '2026-12-01T02:30:00Z', '2026-12-02T02:30:00.000Z'],
		['30 2 * * *', 'Europe/Brussels', '2026-12-01T00:00:00Z', '2026-12-01T01:30:00.000Z'],
		['0 3 * * sun', 'America/New_York', '2026-12-01T00:00:00Z', '2026-12-06T08:00:00.000Z'],
		['0 0 29 2 *', 'UTC', '2026-12-01T00:00:00Z', '2028-02-29T00:00:00.000Z'],
		// Clocks go from 2:00 to 3:00 on that day.
		['30 2 * * *', 'Europe/Brussels', '2026-03-28T12:00:00Z', '2026-03-29T01:00:00.000Z'],
	])('%s in %s is due after %s at %s', (cron, zone, after, due) => {
		expect(next(cron, zone, after)).toBe(due);
	});

	it('is due once where clocks repeat an hour', () => {
		const first = next('30 2 * * *', 'Europe/Brussels', '2026-10-24T12:00:00Z');
		expect(next('30 2 * * *', 'Europe/Brussels', first ?? '')).toBe('2026-10-26T01:30:00.000Z');
	});

	it.each(['30 2 * * *', '0 * * * *', '0 */6 * * *', '0 2 1 * *', '0 2 * * mon-fri', '15 4 29 2 *'])(
		'takes %s',
		(cron) => {
			expect(cronSchema.safeParse(cron).success).toBe(true);
		},
	);

	it.each([
		['', 'five fields'],
		['@daily', 'five fields'],
		['* * * *', 'five fields'],
		['0 0 2 * * *', 'five fields'],
		['61 2 * * *', 'five fields'],
		['at night', 'five fields'],
		['0 2 30 2 *', 'never'],
		['* 2 * * *', 'once an hour'],
		['0,30 2 * * *', 'once an hour'],
		['*/59 * * * *', 'once an hour'],
		['0,59 2 * * mon', 'once an hour'],
	])('refuses %j: %s', (cron, named) => {
		expect(cronSchema.safeParse(cron).error?.issues[0]?.message).toContain(named);
	});

	it.each(['UTC', 'Europe/Brussels', 'Asia/Kolkata'])('takes the time zone %s', (zone) => {
		expect(zoneSchema.safeParse(zone).success).toBe(true);
	});

	it.each(['', 'Brussels', '+02:00'])('refuses the time zone %j', (zone) => {
		expect(zoneSchema.safeParse(zone).error?.issues[0]?.message).toContain('Europe/Brussels');
	});
});
