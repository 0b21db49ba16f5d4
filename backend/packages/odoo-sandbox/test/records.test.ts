import { beforeEach, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { openSandbox, type TestSandbox } from '../src/testing';

let sandbox: TestSandbox;
beforeEach(() => {
	sandbox = openSandbox();
});

const rpc = (...call: Parameters<TestSandbox['rpc']>) => sandbox.rpc(...call);
const create = async (model: string, vals: unknown, kwargs = {}) => Number(await rpc(model, 'create', [vals], kwargs));
const read = async (model: string, id: number, fields: string[]): Promise<unknown> => {
	const records = await rpc(model, 'read', [id, fields]);
	return Array.isArray(records) ? records[0] : records;
};

const recordsSchema = z.array(z.record(z.string(), z.unknown()));
const idsSchema = z.array(z.int());
const valueOf = async (model: string, id: number, field: string): Promise<unknown> =>
	recordsSchema.parse(await rpc(model, 'read', [id, [field]]))[0]?.[field];
/** The first of the ids that a call answered. */
const firstId = (answer: unknown): number => idsSchema.parse(answer)[0] ?? 0;

describe("the documents' examples", () => {
	it('find companies', async () => {
		const companies = await rpc('res.partner', 'search_read', [[['is_company', '=', true]]], {
			fields: ['name', 'email', 'phone'],
			limit: 10,
		});
		expect(companies).toHaveLength(10);
	});

	it('find confirmed orders since 2025, newest first', async () => {
		const domain = [
			['state', '=', 'sale'],
			['date_order', '>=', '2025-01-01'],
		];
		const kwargs = { fields: ['name', 'partner_id', 'amount_total'], order: 'date_order desc', limit: 50 };
		const orders = await rpc('sale.order', 'search_read', [domain], kwargs);
		expect(Array.isArray(orders) && orders.length).toBeGreaterThan(10);
		expect(Array.isArray(orders) && orders.at(-1)).toEqual({
			id: expect.any(Number),
			name: 'S00001',
			partner_id: [expect.any(Number), 'Saffron & Sons'],
			amount_total: 1193.5,
		});
	});

	it.each([
		[
			"today's confirmed orders",
			'sale.order',
			[
				['state', '=', 'sale'],
				['date_order', '>=', 'today'],
			],
		],
		[
			'last month’s orders',
			'sale.order',
			[
				['date_order', '>=', '2026-02-01'],
				['date_order', '<', '2026-03-01'],
			],
		],
		[
			'products that run low',
			'product.product',
			[
				['qty_available', '<', 10],
				['is_storable', '=', true],
			],
		],
		['customers who owe over 1000', 'res.partner', [['credit', '>', 1000]]],
		[
			'unpaid invoices over 1000',
			'account.move',
			[
				['move_type', '=', 'out_invoice'],
				['amount_residual', '>', 1000],
			],
		],
		[
			'overdue invoices',
			'account.move',
			[
				['payment_state', '!=', 'paid'],
				['invoice_date_due', '<', 'today'],
			],
		],
		[
			'open opportunities',
			'crm.lead',
			[
				['type', '=', 'opportunity'],
				['stage_id.is_won', '=', false],
			],
		],
	])('find %s', async (_, model, domain) => {
		expect(await rpc(model, 'search_count', [domain])).toBeGreaterThan(0);
	});
});

describe('the demo records', () => {
	it('have addresses of example.com alone', async () => {
		const domain = [
			['email', '!=', false],
			['email', 'not like', '%@example.com'],
		];
		expect(await rpc('res.partner', 'search', [domain], { context: { active_test: false } })).toEqual([]);
	});

	it('can all be read, whatever the model', async () => {
		const models = await rpc('ir.model', 'search_read', [[]], { fields: ['model'] });
		expect(Array.isArray(models) && models.length).toBeGreaterThan(25);
		for (const { model } of Array.isArray(models) ? models : []) {
			expect(Array.isArray(await rpc(String(model), 'search_read', [[]]))).toBe(true);
			expect(Array.isArray(await rpc(String(model), 'name_search', ['']))).toBe(true);
			expect(await rpc(String(model), 'fields_get', [])).toHaveProperty('id');
		}
	});
});

describe('creating', () => {
	it('fills in defaults, and dates and users of the making', async () => {
		const id = await create('res.partner', { name: 'New Customer', email: 'customer@example.com' });
		const fields = ['active', 'type', 'create_date', 'create_uid', 'phone', 'color', 'display_name'];
		expect(await read('res.partner', id, fields)).toEqual({
			id,
			active: true,
			type: 'contact',
			create_date: '2026-03-18 10:30:00',
			create_uid: [2, 'Administrator'],
			phone: false,
			color: 0,
			display_name: 'New Customer',
		});
	});

	it('takes defaults from the context', async () => {
		const id = await create('res.partner', { name: 'Oslo' }, { context: { default_city: 'Oslo' } });
		expect(await read('res.partner', id, ['city'])).toEqual({ id, city: 'Oslo' });
		const context = { default_city: 'Oslo' };
		expect(await rpc('res.partner', 'default_get', [['city', 'type', 'name']], { context })).toEqual({
			city: 'Oslo',
			type: 'contact',
		});
	});

	it.each([
		['a number as text', { name: 5 }, { name: '5' }],
		['text as a number', { name: 'X', color: '3' }, { color: 3 }],
		['a truth', { name: 'X', is_company: 'yes' }, { is_company: true }],
		['nothing', { name: 'X', color: false, email: null }, { color: 0, email: false }],
	])('converts %s', async (_, vals, expected) => {
		const id = await create('res.partner', vals);
		expect(await read('res.partner', id, Object.keys(expected))).toEqual({ id, ...expected });
	});

	it.each([
		['a choice that is none', 'res.partner', { name: 'X', type: 'x' }, "Wrong value for res.partner.type: 'x'"],
		['text for a number', 'res.partner', { name: 'X', color: 'x' }, 'invalid literal for int()'],
		['text for a float', 'crm.lead', { name: 'X', probability: 'x' }, 'could not convert string to float'],
		['an infinite number', 'crm.lead', { name: 'X', probability: '1e999' }, 'could not convert string to float'],
		['an amount beyond numbers', 'crm.lead', { name: 'X', expected_revenue: 1e308 }, 'numeric field overflow'],
		['an integer beyond 32 bits', 'res.partner', { name: 'X', color: 2 ** 31 }, 'integer out of range'],
		['text for an id', 'res.partner', { name: 'X', country_id: 'x' }, 'invalid input syntax for type integer'],
		['an id of nothing', 'res.partner', { name: 'X', country_id: 999 }, 'The troublemaker is'],
		['a day that is none', 'sale.order', { partner_id: 6, validity_date: '2026-02-30' }, 'does not match format'],
		['a zone', 'sale.order', { partner_id: 6, date_order: '2026-01-01T10:00:00Z' }, 'does not match format'],
		['a list for text', 'res.partner', { name: ['X'] }, 'Wrong value for res.partner.name'],
		[
			'text for a list',
			'res.partner',
			{ name: 'X', category_id: 'x' },
			'Wrong value for res.partner.category_id: x',
		],
		['a missing field', 'sale.order', {}, "Missing required value for the field 'Customer' (partner_id)"],
		['a list of models', 'ir.model', { name: 'X', model: 'x' }, 'odoo.exceptions.AccessError'],
		['a country again', 'res.country', { name: 'Belgium', code: 'XX' }, 'The name of the country must be unique!'],
		['a login again', 'res.users', { name: 'X', login: 'admin' }, 'same login'],
	])('refuses %s', async (_, model, vals, message) => {
		await expect(create(model, vals)).rejects.toThrow(message);
	});

	it('words what is missing as its version does', async () => {
		const old = openSandbox({ version: '14.0' });
		await expect(old.rpc('sale.order', 'create', [{}])).rejects.toThrow('Field: Customer (partner_id)');
		await expect(old.rpc('res.partner', 'create', [{ x: 1 }])).rejects.toThrow(
			"Invalid field 'x' on model 'res.partner'",
		);
	});
});

describe('writing', () => {
	it('changes what is given and nothing else, and notes when', async () => {
		const id = await create('res.partner', { name: 'Before', phone: '+1 555-0101' });
		expect(await rpc('res.partner', 'write', [[id], { name: 'After' }])).toBe(true);
		expect(await read('res.partner', id, ['name', 'phone', 'write_uid'])).toEqual({
			id,
			name: 'After',
			phone: '+1 555-0101',
			write_uid: [2, 'Administrator'],
		});
	});

	it.each(['id', 'create_date', 'display_name', 'amount_total'])('leaves %s as Odoo keeps it', async (name) => {
		const before = await read('sale.order', 1, [name]);
		await rpc('sale.order', 'write', [[1], { [name]: false }]);
		expect(await read('sale.order', 1, [name])).toEqual(before);
	});

	it('refuses a partner above itself', async () => {
		const child = await create('res.partner', { name: 'Child', parent_id: 6 });
		await expect(rpc('res.partner', 'write', [[6], { parent_id: child }])).rejects.toThrow(
			'You cannot create recursive Partner hierarchies.',
		);
	});

	it('refuses to unset what is required', async () => {
		await expect(rpc('sale.order', 'write', [[1], { partner_id: false }])).rejects.toThrow(
			'Missing required value',
		);
	});
});

describe('commands for lists', () => {
	const lines = (id: number) => rpc('res.partner', 'search_read', [[['parent_id', '=', id]]], { fields: ['name'] });
	const tagsOf = (id: number) => valueOf('res.partner', id, 'category_id');
	let id: number;
	beforeEach(async () => {
		id = await create('res.partner', {
			name: 'Owner',
			child_ids: [
				[0, 0, { name: 'A' }],
				[0, 0, { name: 'B' }],
			],
		});
	});

	it('0 makes lines', async () => {
		expect(await lines(id)).toMatchObject([{ name: 'A' }, { name: 'B' }]);
	});

	it('1 writes into one', async () => {
		const a = firstId(await valueOf('res.partner', id, 'child_ids'));
		await rpc('res.partner', 'write', [id, { child_ids: [[1, a, { name: 'Z' }]] }]);
		expect(await lines(id)).toMatchObject([{ name: 'B' }, { name: 'Z' }]);
	});

	it('2 deletes one', async () => {
		const a = firstId(await valueOf('res.partner', id, 'child_ids'));
		await rpc('res.partner', 'write', [id, { child_ids: [[2, a, 0]] }]);
		expect(await rpc('res.partner', 'search_count', [[['id', '=', a]]])).toBe(0);
	});

	it('3 and 5 let lines go that can be on their own', async () => {
		const a = firstId(await valueOf('res.partner', id, 'child_ids'));
		await rpc('res.partner', 'write', [id, { child_ids: [[3, a, 0]] }]);
		expect(await lines(id)).toMatchObject([{ name: 'B' }]);
		await rpc('res.partner', 'write', [id, { child_ids: [[5, 0, 0]] }]);
		expect(await lines(id)).toEqual([]);
		expect(await rpc('res.partner', 'search_count', [[['id', '=', a]]])).toBe(1);
	});

	it('5 deletes lines that belong to their record', async () => {
		const order = await create('sale.order', { partner_id: 6, order_line: [[0, 0, { product_id: 1 }]] });
		await rpc('sale.order', 'write', [order, { order_line: [[5, 0, 0]] }]);
		expect(await rpc('sale.order.line', 'search_count', [[['order_id', '=', order]]])).toBe(0);
		expect(await read('sale.order', order, ['amount_total'])).toEqual({ id: order, amount_total: 0 });
	});

	it('4 adds, 6 replaces, and a bare list of ids does so too', async () => {
		await rpc('res.partner', 'write', [
			id,
			{
				category_id: [
					[4, 1, 0],
					[4, 2, 0],
				],
			},
		]);
		expect(await tagsOf(id)).toEqual(expect.arrayContaining([1, 2]));
		await rpc('res.partner', 'write', [id, { category_id: [[6, 0, [3]]] }]);
		expect(await tagsOf(id)).toEqual([3]);
		await rpc('res.partner', 'write', [id, { category_id: [1] }]);
		expect(await tagsOf(id)).toEqual([1]);
		await rpc('res.partner', 'write', [id, { category_id: false }]);
		expect(await tagsOf(id)).toEqual([]);
	});

	it('refuse records that are gone', async () => {
		for (const command of [
			[1, 9999, {}],
			[2, 9999, 0],
			[4, 9999, 0],
			[6, 0, [9999]],
		]) {
			await expect(rpc('res.partner', 'write', [id, { child_ids: [command] }])).rejects.toThrow('MissingError');
		}
	});

	it('show archived lines when asked to, but for those that are the field’s own choice', async () => {
		const category = await create('res.partner.category', {
			name: 'Up',
			child_ids: [[0, 0, { name: 'Old', active: false }]],
		});
		const show = (context: Record<string, unknown>) =>
			rpc('res.partner.category', 'read', [category, ['child_ids']], { context });
		expect(await show({})).toEqual([{ id: category, child_ids: [] }]);
		expect(await show({ active_test: false })).toEqual([{ id: category, child_ids: [expect.any(Number)] }]);
	});
});

describe('deleting', () => {
	it('takes along what belongs to the record', async () => {
		const order = await create('sale.order', { partner_id: 6, order_line: [[0, 0, { product_id: 1 }]] });
		await rpc('sale.order', 'unlink', [order]);
		expect(await rpc('sale.order.line', 'search_count', [[['order_id', '=', order]]])).toBe(0);
	});

	it('unsets what named the record', async () => {
		const [company, tag] = [
			await create('res.partner', { name: 'Company' }),
			await create('res.partner.category', { name: 'Tag' }),
		];
		const person = await create('res.partner', { name: 'Person', parent_id: company, category_id: [tag] });
		await rpc('res.partner', 'unlink', [company]);
		await rpc('res.partner.category', 'unlink', [tag]);
		expect(await read('res.partner', person, ['parent_id', 'category_id'])).toEqual({
			id: person,
			parent_id: false,
			category_id: [],
		});
	});

	it.each([
		['what others need', 'res.country', 8, 'How about archiving the record instead?'],
		['a confirmed order', 'sale.order', 1, 'You must first cancel it.'],
		['a posted invoice', 'account.move', 1, 'posted journal entry'],
		['the contact of a user', 'res.partner', 3, 'Linked active users : Administrator'],
		['a record that is gone', 'res.partner', 9999, 'Record does not exist or has been deleted.'],
	])('refuses %s', async (_, model, id, message) => {
		await expect(rpc(model, 'unlink', [[id]])).rejects.toThrow(message);
		await expect(rpc(model, 'search_count', [[['id', '=', id]]])).resolves.toBe(id === 9999 ? 0 : 1);
	});
});

describe('copying', () => {
	it('takes the lines of an order along, and gives it a name of its own', async () => {
		const order = firstId(await rpc('sale.order', 'copy', [[1]]));
		expect(await read('sale.order', order, ['amount_total', 'state', 'name'])).toEqual({
			id: order,
			amount_total: await valueOf('sale.order', 1, 'amount_total'),
			state: 'draft',
			name: expect.stringMatching(/^S(?!00001)\d{5}$/),
		});
	});

	it('marks the name of a copied contact', async () => {
		const id = firstId(await rpc('res.partner', 'copy', [[6], { email: 'copy@example.com' }]));
		expect(await read('res.partner', id, ['name', 'email', 'child_ids'])).toEqual({
			id,
			name: 'Alder & Finch Furniture (copy)',
			email: 'copy@example.com',
			child_ids: [],
		});
	});
});

describe('orders', () => {
	const line = { product_id: 1, product_uom_qty: 2 };

	it('take description, price and taxes from the product, and add up', async () => {
		const order = await create('sale.order', { partner_id: 6, order_line: [[0, 0, line]] });
		const fields = ['name', 'price_unit', 'price_subtotal', 'price_tax', 'price_total', 'product_uom_id'];
		expect(await rpc('sale.order.line', 'search_read', [[['order_id', '=', order]], fields])).toEqual([
			{
				id: expect.any(Number),
				name: '[DESK-01] Oak Desk',
				price_unit: 480,
				price_subtotal: 960,
				price_tax: 96,
				price_total: 1056,
				product_uom_id: [1, 'Units'],
			},
		]);
		expect(await read('sale.order', order, ['amount_untaxed', 'amount_tax', 'amount_total'])).toEqual({
			id: order,
			amount_untaxed: 960,
			amount_tax: 96,
			amount_total: 1056,
		});
	});

	it('keep their totals true when a line changes', async () => {
		const order = await create('sale.order', { partner_id: 6, order_line: [[0, 0, line]] });
		const id = firstId(await valueOf('sale.order', order, 'order_line'));
		await rpc('sale.order.line', 'write', [id, { product_uom_qty: 3, discount: 50, tax_ids: [] }]);
		expect(await read('sale.order', order, ['amount_total'])).toEqual({ id: order, amount_total: 720 });
	});

	it('are new ones to Odoo where their sequence was deleted', async () => {
		const other = openSandbox();
		const sequences = await other.rpc('ir.sequence', 'search', [[['code', '=', 'sale.order']]]);
		await other.rpc('ir.sequence', 'unlink', [sequences]);
		const order = await other.rpc('sale.order', 'create', [{ partner_id: 6 }]);
		expect(await other.rpc('sale.order', 'read', [[order], ['name']])).toEqual([{ id: order, name: 'New' }]);
	});

	it('are confirmed, canceled and set back', async () => {
		const order = await create('sale.order', { partner_id: 6 });
		const state = () => valueOf('sale.order', order, 'state');
		for (const [method, expected] of [
			['action_confirm', 'sale'],
			['action_cancel', 'cancel'],
			['action_draft', 'draft'],
		] as const) {
			expect(await rpc('sale.order', method, [[order]])).toBe(true);
			expect(await state()).toBe(expected);
		}
	});

	it('are confirmed once', async () => {
		await expect(rpc('sale.order', 'action_confirm', [[1]])).rejects.toThrow(
			'not in a state requiring confirmation',
		);
	});

	it('go by the customer’s name', async () => {
		const found = await rpc('sale.order', 'search', [[['partner_id', 'ilike', 'saffron']]]);
		expect(found).toContain(1);
		expect(await rpc('sale.order', 'name_search', ['S00001'])).toEqual([[1, 'S00001']]);
	});
});

describe('invoices', () => {
	const draft = () =>
		create('account.move', {
			move_type: 'out_invoice',
			partner_id: 6,
			invoice_line_ids: [[0, 0, { name: 'Work', quantity: 3, price_unit: 33.33 }]],
		});

	it('get number and dates when posted', async () => {
		const id = await draft();
		expect(await read('account.move', id, ['name', 'display_name', 'state'])).toEqual({
			id,
			name: false,
			display_name: 'Draft Invoice',
			state: 'draft',
		});
		await rpc('account.move', 'action_post', [[id]]);
		expect(
			await read('account.move', id, ['name', 'state', 'invoice_date', 'payment_state', 'amount_residual']),
		).toEqual({
			id,
			name: expect.stringMatching(/^INV\/2026\/\d{5}$/),
			state: 'posted',
			invoice_date: '2026-03-18',
			payment_state: 'not_paid',
			amount_residual: 99.99,
		});
	});

	it('are numbered past a name that has no number', async () => {
		const [odd, next] = [await draft(), await draft()];
		await rpc('account.move', 'write', [[odd], { name: 'INV/2026/odd' }]);
		await rpc('account.move', 'action_post', [[next]]);
		expect(await valueOf('account.move', next, 'name')).toMatch(/^INV\/2026\/\d{5}$/);
	});

	it('are settled by payments', async () => {
		const id = await draft();
		await rpc('account.move', 'action_post', [[id]]);
		const pay = (amount: number) => create('account.payment', { amount, state: 'paid', invoice_ids: [id] });
		const shown = () => read('account.move', id, ['amount_residual', 'payment_state']);
		await pay(40);
		expect(await shown()).toEqual({ id, amount_residual: 59.99, payment_state: 'partial' });
		await pay(59.99);
		expect(await shown()).toEqual({ id, amount_residual: 0, payment_state: 'paid' });
	});

	it('are set back to draft and keep their number', async () => {
		const id = await draft();
		await rpc('account.move', 'action_post', [[id]]);
		const name = await valueOf('account.move', id, 'name');
		await rpc('account.move', 'button_draft', [[id]]);
		await rpc('account.move', 'action_post', [[id]]);
		expect(await read('account.move', id, ['name'])).toEqual({ id, name });
	});

	it('are not posted twice, nor empty', async () => {
		const id = await draft();
		await rpc('account.move', 'action_post', [[id]]);
		await expect(rpc('account.move', 'action_post', [[id]])).rejects.toThrow('must be in draft');
		const empty = await create('account.move', { move_type: 'out_invoice', partner_id: 6 });
		await expect(rpc('account.move', 'action_post', [[empty]])).rejects.toThrow('add a line');
	});

	it('of orders make them invoiced', async () => {
		const order = await create('sale.order', { partner_id: 6, order_line: [[0, 0, { product_id: 1 }]] });
		await rpc('sale.order', 'action_confirm', [[order]]);
		const status = () => valueOf('sale.order', order, 'invoice_status');
		expect(await status()).toBe('to invoice');
		const line = firstId(await valueOf('sale.order', order, 'order_line'));
		const invoice_line_ids = [[0, 0, { product_id: 1, sale_line_ids: [line] }]];
		const invoice = await create('account.move', { move_type: 'out_invoice', partner_id: 6, invoice_line_ids });
		expect(await status()).toBe('invoiced');
		expect(await read('sale.order', order, ['invoice_ids'])).toEqual({ id: order, invoice_ids: [invoice] });
	});
});

describe('products', () => {
	it('are made with their template, and share its fields', async () => {
		const id = await create('product.product', { name: 'Plant Pot', default_code: 'POT', list_price: 12 });
		const template = z
			.tuple([z.int(), z.string()])
			.parse(await valueOf('product.product', id, 'product_tmpl_id'))[0];
		expect(await read('product.template', template, ['name', 'list_price', 'product_variant_ids'])).toEqual({
			id: template,
			name: 'Plant Pot',
			list_price: 12,
			product_variant_ids: [id],
		});
		await rpc('product.product', 'write', [id, { list_price: 15 }]);
		expect(await read('product.template', template, ['list_price'])).toEqual({ id: template, list_price: 15 });
	});

	it('of a template are made with it', async () => {
		const template = await create('product.template', { name: 'Vase' });
		const id = firstId(await valueOf('product.template', template, 'product_variant_ids'));
		expect(await read('product.product', id, ['display_name', 'qty_available'])).toEqual({
			id,
			display_name: 'Vase',
			qty_available: 0,
		});
	});

	it('are on hand as their stock says', async () => {
		await create('stock.quant', { product_id: 1, quantity: 6 });
		expect(await read('product.product', 1, ['qty_available'])).toEqual({ id: 1, qty_available: 30 });
		expect(
			await rpc('product.product', 'search', [
				[
					['qty_available', '>=', 30],
					['id', '=', 1],
				],
			]),
		).toEqual([1]);
	});
});

describe('contacts', () => {
	it('of a company carry its name', async () => {
		const id = await create('res.partner', { name: 'Ida', parent_id: 6 });
		expect(
			await read('res.partner', id, ['display_name', 'commercial_partner_id', 'commercial_company_name']),
		).toEqual({
			id,
			display_name: 'Alder & Finch Furniture, Ida',
			commercial_partner_id: [6, 'Alder & Finch Furniture'],
			commercial_company_name: 'Alder & Finch Furniture',
		});
	});

	it('are found by address and reference too', async () => {
		expect(await rpc('res.partner', 'name_search', ['amelia.hart@'])).toEqual([
			[expect.any(Number), 'Amelia Hart'],
		]);
		expect(await rpc('res.partner', 'name_search', ['C0001'])).toEqual([[6, 'Alder & Finch Furniture']]);
	});

	it('keep messages and followers', async () => {
		const message = firstId(await rpc('res.partner', 'message_post', [[6]], { body: 'Hello' }));
		expect(await read('mail.message', message, ['body', 'model', 'res_id'])).toEqual({
			id: message,
			body: 'Hello',
			model: 'res.partner',
			res_id: 6,
		});
		await rpc('res.partner', 'message_subscribe', [[6], [7]]);
		await rpc('res.partner', 'message_subscribe', [[6], [7]]);
		expect(await rpc('mail.followers', 'search_count', [[['res_id', '=', 6]]])).toBe(1);
	});
});

describe('leads', () => {
	it('are won and lost', async () => {
		const [won, lost] = [await create('crm.lead', { name: 'A' }), await create('crm.lead', { name: 'B' })];
		await rpc('crm.lead', 'action_set_won', [[won]]);
		await rpc('crm.lead', 'action_set_lost', [[lost]]);
		expect(await read('crm.lead', won, ['stage_id', 'probability'])).toEqual({
			id: won,
			stage_id: [4, 'Won'],
			probability: 100,
		});
		expect(await read('crm.lead', lost, ['active', 'probability'])).toEqual({
			id: lost,
			active: false,
			probability: 0,
		});
	});
});

describe('attachments', () => {
	it('know their size', async () => {
		const id = await create('ir.attachment', {
			name: 'a.txt',
			datas: 'aGVsbG8=',
			res_model: 'res.partner',
			res_id: 6,
		});
		expect(await read('ir.attachment', id, ['file_size', 'datas'])).toEqual({
			id,
			file_size: 5,
			datas: 'aGVsbG8=',
		});
	});
});

describe('fields_get', () => {
	it('describes fields in the words of each version', async () => {
		const describeTotal = (version: string) =>
			openSandbox({ version }).rpc('sale.order', 'fields_get', [['amount_total']]);
		expect(await describeTotal('19.0')).toMatchObject({
			amount_total: { type: 'monetary', aggregator: 'sum', name: 'amount_total', readonly: true },
		});
		expect(await describeTotal('14.0')).toMatchObject({
			amount_total: { type: 'monetary', group_operator: 'sum', store: true },
		});
	});

	it('answers the attributes asked for, and leaves out fields that are not there', async () => {
		const attributes = ['type', 'relation', 'selection', 'required'];
		expect(await rpc('res.partner', 'fields_get', [['type', 'parent_id', 'x'], attributes])).toEqual({
			type: { type: 'selection', selection: expect.arrayContaining([['contact', 'Contact']]), required: false },
			parent_id: { type: 'many2one', relation: 'res.partner', required: false },
		});
	});
});
