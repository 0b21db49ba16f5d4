import { before, both, isIn } from '../conditions';
import { fields, type ModelWords, PARTY, SELLER, states } from './words';

/** Posted, and not paid or only partly. */
export const unpaid = both(isIn('state', 'posted'), isIn('payment_state', 'not_paid', 'partial'));

const amountDue = 'amount_residual';

/** `account.move` */
export const move: ModelWords = {
	app: 'Invoicing',
	anyState: 'Drafts and canceled ones are counted in.',
	show: ['name', 'partner_id', 'invoice_date', 'invoice_date_due', 'amount_total', amountDue, 'payment_state'],
	amount: ['amount_total'],
	date: ['invoice_date', 'date'],
	party: ['partner_id'],
	product: 'invoice_line_ids.product_id',
	names: ['invoice_user_id', 'journal_id'],
	ownNames: ['name', 'ref', 'payment_reference'],
	fields: fields({
		'value|amount|total|total amount|worth': ['amount_total'],
		'amount due|due amount|residual|balance|outstanding amount|amount outstanding|open amount': [amountDue],
		'due|due date|falling due': ['invoice_date_due'],
		'number|invoice number': ['name'],
		'issued|dated|invoiced|invoice date': ['invoice_date'],
		'payment status': ['payment_state'],
		status: ['state'],
		[PARTY]: ['partner_id'],
		[SELLER]: ['invoice_user_id'],
	}),
	states: states({
		draft: isIn('state', 'draft'),
		'posted|validated|confirmed': isIn('state', 'posted'),
		'canceled|cancelled': isIn('state', 'cancel'),
		'outstanding|unpaid|open|not paid|not yet paid|unsettled': { condition: unpaid, amount: amountDue },
		'overdue|past due|late': { condition: both(unpaid, before('invoice_date_due')), amount: amountDue },
		'paid|settled|fully paid': both(isIn('state', 'posted'), isIn('payment_state', 'in_payment', 'paid')),
		'partially paid|partly paid|part paid': {
			condition: both(isIn('state', 'posted'), isIn('payment_state', 'partial')),
			amount: amountDue,
		},
	}),
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
