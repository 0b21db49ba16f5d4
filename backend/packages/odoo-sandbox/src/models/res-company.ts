import { boolean, char, integer, many2one, related } from '../fields';
import type { ModelDeclaration } from '../model';
import type { Rec } from '../orm';

export const resCompany: ModelDeclaration = {
	name: 'res.company',
	description: 'Companies',
	order: 'sequence, name',
	fields: {
		name: char('Company Name', { required: true }),
		sequence: integer('Sequence', { default: () => 10, aggregator: null }),
		active: boolean('Active', { default: () => true }),
		partner_id: many2one('res.partner', 'Partner', { required: true }),
		currency_id: many2one('res.currency', 'Currency', { required: true, default: () => 1 }),
		email: related('partner_id.email', char('Email')),
		phone: related('partner_id.phone', char('Phone')),
		website: related('partner_id.website', char('Website')),
		vat: related('partner_id.vat', char('Tax ID')),
		street: related('partner_id.street', char('Street')),
		city: related('partner_id.city', char('City')),
		zip: related('partner_id.zip', char('Zip')),
		country_id: related('partner_id.country_id', many2one('res.country', 'Country')),
	},
};

/** The currency of the sandbox's company, for what is in no other. */
export const companyCurrency = (record: Rec) => record.env.record('res.company', 1).value('currency_id');
