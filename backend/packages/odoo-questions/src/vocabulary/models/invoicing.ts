import { before, both, isIn, notBefore } from '../conditions';
import { fields, type ModelWords, PARTY, SELLER, states } from './words';

/** Posted, and not paid or only partly. */
export const unpaid = both(isIn('state', 'posted'), isIn('payment_state', 'not_paid', 'partial'));

const amountDue = 'amount_residual';
const dueDate = 'invoice_date_due';

/** `account.move` */
export const move: ModelWords = {
	app: 'Invoicing',
	anyState: 'Drafts and canceled ones are counted in.',
	firm: ['posted'],
	due: { fields: [amountDue, dueDate], condition: unpaid, text: 'posted and not paid', amount: amountDue },
	show: ['name', 'partner_id', 'invoice_date', dueDate, 'amount_total', amountDue, 'payment_state', 'state'],
	amount: ['amount_total'],
	date: ['invoice_date', 'date'],
	party: ['partner_id'],
	product: 'invoice_line_ids.product_id',
	names: ['invoice_user_id', 'journal_id'],
	ownNames: ['name', 'ref', 'payment_reference'],
	fields: fields({
		'value|amount|total|total amount|worth': ['amount_total'],
		'amount due|due amount|residual|balance|outstanding amount|amount outstanding|open amount': [amountDue],
		'due|due date|falling due': [dueDate],
		'number|invoice number': ['name'],
		'date|issued|dated|invoiced|invoice date': ['invoice_date'],
		'payment status': ['payment_state'],
		status: ['state'],
		[PARTY]: ['partner_id'],
		[SELLER]: ['invoice_user_id'],
	}),
	states: states({
		draft: isIn('state', 'draft'),
		'posted|validated|confirmed': isIn('state', 'posted'),
		'canceled|cancelled': isIn('state', 'cancel'),
		'outstanding|unpaid|open|not paid|not yet paid|unsettled|owed': { condition: unpaid, amount: amountDue },
		due: { condition: unpaid, amount: amountDue, date: dueDate },
		'not due|not yet due|not due yet|not overdue|not late': {
			condition: both(unpaid, notBefore(dueDate)),
			amount: amountDue,
		},
		'overdue|past due|late': {
			condition: both(unpaid, before(dueDate)),
			amount: amountDue,
			since: dueDate,
		},
		'paid|settled|fully paid': both(isIn('state', 'posted'), isIn('payment_state', 'in_payment', 'paid')),
		'partially paid|partly paid|part paid': {
			condition: both(isIn('state', 'posted'), isIn('payment_state', 'partial')),
			amount: amountDue,
		},
	}),
};

/** `account.move.line` */
export const moveLine: ModelWords = {
	app: 'Invoicing',
	show: ['product_id', 'name', 'quantity', 'price_unit', 'price_subtotal', 'move_id'],
	amount: ['price_subtotal'],
	quantity: ['quantity'],
	prices: { price_unit: ['currency_id'] },
	date: ['date'],
	party: ['partner_id'],
	names: ['move_id', 'product_id'],
	brief: ['quantity', 'price_subtotal'],
	document: 'move_id',
	title: 'product_id',
	fields: fields({
		'invoice|bill': ['move_id'],
		'amount|subtotal|value': ['price_subtotal'],
		[PARTY]: ['partner_id'],
	}),
	states: {},
};

/** `account.payment` */
export const payment: ModelWords = {
	app: 'Invoicing',
	anyState: 'Drafts and canceled ones are counted in.',
	show: ['name', 'partner_id', 'date', 'amount', 'state'],
	amount: ['amount'],
	date: ['date'],
	party: ['partner_id'],
	names: ['journal_id'],
	ownNames: ['name'],
	fields: fields({
		'value|total|total amount': ['amount'],
		'made|received on|paid on': ['date'],
		[PARTY]: ['partner_id'],
	}),
	states: states({
		'incoming|received|customer': isIn('payment_type', 'inbound'),
		'outgoing|vendor|supplier|sent': isIn('payment_type', 'outbound'),
		'canceled|cancelled': isIn('state', 'cancel', 'canceled'),
	}),
};
