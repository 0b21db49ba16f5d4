import { roundCents } from '../convert';
import { monetary, type Fields } from '../fields';
import type { Vals } from '../model';
import type { Env, Rec } from '../orm';

/** The amounts of a line of an order or invoice, whose quantity is in the field of that name. */
export function lineAmounts(quantity: string): Fields {
	const subtotal = (line: Rec) =>
		roundCents(line.number(quantity) * line.number('price_unit') * (1 - line.number('discount') / 100));
	const tax = (line: Rec) => {
		const percent = line.many('tax_ids').reduce((sum, each) => sum + each.number('amount'), 0);
		return roundCents((subtotal(line) * percent) / 100);
	};
	return {
		price_subtotal: monetary('Subtotal', { compute: subtotal, store: true }),
		price_tax: monetary('Total Tax', { compute: tax, store: true }),
		price_total: monetary('Total', { compute: (line) => roundCents(subtotal(line) + tax(line)), store: true }),
	};
}

/** The sum of a field over the lines in `lines`. */
export const sumOf = (lines: string, field: string) => (record: Rec) =>
	roundCents(record.many(lines).reduce((sum, line) => sum + line.number(field), 0));

/** What a line does not say of its product: description, price and taxes. */
export function fromProduct(env: Env, vals: Vals): Vals {
	if (typeof vals.product_id !== 'number' || !env.draft.get('product.product', vals.product_id)) return vals;
	const product = env.record('product.product', vals.product_id);
	return {
		name: product.displayName,
		price_unit: product.number('lst_price'),
		tax_ids: [[6, 0, product.value('taxes_id')]],
		...vals,
	};
}
