import type { OdooReader } from '../odoo-reader';

/** Example questions, each with the model, and where it needs one the field, that an Odoo must have for it. */
const EXAMPLES: readonly (readonly [question: string, model: string, field?: string])[] = [
	['List all customers with outstanding invoices over $1000', 'account.move'],
	['confirmed sales orders today', 'sale.order'],
	['total sales by month', 'sale.order'],
	['top 5 customers by revenue this year', 'sale.order'],
	['products with qty_available < 10', 'product.product', 'qty_available'],
	['opportunities by stage', 'crm.lead'],
	['contacts without email', 'res.partner'],
	['how many contacts are in Germany', 'res.partner'],
];

const SHOWN = 4;

/** A sentence with some example questions that this Odoo can answer. */
export async function examplesFor(odoo: OdooReader, models: ReadonlyMap<string, string>): Promise<string> {
	const fitting: string[] = [];
	for (const [question, model, field] of EXAMPLES) {
		if (fitting.length === SHOWN) break;
		if (!models.has(model)) continue;
		if (field !== undefined && !(await odoo.describe(model)).fields.has(field)) continue;
		fitting.push(`“${question}”`);
	}
	return fitting.length === 0 ? '' : `I can answer questions such as ${fitting.join(', ')}.`;
}
