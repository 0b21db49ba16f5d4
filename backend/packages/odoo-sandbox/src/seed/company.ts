import type { Create } from '.';

const COUNTRIES = [
	['Belgium', 'BE', 32],
	['Canada', 'CA', 1],
	['France', 'FR', 33],
	['Germany', 'DE', 49],
	['Netherlands', 'NL', 31],
	['Thailand', 'TH', 66],
	['United Kingdom', 'GB', 44],
	['United States', 'US', 1],
] as const;

/** The company, its users, and what everything else refers to. */
export function seedCompany(create: Create, login: string): void {
	const currency = create('res.currency', {
		name: 'USD',
		full_name: 'United States dollar',
		symbol: '$',
		position: 'before',
	});
	create('res.currency', { name: 'EUR', full_name: 'Euro', symbol: '€', rate: 0.92 });
	create('res.currency', { name: 'GBP', full_name: 'Pound sterling', symbol: '£', rate: 0.79, position: 'before' });
	const countries = new Map(
		COUNTRIES.map(([name, code, phone_code]) => [code, create('res.country', { name, code, phone_code })]),
	);
	const partner = create('res.partner', {
		name: 'Harbor Street Trading',
		is_company: true,
		email: 'office@example.com',
		phone: '+1 555-0100',
		website: 'https://www.example.com',
		street: '12 Harbor Street',
		city: 'Portland',
		zip: '97201',
		country_id: countries.get('US'),
	});
	const company = create('res.company', {
		name: 'Harbor Street Trading',
		partner_id: partner,
		currency_id: currency,
	});
	const user = (name: string, userLogin: string, email: string, active = true) =>
		create('res.users', { name, login: userLogin, email, parent_id: partner, active, company_id: company });
	user('System', '__system__', 'system@example.com', false);
	user('Administrator', login, 'admin@example.com');
	user('Dana Whitfield', 'dana', 'dana.whitfield@example.com');
	user('Omar Petrov', 'omar', 'omar.petrov@example.com');

	for (const [name, code, prefix, next] of [
		['Sales Order', 'sale.order', 'S', 1],
		['Payments', 'account.payment', 'PAY', 1],
	] as const) {
		create('ir.sequence', { name, code, prefix, padding: 5, number_next: next });
	}
	create('account.journal', { name: 'Customer Invoices', code: 'INV', type: 'sale' });
	create('account.journal', { name: 'Vendor Bills', code: 'BILL', type: 'purchase' });
	create('account.journal', { name: 'Bank', code: 'BNK1', type: 'bank' });
	create('account.journal', { name: 'Miscellaneous Operations', code: 'MISC', type: 'general' });
	create('account.tax', { name: '10%', amount: 10 });
	create('account.tax', { name: '0% Exempt', amount: 0 });
	create('crm.team', { name: 'Sales', user_id: 3 });
	create('crm.team', { name: 'Online', user_id: 4 });
	for (const name of ['Returning', 'Wholesale', 'Services', 'Urgent']) create('crm.tag', { name });
}
