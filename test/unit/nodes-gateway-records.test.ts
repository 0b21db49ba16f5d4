import { describe, expect, it } from '@jest/globals';
import type { IDataObject, INode, INodeParameters } from 'n8n-workflow';
import { z } from 'zod';
import { actAsGateway, Refused, type FakeGateway, type GatewayAction } from '../support/fake-gateway';
import type { FakePlatform } from '../support/fake-platform';
import { fakePlatformForTests } from '../support/fake-platform-tests';
import { runNode } from '../support/n8n-engine';

let platform: FakePlatform;
let gateway: FakeGateway;

const FIELDS = {
	id: { type: 'integer', string: 'ID', readonly: true },
	display_name: { type: 'char', string: 'Display Name', readonly: true },
	name: { type: 'char', string: 'Name', required: true },
	email: { type: 'char', string: 'Email' },
	active: { type: 'boolean', string: 'Active' },
	color: { type: 'integer', string: 'Color' },
	res_id: { type: 'many2one_reference', string: 'Resource ID' },
	credit_limit: { type: 'monetary', string: 'Credit Limit' },
	date: { type: 'date', string: 'Date' },
	met_at: { type: 'datetime', string: 'Met at' },
	parent_id: { type: 'many2one', string: 'Related Company', relation: 'res.partner' },
	category_id: { type: 'many2many', string: 'Tags', relation: 'res.partner.category' },
	properties: { type: 'properties', string: 'Properties' },
	child_ids: { type: 'one2many', string: 'Contacts', relation: 'res.partner' },
};

/** Answers as an Odoo would that has the ids up to 100; a test may do some of it differently. */
const serve = (act: (action: GatewayAction) => unknown = () => undefined) => {
	let id = 100;
	gateway = actAsGateway(platform, (action) => {
		const own = act(action);
		if (own !== undefined) return own;
		if (action.method === 'fields_get') return FIELDS;
		if (action.method === 'create') return ++id;
		return action.method === 'write' || action.method === 'unlink' ? true : [];
	});
};

fakePlatformForTests((started) => {
	platform = started;
	serve();
});

const model = { __rl: true, mode: 'id', value: 'res.partner' };
const record = (value: string | number) => ({ __rl: true, mode: 'id', value });
const mapped = (value: INodeParameters, matchingColumns: string[] = []): INodeParameters => ({
	mappingMode: 'defineBelow',
	value,
	matchingColumns,
	schema: [],
});

interface More {
	input?: IDataObject[];
	settings?: Partial<INode>;
}
const run = (operation: string, parameters: INodeParameters, { input = [{}], settings }: More = {}) =>
	runNode(
		'odooGateway',
		{ resource: 'record', operation, model, ...parameters },
		{ credentials: platform.credentials, input: input.map((json) => ({ json })), settings },
	);
const goOn = { settings: { onError: 'continueRegularOutput' } } as const;
/** What was asked besides the fields. */
const calls = () => gateway.actions.filter(({ method }) => method !== 'fields_get');

