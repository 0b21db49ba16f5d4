import { validationError } from '../errors';
import { boolean, char, html, integer, many2many, many2one, monetary, one2many, related, selection } from '../fields';
import type { ModelDeclaration } from '../model';
import type { Rec } from '../orm';
import { CHATTER } from './mail-message';
import { companyCurrency } from './res-company';

const commercialPartner = (partner: Rec): Rec => {
	const parent = partner.one('parent_id');
	return partner.flag('is_company') || !parent ? partner : commercialPartner(parent);
};

const completeName = (partner: Rec): string => {
	const name = partner.text('name') || (partner.text('type') === 'contact' ? '' : `${partner.text('type')} address`);
	const company = partner.one('parent_id')?.text('name') || partner.text('company_name');
	return company && !partner.flag('is_company') ? `${company}, ${name}` : name;
};

const postedTotal = (partner: Rec, amount: string, types: readonly string[]): number =>
	partner
		.many('invoice_ids')
		.filter((move) => move.text('state') === 'posted' && types.includes(move.text('move_type')))
		.reduce((total, move) => total + move.number(amount), 0);

export const resPartner: ModelDeclaration = {
	name: 'res.partner',
	description: 'Contact',
	order: 'complete_name ASC, id DESC',
	nameSearch: ['complete_name', 'email', 'ref', 'vat'],
	parent: 'parent_id',
	namesCopies: true,
	fields: {
		name: char('Name'),
		complete_name: char('Complete Name', { compute: completeName, store: true }),
		active: boolean('Active', { default: () => true }),
		is_company: boolean('Is a Company', { help: 'Check if the contact is a company, otherwise it is a person' }),
		company_type: selection(
			'Company Type',
			[
				['person', 'Person'],
				['company', 'Company'],
			],
			{ compute: (partner) => (partner.flag('is_company') ? 'company' : 'person') },
		),
		type: selection(
			'Address Type',
			[
				['contact', 'Contact'],
				['invoice', 'Invoice'],
				['delivery', 'Delivery'],
				['other', 'Other'],
			],
			{ default: () => 'contact' },
		),
		parent_id: many2one('res.partner', 'Related Company'),
		child_ids: one2many('res.partner', 'parent_id', 'Contact', { activeOnly: true }),
		commercial_partner_id: many2one('res.partner', 'Commercial Entity', {
			compute: (partner) => commercialPartner(partner).id,
			store: true,
		}),
		commercial_company_name: char('Company Name Entity', {
			compute: (partner) => {
				const entity = commercialPartner(partner);
				return (entity.flag('is_company') ? entity.text('name') : partner.text('company_name')) || false;
			},
			store: true,
		}),
		company_name: char('Company Name'),
		email: char('Email'),
		phone: char('Phone'),
		website: char('Website Link'),
		function: char('Job Position'),
		street: char('Street'),
		street2: char('Street2'),
		zip: char('Zip'),
		city: char('City'),
		country_id: many2one('res.country', 'Country', { ondelete: 'restrict' }),
		country_code: related('country_id.code', char('Country Code')),
		vat: char('Tax ID'),
		ref: char('Reference'),
		category_id: many2many('res.partner.category', 'Tags'),
		user_id: many2one('res.users', 'Salesperson'),
		user_ids: one2many('res.users', 'partner_id', 'Users'),
		company_id: many2one('res.company', 'Company'),
		lang: selection('Language', [['en_US', 'English (US)']], { default: () => 'en_US' }),
		tz: selection('Timezone', [['UTC', 'UTC']]),
		color: integer('Color Index'),
		comment: html('Notes'),
		customer_rank: integer('Customer Rank', { copy: false }),
		supplier_rank: integer('Supplier Rank', { copy: false }),
		currency_id: many2one('res.currency', 'Currency', { compute: companyCurrency }),
		invoice_ids: one2many('account.move', 'partner_id', 'Invoices', { readonly: true }),
		credit: monetary('Total Receivable', {
			help: 'Total amount this customer owes you.',
			compute: (partner) => postedTotal(partner, 'amount_residual_signed', ['out_invoice', 'out_refund']),
		}),
		total_invoiced: monetary('Total Invoiced', {
			compute: (partner) => postedTotal(partner, 'amount_untaxed_signed', ['out_invoice', 'out_refund']),
		}),
		sale_order_ids: one2many('sale.order', 'partner_id', 'Sales Order'),
		sale_order_count: integer('Sale Order Count', { compute: (partner) => partner.many('sale_order_ids').length }),
	},
	displayName: completeName,
	check: (_env, partners) => {
		if (partners.some((partner) => partner.text('type') === 'contact' && !partner.text('name'))) {
			throw validationError('The operation cannot be completed: Contacts require a name');
		}
	},
	checkUnlink: (partners) => {
		const names = partners.flatMap((partner) => partner.many('user_ids')).map((user) => user.displayName);
		if (names.length === 0) return;
		throw validationError(
			'You cannot delete contacts linked to an active user.\n' +
				'You should rather archive them after archiving their associated user.\n\n' +
				`Linked active users : ${names.join(', ')}`,
		);
	},
	methods: CHATTER,
};

export const resPartnerCategory: ModelDeclaration = {
	name: 'res.partner.category',
	description: 'Partner Tags',
	order: 'name, id',
	parent: 'parent_id',
	fields: {
		name: char('Name', { required: true }),
		color: integer('Color'),
		parent_id: many2one('res.partner.category', 'Category', { ondelete: 'cascade' }),
		child_ids: one2many('res.partner.category', 'parent_id', 'Child Tags'),
		active: boolean('Active', { default: () => true }),
	},
	displayName: pathName('parent_id'),
};

/** The name with those above it before: `All / Furniture`. */
export function pathName(parent: string): (record: Rec) => string {
	const name = (record: Rec): string => {
		const above = record.one(parent);
		return above ? `${name(above)} / ${record.text('name')}` : record.text('name');
	};
	return name;
}
