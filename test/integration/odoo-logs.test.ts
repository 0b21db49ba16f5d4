import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import mongoose, { type Connection } from 'mongoose';
import { z } from 'zod';
import { type OdooRouteCaller, odooRouteCaller } from '../support/odoo-route-caller';
import { addKey, addOrganization, startTestPlatform, type TestPlatform, WIDE_LIMITS } from '../support/platform';

let platform: TestPlatform;
let database: Connection;
let routes: OdooRouteCaller;

beforeAll(async () => {
	platform = await startTestPlatform({}, { limits: WIDE_LIMITS });
	routes = odooRouteCaller(platform);
	database = await mongoose.createConnection(platform.config.mongodbUri ?? '').asPromise();
});
afterAll(async () => {
	await database.close();
	await platform.remove();
});

const logSchema = z.looseObject({ id: z.string(), request_id: z.string() });

const list = async (query = '') => {
	const { json } = await platform.api('GET', `/api/v1/odoo-logs?${query}`);
	return z.array(logSchema).parse(json.data);
};
/** The log of the last call, with all that is kept. */
const last = async () => {
	const [newest] = await list('limit=1');
	return (await platform.api('GET', `/api/v1/odoo-logs/${newest?.id}`)).json;
};
const set = (settings: object) => platform.api('PATCH', '/api/v1/odoo-settings', settings);
const search = (payload: object, model = 'res.partner') => routes.call('search_data', model, { payload });