describe('Odoo Gateway: Create Record', () => {
	it('sends the mapped values and puts out the id', async () => {
		const { json } = await run('create', { values: mapped({ name: 'Azure', color: 3 }) });
		expect(calls()).toMatchObject([
			{ model: 'res.partner', method: 'create', args: [{ name: 'Azure', color: 3 }], kwargs: {} },
		]);
		expect(json).toEqual([{ id: 101 }]);
	});

	it.each([
		['active', 'false', false],
		['active', 'FALSE', false],
		['active', ' No ', false],
		['active', 0, false],
		['active', '0', false],
		['active', 'Yes', true],
		['active', 1, true],
		['color', '7', 7],
		['credit_limit', '12.50', 12.5],
		['credit_limit', '1e3', 1000],
		['res_id', '37', 37],
		['name', '007', '007'],
		['date', '2026-11-22', '2026-11-22'],
		['date', '2026-11-22T09:30:00+02:00', '2026-11-22'],
		['met_at', '2026-11-22T09:30:00+02:00', '2026-11-22 07:30:00'],
		['met_at', '2026-11-22 09:30:00', '2026-11-22 09:30:00'],
		['met_at', '2026-11-22', '2026-11-22 05:00:00'],
		['met_at', 'Sun, 22 Nov 2026 09:30:00 +0200', '2026-11-22 07:30:00'],
		['date', 'Sun, 22 Nov 2026 01:30:00 +0200', '2026-11-21'],
		['date', '2026-11-22T01:30:00Z', '2026-11-21'],
		['date', '2026-11-22 23:30:00', '2026-11-22'],
		['date', '20261122', '2026-11-22'],
		['date', '={{ new Date(1784023200000) }}', '2026-07-14'],
		['met_at', '={{ new Date(1784023200000) }}', '2026-07-14 10:00:00'],
		['date', '={{ DateTime.fromMillis(1784023200000) }}', '2026-07-14'],
		['met_at', '={{ DateTime.fromMillis(1784023200000) }}', '2026-07-14 10:00:00'],
		['met_at', '={{ new Date(1784023200000).toString() }}', '2026-07-14 10:00:00'],
		['parent_id', '7', 7],
		['parent_id', [7, 'Azure'], 7],
		['category_id', '1, 2', [[6, 0, [1, 2]]]],
		['category_id', [1, 2], [[6, 0, [1, 2]]]],
		['category_id', '[[4, 5]]', [[4, 5, 0]]],
		[
			'category_id',
			'[[4, "5", 0], [6, 0, ["7"]], [5]]',
			[
				[4, 5, 0],
				[6, 0, [7]],
				[5, 0, 0],
			],
		],
		[
			'child_ids',
			'[[0, 0, {"active": "no"}], [1, "7", {"date": "2026-11-22T09:30"}]]',
			[
				[0, 0, { active: false }],
				[1, 7, { date: '2026-11-22' }],
			],
		],
		['child_ids', '[{"name": "A line"}]', [[0, 0, { name: 'A line' }]]],
		['properties', '[{"name": "a"}]', [{ name: 'a' }]],
		['no_such_field', 'x', 'x'],
	])('writes %s from %j as %j', async (field, given, written) => {
		await run('create', { values: mapped({ [field]: given }) });
		expect(calls()[0]?.args).toEqual([{ [field]: written }]);
	});

	it.each([
		['active', 'maybe'],
		['active', 2],
		['color', '7.5'],
		['color', 7.5],
		['color', true],
		['color', '9007199254740993'],
		['credit_limit', 'much'],
		['credit_limit', '1,250.50'],
		['credit_limit', '0x10'],
		['date', '07/14/2026'],
		['date', '14.07.2026'],
		['date', '2026-02-30'],
		['date', '2026-7-4'],
		['date', 'tomorrow'],
		['date', 1784023200000],
		['date', '1784023200'],
		['met_at', 'Sat, 31 Feb 2026 09:30:00 +0200'],
		['met_at', '07/14/2026 09:30'],
		['met_at', '2026-07-14T25:00'],
		['parent_id', 0],
		['parent_id', '-7'],
		['parent_id', 7.5],
		['res_id', 'seven'],
		['category_id', '[4, 12, 0]'],
		['category_id', '[6, 0, [1, 2]]'],
		['category_id', '[[4, 0, 0]]'],
		['category_id', '[[9, 1, 0]]'],
		['category_id', [1, -2]],
		['child_ids', '[[1, 7]]'],
		['child_ids', '[{"active": "maybe"}]'],
	])('refuses for %s the value %j by the name of the field, and writes nothing', async (field, given) => {
		const { error } = await run('create', { values: mapped({ [field]: given }) });
		const { string: label } =
			field === 'child_ids' && JSON.stringify(given).includes('maybe')
				? FIELDS.active
				: z.object({ string: z.string() }).parse(new Map(Object.entries(FIELDS)).get(field));
		expect(error?.message).toContain(`"${label}"`);
		expect(error?.message).toContain('[Item 0]');
		expect(calls()).toEqual([]);
	});

	it.each([null, ''])('leaves a field that is %j to its default', async (empty) => {
		await run('create', { values: mapped({ name: 'Azure', email: empty, parent_id: empty, active: false }) });
		expect(calls()[0]?.args).toEqual([{ name: 'Azure', active: false }]);
	});

	it("maps the item's own fields", async () => {
		const values = { mappingMode: 'autoMapInputData', value: null, matchingColumns: [], schema: [] };
		await run('create', { values }, { input: [{ name: 'Azure', parent_id: [7, 'Azure'] }] });
		expect(calls()[0]?.args).toEqual([{ name: 'Azure', parent_id: 7 }]);
	});

	it('reads JSON by the same rules, and leaves in it what is empty', async () => {
		const json = '{"name": "Azure", "category_id": [[4, 5, 0]], "email": null, "phone": "", "active": "FALSE"}';
		await run('create', { input: 'json', json });
		expect(calls().map(({ args }) => args)).toEqual([
			[{ name: 'Azure', category_id: [[4, 5, 0]], email: null, phone: '', active: false }],
		]);
	});

	it('sends the context and the connection of the options', async () => {
		const options = { context: '{"lang": "fr_FR"}', connection: 'other' };
		await run('create', { values: mapped({ name: 'Azure' }), options });
		expect(calls()).toMatchObject([{ connection: 'other', kwargs: { context: { lang: 'fr_FR' } } }]);
	});

	it('puts out the fields that the options want', async () => {
		serve(({ method }) => (method === 'read' ? [{ id: 101, email: 'a@example.com' }] : undefined));
		const options = { outputFields: ['email'] };
		const { json } = await run('create', { values: mapped({ name: 'Azure' }), options });
		expect(calls()[1]).toMatchObject({ method: 'read', args: [[101], ['email']] });
		expect(json).toEqual([{ id: 101, email: 'a@example.com' }]);
	});

	it.each([
		['Related Company', { parent_id: 'Azure' }],
		['Tags', { category_id: '["VIP"]' }],
		['Tags', { category_id: '[' }],
	])('names the field "%s" where a value is no ID, and creates nothing', async (label, value) => {
		const { error } = await run('create', { values: mapped(value) });
		expect(error?.message).toContain(`"${label}"`);
		expect(error?.message).toContain('[Item 0]');
		expect(error?.description).toMatch(/Look Up Relations By Name/);
		expect(calls()).toEqual([]);
	});

	it('creates nothing when the values of any item are wrong', async () => {
		const input = [{ parent: 7 }, { parent: 'Azure' }];
		const { error } = await run('create', { values: mapped({ parent_id: '={{ $json.parent }}' }) }, { input });
		expect(error?.message).toContain('[Item 1]');
		expect(calls()).toEqual([]);
	});

	it('names "Values" where Odoo refuses them', async () => {
		serve(({ method }) => (method === 'create' ? new Refused('No such field', 'odoo_unknown_field') : undefined));
		const { error } = await run('create', { values: mapped({ nmae: 'Azure' }) });
		expect(error?.message).toBe('No such field [Item 0]');
		expect(error?.description).toContain('"Values"');
	});
});

