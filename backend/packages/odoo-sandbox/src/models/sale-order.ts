import { roundCents } from '../convert';
import { userError } from '../errors';
import {
	boolean,
	char,
	date,
	datetime,
	float,
	html,
	integer,
	many2many,
	many2one,
	monetary,
	one2many,
	related,
	selection,
	text,
} from '../fields';
import { onRecords } from '../method';
import type { ModelDeclaration, Vals } from '../model';
import type { Env, Rec } from '../orm';
import { checkExist, writeRecords } from '../write';
import { nextName } from './ir-sequence';
import { CHATTER } from './mail-message';
import { fromProduct, lineAmounts, sumOf } from './order-line';

const STATES = [
	['draft', 'Quotation'],
	['sent', 'Quotation Sent'],
	['sale', 'Sales Order'],
	['cancel', 'Canceled'],
] as const;

const invoiceLines = (line: Rec): Rec[] =>
	line.env.draft
		.referring('account.move.line', 'sale_line_ids', line.id)
		.map((id) => line.env.record('account.move.line', id))
		.filter((invoiceLine) => invoiceLine.text('parent_state') !== 'cancel');

const invoiced = (line: Rec): number => invoiceLines(line).reduce((sum, each) => sum + each.number('quantity'), 0);

function invoiceStatus(order: Rec): string {
	if (order.text('state') !== 'sale') return 'no';
	const open = order.many('order_line').some((line) => invoiced(line) < line.number('product_uom_qty'));
	return open ? 'to invoice' : 'invoiced';
}

export const saleOrder: ModelDeclaration = {
	name: 'sale.order',
	description: 'Sales Order',
	order: 'date_order desc, id desc',
	nameSearch: ['name', 'partner_id.name'],
	fields: {
		name: char('Order Reference', { required: true, copy: false }),
		state: selection('Status', STATES, { copy: false, default: () => 'draft' }),
		partner_id: many2one('res.partner', 'Customer', { required: true }),
		partner_invoice_id: many2one('res.partner', 'Invoice Address', { required: true }),
		partner_shipping_id: many2one('res.partner', 'Delivery Address', { required: true }),
		date_order: datetime('Order Date', { required: true, copy: false, default: (env) => env.timestamp }),
		validity_date: date('Expiration', { copy: false }),
		commitment_date: datetime('Delivery Date', { copy: false }),
		client_order_ref: char('Customer Reference', { copy: false }),
		origin: char('Source Document'),
		note: html('Terms and conditions'),
		user_id: many2one('res.users', 'Salesperson', { default: (env) => env.uid }),
		team_id: many2one('crm.team', 'Sales Team', { default: () => 1 }),
		company_id: many2one('res.company', 'Company', { required: true, default: () => 1 }),
		currency_id: related('company_id.currency_id', many2one('res.currency', 'Currency'), { store: true }),
		tag_ids: many2many('crm.tag', 'Tags'),
		locked: boolean('Locked', { copy: false }),
		order_line: one2many('sale.order.line', 'order_id', 'Order Lines', { copy: true }),
		amount_untaxed: monetary('Untaxed Amount', { compute: sumOf('order_line', 'price_subtotal'), store: true }),
		amount_tax: monetary('Taxes', { compute: sumOf('order_line', 'price_tax'), store: true }),
		amount_total: monetary('Total', { compute: sumOf('order_line', 'price_total'), store: true }),
		invoice_ids: many2many('account.move', 'Invoices', {
			compute: (order) => {
				const lines = order.many('order_line').flatMap(invoiceLines);
				return [...new Set(lines.map((line) => line.number('move_id')))];
			},
		}),
		invoice_count: integer('Invoice Count', {
			compute: (order) => order.many('invoice_ids').length,
		}),
		invoice_status: selection(
			'Invoice Status',
			[
				['no', 'Nothing to Invoice'],
				['to invoice', 'To Invoice'],
				['invoiced', 'Fully Invoiced'],
			],
			{ compute: invoiceStatus, store: true },
		),
	},
	complete: (env, vals) => ({
		partner_invoice_id: vals.partner_id,
		partner_shipping_id: vals.partner_id,
		...vals,
		name: vals.name ?? nextName(env, 'sale.order'),
	}),
	checkUnlink: (orders) => {
		if (orders.every((order) => ['draft', 'cancel'].includes(order.text('state')))) return;
		throw userError('You can not delete a sent quotation or a confirmed sales order. You must first cancel it.');
	},
	methods: {
		action_confirm: onRecords({}, (env, model, ids) => {
			checkExist(env, model, ids);
			if (ids.some((id) => !['draft', 'sent'].includes(env.record(model.name, id).text('state')))) {
				throw userError('Some orders are not in a state requiring confirmation.');
			}
			writeRecords(env, model, ids, { state: 'sale', date_order: env.timestamp });
			return true;
		}),
		action_cancel: onRecords({}, (env, model, ids) => {
			checkExist(env, model, ids);
			if (ids.some((id) => env.record(model.name, id).flag('locked'))) {
				throw userError('You cannot cancel a locked order. Please unlock it first.');
			}
			writeRecords(env, model, ids, { state: 'cancel' });
			return true;
		}),
		action_draft: onRecords({}, (env, model, ids) => {
			checkExist(env, model, ids);
			const orders = ids.filter((id) => ['cancel', 'sent'].includes(env.record(model.name, id).text('state')));
			writeRecords(env, model, orders, { state: 'draft' });
			return true;
		}),
		...CHATTER,
	},
};

