import { isDay, isMoment } from './moment';
import { pythonRepr } from './python-repr';
import { invalidText, PythonException, typeError, valueError } from './errors';
import type { Field } from './fields';
import type { Value } from './journal';

/** PostgreSQL's. */
const MAX_INTEGER = 2 ** 31 - 1;

/**
 * A value as it comes over the wire, made fit to be stored in a field that holds no list. Takes and refuses what Odoo's
 * own fields do (`convert_to_cache`), with its errors.
 */
export function convert(model: string, name: string, field: Field, input: unknown): Value {
	if (input === null || input === undefined || input === false) {
		return field.type === 'integer' || field.type === 'float' || field.type === 'monetary' ? 0 : false;
	}
	switch (field.type) {
		case 'boolean':
			return Boolean(input);
		case 'integer':
			return toInteger(input);
		case 'float':
			return finite(toFloat(input));
		case 'monetary':
			return finite(roundCents(toFloat(input)));
		case 'selection':
			if (typeof input === 'string' && field.selection.some(([key]) => key === input)) return input;
			throw valueError(`Wrong value for ${model}.${name}: ${pythonRepr(input)}`);
		case 'date':
			return toDate(input);
		case 'datetime':
			return toDatetime(input);
		case 'many2one':
			if (typeof input === 'number' && Number.isInteger(input)) return input;
			if (typeof input === 'string') throw invalidText('integer', input);
			throw valueError(`Wrong value for ${model}.${name}: ${pythonRepr(input)}`);
		case 'char':
		case 'text':
		case 'html':
		case 'binary':
			if (typeof input === 'string') return input;
			if (typeof input === 'object') throw typeError(`Wrong value for ${model}.${name}: ${pythonRepr(input)}`);
			return pythonRepr(input);
		case 'one2many':
		case 'many2many':
			throw valueError(`Wrong value for ${model}.${name}: ${pythonRepr(input)}`);
	}
}

function toInteger(input: unknown): number {
	const integer =
		typeof input === 'number'
			? Math.trunc(input)
			: input === true
				? 1
				: typeof input === 'string' && /^\s*[+-]?\d+\s*$/.test(input)
					? Number(input)
					: undefined;
	if (integer === undefined) throw valueError(`invalid literal for int() with base 10: ${pythonRepr(input)}`);
	if (Math.abs(integer) > MAX_INTEGER) {
		throw new PythonException('psycopg2.errors.NumericValueOutOfRange', 'integer out of range\n');
	}
	return integer;
}

/** JSON has no word for infinity (though `1e400` says it), so a sandbox cannot keep it. */
function finite(number: number): number {
	if (Number.isFinite(number)) return number;
	throw new PythonException('psycopg2.errors.NumericValueOutOfRange', 'numeric field overflow\n');
}

/** Python's `float()` of a wire value; throws its ValueError. */
export function toFloat(input: unknown): number {
	if (typeof input === 'number') return input;
	if (input === true) return 1;
	if (typeof input === 'string' && input.trim() !== '' && Number.isFinite(Number(input))) return Number(input);
	throw valueError(`could not convert string to float: ${pythonRepr(input)}`);
}

/** An amount to the cent, halves away from zero, as Odoo's `float_round` does. */
export const roundCents = (amount: number): number =>
	(Math.sign(amount) * Math.round(Math.abs(amount) * 100 + 1e-7)) / 100;

function toDate(input: unknown): string {
	const day = typeof input === 'string' ? input.slice(0, 10) : '';
	if (isDay(day)) return day;
	throw valueError(`time data ${pythonRepr(input)} does not match format '%Y-%m-%d'`);
}

function toDatetime(input: unknown): string {
	if (typeof input === 'string') {
		if (isDay(input)) return `${input} 00:00:00`;
		if (isMoment(input)) return input;
	}
	throw valueError(`time data ${pythonRepr(input)} does not match format '%Y-%m-%d %H:%M:%S'`);
}

/** A moment as Odoo writes it: UTC, to the second. */
export const formatDatetime = (moment: Date): string => moment.toISOString().slice(0, 19).replace('T', ' ');

export const formatDate = (moment: Date): string => moment.toISOString().slice(0, 10);