describe('the log of a call', () => {
	it('is there when the call is answered, and tells all of it', async () => {
		const answer = await search({ search_field: ['name'], limit: 1 });
		const [connection] = z
			.array(z.object({ id: z.string(), environment_id: z.string() }))
			.parse((await platform.api('GET', '/api/v1/odoo-connections')).json.data)
			.filter(({ environment_id }) => environment_id === platform.firstRun.environments.production);
		const log = await last();
		expect(log).toEqual({
			id: expect.stringMatching(/^log_/),
			org_id: platform.firstRun.organization_id,
			at: expect.any(String),
			route: 'search_data',
			state: 'success',
			model: 'res.partner',
			connection_id: connection?.id,
			environment_id: platform.firstRun.environments.production,
			key_id: expect.stringMatching(/^key_/),
			actor: expect.any(String),
			request_id: answer.headers.get('x-request-id'),
			duration_ms: expect.any(Number),
			error: null,
			remark: null,
			request_preview:
				'{"params":{"model":"res.partner","vals":{"payload":{"search_field":["name"],"limit":1}}}}',
			request_size_bytes: 89,
			request_payload: null,
			request_payload_cut: false,
			response_preview: expect.stringContaining('"is_success":true'),
			response_size_bytes: expect.any(Number),
			response_payload: null,
			response_payload_cut: false,
			callback: null,
		});
	});

	it('is not of a request whose signature is refused', async () => {
		const before = await last();
		const refused = await routes.send('search_data', '{}', { 'X-HMAC-Signature': '0'.repeat(64) });
		expect([refused.status, refused.error?.data.name]).toEqual([401, 'signature_invalid']);
		expect((await last()).id).toBe(before.id);
	});

	it('says why the call failed', async () => {
		const answer = await search({ search_domain: '[' });
		expect(await last()).toMatchObject({ state: 'failed', error: answer.result?.messages });
	});

	it('remarks that a record was created that the same call will not find', async () => {
		const vals = { search_key: { ref: 'not in the payload' }, payload: { name: 'X' } };
		await routes.call('create_update_data', 'res.partner', vals);
		expect((await last()).remark).toContain("without 'ref' of the search key");
		await set({ 'webhook.create_with_search_key': true });
		const [first, again] = [
			await routes.call('create_update_data', 'res.partner', vals),
			await routes.call('create_update_data', 'res.partner', vals),
		].map(({ result }) => z.object({ id: z.unknown() }).parse(result?.result).id);
		expect(again).toEqual([first]);
		expect((await last()).remark).toBeNull();
		await set({ 'webhook.create_with_search_key': false });
	});

	it('shows no secret, wherever it is', async () => {
		const vals = {
			payload: {
				name: 'X',
				password: 'hunter2',
				child_ids: [{ name: 'Y', Api_Key: 'hunter2', note: { token: 'hunter2' } }],
			},
		};
		await routes.call('create_data', 'res.partner', vals);
		await search({ search_domain: "[('password', '=', 'hunter2')]" });
		await search({ search_domain: [['new_password', '=', 'hunter2']] });
		const kept = await Promise.all(
			['odoo_api_logs', 'odoo_api_payloads'].map((name) => database.collection(name).find().toArray()),
		);
		const text = JSON.stringify(kept);
		expect(text).not.toContain('hunter2');
		expect(text).not.toContain(platform.firstRun.webhook_key.token);
		expect(text).toContain('\\"password\\":\\"***\\"');
	});

	it('keeps payloads whole that are longer than their previews', async () => {
		const name = 'é'.repeat(3_000);
		await routes.call('create_data', 'res.partner', { payload: { name }, result_field: ['name'] });
		const log = await last();
		const body = JSON.stringify({
			params: { model: 'res.partner', vals: { payload: { name }, result_field: ['name'] } },
		});
		expect(log).toMatchObject({
			request_preview: body.slice(0, 2_000),
			request_size_bytes: Buffer.byteLength(body),
			request_payload: body,
			request_payload_cut: false,
		});
		expect(log.response_payload).toContain(name);
	});

	it('is cut at a mebibyte, and says so', async () => {
		const vals = { payload: { name: 'x'.repeat(1024 * 1024 - 500) } };
		await routes.call('create_data', 'res.partner', { ...vals, result_field: ['name', 'display_name'] });
		const log = await last();
		expect([log.request_payload_cut, log.response_payload_cut]).toEqual([false, true]);
		expect(String(log.response_payload)).toHaveLength(1024 * 1024);
	});

	it('is of a replay too, and only the log is new', async () => {
		const body = JSON.stringify({ id: 1, params: { model: 'res.partner', vals: { payload: { name: 'Once' } } } });
		const first = await routes.send('create_data', body, { 'Idempotency-Key': 'log-1' });
		const again = await routes.send('create_data', body, { 'Idempotency-Key': 'log-1' });
		expect(again.headers.get('idempotency-replayed')).toBe('true');
		expect(again.result).toEqual(first.result);
		expect((await last()).request_id).toBe(again.headers.get('x-request-id'));
	});

	it.each([
		['is repeated', { payload: { name: 'Twice' } }, 'success', 'true'],
		['failed and is run again', { payload: { ref: 'no name' } }, 'failed', null],
	])('of a call that %s names the connection that served it both times', async (_what, vals, state, replayed) => {
		const { production: environment_id } = platform.firstRun.environments;
		const body = JSON.stringify({ params: { model: 'res.partner', vals, environment_id } });
		const send = () => routes.send('create_data', body, { 'Idempotency-Key': `both times ${state}` });
		const sent = [await send(), await send()];
		expect(sent[1]?.headers.get('idempotency-replayed')).toBe(replayed);
		const { connection_id } = await last();
		const found = await list(`connection_id=${String(connection_id)}&limit=2`);
		expect(found).toMatchObject(
			sent.reverse().map(({ headers }) => ({ request_id: headers.get('x-request-id'), state, environment_id })),
		);
	});

	it('lets a call that failed be sent again with its Idempotency-Key', async () => {
		const body = JSON.stringify({ params: { model: 'res.partner', vals: { payload: { ref: 'no name' } } } });
		const first = await routes.send('create_data', body, { 'Idempotency-Key': 'log-2' });
		const again = await routes.send('create_data', body, { 'Idempotency-Key': 'log-2' });
		expect([first.result?.is_success, again.result?.is_success]).toEqual([false, false]);
		expect(again.headers.get('idempotency-replayed')).toBeNull();
	});

	it('is 404 for another organization', async () => {
		const { api_key } = await addOrganization(platform);
		const [log] = await list('limit=1');
		expect((await platform.api('GET', `/api/v1/odoo-logs/${log?.id}`, undefined, { key: api_key })).status).toBe(
			404,
		);
	});

	it('is deleted after 30 days', async () => {
		const indexes = await Promise.all(
			['odoo_api_logs', 'odoo_api_payloads'].map((name) => database.collection(name).indexes()),
		);
		for (const of of indexes) expect(of).toContainEqual(expect.objectContaining({ expireAfterSeconds: 2_592_000 }));
	});
});