describe('Odoo Gateway: many items', () => {
	const thousand = Array.from({ length: 1_000 }, (_, index) => ({ name: `Partner ${index}` }));
	const values = mapped({ name: '={{ $json.name }}' });

	it('are created by few requests, in order, each paired with its own', async () => {
		const { items } = await run('create', { values }, { input: thousand });
		expect(gateway.requests).toEqual([1, 500, 500]);
		expect(calls().map(({ args }) => args[0])).toEqual(thousand);
		expect(items).toEqual(thousand.map((_, item) => ({ json: { id: 101 + item }, pairedItem: { item } })));
	});

	it('stay below 1 MiB a request', async () => {
		const input = thousand.slice(0, 10).map(({ name }) => ({ name, comment: 'x'.repeat(300_000) }));
		await run('create', { input: 'json', json: '={{ $json }}' }, { input });
		expect(gateway.requests).toEqual([1, 3, 3, 3, 1]);
		expect(Math.max(...platform.received.map(({ rawBody }) => rawBody.length))).toBeLessThan(1024 * 1024);
	});

	it('fail one by one when the node is set to go on', async () => {
		serve(({ args: [given], method }) =>
			method === 'create' && JSON.stringify(given).includes('Bad') ? new Refused('Refused') : undefined,
		);
		const input = [{ name: 'A' }, { name: 'Bad' }, { name: 'C' }];
		const { items } = await run('create', { values }, { input, ...goOn });
		expect(items.map(({ json, pairedItem }) => [json, pairedItem])).toEqual([
			[{ id: 101 }, { item: 0 }],
			[{ error: 'Refused [Item 1]' }, { item: 1 }],
			[{ id: 102 }, { item: 2 }],
		]);
	});

	it('stop at the first failure otherwise, and name its item', async () => {
		serve(({ args: [given], method }) =>
			method === 'create' && JSON.stringify(given).includes('Partner 1"') ? new Refused('Refused') : undefined,
		);
		const { error } = await run('create', { values }, { input: thousand });
		expect(error?.message).toBe('Refused [Item 1]');
		expect(calls()).toHaveLength(2);
	});

	it('name each its own item when there is no answer at all', async () => {
		platform.answer = () => ({ status: 401, body: { success: false, error: 'Not authenticated', details: '' } });
		const { json } = await run('create', { values }, { input: [{}, {}], ...goOn });
		expect(json).toEqual([{ error: 'Not authenticated [Item 0]' }, { error: 'Not authenticated [Item 1]' }]);
	});

	it('name each its own item when the platform cannot be reached', async () => {
		const nowhere = { odooGatewayApi: { baseUrl: 'http://127.0.0.1:9', apiKey: 'sk_live_key', hmacSecret: '' } };
		const parameters = { resource: 'record', operation: 'delete', model, record: record(1) };
		const input = [{ json: {} }, { json: {} }];
		const { json } = await runNode('odooGateway', parameters, { credentials: nowhere, input, ...goOn });
		expect(json).toEqual([
			{ error: expect.stringContaining('[Item 0]') },
			{ error: expect.stringContaining('[Item 1]') },
		]);
	});

	it('wait as long as the platform asks them to', async () => {
		const answers = [
			{ status: 429, headers: { 'retry-after': '0' }, body: { error: 'Rate limit exceeded' } },
			{ body: { success: true, data: true } },
		];
		platform.answer = () => answers.shift() ?? {};
		const { json } = await run('delete', { record: record(1) });
		expect(json).toEqual([{ deleted: true }]);
		expect(platform.received).toHaveLength(2);
	});
});

