import { describe, expect, it } from '@jest/globals';
import { baseUrlsOf, isOdooPage } from '../../backend/src/odoo/base-url';

describe('where an Odoo begins', () => {
	it.each([
		['https://acme.example.com/odoo', 'https://acme.example.com'],
		['https://acme.example.com/odoo/', 'https://acme.example.com'],
		['https://acme.example.com/web/login?redirect=%2Fodoo', 'https://acme.example.com'],
		['https://acme.example.com/web#action=4&model=res.partner', 'https://acme.example.com'],
		['https://acme.example.com/odoo/contacts/42?debug=1', 'https://acme.example.com'],
		['https://acme.example.com:8443/my/orders', 'https://acme.example.com:8443'],
		['https://acme.example.com/shop', 'https://acme.example.com'],
		['https://example.com/erp/web/login', 'https://example.com/erp'],
		['https://example.com/tenants/acme/odoo/contacts', 'https://example.com/tenants/acme'],
		['https://example.com/odoo/web/login', 'https://example.com/odoo'],
	])('%s is a page of the Odoo at %s', (page, base) => {
		expect([isOdooPage(page), baseUrlsOf(page)[0]]).toEqual([true, base]);
	});

	it.each([
		['https://acme.example.com', 'https://acme.example.com'],
		['https://acme.example.com/', 'https://acme.example.com'],
		['https://example.com/erp/', 'https://example.com/erp'],
		['https://example.com/webshop', 'https://example.com/webshop'],
	])('%s is no page, but the Odoo at %s itself', (given, base) => {
		expect([isOdooPage(given), baseUrlsOf(given)]).toEqual([false, [base]]);
	});

	it('may be the whole path, where a proxy keeps an Odoo at the name of a page', () => {
		expect(baseUrlsOf('https://example.com/odoo/')).toEqual(['https://example.com', 'https://example.com/odoo']);
	});
});
