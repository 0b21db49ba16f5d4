import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { askRules, connectTo, sandboxServer } from '../../../../test/support/planners';
import { use } from '../../../../test/support/use';
import type { JsonObject } from '../src/json';

/** A sandbox with a second company, whose currency is the euro: it has an order of €900 and an unpaid invoice of €500. */
const odoo = use(async () => {
	const connected = await connectTo(sandboxServer(19));
	const call = (model: string, method: string, args: JsonObject[] | [number[]]) =>
		connected.client.call({ model, method, args, kwargs: {} });
	const create = async (model: string, vals: JsonObject) => z.number().parse(await call(model, 'create', [vals]));
	const [euro] = z.array(z.object({ id: z.number() })).parse(
		await connected.client.call({
			model: 'res.currency',
			method: 'search_read',
			args: [[['name', '=', 'EUR']]],
			kwargs: { fields: ['id'], context: { active_test: false } },
		}),
	);
	const partner_id = await create('res.partner', { name: 'Second House' });
	const company_id = await create('res.company', { name: 'Second House', partner_id, currency_id: euro?.id ?? 0 });
	const line = { name: 'Advice', tax_ids: [[6, 0, []]] };
	const order = await create('sale.order', {
		company_id,
		partner_id: COPPERFIELD,
		order_line: [[0, 0, { ...line, product_uom_qty: 1, price_unit: 900 }]],
	});
	await call('sale.order', 'action_confirm', [[order]]);
	const invoice = await create('account.move', {
		company_id,
		move_type: 'out_invoice',
		partner_id: COPPERFIELD,
		invoice_line_ids: [[0, 0, { ...line, quantity: 1, price_unit: 500 }]],
	});
	await call('account.move', 'action_post', [[invoice]]);
	return connected;
});

const COPPERFIELD = 11;

describe('the answer about documents of two companies, in two currencies', () => {
	it.each<[question: string, said: string]>([
		[
			'How much does Copperfield Robotics owe us?',
			'Amount Due €500.00 and $2,171.40 in all (Second House €500.00; Harbor Street Trading $2,171.40).',
		],
		[
			'who owes us more than 400 euros',
			'1 contact with open invoices and credit notes of more than €400.00 in all',
		],
		['who owes us more than 400 euros', 'Copperfield Robotics (€500.00 and $2,171.40)'],
		['total of orders of Copperfield Robotics', 'Total €900.00 and $14,267.00 in all'],
		['how many orders of Copperfield Robotics are there', '(Harbor Street Trading 2; Second House 1).'],
		['unpaid invoices of Copperfield Robotics', '$2,171.40, Harbor Street Trading'],
		['unpaid invoices of Copperfield Robotics', '€500.00, Second House'],
		['unpaid invoices of Copperfield Robotics', 'Amount Due together: €500.00 and $2,171.40.'],
		['orders over 800 euros', '1 sales order (Total over €800.00)'],
		['orders over 800 euros', 'Only amounts in EUR were compared'],
		['orders over $800', 'those in EUR are left out'],
		['total of orders in euros', 'Total €900.00 in all'],
		['largest order in euros', 'Second House'],
		['sales by customer', 'Copperfield Robotics: €900.00 (1)'],
		['top customers by revenue', 'Each currency is ranked on its own, as nothing is converted.'],
		['top customers by revenue', 'Copperfield Robotics (€900.00)'],
		['total expected revenue of opportunities', 'Expected Revenue $'],
	])('keeps them apart: %s', async (question, said) => {
		const { answer } = await askRules(odoo().client, question);
		expect(answer).toEqual(expect.objectContaining({ kind: 'answered', text: expect.stringContaining(said) }));
	});
});