describe('Odoo Gateway: Update, Delete, Get Record', () => {
	it('changes the fields given, and clears those left empty', async () => {
		const { json } = await run('update', { record: record('7'), values: mapped({ name: 'B', email: '' }) });
		expect(calls()).toMatchObject([{ method: 'write', args: [[7], { name: 'B', email: false }] }]);
		expect(json).toEqual([{ id: 7 }]);
	});

	it('clears a relation left empty', async () => {
		await run('update', { record: record(7), values: mapped({ parent_id: null, category_id: null }) });
		expect(calls()[0]?.args).toEqual([[7], { parent_id: false, category_id: [[6, 0, []]] }]);
	});

	it('says of a deleted record that it is', async () => {
		const { json } = await run('delete', { record: record(7) });
		expect(calls()).toMatchObject([{ method: 'unlink', args: [[7]] }]);
		expect(json).toEqual([{ deleted: true }]);
	});

	it.each([
		'https://odoo.example.com/odoo/contacts/42',
		'https://odoo.example.com/odoo/action-12/42?debug=1',
		'https://odoo.example.com/web#id=42&model=res.partner&view_type=form',
		'http://odoo.example.com:8069/web#cids=1&id=42',
	])('takes the address %s for record 42', async (value) => {
		await run('delete', { record: { __rl: true, mode: 'url', value } });
		expect(calls()[0]?.args).toEqual([[42]]);
	});

	it.each(['={{ "" }}', '={{ "seven" }}', '={{ -1 }}', '={{ 1.5 }}', '={{ null }}'])(
		'refuses %j for a record, and sends nothing',
		async (value) => {
			const { error } = await run('delete', { record: record(value) });
			expect(error?.message).toBe('The parameter "Record" is not an ID [Item 0]');
			expect(gateway.actions).toEqual([]);
		},
	);

	it('gets a simplified record', async () => {
		serve(({ method }) => (method === 'read' ? [{ id: 7, name: 'Azure' }] : undefined));
		const { json } = await run('get', { record: record(7) });
		expect(calls()[0]?.args).toEqual([[7], ['id', 'display_name', 'name', 'email', 'date', 'active']]);
		expect(json).toEqual([{ id: 7, name: 'Azure' }]);
	});

	it.each([
		[{ simplify: false }, []],
		[{ fields: ['name', 'email'] }, ['name', 'email']],
		[{ fields: '={{ "name, email" }}' }, ['name', 'email']],
	])('asks with %j for the fields %j', async (parameters, fields) => {
		serve(({ method }) => (method === 'read' ? [{ id: 7 }] : undefined));
		await run('get', { record: record(7), ...parameters });
		expect(gateway.actions).toMatchObject([{ args: [[7], fields] }]);
	});

	it('says when there is no such record', async () => {
		const { error } = await run('get', { record: record(7), simplify: false });
		expect(error?.message).toBe('There is no record 7 of res.partner [Item 0]');
	});
});

