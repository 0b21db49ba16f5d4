import type { JsonValue } from '../json';
import { isDay, isMoment } from '@odoo-platform/odoo-sandbox/values';
import { checkBase64 } from './attachments';
import { RecordsError } from './errors';

/** PostgreSQL's. */
const MAX_INTEGER = 2 ** 31 - 1;
/** How deep a value of a field that holds JSON may be. */
const MAX_LEVELS = 32;

/**
 * The value of a field that is no relation, as Odoo takes it; null means unset, and whole numbers may come as texts.
 * @throws {RecordsError} for what Odoo would refuse, or take for something else; `place` says where it was.
 */
export function plainValue(type: string, value: JsonValue, place: string): JsonValue {
	if (value === null || value === false) return false;
	const complaint = complaintOf(type, value, place);
	if (complaint === null) return typeof value === 'string' && WHOLE_NUMBERS.has(type) ? Number(value) : value;
	throw new RecordsError('invalid_value', `${place}: ${complaint}`);
}

const WHOLE_NUMBERS: ReadonlySet<string> = new Set(['integer', 'many2one_reference']);

function complaintOf(type: string, value: JsonValue, place: string): string | null {
	switch (type) {
		case 'boolean':
			// To Odoo every text is true, 'false' too.
			return value === true || value === 0 || value === 1 ? null : 'must be true or false.';
		case 'integer':
		case 'many2one_reference':
			return isNumber(value, (number) => Number.isInteger(number) && Math.abs(number) <= MAX_INTEGER)
				? null
				: `must be a whole number from -${MAX_INTEGER} to ${MAX_INTEGER}.`;
		case 'float':
		case 'monetary':
			return isNumber(value, Number.isFinite) ? null : 'must be a number.';
		case 'date':
			return typeof value === 'string' && isDay(value)
				? null
				: 'must be a day of the calendar, such as 2026-03-18.';
		case 'datetime':
			return typeof value === 'string' && (isDay(value) || isMoment(value))
				? null
				: 'must be a moment in UTC, such as 2026-03-18 10:30:00.';
		case 'binary':
			if (typeof value !== 'string') return 'must be base64.';
			checkBase64(value, place);
			return null;
		case 'char':
		case 'text':
		case 'html':
		case 'selection':
		case 'reference':
			return typeof value === 'string' || (typeof value === 'number' && Number.isFinite(value))
				? null
				: 'must be a text.';
		default:
			// `json`, `properties`, and what a later Odoo may have.
			return isSound(value, MAX_LEVELS)
				? null
				: `must be nested at most ${MAX_LEVELS} levels deep, of finite numbers.`;
	}
}

/** Numbers may come as texts, as Python reads those. */
function isNumber(value: JsonValue, fits: (number: number) => boolean): boolean {
	if (typeof value === 'number') return fits(value);
	return typeof value === 'string' && /^[+-]?\d+(\.\d+)?$/.test(value) && fits(Number(value));
}

function isSound(value: JsonValue, levels: number): boolean {
	if (typeof value === 'number') return Number.isFinite(value);
	if (typeof value !== 'object' || value === null) return true;
	return levels > 0 && Object.values(value).every((item: JsonValue) => isSound(item, levels - 1));
}
