import { jsonParse, tryToParseDateTime, type GenericValue } from 'n8n-workflow';
import { isDataObject, isList } from '../shared/data';
import { switchIn, wholeIn } from '../shared/plain';

/** Why a value cannot be read as one of its field's type. */
export class Unreadable {
	constructor(
		/** What is said of the field, after its name. */
		readonly reason: string,
		readonly advice: string,
	) {}
}

/** Whether nothing was given. */
export const isEmpty = (value: unknown) => value === null || value === undefined || value === '' || value === false;

/** Whether Odoo would take it for "not set"; a number that is 0 is a value. */
export const isNothing = (value: unknown) => isEmpty(value) || isBlank(value) || (isList(value) && value.length === 0);

const isBlank = (value: unknown) => typeof value === 'string' && value.trim() === '';

/** Types whose values are JSON. */
const JSON_TYPES = new Set(['json', 'properties']);

/**
 * A value of a field that is no relation, as Odoo takes it: Odoo itself takes any text for true, cuts fractions off
 * and knows no time zones.
 */
export function scalarFor(type: string, value: GenericValue, zone: string): GenericValue | Unreadable {
	if (isEmpty(value)) return false;
	switch (type) {
		case 'boolean':
			return booleanIn(value);
		case 'integer':
			return integerIn(value);
		case 'float':
		case 'monetary':
			return numberIn(value);
		case 'many2one_reference':
			return isBlank(value) ? false : referenceIn(value);
		case 'date':
		case 'datetime':
			return isBlank(value) ? false : dateFor(type, value, zone);
		default:
			return JSON_TYPES.has(type) && typeof value === 'string'
				? jsonParse<GenericValue>(value.trim(), { fallbackValue: value })
				: value;
	}
}

function booleanIn(value: GenericValue): boolean | Unreadable {
	if (isBlank(value)) return false;
	const read = switchIn(value);
	if (read !== undefined) return read;
	return new Unreadable('is neither true nor false', 'Enter true or false, yes or no, 1 or 0.');
}

/** A number as people and other systems write it for a computer: no blanks, and no commas, which mean two things. */
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

function numberIn(value: GenericValue): number | false | Unreadable {
	if (typeof value === 'number' && Number.isFinite(value)) return value;
	if (isBlank(value)) return false;
	if (typeof value === 'string' && NUMBER.test(value.trim()) && Number.isFinite(Number(value))) return Number(value);
	return new Unreadable('is not a number', 'Enter digits with a point before the fraction, e.g. 1250.5.');
}

function integerIn(value: GenericValue): number | false | Unreadable {
	const number = numberIn(value);
	if (typeof number !== 'number' || Number.isSafeInteger(number)) return number;
	return new Unreadable('is not a whole number', 'Odoo would cut the fraction off: round it before this node.');
}

function referenceIn(value: GenericValue): number | Unreadable {
	const id = idIn(value);
	if (id !== undefined) return id;
	return new Unreadable('is not the ID of a record', 'Enter a positive whole number.');
}

/** The id in what a record may be given as: a number, a text of digits, or `[7, "Azure Interior"]` as Odoo reads it. */
export function idIn(value: unknown): number | undefined {
	const [first, name] = isList(value) && value.length === 2 ? value : [value, ''];
	const id = typeof name === 'string' ? wholeIn(first) : undefined;
	return id !== undefined && id > 0 ? id : undefined;
}

/** ISO 8601, also with a blank instead of the T, as Odoo and databases write it. */
const DAY = /^\d{4}-?\d\d-?\d\d$/;
const ISO_TIME = /^\d{4}-?\d\d-?\d\d[T ]\d\d(:?\d\d(:?\d\d([.,]\d+)?)?)?( ?(Z|[+-]\d\d(:?\d\d)?))?$/i;
/** RFC 2822 with an offset. */
const RFC_TIME = /^([A-Z][a-z]{2}, )?(\d{1,2}) [A-Z][a-z]{2} \d{4} \d\d:\d\d(:\d\d)? ([+-]\d{4}|GMT|UT|Z)$/;
/** As JavaScript writes a `Date` in a text. */
const SCRIPT_TIME = /^[A-Z][a-z]{2} [A-Z][a-z]{2} \d\d \d{4} \d\d:\d\d:\d\d GMT[+-]\d{4}( \(.*\))?$/;
/** As Odoo writes times, which are UTC there. */
const ODOO_TIME = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/;

/**
 * A day, or a time in UTC. A time without an offset is of the workflow's time zone, unless it stands in Odoo's own form for
 * a time; an instant is on the day that it is on in that zone.
 */
function dateFor(type: 'date' | 'datetime', value: GenericValue, zone: string): string | Unreadable {
	const text = typeof value === 'string' ? value.trim() : '';
	const isUtc = type === 'datetime' && ODOO_TIME.test(text);
	const time = timeOf(isInstant(value) ? value : text, isUtc ? 'utc' : zone);
	if (time === undefined) {
		return new Unreadable(
			'is not a date that can be read in one way alone',
			'Write it as in 2026-07-14 or 2026-07-14T09:30:00+02:00. A number may count seconds or milliseconds: make a date of it by {{ DateTime.fromSeconds(…) }} or {{ DateTime.fromMillis(…) }}.',
		);
	}
	return type === 'date' ? time.setZone(zone).toFormat('yyyy-MM-dd') : time.toUTC().toFormat('yyyy-MM-dd HH:mm:ss');
}

/** A `Date` or a luxon `DateTime`, whichever copy of JavaScript or luxon made it. */
const isInstant = (value: unknown) =>
	Object.prototype.toString.call(value) === '[object Date]' ||
	(isDataObject(value) && value.isLuxonDateTime === true);

/** The time that is meant; undefined where a text can mean another, or none. */
function timeOf(value: GenericValue, zone: string) {
	try {
		if (typeof value !== 'string') return tryToParseDateTime(value, zone);
		if (SCRIPT_TIME.test(value)) return tryToParseDateTime(new Date(value), zone);
		const isIso = DAY.test(value) || ISO_TIME.test(value);
		const day = isIso ? /^\d{4}-?\d\d-?(\d\d)/.exec(value)?.[1] : RFC_TIME.exec(value)?.[2];
		const time = tryToParseDateTime(value, zone);
		// What the parser cannot read it leaves to JavaScript, for which the 30th of February is the 2nd of March.
		return time.day === Number(day) ? time : undefined;
	} catch {
		return undefined;
	}
}