describe('Odoo Gateway: Create or Update Record', () => {
	const values = mapped({ name: '={{ $json.name }}', email: '={{ $json.email }}' }, ['email']);
	/** Answers searches by e-mail from what was created, and finds `there` besides. */
	const serveByEmail = (there: Record<string, number[]>) => {
		let id = 100;
		serve(({ method, args: [first] }) => {
			if (method === 'search') {
				const [[, , email]] = z.tuple([z.tuple([z.string(), z.string(), z.string()])]).parse(first);
				return there[email] ?? [];
			}
			if (method !== 'create') return undefined;
			there[z.object({ email: z.string() }).parse(first).email] = [++id];
			return id;
		});
	};

	it('updates what matches and creates what does not', async () => {
		serveByEmail({ 'b@example.com': [7] });
		const input = [
			{ name: 'A', email: 'a@example.com' },
			{ name: 'B', email: 'b@example.com' },
		];
		const { json } = await run('upsert', { values }, { input });
		expect(json).toEqual([
			{ id: 101, created: true },
			{ id: 7, created: false },
		]);
		expect(calls()).toMatchObject([
			{ method: 'search', args: [[['email', '=', 'a@example.com']]], kwargs: { limit: 2 } },
			{ method: 'search' },
			{ method: 'create', args: [input[0]] },
			{ method: 'write', args: [[7], input[1]] },
		]);
	});

	it('finds what an earlier item of the run created', async () => {
		serveByEmail({});
		const input = [
			{ name: 'A', email: 'a@example.com' },
			{ name: 'B', email: 'b@example.com' },
			{ name: 'A again', email: 'a@example.com' },
		];
		const { json } = await run('upsert', { values }, { input });
		expect(json).toEqual([
			{ id: 101, created: true },
			{ id: 102, created: true },
			{ id: 101, created: false },
		]);
	});

	it('refuses to choose among several matches', async () => {
		serveByEmail({ 'a@example.com': [7, 8] });
		const { error } = await run('upsert', { values }, { input: [{ name: 'A', email: 'a@example.com' }] });
		expect(error?.message).toBe('Several records of res.partner match "email" [Item 0]');
	});

	it('asks for the fields to match on', async () => {
		const { error } = await run('upsert', { values: mapped({ name: 'A' }) });
		expect(error?.message).toContain('"Fields to Match On" is empty');
		expect(calls()).toEqual([]);
	});

	it.each([
		['mapped', { values: mapped({ name: 'A', email: '={{ $json.email }}' }, ['name', 'email']) }],
		[
			'from the item',
			{
				values: {
					mappingMode: 'autoMapInputData',
					value: null,
					matchingColumns: ['name', 'email'],
					schema: [],
				},
			},
		],
		['in JSON', { input: 'json', json: '={{ $json }}', matchingFields: 'name, email' }],
		[
			'looked up',
			{
				values: mapped({ name: 'A', parent_id: '={{ $json.email }}' }, ['name', 'parent_id']),
				options: { lookUp: true },
			},
		],
		[
			'looked up in JSON',
			{
				input: 'json',
				json: '={{ ({ name: "A", parent_id: { name: $json.email } }) }}',
				matchingFields: 'parent_id',
				options: { lookUp: true },
			},
		],
	])('refuses to match on a value that is empty, %s, and writes nothing', async (_, parameters) => {
		for (const empty of [undefined, null, '', '  ', false, []]) {
			const { error } = await run('upsert', parameters, {
				input: [{ name: 'A', ...(empty === undefined ? {} : { email: empty }) }],
			});
			expect([empty, error?.message]).toEqual([
				empty,
				expect.stringMatching(
					/^"(Email|email|Related Company).* is empty, so that no record can be matched on it \[Item 0\]$/,
				),
			]);
		}
		expect(calls()).toEqual([]);
	});

	it('matches on a switch that is off, and on a number that is 0', async () => {
		const values = mapped({ active: 'no', color: 0 }, ['active', 'color']);
		await run('upsert', { values });
		expect(calls()[0]?.args).toEqual([
			[
				['active', '=', false],
				['color', '=', 0],
			],
		]);
	});

	it('matches a relation on all that it is looked up by', async () => {
		serve(({ method }) => (method === 'search' ? [7, 8] : undefined));
		const json = '{"name": "A", "parent_id": {"name": "Azure", "city": "Fremont"}}';
		await run('upsert', { input: 'json', json, matchingFields: 'parent_id', options: { lookUp: true } });
		expect(calls()[0]?.args).toEqual([
			[
				['parent_id.name', '=', 'Azure'],
				['parent_id.city', '=', 'Fremont'],
			],
		]);
	});

	it('looks among archived records where the options say so', async () => {
		serveByEmail({ 'a@example.com': [7] });
		await run(
			'upsert',
			{ values, options: { includeArchived: true } },
			{ input: [{ name: 'A', email: 'a@example.com' }] },
		);
		expect(calls()[0]).toMatchObject({ method: 'search', kwargs: { context: { active_test: false } } });
		expect(calls()[1]?.kwargs).toEqual({});
	});

	it('refuses a context beside lookups, which would be dropped', async () => {
		const options = { lookUp: true, context: '{"allowed_company_ids": [2]}' };
		const { error } = await run('upsert', { values, options }, { input: [{ name: 'A', email: 'a@example.com' }] });
		expect(error?.message).toContain('"Context" and "Look Up Relations By Name"');
		expect(calls()).toEqual([]);
	});

	it('takes them by name beside JSON', async () => {
		await run('upsert', { input: 'json', json: '{"name": "A", "ref": "7"}', matchingFields: 'name, ref' });
		expect(calls()[0]?.args).toEqual([
			[
				['name', '=', 'A'],
				['ref', '=', '7'],
			],
		]);
	});
});

