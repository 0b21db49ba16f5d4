import { boolean, char, date, float, integer, many2many, many2one, monetary, selection } from '../fields';
import type { ModelDeclaration } from '../model';
import { formatDate } from '../convert';
import { nextName } from './ir-sequence';
import { companyCurrency } from './res-company';

export const accountJournal: ModelDeclaration = {
	name: 'account.journal',
	description: 'Journal',
	order: 'sequence, type, code',
	nameSearch: ['name', 'code'],
	fields: {
		name: char('Journal Name', { required: true }),
		code: char('Short Code', { required: true }),
		type: selection(
			'Type',
			[
				['sale', 'Sales'],
				['purchase', 'Purchase'],
				['cash', 'Cash'],
				['bank', 'Bank'],
				['general', 'Miscellaneous'],
			],
			{ required: true },
		),
		sequence: integer('Sequence', { default: () => 10, aggregator: null }),
		active: boolean('Active', { default: () => true }),
		company_id: many2one('res.company', 'Company', { required: true, default: () => 1 }),
	},
};

export const accountTax: ModelDeclaration = {
	name: 'account.tax',
	description: 'Tax',
	order: 'sequence, id',
	fields: {
		name: char('Tax Name', { required: true }),
		type_tax_use: selection(
			'Tax Type',
			[
				['sale', 'Sales'],
				['purchase', 'Purchases'],
				['none', 'None'],
			],
			{ required: true, default: () => 'sale' },
		),
		amount_type: selection('Tax Computation', [['percent', 'Percentage']], {
			required: true,
			default: () => 'percent',
		}),
		amount: float('Amount', { required: true, aggregator: null }),
		sequence: integer('Sequence', { default: () => 1, aggregator: null }),
		active: boolean('Active', { default: () => true }),
		company_id: many2one('res.company', 'Company', { required: true, default: () => 1 }),
	},
};

export const accountPayment: ModelDeclaration = {
	name: 'account.payment',
	description: 'Payments',
	order: 'date desc, name desc',
	fields: {
		name: char('Number', { copy: false }),
		state: selection(
			'State',
			[
				['draft', 'Draft'],
				['paid', 'Paid'],
				['canceled', 'Canceled'],
			],
			{ required: true, copy: false, default: () => 'draft' },
		),
		payment_type: selection(
			'Payment Type',
			[
				['inbound', 'Receive'],
				['outbound', 'Send'],
			],
			{ required: true, default: () => 'inbound' },
		),
		partner_id: many2one('res.partner', 'Customer/Vendor'),
		amount: monetary('Amount'),
		date: date('Date', { required: true, default: (env) => formatDate(env.now) }),
		memo: char('Memo'),
		journal_id: many2one('account.journal', 'Journal', { required: true, default: () => 3 }),
		currency_id: many2one('res.currency', 'Currency', { compute: companyCurrency }),
		company_id: many2one('res.company', 'Company', { default: () => 1 }),
		invoice_ids: many2many('account.move', 'Invoices'),
	},
	complete: (env, vals) => ({ ...vals, name: vals.name ?? nextName(env, 'account.payment') }),
};
