import { phraseTable } from '../text/phrase-table';

export type Unit = 'day' | 'week' | 'month' | 'quarter' | 'year';

/** The units of time, by noun and adverb. */
export const UNITS = phraseTable<Unit>([
	['day', 'day'],
	['daily', 'day'],
	['week', 'week'],
	['weekly', 'week'],
	['month', 'month'],
	['monthly', 'month'],
	['quarter', 'quarter'],
	['quarterly', 'quarter'],
	['year', 'year'],
	['yearly', 'year'],
	['annual', 'year'],
]);

/** Midnight in UTC. */
export const startOfDay = (time: Date) =>
	new Date(Date.UTC(time.getUTCFullYear(), time.getUTCMonth(), time.getUTCDate()));

/** Weeks begin on Monday, as in ISO 8601. */
export function startOf(time: Date, unit: Unit): Date {
	const [year, month] = [time.getUTCFullYear(), time.getUTCMonth()];
	switch (unit) {
		case 'day':
			return startOfDay(time);
		case 'week':
			return plus(startOfDay(time), -((time.getUTCDay() + 6) % 7), 'day');
		case 'month':
			return new Date(Date.UTC(year, month, 1));
		case 'quarter':
			return new Date(Date.UTC(year, month - (month % 3), 1));
		case 'year':
			return new Date(Date.UTC(year, 0, 1));
	}
}

/** Adds units to a day. Months keep the day of the month, or take the last day where the month is shorter. */
export function plus(time: Date, count: number, unit: Unit): Date {
	if (unit === 'day' || unit === 'week')
		return new Date(time.getTime() + count * (unit === 'week' ? 7 : 1) * 86_400_000);
	const months = count * (unit === 'year' ? 12 : unit === 'quarter' ? 3 : 1);
	const first = new Date(Date.UTC(time.getUTCFullYear(), time.getUTCMonth() + months, 1));
	const last = new Date(Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + 1, 0)).getUTCDate();
	return new Date(first.getTime() + (Math.min(time.getUTCDate(), last) - 1) * 86_400_000);
}

/** `2026-03-18` */
export const isoDay = (time: Date) => time.toISOString().slice(0, 10);
