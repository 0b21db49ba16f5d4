import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { codeOf } from '../support/code-of';
import { type OdooRouteCaller, odooRouteCaller } from '../support/odoo-route-caller';
import { addKey, addOrganization, startTestPlatform, type TestPlatform, WIDE_LIMITS } from '../support/platform';

let platform: TestPlatform;
let routes: OdooRouteCaller;

beforeAll(async () => {
	platform = await startTestPlatform({}, { limits: WIDE_LIMITS });
	routes = odooRouteCaller(platform);
});
afterAll(() => platform.remove());

const call: OdooRouteCaller['call'] = (...request) => routes.call(...request);

/** What a call that succeeded brought. */
async function result(...request: Parameters<OdooRouteCaller['call']>): Promise<unknown> {
	const answer = await call(...request);
	expect(answer).toMatchObject({ status: 200, result: { is_success: true } });
	return answer.result?.result;
}

const search = (model: string, payload: object) => result('search_data', model, { payload });
const ids = async (model: string, search_domain: unknown) =>
	z
		.array(z.object({ id: z.number() }))
		.parse(await search(model, { search_field: ['id'], search_domain }))
		.map(({ id }) => id);

describe('the documented examples', () => {
	it('create_data: creates a record with its relations and lines, and answers the fields asked for', async () => {
		const answer = await call('create_data', 'res.partner', {
			payload: {
				name: 'Documented',
				parent_id: { name: 'Documented Parent' },
				category_id: { mode: 'replace', records: [{ name: 'val1' }, { name: 'val2' }] },
				child_ids: [{ name: 'Documented Child', country_id: { name: 'Thailand' } }],
			},
			auto_create: {
				parent_id: { name: 'Documented Parent', is_company: true },
				category_id: [{ name: 'val1' }, { name: 'val2' }],
			},
			result_field: ['name', 'is_company'],
		});
		expect(answer).toMatchObject({
			jsonrpc: '2.0',
			id: null,
			result: {
				is_success: true,
				result: { id: expect.any(Number), name: 'Documented', is_company: false },
				messages: 'Record created successfully',
			},
		});
		const found = await search('res.partner', {
			search_field: ['parent_id{name, is_company}', 'category_id{name}', 'child_ids{name, country_id{code}}'],
			search_domain: "[('name', '=', 'Documented')]",
		});
		expect(found).toMatchObject([
			{
				parent_id: [{ name: 'Documented Parent', is_company: true }],
				category_id: [{ name: 'val1' }, { name: 'val2' }],
				child_ids: [{ name: 'Documented Child', country_id: [{ code: 'TH' }] }],
			},
		]);
	});

	it('update_data: changes what the search key finds, links by id and adds tags', async () => {
		const made = await result('create_data', 'res.partner', {
			payload: { name: 'To Update', ref: 'U-1', category_id: { records: [{ name: 'first' }] } },
			auto_create: { category_id: [{ name: 'first' }] },
		});
		await result('create_data', 'res.partner.category', { payload: { name: 'second' } });
		const { id } = z.object({ id: z.number() }).parse(made);
		const answer = await call('update_data', 'res.partner', {
			search_key: { ref: 'U-1' },
			payload: {
				phone: '+1234567890',
				parent_id: { id: 5 },
				category_id: { mode: 'add', records: [{ name: 'second' }] },
			},
			result_field: ['name'],
		});
		expect(answer.result).toEqual({
			is_success: true,
			result: { id: [id], ref: 'U-1', name: 'To Update' },
			messages: 'Record updated successfully',
		});
		const payload = {
			search_field: ['phone', 'parent_id{id}', 'category_id{name}'],
			search_domain: [['id', '=', id]],
		};
		expect(await search('res.partner', payload)).toEqual([
			{
				id,
				phone: '+1234567890',
				parent_id: [{ id: 5 }],
				category_id: [
					{ id: expect.any(Number), name: 'first' },
					{ id: expect.any(Number), name: 'second' },
				],
			},
		]);
	});

	it('create_update_data: creates, and then updates what it created', async () => {
		const vals = {
			search_key: { ref: 'CU-1' },
			payload: { name: 'Once', ref: 'CU-1', country_id: { name: 'Thailand' }, category_id: { records: [] } },
			result_field: ['name'],
		};
		const [first, second] = [
			await call('create_update_data', 'res.partner', vals),
			await call('create_update_data', 'res.partner', vals),
		];
		expect([first.result?.messages, second.result?.messages]).toEqual([
			'Record created successfully',
			'Record updated successfully',
		]);
		expect(await ids('res.partner', [['ref', '=', 'CU-1']])).toHaveLength(1);
	});

	it('search_data: finds by a Python domain, limited and in order', async () => {
		const answer = await call('search_data', 'sale.order', {
			payload: {
				search_field: ['name', 'partner_id{name, country_id{code}}'],
				search_domain: "[('state', '=', 'sale')]",
				limit: 1,
				order: 'date_order , name desc',
			},
		});
		expect(answer.result).toEqual({
			is_success: true,
			result: [
				{
					id: expect.any(Number),
					name: expect.any(String),
					partner_id: [{ id: expect.any(Number), name: expect.any(String), country_id: [expect.anything()] }],
				},
			],
			messages: 'Record search successfully',
		});
	});

	it('call_function: confirms an invoice, with a context', async () => {
		const [id] = await ids('account.move', "[('state', '=', 'draft')]");
		const answer = await call('call_function', 'account.move', {
			search_key: { id },
			payload: { method: 'action_post', context: { lang: 'th_TH' } },
		});
		expect(answer.result).toMatchObject({
			is_success: true,
			messages: "Function 'action_post' called successfully",
		});
		expect(await search('account.move', { search_field: ['state'], search_domain: [['id', '=', id]] })).toEqual([
			{ id, state: 'posted' },
		]);
	});

	it("docs/api.md's sample is answered as it shows", async () => {
		const text = await readFile('docs/api.md', 'utf8');
		const request = /api\/create_data" .* -d '(\{[^']+\})'/.exec(text)?.[1] ?? '';
		const reply = /```json\n(\{\s+"jsonrpc"[^`]+)```/.exec(text)?.[1] ?? '';
		const { result: shown, id } = z
			.object({ id: z.number(), result: z.object({ result: z.looseObject({ id: z.number() }) }).loose() })
			.parse(JSON.parse(reply));
		expect(await routes.send('create_data', request)).toMatchObject({
			id,
			result: { ...shown, result: { ...shown.result, id: expect.any(Number), name: expect.any(String) } },
		});
	});

	it('attachment_ids: attaches a file to a record that is there, byte for byte', async () => {
		const datas = Buffer.from([0, 1, 2, 253, 254, 255]).toString('base64');
		await result('create_data', 'res.partner', { payload: { name: 'With File', ref: 'F-1' } });
		const vals = { search_key: { ref: 'F-1' }, payload: { attachment_ids: [{ name: 'bytes.bin', datas }] } };
		await result('update_data', 'res.partner', vals);
		const [res_id] = await ids('res.partner', [['ref', '=', 'F-1']]);
		const found = await search('ir.attachment', {
			search_field: ['name', 'datas'],
			search_domain: [
				['res_model', '=', 'res.partner'],
				['res_id', '=', res_id],
			],
		});
		expect(found).toEqual([{ id: expect.any(Number), name: 'bytes.bin', datas }]);
	});
});

describe('search_data', () => {
	it('reads all fields where none is named', async () => {
		const [partner] = z.array(z.looseObject({})).parse(await search('res.partner', { limit: 1 }));
		expect(Object.keys(partner ?? {}).length).toBeGreaterThan(10);
	});

	it('finds the same by a domain as text and as JSON', async () => {
		const domain = ['|', ['name', 'ilike', 'a'], ['is_company', '=', true]];
		const text = "['|', ('name', 'ilike', 'a'), ('is_company', '=', True)]";
		expect(await ids('res.partner', text)).toEqual(await ids('res.partner', domain));
	});

	it('answers an empty list for a many2one that is not set', async () => {
		const made = await result('create_data', 'res.partner', { payload: { name: 'No Parent' } });
		const { id } = z.object({ id: z.number() }).parse(made);
		const payload = { search_field: ['parent_id{name}'], search_domain: [['id', '=', id]] };
		expect(await search('res.partner', payload)).toEqual([{ id, parent_id: [] }]);
	});
});

describe('the envelope', () => {
	it.each([7, 'seven', null])('brings the id %j back', async (id) => {
		const body = { jsonrpc: '2.0', method: 'call', id, params: { model: 'res.partner', vals: {} } };
		expect(await routes.send('search_data', JSON.stringify(body))).toMatchObject({ id, status: 200 });
	});

	it('brings the id of a refused request back', async () => {
		const answer = await routes.send('create_data', '{"id": 7, "params": {}}');
		expect(answer).toMatchObject({ id: 7, status: 200, result: { is_success: false, result: null } });
	});

	it('names the request in every reply', async () => {
		const { headers } = await call('search_data', 'res.partner', {});
		expect(headers.get('x-request-id')).toMatch(/^req_/);
	});

	it('tells of a request that is no JSON as JSON-RPC does', async () => {
		expect(await routes.send('create_data', '{"params":')).toMatchObject({
			status: 400,
			id: null,
			error: { code: -32700, data: { name: 'malformed_json', request_id: expect.any(String) } },
		});
	});

	it.each<[number, string, Record<string, string>]>([
		[401, 'authentication_required', { Authorization: '' }],
		[401, 'invalid_api_key', { Authorization: 'Bearer sk_live_x' }],
		[401, 'signature_missing', { 'X-HMAC-Signature': '' }],
		[401, 'signature_invalid', { 'X-HMAC-Signature': '0'.repeat(64) }],
	])('answers %i %s as an error', async (status, name, headers) => {
		const answer = await routes.send('search_data', '{"params":{"model":"res.partner","vals":{}}}', headers);
		expect(answer).toMatchObject({ status, error: { code: status, data: { name } } });
	});

	it('takes the key in X-API-Key', async () => {
		const { token } = platform.firstRun.webhook_key;
		const answer = await routes.send('search_data', '{"params":{"model":"res.country","vals":{}}}', {
			Authorization: '',
			'X-API-Key': token,
		});
		expect(answer.result?.is_success).toBe(true);
	});
});

describe('the Odoo of a call', () => {
	it('is the environment that the request names', async () => {
		const { staging } = platform.firstRun.environments;
		await result('create_data', 'res.partner', { payload: { name: 'In Staging' } }, { environment_id: staging });
		expect(await ids('res.partner', [['name', '=', 'In Staging']])).toEqual([]);
	});

	it('is 404 where there is none', async () => {
		const answer = await call('search_data', 'res.partner', {}, { connection: 'nowhere' });
		expect(answer).toMatchObject({ status: 404, error: { data: { name: 'no_odoo_connection' } } });
	});

	it('is none in an organization without one', async () => {
		const { organization_id } = await addOrganization(platform);
		const token = await addKey(platform, { organization_id, scope: 'webhook' });
		const body = '{"params":{"model":"res.partner","vals":{}}}';
		const answer = await routes.send('search_data', body, { Authorization: `Bearer ${token}` });
		expect(answer).toMatchObject({ status: 404, error: { data: { name: 'no_odoo_connection' } } });
	});
});

describe('what a key may do', () => {
	async function reader() {
		const { organization_id } = platform.firstRun;
		const token = await addKey(platform, { organization_id, scope: 'webhook', permissions: ['odoo:read'] });
		return { Authorization: `Bearer ${token}` };
	}

	it('lets a reader call methods that read', async () => {
		const vals = { search_key: { id: 1 }, payload: { method: 'read', parameter: { fields: ['name'] } } };
		const body = JSON.stringify({ params: { model: 'res.partner', vals } });
		expect((await routes.send('call_function', body, await reader())).result?.is_success).toBe(true);
	});

	it('lets a reader call no other', async () => {
		const vals = { search_key: { id: 1 }, payload: { method: 'unlink' } };
		const body = JSON.stringify({ params: { model: 'res.partner', vals } });
		const answer = await routes.send('call_function', body, await reader());
		expect([answer.status, codeOf(answer)]).toEqual([403, 'permission_denied']);
	});
});

describe('bad input', () => {
	/** The records of a few models, so that whatever is written shows. */
	const count = async () => {
		const models = ['res.partner', 'sale.order', 'ir.attachment', 'res.country'];
		return Promise.all(models.map(async (model) => (await ids(model, [])).length));
	};
	let before: number[];
	beforeAll(async () => {
		before = await count();
	});
	const deep = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);

	it.each<[what: string, route: string, model: string, vals: unknown]>([
		['an unknown model', 'create_data', 'no.model', { payload: { name: 'X' } }],
		['an unknown field', 'create_data', 'res.partner', { payload: { name: 'X', no_field: 1 } }],
		['an unknown field to answer', 'create_data', 'res.partner', { payload: { name: 'X' }, result_field: ['no'] }],
		['an unknown field of a line', 'create_data', 'sale.order', { payload: { order_line: [{ no_field: 1 }] } }],
		[
			'a relation that finds nothing',
			'create_data',
			'res.partner',
			{ payload: { name: 'X', country_id: { code: '?' } } },
		],
		[
			'a date out of range',
			'create_data',
			'sale.order',
			{ payload: { partner_id: { id: 1 }, date_order: '2026-02-30' } },
		],
		['an unknown member of vals', 'create_data', 'res.partner', { payload: { name: 'X' }, result_fields: [] }],
		['no payload', 'create_data', 'res.partner', {}],
		['a payload that is a list', 'create_data', 'res.partner', { payload: [{ name: 'X' }] }],
		[
			'a file that is not base64',
			'create_data',
			'res.partner',
			{ payload: { name: 'X', attachment_ids: [{ name: 'f', datas: '?' }] } },
		],
		['no search key', 'update_data', 'res.partner', { payload: { phone: '1' } }],
		['an empty search key', 'update_data', 'res.partner', { search_key: {}, payload: { phone: '1' } }],
		[
			'an unknown field of a search key',
			'update_data',
			'res.partner',
			{ search_key: { no: 1 }, payload: { phone: '1' } },
		],
		[
			'10,000 ids',
			'update_data',
			'res.partner',
			{ search_key: { id: Array.from({ length: 10_000 }, (_, id) => id) }, payload: { phone: '1' } },
		],
		['a domain that is no list', 'search_data', 'res.partner', { payload: { search_domain: "{'a': 1}" } }],
		[
			'a domain of one condition without its list',
			'search_data',
			'res.partner',
			{ payload: { search_domain: "('name', '=', 'a')" } },
		],
		[
			'a domain that is a call',
			'search_data',
			'res.partner',
			{ payload: { search_domain: '__import__("os").system("true")' } },
		],
		['a domain with nan', 'search_data', 'res.partner', { payload: { search_domain: "[('id', '=', nan)]" } }],
		['a domain nested too deep', 'search_data', 'res.partner', { payload: { search_domain: deep(200) } }],
		['an unknown operator', 'search_data', 'res.partner', { payload: { search_domain: "[('name', 'is', 'a')]" } }],
		[
			'an unknown field of a domain',
			'search_data',
			'res.partner',
			{ payload: { search_domain: "[('no_field', '=', 1)]" } },
		],
		['an unknown field to read', 'search_data', 'res.partner', { payload: { search_field: ['no_field'] } }],
		['a field of what is no relation', 'search_data', 'res.partner', { payload: { search_field: ['name{id}'] } }],
		['fields that end too early', 'search_data', 'res.partner', { payload: { search_field: ['parent_id{name'] } }],
		['a negative limit', 'search_data', 'res.partner', { payload: { limit: -1 } }],
		['an order that is none', 'search_data', 'res.partner', { payload: { order: 'name; drop table' } }],
		[
			'an unknown method',
			'call_function',
			'res.partner',
			{ search_key: { id: 1 }, payload: { method: 'frobnicate' } },
		],
		['a private method', 'call_function', 'res.partner', { search_key: { id: 1 }, payload: { method: '_write' } }],
		['no method', 'call_function', 'res.partner', { search_key: { id: 1 }, payload: {} }],
		['no search key of a method', 'call_function', 'res.partner', { payload: { method: 'read' } }],
		[
			'a search key that finds nothing',
			'call_function',
			'res.partner',
			{ search_key: { id: 99_999_999 }, payload: { method: 'read' } },
		],
		[
			'an argument that the method lacks',
			'call_function',
			'res.partner',
			{ search_key: { id: 1 }, payload: { method: 'read', parameter: { no: 1 } } },
		],
	])('%s is refused in the envelope', async (_what, route, model, vals) => {
		const answer = await call(route, model, vals);
		expect(answer).toMatchObject({ status: 200, id: null, result: { is_success: false, result: null } });
		expect(answer.result?.messages).toMatch(/^.{10,600}$/);
		expect(answer.result?.messages).not.toMatch(/Traceback|File "|node_modules|Error:/);
	});

	it.each([
		['values nested too deep', `{"params":{"model":"res.partner","vals":{"payload":{"name":${deep(5_000)}}}}}`],
		['a number beyond JSON', '{"params":{"model":"res.partner","vals":{"payload":{"name":1e999}}}}'],
		['an id that is a list', '{"id":[],"params":{"model":"res.partner","vals":{"payload":{"name":"X"}}}}'],
	])('%s is refused in the envelope', async (_what, body) => {
		expect(await routes.send('create_data', body)).toMatchObject({ status: 200, result: { is_success: false } });
	});

	it('a body over the limit is refused as an error', async () => {
		const datas = 'A'.repeat(5 * 1024 * 1024);
		const vals = { payload: { name: 'X', attachment_ids: [{ name: 'big', datas }] } };
		const answer = await call('create_data', 'res.partner', vals);
		expect([answer.status, codeOf(answer)]).toEqual([413, 'body_too_large']);
	});

	it('leaves nothing written, any of it', async () => {
		expect(await count()).toEqual(before);
	});
});
