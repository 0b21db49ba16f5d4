import { type Match, phrases, phraseTable } from '../text/phrase-table';
import { textOf, type Token } from '../text/tokenizer';
import { isoDay, plus, startOf, startOfDay, type Unit, UNITS } from './calendar';

/**
 * Days in UTC: `from` is the first, `to` the first one after the range. A missing end is open. `text` is for the
 * answer.
 */
export interface DateRange {
	readonly from?: Date;
	readonly to?: Date;
	readonly text: string;
}

/** A date range with both ends. */
export interface Period extends DateRange {
	readonly from: Date;
	readonly to: Date;
}

const MONTH_NAMES = [
	'January',
	'February',
	'March',
	'April',
	'May',
	'June',
	'July',
	'August',
	'September',
	'October',
	'November',
	'December',
] as const;

const MONTHS = phraseTable<number>(
	MONTH_NAMES.flatMap((name, month) => [
		[name, month] as const,
		[name.slice(0, 3), month] as const,
		...(month === 8 ? [['Sept', month] as const] : []),
	]),
);

const NAMED = phraseTable<(now: Date) => Period>([
	['today', (now) => days(now, 0, 'today')],
	['yesterday', (now) => days(now, -1, 'yesterday')],
	['tomorrow', (now) => days(now, 1, 'tomorrow')],
	['year to date', (now) => toDate(now, 'year')],
	['ytd', (now) => toDate(now, 'year')],
	['month to date', (now) => toDate(now, 'month')],
	['mtd', (now) => toDate(now, 'month')],
]);

/** Offsets from the current day, week, month and so on. */
const RELATIVE = phraseTable<number>([
	['this', 0],
	['the current', 0],
	['current', 0],
	['the last', -1],
	['last', -1],
	['the previous', -1],
	['previous', -1],
	['the past', -1],
	['past', -1],
	['the next', 1],
	['next', 1],
	['the coming', 1],
	['coming', 1],
]);

const AGO = phrases('ago');

function spanOf({ from, to }: { from: Date; to: Date }): string {
	const last = plus(to, -1, 'day');
	return isoDay(from) === isoDay(last) ? isoDay(from) : `${isoDay(from)} to ${isoDay(last)}`;
}

/** A period whose text also has its dates: `last week (2026-03-09 to 2026-03-15)`. */
export const named = (from: Date, to: Date, text: string): Period => ({
	from,
	to,
	text: `${text} (${spanOf({ from, to })})`,
});

function days(now: Date, offset: number, text: string): Period {
	const from = plus(startOfDay(now), offset, 'day');
	return named(from, plus(from, 1, 'day'), text);
}

const toDate = (now: Date, unit: Unit): Period =>
	named(startOf(now, unit), plus(startOfDay(now), 1, 'day'), `${unit} to date`);

/** A period at a token: a day, `last month`, `March 2026`. With `years`, a bare number such as `2025` is a year. */
export function periodAt(tokens: readonly Token[], start: number, now: Date, years: boolean): Match<Period> | null {
	const name = NAMED.at(tokens, start);
	if (name) return { value: name.value(now), length: name.length };
	return (
		relativeAt(tokens, start, now) ??
		agoAt(tokens, start, now) ??
		writtenAt(tokens, start) ??
		monthAt(tokens, start, now, years) ??
		quarterAt(tokens, start, now) ??
		(years ? yearAt(tokens, start) : null)
	);
}

/** `this week`, `last month`, and `last 7 days`, which end with today. */
function relativeAt(tokens: readonly Token[], start: number, now: Date): Match<Period> | null {
	const relative = RELATIVE.at(tokens, start);
	if (!relative) return null;
	const after = start + relative.length;
	const count = wholeNumber(tokens[after]);
	const unit = UNITS.at(tokens, after + (count === null ? 0 : 1));
	if (!unit) return null;
	const length = relative.length + (count === null ? 0 : 1) + unit.length;
	const words = textOf(tokens, start, length).replace(/^the /i, '').toLowerCase();
	if (count === null) {
		const from = plus(startOf(now, unit.value), relative.value, unit.value);
		return { value: named(from, plus(from, 1, unit.value), words), length };
	}
	if (relative.value === 0 || count === 0 || count > 10_000) return null;
	const tomorrow = plus(startOfDay(now), 1, 'day');
	const [from, to] =
		relative.value < 0
			? [plus(tomorrow, -count, unit.value), tomorrow]
			: [startOfDay(now), plus(startOfDay(now), count, unit.value)];
	return { value: named(from, to, words), length };
}

/** `3 days ago` */
function agoAt(tokens: readonly Token[], start: number, now: Date): Match<Period> | null {
	const count = wholeNumber(tokens[start]);
	const unit = UNITS.at(tokens, start + 1);
	if (count === null || count > 10_000 || !unit || !AGO.at(tokens, start + 2)) return null;
	const from = plus(startOfDay(now), -count, unit.value);
	return { value: named(from, plus(from, 1, 'day'), textOf(tokens, start, 3)), length: 3 };
}

