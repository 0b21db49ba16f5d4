import { AT, SANITIZED_HOST } from '../../scrub/addresses';
import type { Treatment } from '../../scrub/personal-columns';
import { named, quoted } from '../postgres';
import type { Column, ColumnKind } from './catalog';

/** How a column's value comes to be, and for which values there is something to do. */
export interface Expression {
	/** What is put in its place, as text, JSON or bytes; `t` is the row. */
	readonly value: string;
	/** Holds where that may differ. */
	readonly where: string;
	/** What it is now, in the same type. */
	readonly current: string;
}

const valueOf = ({ name }: Column) => `t.${named(name)}`;

const hasAt = (text: string) => `${text} ~ ${quoted(AT)}`;
const scrubbed = (text: string) => `CASE WHEN ${hasAt(text)} THEN pg_temp.scrub_found(${text}) ELSE ${text} END`;

/** An expression over a whole array. Those of several dimensions are read as text. */
function overArray(array: string, one: (element: string) => string, type: string): string {
	const each = `ARRAY(SELECT ${one('element')} FROM unnest(${array}) WITH ORDINALITY elements(element, place) ORDER BY place)`;
	const asText = type === 'bytea' ? `'{}'` : `pg_temp.scrub(${array}::text)::${type}[]`;
	return `CASE WHEN array_ndims(${array}) > 1 THEN ${asText} WHEN ${array} IS NULL THEN NULL ELSE ${each} END`;
}

/** Has no address in the value but hashes. */
function scrubbing(column: Column): Expression | undefined {
	const value = valueOf(column);
	const text = `${value}::text`;
	const byText = (changed: string, current: string): Expression => ({
		value: changed,
		where: hasAt(text),
		current,
	});
	switch (column.kind) {
		case 'text':
			return byText(limited(column, scrubbed(text)), text);
		case 'json':
			// What is not read as JSON of the other kind keeps the order of its keys.
			return byText(`pg_temp.scrub(${text})`, text);
		case 'jsonb':
			return byText(`pg_temp.scrub_json(${value}::jsonb)`, `${value}::jsonb`);
		case 'bytea':
			return { value: `pg_temp.scrub_binary(${value})`, where: `${value} IS NOT NULL`, current: value };
		case 'text[]':
			return byText(`(${overArray(`${value}::text[]`, scrubbed, 'text')})::text`, text);
		case 'json[]':
			return byText(
				`(${overArray(`${value}::json[]`, (one) => `pg_temp.scrub(${one}::text)::json`, 'json')})::text`,
				text,
			);
		case 'jsonb[]':
			return byText(
				`(${overArray(`${value}::jsonb[]`, (one) => `pg_temp.scrub_json(${one})`, 'jsonb')})::text`,
				text,
			);
		case 'bytea[]':
			return {
				value: overArray(`${value}::bytea[]`, (one) => `pg_temp.scrub_binary(${one})`, 'bytea'),
				where: `${value} IS NOT NULL`,
				current: `${value}::bytea[]`,
			};
		case 'other':
			return byText(`pg_temp.scrub(${text})`, text);
		case 'number':
		case 'date':
		case 'boolean':
			return undefined;
	}
}

/** Cuts what a column would not take; a hash loses its host first. */
const limited = ({ limit }: Pick<Column, 'limit'>, text: string) =>
	limit === null
		? text
		: `(SELECT CASE WHEN length(made) > ${limit} THEN left(replace(made, ${quoted(`@${SANITIZED_HOST}`)}, ''), ${limit}) ELSE made END
			FROM (SELECT ${text} AS made OFFSET 0) limited)`;

/** What stands for nothing in a column that must be set; undefined where nothing can. */
export function emptyValue(kind: ColumnKind): string | undefined {
	switch (kind) {
		case 'text':
		case 'bytea':
			return `''`;
		case 'json':
		case 'jsonb':
		case 'text[]':
		case 'json[]':
		case 'jsonb[]':
		case 'bytea[]':
			return `'{}'`;
		case 'number':
			return '0';
		case 'date':
			return `'1900-01-01'`;
		case 'boolean':
			return 'false';
		case 'other':
			return undefined;
	}
}

/** Sets the value, and differs from what it is. */
function setting(column: Column, value: string): Expression {
	const current = `${valueOf(column)}::text`;
	return { value: `(${value})::text`, where: `${current} IS DISTINCT FROM (${value})::text`, current };
}

/** What to do to a column; undefined where there is nothing. */
export function expressionOf(column: Column, treatment: Treatment | undefined): Expression | undefined {
	if (column.generated) return undefined;
	if (treatment === undefined) return scrubbing(column);
	const isText = column.kind === 'text' || column.kind === 'jsonb';
	const value = valueOf(column);
	switch (treatment.kind) {
		case 'clear':
			return setting(
				column,
				column.required || treatment.required ? (emptyValue(column.kind) ?? 'NULL') : 'NULL',
			);
		case 'renew':
			if (!column.required) return setting(column, 'NULL');
			if (column.kind !== 'text') return setting(column, emptyValue(column.kind) ?? 'NULL');
			return {
				value: limited(column, `CASE WHEN ${value}::text <> '' THEN gen_random_uuid()::text ELSE '' END`),
				where: `${value} IS NOT NULL`,
				current: `${value}::text`,
			};
		case 'addresses':
			if (column.kind !== 'text') return scrubbing(column);
			return {
				value: limited(
					column,
					column.required ? `coalesce(pg_temp.addresses(${value}), '')` : `pg_temp.addresses(${value})`,
				),
				where: `${value} IS NOT NULL`,
				current: `${value}::text`,
			};
		case 'pseudonym': {
			if (!isText) return scrubbing(column);
			const [name, type] = column.kind === 'jsonb' ? [`${treatment.as}_json`, 'jsonb'] : [treatment.as, 'text'];
			return {
				value: limited(column, `pg_temp.${name}(${value}::${type})`),
				where: `${value} IS NOT NULL`,
				current: `${value}::${type}`,
			};
		}
	}
}

/** Whether an address is left in a column, which is read as `t`; undefined where none can be. */
export function leftIn(column: Column): string | undefined {
	const value = valueOf(column);
	switch (column.kind) {
		case 'number':
		case 'date':
		case 'boolean':
			return undefined;
		case 'bytea':
			return `pg_temp.holds_in_binary(${value})`;
		case 'bytea[]':
			return `(SELECT bool_or(pg_temp.holds_in_binary(b)) FROM unnest(${value}::bytea[]) b)`;
		default:
			return `(replace(${value}::text, ${quoted(`@${SANITIZED_HOST}`)}, '') ~ ${quoted(AT)} AND pg_temp.holds(${value}::text))`;
	}
}
