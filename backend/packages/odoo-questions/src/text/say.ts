import type { JsonObject, JsonValue } from '../json';
import type { FieldDescription } from '../odoo-reader';

const SIGNS: Readonly<Record<string, string>> = { USD: '$', EUR: '€', GBP: '£', JPY: '¥' };

/** A number as people write it: `1,234.5`. */
export const sayNumber = (value: number): string => value.toLocaleString('en-US', { maximumFractionDigits: 2 });

/** An amount: `$1,234.50`, `1,234.50 CHF`; without a currency a plain number. */
export function sayMoney(value: number, currency: string | undefined): string {
	const text = Math.abs(value).toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 });
	// What is left of a sum by rounding is no amount.
	const minus = value <= -0.005 ? '-' : '';
	if (currency === undefined) return minus + text;
	const sign = SIGNS[currency];
	return sign === undefined ? `${minus}${text} ${currency}` : `${minus}${sign}${text}`;
}

/** `1 customer`, `1,234 customers` */
export const sayCount = (count: number, { singular, plural }: { singular: string; plural: string }): string =>
	`${sayNumber(count)} ${count === 1 ? singular : plural}`;

/** The name in the value of a many2one field, `[7, 'Acme']`. */
export function nameOf(value: JsonValue | undefined): string | undefined {
	const name = Array.isArray(value) ? value[1] : undefined;
	return typeof name === 'string' ? name : undefined;
}

/** The id in the value of a many2one field, `[7, 'Acme']`, or a plain id. */
export function idOf(value: JsonValue | undefined): number | undefined {
	const id = Array.isArray(value) ? value[0] : value;
	return typeof id === 'number' ? id : undefined;
}

/** Any field's value in words. */
export function sayValue(value: JsonValue | undefined): string {
	if (value === false || value === null || value === undefined || value === '') return 'none';
	if (typeof value === 'number') return sayNumber(value);
	if (value === true) return 'yes';
	if (typeof value === 'string') return value;
	const { length } = Object.keys(value);
	return nameOf(value) ?? `${length} ${length === 1 ? 'record' : 'records'}`;
}

/** A field's value in words; a selection's key is replaced by its label. */
export function sayField(
	{ selection, type }: Pick<FieldDescription, 'selection' | 'type'>,
	value: JsonValue | undefined,
): string {
	if (type === 'boolean') return value === true ? 'yes' : 'no';
	return selection.find(([key]) => key === value)?.[1] ?? sayValue(value);
}

/** The name of a record, or its id where it has none. */
export const titleOf = (row: JsonObject): string => {
	const { display_name, name, id } = row;
	const title = typeof display_name === 'string' && display_name !== '' ? display_name : name;
	return typeof title === 'string' && title !== '' && title !== '/' ? title : `#${typeof id === 'number' ? id : '?'}`;
};

/** `a`, `a and b`, `a, b and c` */
export const sayList = (items: readonly string[], joint = 'and'): string =>
	items.length < 2 ? items.join('') : `${items.slice(0, -1).join(', ')} ${joint} ${items.at(-1) ?? ''}`;

/** Sums by currency, as one phrase. */
export const saySums = (sums: ReadonlyMap<string | undefined, number>): string =>
	sayList([...sums].map(([currency, sum]) => sayMoney(sum, currency)));

/** How many records, or groups, an answer names at most. */
export const NAMED = 5;

/** The currency that a record says it is in. */
export const currencyOf = (row: JsonObject): string | undefined => nameOf(row.currency_id);

/** The filters in words: those that begin with “with” continue the sentence, the others follow in brackets. */
export function describe({ texts }: { readonly texts: readonly string[] }): string {
	const withs = texts.filter((text) => /^(?:with|without) /.test(text));
	const rest = texts.filter((text) => !/^(?:with|without) /.test(text));
	const phrase = withs.length === 0 ? '' : ` ${sayList(withs)}`;
	return rest.length === 0 ? phrase : `${phrase} (${rest.join('; ')})`;
}
