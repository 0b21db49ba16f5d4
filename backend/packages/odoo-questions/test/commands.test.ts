import { describe, expect, it } from '@jest/globals';
import { askRules, connectTo, sandboxServer } from '../../../../test/support/planners';
import { use } from '../../../../test/support/use';

const odoo = use(() => connectTo(sandboxServer(19)));

const ask = (message: string) => askRules(odoo().client, message);

describe('a wish to change something', () => {
	it.each<[wish: string, call: string, args: unknown[]]>([
		[
			'create a contact named Jane Roe with email jane@example.com and phone +1 555-0199',
			'res.partner create',
			[{ name: 'Jane Roe', email: 'jane@example.com', phone: '+1 555-0199' }],
		],
		[
			'Create a company "Acme & Sons" with city Berlin, country Germany.',
			'res.partner create',
			[{ is_company: true, name: 'Acme & Sons', city: 'Berlin', country_id: 4 }],
		],
		['please add a customer called Test Buyer', 'res.partner create', [{ customer_rank: 1, name: 'Test Buyer' }]],
		[
			'create an opportunity named Big Deal with customer Larkspur Clinics and expected revenue $10,000',
			'crm.lead create',
			[{ type: 'opportunity', name: 'Big Deal', partner_id: 14, expected_revenue: 10000 }],
		],
		['set the phone of partner Amelia Hart to +1 555 0000', 'res.partner write', [[33], { phone: '+1 555 0000' }]],
		[
			'change the phone of Amelia Hart to 123 and email to amelia@example.com',
			'res.partner write',
			[[33], { phone: '123', email: 'amelia@example.com' }],
		],
		['set the price of product Oak Desk to $500', 'product.product write', [[1], { list_price: 500 }]],
		['rename product Oak Desk to "Elm Desk"', 'product.product write', [[1], { name: 'Elm Desk' }]],
		[
			'set the expected closing of opportunity Lab benches to tomorrow',
			'crm.lead write',
			[[3], { date_deadline: '2026-03-19' }],
		],
		['set the priority of opportunity Lab benches to High', 'crm.lead write', [[3], { priority: '2' }]],
		['archive product Wall Shelf', 'product.product write', [[6], { active: false }]],
		['unarchive contact Old Mill Outfitters', 'res.partner write', [[36], { active: true }]],
		['confirm sale order S00016', 'sale.order action_confirm', [[16]]],
		['cancel order S00015', 'sale.order action_cancel', [[15]]],
		['reset order S00011 to draft', 'sale.order action_draft', [[11]]],
		['post invoice id 10', 'account.move action_post', [[10]]],
		['mark opportunity Lab benches as won', 'crm.lead action_set_won', [[3]]],
		['delete opportunity "Chart table"', 'crm.lead unlink', [[7]]],
	])('becomes a plan of one call: %s', async (wish, call, args) => {
		const { answer } = await ask(wish);
		const calls = answer.kind === 'planned' ? answer.calls : [];
		expect(calls.map((each) => [`${each.model} ${each.method}`, each.args])).toEqual([[call, args]]);
	});

	it('is said in words, with what is there now', async () => {
		const { answer } = await ask('set the phone of partner Amelia Hart to 123');
		expect(answer.text).toBe('Change contact “Amelia Hart” (id 33): Phone “123” (now: +1 555-0136).');
	});

	it.each<[wish: string, done: string]>([
		['set the phone of partner Amelia Hart to 123', 'Phone “123” (before: +1 555-0136).'],
		['set the reference of partner Amelia Hart to A1', 'Reference “A1” (before: none).'],
		['set the is a company of partner Amelia Hart to yes', 'Is a Company yes (before: no).'],
	])('is said once it is done with what was there before: %s', async (wish, done) => {
		const { answer } = await ask(wish);
		expect(answer).toMatchObject({ done: `Change contact “Amelia Hart” (id 33): ${done}` });
	});

	it.each<[wish: string, said: string]>([
		['delete all customers', 'I change one record at a time.'],
		['archive 5 products', 'I change one record at a time.'],
		['confirm all orders of Amelia Hart', 'I change one record at a time.'],
		['delete customers in Germany', 'I change one record at a time.'],
		['archive customer Nobody', 'I found no customer called “Nobody”.'],
		['delete contact', 'Say which contact is meant'],
		['create a sales order', 'Say what to create'],
		['create a purple contact named X', '“a purple”'],
		['create a contact named X with wings', '“wings”'],
		['create a contact named X with country Atlantis', 'I found nothing called “Atlantis” for Country.'],
		['set the phone of Amelia Hart', 'Say which field of which contact to change to what'],
		['set the expected revenue of opportunity Lab benches to many', '“many” is no value for Expected Revenue'],
		['set the credit of partner Amelia Hart to 5', 'Total Receivable is computed by Odoo and cannot be set.'],
		['validate order S00016', 'I do not know how to validate sales orders. I can confirm, cancel or reset'],
		['mark order S00016 as lost', 'I do not know how to'],
		['confirm product Oak Desk', 'I do not know how to confirm products.'],
		['delete employee John', 'There are no employees in this Odoo'],
	])('is refused where it is not whole, is for many or cannot be: %s', async (wish, said) => {
		const { answer } = await ask(wish);
		expect(answer).toEqual({ kind: 'not_understood', text: expect.stringContaining(said) });
	});

	it('names the candidates where a name fits several', async () => {
		const made = { model: 'res.partner', method: 'create', kwargs: {} };
		for (const city of ['Lyon', 'Nice']) {
			await odoo().client.call({ ...made, args: [{ name: 'Twin', city }] });
		}
		const { answer } = await ask('delete contact Twin');
		expect(answer.text).toMatch(/^“Twin” fits several contacts: Twin \(id \d+\) and Twin \(id \d+\)/);
	});

	it('is only planned: nothing but reading goes to Odoo', async () => {
		odoo().calls.length = 0;
		await ask('delete contact Chloe Dubois');
		await ask('create a contact named Jane Roe');
		expect(odoo().writes()).toEqual([]);
	});
});
