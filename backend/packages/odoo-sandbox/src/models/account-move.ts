import { formatDate, roundCents } from '../convert';
import { userError } from '../errors';
import {
	char,
	date,
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
import type { ModelDeclaration } from '../model';
import type { Rec } from '../orm';
import { checkExist, writeRecords } from '../write';
import { CHATTER } from './mail-message';
import { fromProduct, lineAmounts, sumOf } from './order-line';

const MOVE_TYPES = [
	['entry', 'Journal Entry'],
	['out_invoice', 'Customer Invoice'],
	['out_refund', 'Customer Credit Note'],
	['in_invoice', 'Vendor Bill'],
	['in_refund', 'Vendor Credit Note'],
] as const;

const MOVE_STATES = [
	['draft', 'Draft'],
	['posted', 'Posted'],
	['cancel', 'Canceled'],
] as const;

const PREFIXES: Readonly<Record<string, string>> = {
	entry: 'MISC',
	out_invoice: 'INV',
	out_refund: 'RINV',
	in_invoice: 'BILL',
	in_refund: 'RBILL',
};

/** What posted payments have settled; a payment of several moves settles them in the order of their ids. */
function paid(move: Rec): number {
	const payments = move.env.draft.referring('account.payment', 'invoice_ids', move.id);
	const settled = payments.reduce((sum, id) => {
		const payment = move.env.record('account.payment', id);
		if (payment.text('state') !== 'paid') return sum;
		let rest = payment.number('amount');
		for (const other of payment.many('invoice_ids').sort((left, right) => left.id - right.id)) {
			const part = Math.min(rest, total(other));
			if (other.id === move.id) return sum + part;
			rest -= part;
		}
		return sum;
	}, 0);
	return Math.min(roundCents(settled), total(move));
}

const total = sumOf('invoice_line_ids', 'price_total');
const residual = (move: Rec) => (move.text('state') === 'cancel' ? 0 : roundCents(total(move) - paid(move)));

/** What the company is owed counts as positive, what it owes as negative. */
const signed = (amount: (move: Rec) => number) => (move: Rec) =>
	['out_refund', 'in_invoice'].includes(move.text('move_type')) ? -amount(move) : amount(move);

function paymentState(move: Rec): string {
	if (move.text('state') !== 'posted' || move.text('move_type') === 'entry') return 'not_paid';
	if (residual(move) === 0) return 'paid';
	return residual(move) < total(move) ? 'partial' : 'not_paid';
}

/** The next name of its kind and year, e.g. `INV/2026/00042`. */
function nextMoveName(move: Rec): string {
	const year = (move.text('invoice_date') || move.text('date')).slice(0, 4);
	const prefix = `${PREFIXES[move.text('move_type')] ?? 'MISC'}/${year}/`;
	let last = 0;
	for (const { name } of move.env.draft.rows('account.move').values()) {
		const number = typeof name === 'string' && name.startsWith(prefix) ? name.slice(prefix.length) : '';
		if (/^\d{1,9}$/.test(number)) last = Math.max(last, Number(number));
	}
	return prefix + String(last + 1).padStart(5, '0');
}

const KIND = Object.fromEntries(MOVE_TYPES.map(([key, label]) => [key, label.replace(/^Customer /, '')]));

export const accountMove: ModelDeclaration = {
	name: 'account.move',
	description: 'Journal Entry',
	order: 'date desc, name desc, invoice_date desc, id desc',
	nameSearch: ['name', 'partner_id.name', 'ref'],
	fields: {
		name: char('Number', { copy: false }),
		state: selection('Status', MOVE_STATES, { required: true, copy: false, default: () => 'draft' }),
		move_type: selection('Type', MOVE_TYPES, { required: true, default: () => 'entry' }),
		partner_id: many2one('res.partner', 'Partner', { ondelete: 'restrict' }),
		commercial_partner_id: related(
			'partner_id.commercial_partner_id',
			many2one('res.partner', 'Commercial Entity'),
			{
				store: true,
			},
		),
		date: date('Date', { required: true, copy: false, default: (env) => formatDate(env.now) }),
		invoice_date: date('Invoice/Bill Date', { copy: false }),
		invoice_date_due: date('Due Date', { copy: false }),
		ref: char('Reference', { copy: false }),
		payment_reference: char('Payment Reference', { copy: false }),
		invoice_origin: char('Origin'),
		narration: html('Terms and Conditions'),
		journal_id: many2one('account.journal', 'Journal', { required: true }),
		invoice_user_id: many2one('res.users', 'Salesperson', { default: (env) => env.uid }),
		company_id: many2one('res.company', 'Company', { required: true, default: () => 1 }),
		currency_id: related('company_id.currency_id', many2one('res.currency', 'Currency'), { store: true }),
		invoice_line_ids: one2many('account.move.line', 'move_id', 'Invoice lines', { copy: true }),
		line_ids: one2many('account.move.line', 'move_id', 'Journal Items'),
		amount_untaxed: monetary('Untaxed Amount', {
			compute: sumOf('invoice_line_ids', 'price_subtotal'),
			store: true,
		}),
		amount_tax: monetary('Tax', { compute: sumOf('invoice_line_ids', 'price_tax'), store: true }),
		amount_total: monetary('Total', { compute: total, store: true }),
		amount_residual: monetary('Amount Due', { compute: residual, store: true }),
		amount_untaxed_signed: monetary('Untaxed Amount Signed', {
			compute: signed(sumOf('invoice_line_ids', 'price_subtotal')),
			store: true,
		}),
		amount_total_signed: monetary('Total Signed', { compute: signed(total), store: true }),
		amount_residual_signed: monetary('Amount Due Signed', { compute: signed(residual), store: true }),
		payment_state: selection(
			'Payment Status',
			[
				['not_paid', 'Not Paid'],
				['partial', 'Partially Paid'],
				['paid', 'Paid'],
			],
			{ compute: paymentState, store: true },
		),
	},
	displayName: (move) => move.text('name') || `Draft ${KIND[move.text('move_type')] ?? 'Journal Entry'}`,
	complete: (env, vals) => {
		const given = vals.move_type ?? env.context.default_move_type;
		const kind = typeof given === 'string' ? given : 'entry';
		const type = kind.startsWith('out_') ? 'sale' : kind.startsWith('in_') ? 'purchase' : 'general';
		const journal = [...env.draft.rows('account.journal').values()].find((row) => row.type === type)?.id;
		return { journal_id: journal, ...vals };
	},
	checkUnlink: (moves) => {
		if (moves.every((move) => move.text('state') !== 'posted')) return;
		throw userError(
			'You cannot delete a posted journal entry. Reset it to draft first, or cancel it with a credit note.',
		);
	},
	methods: {
		action_post: onRecords({}, (env, model, ids) => {
			checkExist(env, model, ids);
			for (const id of ids) post(env.record(model.name, id));
			return false;
		}),
		button_draft: onRecords({}, (env, model, ids) => {
			checkExist(env, model, ids);
			if (ids.some((id) => env.record(model.name, id).text('state') === 'draft')) {
				throw userError('Only posted/canceled journal entries can be reset to draft.');
			}
			writeRecords(env, model, ids, { state: 'draft' });
			return null;
		}),
		button_cancel: onRecords({}, (env, model, ids) => {
			checkExist(env, model, ids);
			writeRecords(env, model, ids, { state: 'cancel' });
			return null;
		}),
		...CHATTER,
	},
};

function post(move: Rec): void {
	const { env, model, id } = move;
	if (move.text('state') !== 'draft') throw userError('The entry must be in draft to be posted.');
	if (move.many('invoice_line_ids').length === 0) throw userError('You need to add a line before posting.');
	const isInvoice = move.text('move_type') !== 'entry';
	if (isInvoice && !move.one('partner_id')) {
		throw userError("The field 'Customer' is required, please complete it to validate the Customer Invoice.");
	}
	const day = move.text('invoice_date') || formatDate(env.now);
	if (isInvoice) {
		writeRecords(env, model, [id], {
			invoice_date: day,
			date: day,
			invoice_date_due: move.text('invoice_date_due') || day,
		});
	}
	writeRecords(env, model, [id], { state: 'posted', name: move.text('name') || nextMoveName(move) });
}

export const accountMoveLine: ModelDeclaration = {
	name: 'account.move.line',
	description: 'Journal Item',
	order: 'date desc, move_name desc, id',
	nameSearch: ['name', 'move_id', 'product_id'],
	fields: {
		move_id: many2one('account.move', 'Journal Entry', { required: true, ondelete: 'cascade', copy: false }),
		sequence: integer('Sequence', { default: () => 10, aggregator: null }),
		name: text('Label'),
		product_id: many2one('product.product', 'Product', { ondelete: 'restrict' }),
		quantity: float('Quantity', { default: () => 1 }),
		price_unit: float('Unit Price', { aggregator: 'avg' }),
		discount: float('Discount (%)', { aggregator: null }),
		tax_ids: many2many('account.tax', 'Taxes'),
		...lineAmounts('quantity'),
		sale_line_ids: many2many('sale.order.line', 'Sales Order Lines', { copy: false }),
		move_name: related('move_id.name', char('Number'), { store: true }),
		parent_state: related('move_id.state', selection('Status', MOVE_STATES), { store: true }),
		move_type: related('move_id.move_type', selection('Type', MOVE_TYPES)),
		date: related('move_id.date', date('Date'), { store: true }),
		partner_id: related('move_id.partner_id', many2one('res.partner', 'Partner'), { store: true }),
		company_id: related('move_id.company_id', many2one('res.company', 'Company'), { store: true }),
		currency_id: related('move_id.currency_id', many2one('res.currency', 'Currency'), { store: true }),
	},
	displayName: (line) => [line.one('move_id')?.displayName ?? '', line.text('name')].filter(Boolean).join(' '),
	complete: fromProduct,
};