describe('Odoo Gateway: Get Many Records', () => {
	const filter = (field: string, operator: string, value?: string) => ({ field, operator, value });
	const numbered = (count: number, from = 0) => Array.from({ length: count }, (_, index) => ({ id: from + index }));

	it('asks for the limit, and puts out an item a record', async () => {
		serve(({ method }) => (method === 'search_read' ? numbered(2) : undefined));
		const { items } = await run('getAll', { limit: 2, simplify: false });
		expect(calls()).toMatchObject([{ method: 'search_read', args: [[]], kwargs: { fields: [], limit: 2 } }]);
		expect(calls()[0]?.kwargs).toMatchObject({ order: 'id asc' });
		expect(items.map(({ json, pairedItem }) => [json, pairedItem])).toEqual(
			numbered(2).map((json) => [json, { item: 0 }]),
		);
	});

	it('walks all pages with Return All, in an order without doubt', async () => {
		serve(({ method, kwargs: { offset } }) =>
			method === 'search_read' ? numbered(offset === 2_000 ? 5 : 1_000, Number(offset)) : undefined,
		);
		const { json } = await run('getAll', { returnAll: true, simplify: false });
		expect(json).toEqual(numbered(2_005));
		expect(calls().map(({ kwargs: { offset, limit, order } }) => [offset, limit, order])).toEqual([
			[0, 1_000, 'id asc'],
			[1_000, 1_000, 'id asc'],
			[2_000, 1_000, 'id asc'],
		]);
	});

	it.each(['20', 20, ' 20 '])('begins at the offset %j', async (offset) => {
		await run('getAll', { simplify: false, options: { offset } });
		expect(calls()[0]?.kwargs).toMatchObject({ offset: 20 });
	});

	it.each(['many', '-1', 1.5, '1e3'])('refuses the offset %j', async (offset) => {
		const { error } = await run('getAll', { simplify: false, options: { offset } });
		expect(error?.message).toBe('"Offset" is not a whole number of 0 or more [Item 0]');
		expect(calls()).toEqual([]);
	});

	it.each([
		['returnAll', '={{ "false" }}', { limit: 50 }],
		['limit', '={{ "7" }}', { limit: 7 }],
	])('takes %s from the text %s', async (name, text, kwargs) => {
		await run('getAll', { simplify: false, [name]: text });
		expect(calls()[0]?.kwargs).toMatchObject(kwargs);
	});

	it('includes archived records where an expression says so in a text', async () => {
		await run('getAll', { simplify: false, options: { includeArchived: '={{ "TRUE" }}' } });
		expect(calls()[0]?.kwargs).toMatchObject({ context: { active_test: false } });
	});

	it('puts records that the rules find alike in the order of their IDs', async () => {
		const sort = { rules: [{ field: 'color', direction: 'desc' }] };
		await run('getAll', { simplify: false, sort });
		expect(calls()[0]?.kwargs).toMatchObject({ order: 'color desc, id asc' });
	});

	it('asks for fewer at once where they are too large, and gets every one', async () => {
		serve(({ method, kwargs: { offset, limit } }) => {
			if (method !== 'search_read') return undefined;
			if (Number(limit) > 3) return new Refused('The answer is too large', 'odoo_too_large');
			return numbered(Math.min(Number(limit), 10 - Number(offset)), Number(offset));
		});
		const { json } = await run('getAll', { returnAll: true, simplify: false });
		expect(json).toEqual(numbered(10));
	});

	it('goes on with the other items while one asks for fewer', async () => {
		serve(({ method, args: [domain], kwargs: { limit } }) => {
			if (method !== 'search_read') return undefined;
			const isLarge = JSON.stringify(domain).includes('large') && Number(limit) > 500;
			return isLarge ? new Refused('The answer is too large', 'odoo_too_large') : numbered(1);
		});
		const filters = { conditions: [filter('name', 'equals', '={{ $json.name }}')] };
		const input = ['large', 'small', 'small too'].map((name) => ({ name }));
		const { items } = await run('getAll', { returnAll: true, simplify: false, filters }, { input });
		expect(items.map(({ pairedItem }) => pairedItem)).toEqual([{ item: 0 }, { item: 1 }, { item: 2 }]);
	});

	it('says what to do where one record is too large', async () => {
		serve(({ method }) => (method === 'search_read' ? new Refused('Too large', 'odoo_too_large') : undefined));
		const { error } = await run('getAll', { returnAll: true, simplify: false });
		expect(error?.description).toMatch(/fewer fields.*bin_size/);
	});

	it('begins at the offset and sorts by the rules', async () => {
		const sort = { rules: [filter('name', ''), { field: 'id', direction: 'desc' }] };
		await run('getAll', { simplify: false, sort, options: { offset: 20 } });
		expect(calls()[0]?.kwargs).toMatchObject({ offset: 20, order: 'name asc, id desc' });
	});

	it.each([
		[filter('name', 'equals', '007'), ['name', '=', '007']],
		[filter('color', 'gte', '7'), ['color', '>=', 7]],
		[filter('active', 'equals', 'false'), ['active', '=', false]],
		[filter('parent_id', 'equals', '7'), ['parent_id', '=', 7]],
		[filter('parent_id', 'equals', 'Azure'), ['parent_id', '=', 'Azure']],
		[filter('category_id', 'in', '1, 2'), ['category_id', 'in', [1, 2]]],
		[filter('name', 'notIn', 'A,B'), ['name', 'not in', ['A', 'B']]],
		[filter('name', 'startsWith', '100%'), ['name', '=ilike', '100\\%%']],
		[filter('name', 'endsWith', 'Ltd'), ['name', '=ilike', '%Ltd']],
		[filter('email', 'set'), ['email', '!=', false]],
		[filter('email', 'notSet'), ['email', '=', false]],
		[filter('met_at', 'gt', '2026-11-22T00:00:00Z'), ['met_at', '>', '2026-11-22 00:00:00']],
		[filter('parent_id.color', 'equals', '7'), ['parent_id.color', '=', 7]],
		[filter('parent_id.active', 'equals', 'No'), ['parent_id.active', '=', false]],
		[filter('parent_id.nothing', 'equals', 'x'), ['parent_id.nothing', '=', 'x']],
		[filter('active', 'notEquals', 'FALSE'), ['active', '!=', false]],
		[filter('met_at', 'contains', '2026'), ['met_at', 'ilike', '2026']],
	])('filters by %j with %j', async (condition, term) => {
		await run('getAll', { simplify: false, filters: { conditions: [condition] } });
		expect(calls()[0]?.args).toEqual([[term]]);
	});

	const operators = [
		'contains',
		'notContains',
		'startsWith',
		'endsWith',
		'equals',
		'notEquals',
		'in',
		'notIn',
		'gt',
		'childOf',
	];
	it.each([
		...operators.flatMap((operator) =>
			['', '  ', '={{ null }}', '={{ [] }}'].map((value) => [operator, value] as const),
		),
		['in', 'a,'] as const,
		['notIn', 'a,,b'] as const,
	])('refuses for the operator %s the empty value %j, by the name of the filter', async (operator, value) => {
		const conditions = [filter('name', operator, value)];
		const { error } = await run('getAll', { simplify: false, filters: { conditions } });
		expect(error?.message).toBe('The filter on "name" has an empty value [Item 0]');
		expect(calls()).toEqual([]);
	});

	it.each([
		['active', 'maybe'],
		['date', '07/14/2026'],
		['color', 'x'],
	])('refuses to filter %s by %j', async (field, value) => {
		const { error } = await run('getAll', {
			simplify: false,
			filters: { conditions: [filter(field, 'equals', value)] },
		});
		expect(error?.message).toContain(`(${field})`);
		expect(calls()).toEqual([]);
	});

	it.each([
		['all', ['&', '&']],
		['any', ['|', '|']],
	])('matches %s of the filters, and the domain beside them', async (mustMatch, connectives) => {
		const conditions = ['A', 'B', 'C'].map((name) => filter('name', 'equals', name));
		const options = { domain: '[["id", ">", 3]]' };
		await run('getAll', { simplify: false, filters: { conditions }, mustMatch, options });
		expect(calls()[0]?.args).toEqual([
			[...connectives, ...['A', 'B', 'C'].map((name) => ['name', '=', name]), ['id', '>', 3]],
		]);
	});

	it('includes archived records when asked to', async () => {
		await run('getAll', { simplify: false, options: { includeArchived: true } });
		expect(calls()[0]?.kwargs).toMatchObject({ context: { active_test: false } });
	});

	it.each([
		['Domain', { options: { domain: '{"id": 3}' } }],
		['Filters', { filters: { conditions: [filter('', 'equals', 'A')] } }],
		['Limit', { limit: '={{ "many" }}' }],
		['Context', { options: { context: '[]' } }],
	])('names "%s" when it is wrong, and sends nothing', async (displayName, wrong) => {
		const { error } = await run('getAll', { simplify: false, ...wrong });
		expect(error?.message).toContain(`"${displayName}"`);
		expect(calls()).toEqual([]);
	});

	it('asks once for the fields, whatever the number of items', async () => {
		await run('getAll', {}, { input: [{}, {}, {}] });
		expect(gateway.actions.map(({ method }) => method)).toEqual([
			'fields_get',
			'search_read',
			'search_read',
			'search_read',
		]);
	});
});