describe('the list of logs', () => {
	it.each([
		['route=call_function', { route: 'call_function' }],
		['state=failed', { state: 'failed' }],
		['model=sale.order', { model: 'sale.order' }],
	])('is filtered by %s', async (query, fields) => {
		await search({ limit: 1 }, 'sale.order');
		await routes.call('call_function', 'res.partner', {});
		const logs = await list(query);
		expect(logs.length).toBeGreaterThan(0);
		for (const log of logs) expect(log).toMatchObject(fields);
	});

	it('is filtered by connection', async () => {
		const { staging } = platform.firstRun.environments;
		await routes.call('search_data', 'res.partner', { payload: { limit: 1 } }, { environment_id: staging });
		const { connection_id } = await last();
		const logs = await list(`connection_id=${String(connection_id)}`);
		expect(logs.map(({ environment_id }) => environment_id)).toEqual([staging]);
	});

	it('is filtered by time, from then on and up to then', async () => {
		await search({ limit: 1 });
		const [newest] = await list('limit=1');
		const at = encodeURIComponent(String(newest?.at));
		expect((await list(`since=${at}`)).map(({ id }) => id)).toContain(newest?.id);
		expect((await list(`until=${at}`)).map(({ id }) => id)).not.toContain(newest?.id);
	});

	it('goes on where its page ended', async () => {
		const { json } = await platform.api('GET', '/api/v1/odoo-logs?limit=2');
		const all = await list('limit=4');
		const rest = await list(`limit=2&cursor=${String(json.next_cursor)}`);
		expect(rest.map(({ id }) => id)).toEqual(all.slice(2).map(({ id }) => id));
	});
});

