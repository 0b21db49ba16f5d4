import type { Create } from '.';
import { formatDate } from '../convert';
import type { Env } from '../orm';
import type { Partners } from './partners';
import type { Products } from './products';

const DAY = 86_400_000;

/** How the invoices of the orders, oldest first, were paid: the part of the total; null is a draft. */
const PAID_PARTS = [1, 1, 1, 1, 1, 0, 1, 0.5, 0, null, 0] as const;

/** Invoices of the confirmed orders: paid, partly paid, overdue and drafts; and two vendor bills. */
export function seedAccounting(
	env: Env,
	create: Create,
	partners: Partners,
	products: Products,
	orders: readonly number[],
): void {
	const confirmed = orders
		.map((id) => env.record('sale.order', id))
		.filter((order) => order.text('state') === 'sale');
	for (const [index, part] of PAID_PARTS.entries()) {
		const order = confirmed[index];
		if (!order) break;
		const day = order.text('date_order').slice(0, 10);
		const invoice = create('account.move', {
			move_type: 'out_invoice',
			partner_id: order.number('partner_id'),
			invoice_date: day,
			invoice_date_due: formatDate(new Date(new Date(day).getTime() + 30 * DAY)),
			invoice_origin: order.text('name'),
			invoice_user_id: order.number('user_id'),
			invoice_line_ids: order.many('order_line').map((line) => [
				0,
				0,
				{
					product_id: line.number('product_id'),
					name: line.text('name'),
					quantity: line.number('product_uom_qty'),
					price_unit: line.number('price_unit'),
					sale_line_ids: [line.id],
				},
			]),
		});
		if (part === null) continue;
		post(env, invoice);
		if (part === 0) continue;
		create('account.payment', {
			partner_id: order.number('partner_id'),
			amount: env.record('account.move', invoice).number('amount_total') * part,
			date: day,
			state: 'paid',
			invoice_ids: [invoice],
		});
	}
	for (const [vendor, code, quantity, daysAgo] of [
		['Willow Creek Timber', 'DESK-01', 20, 20],
		['Kestrel Components', 'HUB-01', 100, 3],
	] as const) {
		const bill = create('account.move', {
			move_type: 'in_invoice',
			partner_id: partners.get(vendor),
			invoice_date: formatDate(new Date(env.now.getTime() - daysAgo * DAY)),
			ref: `Delivery ${daysAgo}`,
			invoice_line_ids: [[0, 0, { product_id: products.get(code), quantity, price_unit: 15 }]],
		});
		post(env, bill);
	}
}

function post(env: Env, id: number): void {
	const { model } = env.record('account.move', id);
	model.methods.get('action_post')?.call(env, model, [id], {});
}