/** `2026-03-18`, `2026-03` */
function writtenAt(tokens: readonly Token[], start: number): Match<Period> | null {
	const token = tokens[start];
	if (token?.kind !== 'date') return null;
	const isMonth = token.text.length === 7;
	const from = new Date(`${token.text}${isMonth ? '-01' : ''}T00:00:00Z`);
	// JavaScript takes the 31st of April for the 1st of May.
	if (Number.isNaN(from.getTime()) || !isoDay(from).startsWith(token.text)) return null;
	return { value: { from, to: plus(from, 1, isMonth ? 'month' : 'day'), text: token.text }, length: 1 };
}

/**
 * `March`, `March 2026`, `March 5, 2026`, `5 March 2026`; without a year, the latest that has begun. With `certain`, a
 * month may be written in lower case.
 */
function monthAt(tokens: readonly Token[], start: number, now: Date, certain: boolean): Match<Period> | null {
	const dayBefore = dayNumber(tokens[start]);
	const at = dayBefore === null ? start : start + 1 + (tokens[start + 1]?.stem === 'of' ? 1 : 0);
	const month = MONTHS.at(tokens, at);
	const word = tokens[at];
	if (!month || !word) return null;
	// In lower case, “may” and “mar” are ordinary words.
	if (!certain && !/^\p{Lu}/u.test(word.text)) return null;
	let next = at + 1;
	const dayAfter = dayBefore === null ? dayNumber(tokens[next]) : null;
	if (dayAfter !== null) next += 1;
	const day = dayBefore ?? dayAfter;
	const skipped = next + (tokens[next]?.text === ',' || tokens[next]?.stem === 'of' ? 1 : 0);
	const writtenYear = yearNumber(tokens[skipped]);
	if (writtenYear !== null) next = skipped + 1;
	const thisYear = now.getUTCFullYear();
	const begun = (year: number) => Date.UTC(year, month.value, day ?? 1) <= now.getTime();
	const year = writtenYear ?? (begun(thisYear) ? thisYear : thisYear - 1);
	const from = new Date(Date.UTC(year, month.value, day ?? 1));
	if (from.getUTCMonth() !== month.value) return null;
	const name = `${MONTH_NAMES[month.value] ?? ''} ${year}`;
	const value =
		day === null
			? { from, to: plus(from, 1, 'month'), text: name }
			: { from, to: plus(from, 1, 'day'), text: isoDay(from) };
	return { value, length: next - start };
}

/** `Q1`, `Q1 2026`, `Q1 of 2026` */
function quarterAt(tokens: readonly Token[], start: number, now: Date): Match<Period> | null {
	const quarter = /^q([1-4])$/i.exec(tokens[start]?.text ?? '')?.[1];
	if (quarter === undefined) return null;
	const at = start + 1 + (tokens[start + 1]?.stem === 'of' ? 1 : 0);
	const written = yearNumber(tokens[at]);
	const month = (Number(quarter) - 1) * 3;
	const thisYear = now.getUTCFullYear();
	const year = written ?? (Date.UTC(thisYear, month, 1) <= now.getTime() ? thisYear : thisYear - 1);
	const from = new Date(Date.UTC(year, month, 1));
	const value = { from, to: plus(from, 1, 'quarter'), text: `Q${quarter} ${year}` };
	return { value, length: written === null ? 1 : at + 1 - start };
}

/** A bare `2025`; for callers that know from the context that a year is meant. */
export function yearAt(tokens: readonly Token[], start: number): Match<Period> | null {
	const year = yearNumber(tokens[start]);
	if (year === null) return null;
	const from = new Date(Date.UTC(year, 0, 1));
	return { value: { from, to: plus(from, 1, 'year'), text: String(year) }, length: 1 };
}

/** The value of a token that is a whole number from 0 on, without a unit. */
export const wholeNumber = (token: Token | undefined): number | null =>
	token?.value !== undefined && token.unit === undefined && Number.isInteger(token.value) && token.value >= 0
		? token.value
		: null;

/** `5`, `5th` */
function dayNumber(token: Token | undefined): number | null {
	const digits = /^(\d{1,2})(?:st|nd|rd|th)?$/i.exec(token?.text ?? '')?.[1];
	const day = Number(digits);
	return digits !== undefined && day >= 1 && day <= 31 ? day : null;
}

function yearNumber(token: Token | undefined): number | null {
	const year = token?.kind === 'number' && /^\d{4}$/.test(token.text) ? Number(token.text) : 0;
	return year >= 1900 && year <= 2200 ? year : null;
}