function completeLine(env: Env, vals: Vals): Vals {
	const completed = fromProduct(env, vals);
	if (typeof vals.product_id !== 'number' || 'product_uom_id' in vals) return completed;
	return { product_uom_id: env.record('product.product', vals.product_id).number('uom_id') || 1, ...completed };
}

export const saleOrderLine: ModelDeclaration = {
	name: 'sale.order.line',
	description: 'Sales Order Line',
	order: 'order_id, sequence, id',
	nameSearch: ['name', 'order_id.name'],
	fields: {
		order_id: many2one('sale.order', 'Order Reference', { required: true, ondelete: 'cascade', copy: false }),
		sequence: integer('Sequence', { default: () => 10, aggregator: null }),
		display_type: selection('Display Type', [
			['line_section', 'Section'],
			['line_note', 'Note'],
		]),
		name: text('Description', { required: true }),
		product_id: many2one('product.product', 'Product', { ondelete: 'restrict' }),
		product_uom_id: many2one('uom.uom', 'Unit', { ondelete: 'restrict' }),
		product_uom_qty: float('Quantity', { default: () => 1 }),
		price_unit: float('Unit Price', { aggregator: 'avg' }),
		discount: float('Discount (%)', { aggregator: 'avg' }),
		tax_ids: many2many('account.tax', 'Taxes'),
		...lineAmounts('product_uom_qty'),
		qty_delivered: float('Delivery Quantity', { copy: false }),
		qty_invoiced: float('Invoiced Quantity', { compute: invoiced, store: true }),
		qty_to_invoice: float('Quantity To Invoice', {
			compute: (line) => roundCents(line.number('product_uom_qty') - invoiced(line)),
			store: true,
		}),
		state: related('order_id.state', selection('Order Status', STATES), { store: true }),
		order_partner_id: related('order_id.partner_id', many2one('res.partner', 'Customer'), { store: true }),
		salesman_id: related('order_id.user_id', many2one('res.users', 'Salesperson'), { store: true }),
		company_id: related('order_id.company_id', many2one('res.company', 'Company'), { store: true }),
		currency_id: related('order_id.currency_id', many2one('res.currency', 'Currency'), { store: true }),
	},
	displayName: (line) => {
		const order = line.one('order_id');
		const customer = order?.one('partner_id')?.displayName ?? '';
		return `${order?.text('name') ?? ''} - ${line.text('name').split('\n', 1)[0] ?? ''} (${customer})`;
	},
	complete: completeLine,
};
