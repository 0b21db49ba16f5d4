import type { FieldDescription } from '../odoo-reader';
import type { Vocabulary } from './vocabulary';

/** A field, or several that are one for people: the parts of an address. */
export interface Field extends FieldDescription {
	readonly parts?: readonly string[];
}

export function soleAmount({ words, description }: Vocabulary): FieldDescription | undefined {
	if (words) return undefined;
	const amounts = [...description.fields.values()].filter(({ type, stored }) => type === 'monetary' && stored);
	return description.fields.get('amount_total') ?? (amounts.length === 1 ? amounts[0] : undefined);
}

/** The field with the currency of an amount or a price; undefined for other numbers. */
export function currencyFieldOf(
	{ description, words }: Vocabulary,
	{ name, type, currencyField }: FieldDescription,
): FieldDescription | undefined {
	const price = words?.prices?.[name];
	if (type !== 'monetary' && price === undefined) return undefined;
	const candidates = [...(currencyField === null ? [] : [currencyField]), ...(price ?? []), ...CURRENCY_FIELDS];
	return candidates.flatMap((each) => description.fields.get(each) ?? [])[0];
}

const CURRENCY_FIELDS = ['currency_id', 'company_currency', 'company_currency_id'];

/** Whether the records are documents of one company each, as far as Odoo stores it. */
export const hasCompany = ({ description }: Vocabulary): boolean => {
	const field = description.fields.get('company_id');
	return field?.stored === true && field.relation === 'res.company';
};

/** Whether a field holds numbers. */
export const isNumeric = ({ type }: Pick<FieldDescription, 'type'>): boolean =>
	['integer', 'float', 'monetary'].includes(type);

/** Whether Odoo can group by a field and add it up. It cannot where it computes the field anew at each reading. */
export const isKept = ({ stored, sortable }: Pick<FieldDescription, 'stored' | 'sortable'>): boolean =>
	stored || sortable;
