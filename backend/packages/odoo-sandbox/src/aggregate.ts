import { pythonRepr } from './python-repr';
import { valueError } from './errors';
import type { Row, Value } from './journal';
import type { Model } from './model';
import type { Env } from './orm';

const FUNCTIONS = ['sum', 'avg', 'min', 'max', 'count', 'count_distinct', 'bool_and', 'bool_or', 'array_agg'] as const;

/** What a group shows of a field's values; `name` is what it is shown as. */
export interface Aggregate {
	readonly name: string;
	readonly field: string;
	readonly func: (typeof FUNCTIONS)[number] | '__count';
}

/** Reads `__count` or `field:function`. */
export function parseAggregate(model: Model, spec: string): Aggregate {
	if (spec === '__count') return { name: spec, field: 'id', func: '__count' };
	const [field = '', func] = spec.split(':');
	if (!model.fields.has(field)) {
		throw valueError(`Invalid field ${pythonRepr(field)} on model ${pythonRepr(model.name)}`);
	}
	if (!func) throw valueError(`Aggregate method is mandatory for ${pythonRepr(field)}`);
	if (func === 'recordset') return { name: `${field}:array_agg`, field, func: 'array_agg' };
	const known = FUNCTIONS.find((name) => name === func);
	if (!known) throw valueError(`Invalid aggregate method ${pythonRepr(func)} for ${pythonRepr(spec)}.`);
	return { name: spec, field, func: known };
}

/** The value over those records; unset values do not count, as in SQL. */
export function aggregate(env: Env, model: Model, { field, func }: Aggregate, rows: readonly Row[]): unknown {
	if (func === '__count') return rows.length;
	const isBoolean = model.fields.get(field)?.type === 'boolean';
	const values = rows.map((row) => env.value(model, row, field)).filter((value) => isBoolean || value !== false);
	const numbers = values.filter((value) => typeof value === 'number');
	const sum = numbers.reduce((total, value) => total + value, 0);
	switch (func) {
		case 'sum':
			return cleaned(sum);
		case 'avg':
			return numbers.length > 0 ? cleaned(sum) / numbers.length : false;
		case 'min':
			return extreme(values, (left, right) => left < right);
		case 'max':
			return extreme(values, (left, right) => left > right);
		case 'count':
			return values.length;
		case 'count_distinct':
			return new Set(values).size;
		case 'bool_and':
			return values.every(Boolean);
		case 'bool_or':
			return values.some(Boolean);
		case 'array_agg':
			return [...new Set(values)];
	}
}

function extreme(values: readonly Value[], wins: (left: Value, right: Value) => boolean): Value {
	return values.reduce<Value>((best, value) => (best === false || wins(value, best) ? value : best), false);
}

/** Takes away what binary fractions add to a sum of decimals. */
const cleaned = (value: number) => Math.round(value * 1e6) / 1e6;
