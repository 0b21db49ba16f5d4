import { compare, firstOf, isIn } from '../conditions';
import { fields, type ModelWords, PARTY, SELLER, states } from './words';

/** `sale.order` */
export const order: ModelWords = {
	app: 'Sales',
	anyState: 'Quotations and canceled ones are counted in.',
	firm: ['sale', 'done'],
	show: ['name', 'partner_id', 'date_order', 'amount_total', 'state'],
	amount: ['amount_total'],
	date: ['date_order'],
	party: ['partner_id'],
	product: 'order_line.product_id',
	names: ['user_id', 'team_id'],
	ownNames: ['name', 'client_order_ref'],
	fields: fields({
		'value|amount|total|total amount|revenue|order value|worth': ['amount_total'],
		'number|reference|order number': ['name'],
		'date|ordered|placed|order date': ['date_order'],
		'expire|expiring|expiration': ['validity_date'],
		status: ['state'],
		team: ['team_id'],
		'tagged|tagged with|tag': ['tag_ids'],
		[PARTY]: ['partner_id'],
		[SELLER]: ['user_id'],
	}),
	states: states({
		confirmed: isIn('state', 'sale', 'done'),
		draft: isIn('state', 'draft'),
		sent: isIn('state', 'sent'),
		'quotation|quote': isIn('state', 'draft', 'sent'),
		'and quotation|including quotation|or quotation|quotation and|quotation or': {
			condition: isIn('state', 'draft', 'sent', 'sale', 'done'),
			text: 'quotations included',
		},
		'canceled|cancelled': isIn('state', 'cancel'),
		locked: firstOf(compare('locked', '=', true), isIn('state', 'done')),
		'open|pending': isIn('state', 'draft', 'sent'),
		'to invoice|uninvoiced|to be invoiced': isIn('invoice_status', 'to invoice'),
		'invoiced|fully invoiced': isIn('invoice_status', 'invoiced'),
	}),
};

/** `sale.order.line` */
export const orderLine: ModelWords = {
	app: 'Sales',
	show: ['product_id', 'name', 'product_uom_qty', 'price_unit', 'price_subtotal', 'order_id'],
	amount: ['price_subtotal'],
	quantity: ['product_uom_qty'],
	prices: { price_unit: ['currency_id'] },
	date: ['create_date'],
	party: ['order_partner_id'],
	names: ['order_id', 'product_id'],
	brief: ['product_uom_qty', 'price_subtotal'],
	document: 'order_id',
	title: 'product_id',
	ownNames: ['name'],
	fields: fields({
		'quantity|ordered quantity|unit': ['product_uom_qty'],
		'revenue|amount|subtotal|value': ['price_subtotal'],
		[PARTY]: ['order_partner_id'],
		[SELLER]: ['salesman_id'],
	}),
	states: states({ confirmed: isIn('state', 'sale', 'done') }),
};
