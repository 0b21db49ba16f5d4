import { describe, expect, it } from '@jest/globals';
import { openSandbox, type TestSandbox } from '../src/testing';

const YEAR = [
	['date_order', '>=', '2025-01-01'],
	['date_order', '<', '2026-01-01'],
];

const readGroup = (sandbox: TestSandbox, ...args: unknown[]) => sandbox.rpc('sale.order', 'read_group', args);
const grouped = async (sandbox: TestSandbox, body: Record<string, unknown>) =>
	(await sandbox.json2('sale.order', 'formatted_read_group', { domain: YEAR, ...body })).body;

describe('read_group', () => {
	const sandbox = openSandbox();

	it('groups by the first field alone, and says by what to go on', async () => {
		expect(await readGroup(sandbox, YEAR, ['amount_total'], ['date_order:quarter', 'partner_id'])).toMatchObject([
			{
				'date_order:quarter': 'Q1 2025',
				date_order_count: 2,
				amount_total: 3305.5,
				__context: { group_by: ['partner_id'] },
				__range: { 'date_order:quarter': { from: '2025-01-01 00:00:00', to: '2025-04-01 00:00:00' } },
			},
			{ 'date_order:quarter': 'Q2 2025', date_order_count: 1 },
			{ 'date_order:quarter': 'Q3 2025', date_order_count: 1 },
			{ 'date_order:quarter': 'Q4 2025', date_order_count: 2 },
		]);
	});

	it('is in the order of a term that comes again and again', async () => {
		const order = new Array<string>(200_000).fill('amount_total desc').join(',');
		const sorted = (orderby: string) =>
			sandbox.rpc('sale.order', 'read_group', [YEAR, ['amount_total'], ['partner_id']], { orderby });
		expect(await sorted(order)).toEqual(await sorted('amount_total desc'));
	});

	it('gives each group a domain that finds its records', async () => {
		const groups = await readGroup(sandbox, YEAR, ['amount_total'], ['partner_id']);
		for (const { partner_id_count: count, __domain: domain } of Array.isArray(groups) ? groups : []) {
			expect(await sandbox.rpc('sale.order', 'search_count', [domain])).toBe(count);
		}
	});

	it('groups by all fields when not lazy, in the order of the first', async () => {
		const groups = await sandbox.rpc('sale.order', 'read_group', [[], [], ['state', 'user_id']], { lazy: false });
		expect(groups).toMatchObject([
			{ state: 'cancel', user_id: [3, 'Dana Whitfield'], __count: 1 },
			{ state: 'draft', user_id: [3, 'Dana Whitfield'], __count: 2 },
			{ state: 'sale', user_id: [3, 'Dana Whitfield'] },
			{ state: 'sale', user_id: [4, 'Omar Petrov'] },
			{ state: 'sent', user_id: [3, 'Dana Whitfield'], __count: 2 },
		]);
	});

	it('adds up in other ways too', async () => {
		const fields = ['most:max(amount_total)', 'amount_total:avg', 'customers:count_distinct(partner_id)'];
		expect(await readGroup(sandbox, YEAR, fields, [])).toMatchObject([
			{ most: 2607, amount_total: 8506.3 / 6, customers: 5, __count: 6 },
		]);
	});

	it('orders and cuts', async () => {
		const options = { orderby: 'amount_total desc', limit: 1, offset: 1 };
		expect(
			await sandbox.rpc('sale.order', 'read_group', [YEAR, ['amount_total'], ['partner_id']], options),
		).toEqual([expect.objectContaining({ partner_id: [22, 'Saffron & Sons'] })]);
	});

	it('puts a record into the group of each of its tags', async () => {
		const groups = await sandbox.rpc('res.partner', 'read_group', [[['id', 'in', [6, 18]]], [], ['category_id']]);
		expect(groups).toMatchObject([
			{ category_id: [2, 'Retail'], category_id_count: 2 },
			{ category_id: [1, 'VIP'], category_id_count: 1 },
		]);
	});

	it('makes no more groups of a field that comes again', async () => {
		const fields = new Array<string>(30).fill('category_id');
		const groups = await sandbox.rpc('res.partner', 'read_group', [[['id', 'in', [6, 18]]], [], fields], {
			lazy: false,
		});
		expect(groups).toMatchObject([
			{ category_id: [2, 'Retail'], __count: 2 },
			{ category_id: [1, 'VIP'], __count: 1 },
		]);
	});

	it.each([
		['an unknown field', [[], [], ['x']], "Invalid field 'x' on model 'sale.order'"],
		['an unknown field to add up', [[], ['x'], ['state']], "Invalid field 'x' on model 'sale.order'"],
		['a field that is nowhere kept', [[], [], ['display_name']], 'it is not stored'],
		['a granularity of no date', [[], [], ['state:month']], "Granularity specification isn't correct"],
	])('refuses %s', async (_, args, message) => {
		await expect(readGroup(sandbox, ...args)).rejects.toThrow(message);
	});

	it('starts weeks on Sunday from 17 on, on Monday before', async () => {
		const domain = [['date_order', '=', '2025-04-03 08:45:00']];
		const weeks = (version: string) => readGroup(openSandbox({ version }), domain, [], ['date_order:week']);
		const startingOn = (day: string) => [
			{
				'date_order:week': 'W14 2025',
				__domain: expect.arrayContaining([['date_order', '>=', `${day} 00:00:00`]]),
			},
		];
		expect(await weeks('19.0')).toMatchObject(startingOn('2025-03-30'));
		expect(await weeks('14.0')).toMatchObject(startingOn('2025-03-31'));
	});
});

describe('formatted_read_group', () => {
	const sandbox = openSandbox();

	it('shows dates with their start, and what beside the domain makes the group', async () => {
		expect(
			await grouped(sandbox, {
				groupby: ['date_order:year', 'state'],
				aggregates: ['__count', 'amount_total:sum'],
			}),
		).toEqual([
			{
				'date_order:year': ['2025-01-01 00:00:00', '2025'],
				state: 'sale',
				__extra_domain: [
					'&',
					'&',
					['date_order', '>=', '2025-01-01 00:00:00'],
					['date_order', '<', '2026-01-01 00:00:00'],
					['state', '=', 'sale'],
				],
				__count: 6,
				'amount_total:sum': 8506.3,
			},
		]);
	});

	it('is one group without fields to group by', async () => {
		expect(await grouped(sandbox, { aggregates: ['__count', 'id:array_agg'] })).toEqual([
			{ __extra_domain: [[1, '=', 1]], __count: 6, 'id:array_agg': [1, 2, 3, 4, 5, 6] },
		]);
	});

	it('keeps the groups that having asks for', async () => {
		const groups = await grouped(sandbox, {
			groupby: ['partner_id'],
			aggregates: ['amount_total:sum'],
			having: [['amount_total:sum', '>', 2500]],
			order: 'amount_total:sum desc',
		});
		expect(groups).toMatchObject([{ partner_id: [6, 'Alder & Finch Furniture'], 'amount_total:sum': 4719 }]);
	});

	it.each([
		['a date without granularity', { groupby: ['date_order'] }, 'Granularity not set on a date(time) field'],
		['a field without a way to add up', { aggregates: ['amount_total'] }, 'Aggregate method is mandatory'],
		['an unknown way', { aggregates: ['amount_total:x'] }, 'Invalid aggregate method'],
		['an order by something else', { groupby: ['state'], order: 'name' }, 'is not a valid aggregate'],
	])('refuses %s', async (_, body, message) => {
		expect(await grouped(sandbox, body)).toMatchObject({ message: expect.stringContaining(message) });
	});
});
