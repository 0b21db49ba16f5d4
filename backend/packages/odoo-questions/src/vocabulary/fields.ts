import type { FieldDescription } from '../odoo-reader';
import type { Vocabulary } from './vocabulary';

export function soleAmount({ words, description }: Vocabulary): FieldDescription | undefined {
	if (words) return undefined;
	const amounts = [...description.fields.values()].filter(({ type, stored }) => type === 'monetary' && stored);
	return description.fields.get('amount_total') ?? (amounts.length === 1 ? amounts[0] : undefined);
}

/** Whether the records say which currency they are in, so that they can be grouped by it. */
export const hasCurrency = ({ description }: Vocabulary): boolean =>
	description.fields.get('currency_id')?.stored === true;

/** Whether a field holds numbers. */
export const isNumeric = ({ type }: Pick<FieldDescription, 'type'>): boolean =>
	['integer', 'float', 'monetary'].includes(type);

/** Whether Odoo can group by a field and add it up. It cannot where it computes the field anew at each reading. */
export const isKept = ({ stored, sortable }: Pick<FieldDescription, 'stored' | 'sortable'>): boolean =>
	stored || sortable;
