import { isIn } from '../conditions';
import { fields, type ModelWords, PARTY, states } from './words';

/** `purchase.order` */
export const purchaseOrder: ModelWords = {
	app: 'Purchase',
	anyState: 'Drafts and canceled ones are counted in.',
	firm: ['purchase', 'done'],
	show: ['name', 'partner_id', 'date_order', 'amount_total', 'state'],
	amount: ['amount_total'],
	date: ['date_approve', 'date_order'],
	party: ['partner_id'],
	product: 'order_line.product_id',
	names: ['user_id'],
	ownNames: ['name', 'partner_ref'],
	fields: fields({
		'value|amount|total|total amount': ['amount_total'],
		[PARTY]: ['partner_id'],
		date: ['date_order'],
		buyer: ['user_id'],
	}),
	states: states({
		confirmed: isIn('state', 'purchase', 'done'),
		draft: isIn('state', 'draft'),
		'canceled|cancelled': isIn('state', 'cancel'),
		'open|pending': isIn('state', 'draft', 'sent', 'to approve'),
	}),
};

/** `purchase.order.line` */
export const purchaseLine: ModelWords = {
	app: 'Purchase',
	show: ['product_id', 'name', 'product_qty', 'price_unit', 'price_subtotal', 'order_id'],
	amount: ['price_subtotal'],
	quantity: ['product_qty'],
	prices: { price_unit: ['currency_id'] },
	date: ['date_planned'],
	party: ['partner_id'],
	names: ['order_id', 'product_id'],
	brief: ['product_qty', 'price_subtotal'],
	document: 'order_id',
	title: 'product_id',
	fields: fields({ 'amount|subtotal|value': ['price_subtotal'], [PARTY]: ['partner_id'] }),
	states: states({ confirmed: isIn('state', 'purchase', 'done') }),
};