describe('Odoo Gateway: Look Up Relations By Name', () => {
	const options = { lookUp: true };
	const success = (result: unknown) => ({
		body: {
			jsonrpc: '2.0',
			id: null,
			result: { is_success: true, result, messages: 'Record created successfully' },
		},
	});
	const bodyOf = (index: number): unknown => JSON.parse(platform.received[index]?.rawBody ?? '');
	const serveRoutes = (answer = success({ id: 9 })) => {
		const asGateway = platform.answer;
		platform.answer = (request) => (request.path.startsWith('/api/n8n/') ? asGateway(request) : answer);
	};

	it('creates by the record route, with each relation as it is looked up', async () => {
		serveRoutes();
		const value = {
			name: 'A',
			parent_id: 'Azure',
			category_id: '["VIP", 3, {"ref": "x"}]',
			child_ids: [{ name: 'Line', parent_id: { ref: 'C-17' } }],
		};
		const more = { autoCreate: '{"parent_id": {"name": "Azure"}}', connection: 'other' };
		const { json } = await run('create', { values: mapped(value), options: { ...options, ...more } });
		expect(platform.received[1]?.path).toBe('/api/create_data');
		expect(bodyOf(1)).toEqual({
			params: {
				model: 'res.partner',
				vals: {
					payload: {
						name: 'A',
						parent_id: { name: 'Azure' },
						category_id: { records: [{ name: 'VIP' }, { id: 3 }, { ref: 'x' }] },
						child_ids: [{ name: 'Line', parent_id: { ref: 'C-17' } }],
					},
					auto_create: { parent_id: { name: 'Azure' } },
				},
				connection: 'other',
			},
		});
		expect(json).toEqual([{ id: 9 }]);
	});

	it('updates by the record route', async () => {
		serveRoutes(success({ id: [7] }));
		await run('update', { record: record(7), values: mapped({ parent_id: 'Azure' }), options });
		expect(platform.received[1]?.path).toBe('/api/update_data');
		expect(bodyOf(1)).toEqual({
			params: {
				model: 'res.partner',
				vals: { search_key: { id: 7 }, payload: { parent_id: { name: 'Azure' } } },
			},
		});
	});

	it('matches on what a relation is looked up by', async () => {
		serveRoutes();
		const values = mapped({ name: 'A', parent_id: 'Azure' }, ['name', 'parent_id']);
		await run('upsert', { values, options });
		expect(calls()).toMatchObject([
			{
				args: [
					[
						['name', '=', 'A'],
						['parent_id.name', '=', 'Azure'],
					],
				],
			},
		]);
	});

	it('says what was not found, and stops', async () => {
		const messages = "'parent_id': 'Azur' found no match.";
		serveRoutes({ body: { jsonrpc: '2.0', id: null, result: { is_success: false, result: null, messages } } });
		const parameters = { values: mapped({ parent_id: 'Azur' }), options };
		const { error } = await run('create', parameters, { input: [{}, {}] });
		expect(error?.message).toBe(`${messages} [Item 0]`);
		expect(platform.received.filter(({ path }) => path === '/api/create_data')).toHaveLength(1);
	});

	it('passes on why a call did not begin', async () => {
		const data = { name: 'permission_denied', message: 'The key lacks odoo:write.', request_id: 'req_1' };
		const body = { jsonrpc: '2.0', id: null, error: { code: 403, message: 'Forbidden', data } };
		const asGateway = platform.answer;
		platform.answer = (request) =>
			request.path.startsWith('/api/n8n/') ? asGateway(request) : { status: 403, body };
		const { error } = await run('create', { values: mapped({ name: 'A' }), options });
		expect(error?.message).toBe('The key lacks odoo:write. [Item 0]');
		expect(error?.description).toMatch(/allowed to do this[^]*req_1/);
	});
});