describe('the settings', () => {
	it('have the documented defaults, in an organization that set none', async () => {
		const { api_key, organization_id } = await addOrganization(platform);
		const { json } = await platform.api('GET', '/api/v1/odoo-settings', undefined, { key: api_key });
		expect(json).toEqual({
			org_id: organization_id,
			'webhook.preview_limit': 2000,
			'webhook.create_data_log': true,
			'webhook.update_data_log': true,
			'webhook.create_update_data_log': true,
			'webhook.search_data_log': true,
			'webhook.call_function_log': true,
			'webhook.rollback_state_failed': true,
			'webhook.rollback_except': true,
			'webhook.create_with_search_key': false,
			'webhook.ignore_checkcompany_model': [],
		});
	});

	it('change what is named, and nothing else', async () => {
		const changed = await set({
			'webhook.preview_limit': 10,
			'webhook.ignore_checkcompany_model': ['res.partner'],
		});
		expect(changed.json).toMatchObject({
			'webhook.preview_limit': 10,
			'webhook.search_data_log': true,
			'webhook.ignore_checkcompany_model': ['res.partner'],
		});
		expect((await set({})).json).toEqual(changed.json);
		await set({ 'webhook.preview_limit': 2000, 'webhook.ignore_checkcompany_model': [] });
	});

	it('are taken as the module documents them', async () => {
		const documented = {
			'webhook.preview_limit': '1000',
			'webhook.create_data_log': 'True',
			'webhook.update_data_log': 0,
			'webhook.rollback_state_failed': 1,
			'webhook.rollback_except': '0',
			'webhook.ignore_checkcompany_model': '["res.partner"]',
		};
		expect((await set(documented)).json).toMatchObject({
			'webhook.preview_limit': 1000,
			'webhook.create_data_log': true,
			'webhook.update_data_log': false,
			'webhook.rollback_state_failed': true,
			'webhook.rollback_except': false,
			'webhook.ignore_checkcompany_model': ['res.partner'],
		});
		await set({
			'webhook.preview_limit': 2000,
			'webhook.update_data_log': true,
			'webhook.rollback_except': true,
			'webhook.ignore_checkcompany_model': '[]',
		});
	});

	it('let stay what a call had made before Odoo refused the rest', async () => {
		// What is read afterwards is made by a call of its own; then there are two users with one login.
		const vals = (name: string) => ({
			payload: { name, login: 'admin', partner_id: { name } },
			auto_create: { partner_id: { name } },
			result_field: ['login'],
		});
		const isThere = async (name: string) => {
			const payload = { search_field: ['name'], search_domain: `[('name', '=', '${name}')]` };
			const { result } = await routes.call('search_data', 'res.partner', { payload });
			return z.array(z.unknown()).parse(result?.result).length > 0;
		};
		const undone = await routes.call('create_data', 'res.users', vals('Undone'));
		expect([undone.result?.is_success, await isThere('Undone')]).toEqual([false, false]);
		await set({ 'webhook.rollback_except': 0 });
		const kept = await routes.call('create_data', 'res.users', vals('Kept'));
		await set({ 'webhook.rollback_except': 1 });
		expect(kept.result?.messages).toMatch(/and kept, as the settings say: res\.partner \d+/);
		expect(await isThere('Kept')).toBe(true);
	});

	it('limit the previews', async () => {
		await set({ 'webhook.preview_limit': 5 });
		await search({ limit: 1 });
		expect(await last()).toMatchObject({ request_preview: '{"par', response_preview: '{"jso' });
		await set({ 'webhook.preview_limit': 2000 });
	});

	it('let models be looked up in every company', async () => {
		const payload = { name: 'Elsewhere', partner_id: { id: 1 } };
		const company = await routes.call('create_data', 'res.company', { payload });
		const { id } = z.object({ id: z.number() }).parse(company.result?.result);
		const partner = { name: 'Of Elsewhere', company_id: { id } };
		await routes.call('create_data', 'res.partner', { payload: partner });
		const vals = { payload: { partner_id: { name: 'Of Elsewhere' } } };
		const refused = await routes.call('create_data', 'sale.order', vals);
		await set({ 'webhook.ignore_checkcompany_model': ['res.partner'] });
		const found = await routes.call('create_data', 'sale.order', vals);
		await set({ 'webhook.ignore_checkcompany_model': [] });
		expect(refused.result?.messages).toMatch('found no match');
		expect(found.result?.messages).toBe('Record created successfully');
	});

	it('switch the log of a route off, and of no other', async () => {
		await set({ 'webhook.search_data_log': false });
		const before = await last();
		await search({ limit: 1 });
		expect((await last()).id).toBe(before.id);
		await routes.call('call_function', 'res.partner', {});
		expect((await last()).route).toBe('call_function');
		await set({ 'webhook.search_data_log': true });
	});

	it.each([
		['a negative limit', { 'webhook.preview_limit': -1 }],
		['a limit that is no number', { 'webhook.preview_limit': 'many' }],
		['a switch that is another number', { 'webhook.search_data_log': 2 }],
		['a switch that is another text', { 'webhook.search_data_log': 'on' }],
		['a list of other things as text', { 'webhook.ignore_checkcompany_model': '[1]' }],
		['a model that is none', { 'webhook.ignore_checkcompany_model': ['res partner'] }],
		['a text for a list', { 'webhook.ignore_checkcompany_model': 'res.partner' }],
		['a name without its prefix', { preview_limit: 1 }],
		['an unknown name', { 'webhook.unknown': true }],
	])('refuse %s', async (_what, settings) => {
		expect((await set(settings)).json).toMatchObject({ status: 422, code: 'validation_failed' });
	});

	it('ask a key of several organizations which is meant', async () => {
		const { organization_id } = await addOrganization(platform);
		const own = platform.firstRun.organization_id;
		const organization_ids = [own, organization_id];
		const key = await addKey(platform, { organization_id: own, organization_ids, scope: 'multi_org' });
		const asked = await platform.api('GET', '/api/v1/odoo-settings', undefined, { key });
		const named = await platform.api('GET', `/api/v1/odoo-settings?org_id=${organization_id}`, undefined, { key });
		expect([asked.status, named.json.org_id]).toEqual([422, organization_id]);
	});
});
