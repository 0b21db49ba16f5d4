import { pythonRepr } from './python-repr';
import { formatDate } from './convert';
import { addMonths } from './date-value';
import { valueError } from './errors';
import { isStored, type Field } from './fields';
import type { Row, Value } from './journal';
import type { Model } from './model';
import { rowId, type Env } from './orm';
import { sortIds } from './order';

const GRANULARITIES = ['day', 'week', 'month', 'quarter', 'year'] as const;
type Granularity = (typeof GRANULARITIES)[number];

/** One level of grouping: `field` or `field:granularity`. */
export interface GroupBy {
	readonly spec: string;
	readonly field: string;
	readonly declaration: Field;
	readonly granularity: Granularity | null;
	/** Where the records of a many2one or many2many stand in their model's order. */
	readonly ranks: ReadonlyMap<number, number>;
}

/** What the records of a group have in common. */
export interface GroupKey {
	readonly value: Value;
	readonly sort: Value;
	/** As `read_group` shows it. */
	readonly label: unknown;
	/** As `formatted_read_group` shows it. */
	readonly bounds: unknown;
	readonly domain: readonly unknown[];
	readonly range?: { readonly from: string; readonly to: string };
}

/** Reads a level of grouping; dates without a granularity get `fallback`, or are refused. */
export function parseGroupBy(env: Env, model: Model, spec: string, fallback: Granularity | null): GroupBy {
	const [name = '', rawGranularity] = spec.split(':');
	const field = model.fields.get(name);
	if (!field) throw valueError(`Invalid field ${pythonRepr(name)} on model ${pythonRepr(model.name)}`);
	const isDate = field.type === 'date' || field.type === 'datetime';
	if (field.type === 'one2many' || !(isStored(field) || field.inherited)) {
		throw valueError(`Cannot convert ${model.name}.${name} to SQL because it is not stored`);
	}
	const granularity = GRANULARITIES.find((known) => known === rawGranularity) ?? null;
	if (rawGranularity && (!granularity || !isDate)) {
		throw valueError(`Granularity specification isn't correct: ${pythonRepr(rawGranularity)}`);
	}
	if (isDate && !granularity && !fallback) {
		throw valueError(`Granularity not set on a date(time) field: ${pythonRepr(spec)}`);
	}
	const ranks =
		field.type === 'many2one' || field.type === 'many2many'
			? ranksOf(env, field.relation)
			: new Map<number, number>();
	return { spec, field: name, declaration: field, granularity: isDate ? (granularity ?? fallback) : null, ranks };
}

function ranksOf(env: Env, relation: string): Map<number, number> {
	const comodel = env.model(relation);
	const ids = sortIds(env, comodel, [...env.draft.rows(relation).keys()], comodel.order);
	return new Map(ids.map((id, rank) => [id, rank]));
}

/** The groups a record is in: one, but for a many2many with several values. */
export function groupKey(env: Env, model: Model, row: Row, by: GroupBy): GroupKey[] {
	const value = env.value(model, row, by.field);
	const { declaration } = by;
	if (declaration.type === 'many2many' || declaration.type === 'many2one') {
		const ids: readonly (number | false)[] =
			typeof value === 'object'
				? value.length > 0
					? value
					: [false]
				: [typeof value === 'number' ? value : false];
		return ids.map((id) => recordKey(env, declaration.relation, id, by));
	}
	if (by.granularity && typeof value === 'string') return [dateKey(env, value, by, by.granularity)];
	return [{ value, sort: value, label: value, bounds: value, domain: [[by.field, '=', value]] }];
}

function recordKey(env: Env, relation: string, id: number | false, by: GroupBy): GroupKey {
	const label = id === false ? false : [id, env.record(relation, id).displayName];
	const sort = id === false ? false : (by.ranks.get(id) ?? rowId({ id }));
	return { value: id, sort, label, bounds: label, domain: [[by.field, '=', id]] };
}

function dateKey(env: Env, value: string, by: GroupBy, granularity: Granularity): GroupKey {
	const start = startOf(new Date(`${value.slice(0, 10)}T00:00:00Z`), granularity, env.version >= 17 ? 0 : 1);
	const end = endOf(start, granularity);
	const time = by.declaration.type === 'datetime' ? ' 00:00:00' : '';
	const from = formatDate(start) + time;
	const to = formatDate(end) + time;
	const label = labelOf(start, granularity);
	return {
		value: from,
		sort: from,
		label,
		bounds: [from, label],
		domain: [
			[by.field, '>=', from],
			[by.field, '<', to],
		],
		range: { from, to },
	};
}

/** Weeks start on Sunday in the American English that a sandbox speaks; before Odoo 17, on Monday whatever the language. */
function startOf(day: Date, granularity: Granularity, weekStart: number): Date {
	const [year, month] = [day.getUTCFullYear(), day.getUTCMonth()];
	switch (granularity) {
		case 'day':
			return day;
		case 'week':
			return addDays(day, -((day.getUTCDay() - weekStart + 7) % 7));
		case 'month':
			return new Date(Date.UTC(year, month, 1));
		case 'quarter':
			return new Date(Date.UTC(year, month - (month % 3), 1));
		case 'year':
			return new Date(Date.UTC(year, 0, 1));
	}
}

function endOf(start: Date, granularity: Granularity): Date {
	switch (granularity) {
		case 'day':
			return addDays(start, 1);
		case 'week':
			return addDays(start, 7);
		case 'month':
			return addMonths(start, 1);
		case 'quarter':
			return addMonths(start, 3);
		case 'year':
			return addMonths(start, 12);
	}
}

const addDays = (day: Date, count: number) => new Date(day.getTime() + count * 86_400_000);

/** Made once, as each takes long to make. */
const MONTHS = {
	long: new Intl.DateTimeFormat('en-US', { month: 'long', timeZone: 'UTC' }),
	short: new Intl.DateTimeFormat('en-US', { month: 'short', timeZone: 'UTC' }),
};

function labelOf(start: Date, granularity: Granularity): string {
	const year = start.getUTCFullYear();
	const month = (style: 'long' | 'short') => MONTHS[style].format(start);
	switch (granularity) {
		case 'day':
			return `${String(start.getUTCDate()).padStart(2, '0')} ${month('short')} ${year}`;
		case 'week':
			return weekLabel(start);
		case 'month':
			return `${month('long')} ${year}`;
		case 'quarter':
			return `Q${Math.floor(start.getUTCMonth() / 3) + 1} ${year}`;
		case 'year':
			return String(year);
	}
}

/** The week's number by ISO 8601: that of the Thursday in it. */
function weekLabel(start: Date): string {
	const thursday = addDays(start, (4 - start.getUTCDay() + 7) % 7);
	const year = thursday.getUTCFullYear();
	const week = Math.floor((thursday.getTime() - Date.UTC(year, 0, 1)) / (7 * 86_400_000)) + 1;
	return `W${week} ${year}`;
}
