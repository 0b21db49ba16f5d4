import { pythonRepr } from './python-repr';
import { isDay } from './moment';
import { formatDate, formatDatetime } from './convert';
import { valueError } from './errors';

const ISO = /^(\d{4}-\d{2}-\d{2})(?:[ T]([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d)(?:\.\d+)?)?)?(Z|[+-]\d{2}:?\d{2})?$/;
const OFFSET = /^([+-])(\d+)([dwmyHMS])$/;
const MS = { d: 86_400_000, w: 604_800_000, H: 3_600_000, M: 60_000, S: 1000 } as const;

/** A point in time in a domain: UTC, to the second; `wholeDay` when it was written as a day. */
export interface DateValue {
	readonly moment: string;
	readonly wholeDay: boolean;
}

/**
 * Reads a date or time of a domain: ISO 8601 without a zone, or relative to now (`today`, `now`, `-7d`, `today -1m`).
 * Source: Odoo 19 `odoo.tools.date_utils.parse_date`; its weekdays and `=` offsets are refused here.
 */
export function parseDateValue(input: unknown, now: Date, type: 'date' | 'datetime'): DateValue {
	if (typeof input !== 'string') throw valueError(`Failed to cast ${pythonRepr(input)} into a ${type}`);
	const [matched, day = '', hours, minutes, seconds = '00', zone] = ISO.exec(input) ?? [];
	if (matched !== undefined) {
		if (!isDay(day)) throw valueError(`day is out of range for month: ${pythonRepr(input)}`);
		if (zone) throw valueError(`expecting only datetimes with no timezone: ${pythonRepr(input)}`);
		if (hours === undefined || minutes === undefined) return { moment: `${day} 00:00:00`, wholeDay: true };
		return { moment: `${day} ${hours}:${minutes}:${seconds}`, wholeDay: false };
	}
	return parseRelative(input, now);
}

function parseRelative(input: string, now: Date): DateValue {
	const terms = input.split(/\s+/).filter(Boolean);
	if (terms.length === 0) throw valueError('Empty date value');
	const [first] = terms;
	const wholeDay = first === 'today';
	if (first === 'today' || first === 'now') terms.shift();
	let moment = wholeDay ? new Date(`${formatDate(now)}T00:00:00Z`) : now;
	for (const term of terms) {
		const [, sign, count, unit] = OFFSET.exec(term) ?? [];
		if (!sign || !count || !unit) {
			throw valueError(`Invalid term ${pythonRepr(term)} in expression date: ${pythonRepr(input)}`);
		}
		moment = shift(moment, Number(`${sign}${count}`), unit);
		if (Number.isNaN(moment.getTime())) throw valueError(`date value out of range: ${pythonRepr(input)}`);
	}
	return { moment: formatDatetime(moment), wholeDay };
}

function shift(moment: Date, count: number, unit: string): Date {
	if (unit === 'm') return addMonths(moment, count);
	if (unit === 'y') return addMonths(moment, count * 12);
	return new Date(moment.getTime() + count * (isUnit(unit) ? MS[unit] : 0));
}

const isUnit = (unit: string): unit is keyof typeof MS => unit in MS;

/** The same day of another month, or its last day where that is earlier. */
export function addMonths(moment: Date, count: number): Date {
	const first = new Date(moment);
	first.setUTCDate(1);
	first.setUTCMonth(first.getUTCMonth() + count);
	const lastDay = new Date(Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + 1, 0)).getUTCDate();
	first.setUTCDate(Math.min(moment.getUTCDate(), lastDay));
	return first;
}

/** The day after that moment's, at midnight. */
export function nextDay(moment: string): string {
	return formatDatetime(new Date(new Date(`${moment.slice(0, 10)}T00:00:00Z`).getTime() + MS.d));
}
