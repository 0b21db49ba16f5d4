import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { startTestPlatform, type TestPlatform } from '../support/platform';
import { postSigned } from '../support/signed-request';

let platform: TestPlatform;

beforeAll(async () => {
	platform = await startTestPlatform();
});
afterAll(() => platform.remove());

async function send(body: string, headers: Record<string, string> = {}): Promise<{ status: number; body: unknown }> {
	const reply = await postSigned(platform.url, '/api/n8n/webhook', platform.firstRun.webhook_key, body, headers);
	return { status: reply.status, body: reply.json };
}

const act = (request: object) => send(JSON.stringify(request));
const execute = (model: string, method: string, args: unknown[], kwargs: object = {}) =>
	act({ action: 'execute_method', model, method, args, kwargs });

const done = { status: 200, body: { success: true, data: true } };

describe('POST /api/n8n/webhook', () => {
	it("answers the documents' search for companies", async () => {
		const kwargs = { fields: ['name', 'email', 'phone'], limit: 10 };
		const reply = await execute('res.partner', 'search_read', [[['is_company', '=', true]]], kwargs);
		expect(reply).toMatchObject({ status: 200, body: { success: true } });
		expect(reply.body).toHaveProperty('data.0.email');
	});

	it('creates, changes and deletes a record, as the documents show it', async () => {
		const values = { name: 'New Customer', email: 'customer@example.com' };
		const created = await execute('res.partner', 'create', [values]);
		const id = z.object({ success: z.literal(true), data: z.number() }).parse(created.body).data;
		expect(await execute('res.partner', 'write', [[id], { phone: '+1234567890' }])).toEqual(done);
		expect(await execute('res.partner', 'read', [[id], ['email', 'phone']])).toEqual({
			status: 200,
			body: { success: true, data: [{ id, email: values.email, phone: '+1234567890' }] },
		});
		expect(await execute('res.partner', 'unlink', [[id]])).toEqual(done);
	});

	it("answers the documents' search for orders", async () => {
		const domain = [
			['state', '=', 'sale'],
			['date_order', '>=', '2025-01-01'],
		];
		const kwargs = { fields: ['name', 'partner_id', 'amount_total'], order: 'date_order desc', limit: 50 };
		const reply = await execute('sale.order', 'search_read', [domain], kwargs);
		expect(reply.body).toHaveProperty('data.0.partner_id');
	});

	it('tests the connection to the environment that is named', async () => {
		const { staging } = platform.firstRun.environments;
		expect(await act({ action: 'test_connection', environment_id: staging })).toMatchObject({
			status: 200,
			body: { success: true, data: { connected: true, version: '19.0', transport: 'json-2' } },
		});
	});

	it('tells the configuration, and no secret', async () => {
		const { production } = platform.firstRun.environments;
		expect(await act({ action: 'get_config' })).toEqual({
			status: 200,
			body: {
				success: true,
				data: {
					name: 'production',
					url: expect.stringMatching(/^http/),
					database: expect.any(String),
					login: 'admin',
					environment_id: production,
					version: '19.0',
					transport: 'json-2',
				},
			},
		});
	});

	it('keeps the environments apart', async () => {
		const { staging } = platform.firstRun.environments;
		await execute('res.partner', 'create', [{ name: 'In Production' }]);
		const count = { model: 'res.partner', method: 'search_count', args: [[['name', '=', 'In Production']]] };
		const there = await act({ action: 'execute_method', ...count, environment_id: staging });
		expect(there.body).toEqual({ success: true, data: 0 });
	});

	it('leads elsewhere at once when connections change', async () => {
		const nameThere = async () => (await act({ action: 'get_config' })).body;
		const list = z.object({ data: z.array(z.object({ id: z.string(), name: z.string() })) });
		const { data } = list.parse((await platform.api('GET', '/api/v1/odoo-connections')).json);
		for (const name of ['staging', 'production']) {
			const id = data.find((connection) => connection.name === name)?.id ?? '';
			await platform.api('PATCH', `/api/v1/odoo-connections/${id}`, { default: true });
			expect(await nameThere()).toMatchObject({ data: { name } });
		}
	});

	it('knows the name of an environment no more once it has another', async () => {
		const { staging } = platform.firstRun.environments;
		const there = (connection: string) => act({ action: 'get_config', connection });
		for (const [name, before] of [
			['acceptance', 'staging'],
			['staging', 'acceptance'],
		] as const) {
			expect(await there(before)).toMatchObject({ status: 200 });
			await platform.api('PATCH', `/api/v1/environments/${staging}`, { name });
			expect(await there(before)).toMatchObject({ status: 404 });
			expect(await there(name)).toMatchObject({ status: 200 });
		}
	});

	it('runs a batch', async () => {
		const partners = Array.from({ length: 200 }, (_, n) => ({
			action: 'execute_method',
			model: 'res.partner',
			method: 'create',
			args: [{ name: `Batch ${n}` }],
		}));
		const count = {
			action: 'execute_method',
			model: 'res.partner',
			method: 'search_count',
			args: [[['name', '=like', 'Batch %']]],
		};
		const { status, body } = await act({ action: 'batch', requests: [...partners, count] });
		expect(status).toBe(200);
		const { data } = z.object({ data: z.array(z.looseObject({ data: z.number() })) }).parse(body);
		expect(data).toHaveLength(201);
		expect(data.at(-1)).toEqual({ success: true, data: 200 });
		await execute('res.partner', 'unlink', [data.slice(0, -1).map((result) => result.data)]);
	});

	it.each<[number, string, object]>([
		[400, 'validation_failed', { action: 'chat' }],
		[
			400,
			'odoo_unknown_field',
			{ action: 'execute_method', model: 'res.partner', method: 'search', args: [[['x', '=', 1]]] },
		],
		[403, 'odoo_access_denied', { action: 'execute_method', model: 'res.partner', method: '_write', args: [[1]] }],
		[404, 'odoo_unknown_model', { action: 'execute_method', model: 'no.model', method: 'search', args: [[]] }],
		[404, 'no_odoo_connection', { action: 'get_config', connection: 'nowhere' }],
	])('answers %i %s in the documented shape', async (status, code, request) => {
		expect(await act(request)).toEqual({
			status,
			body: expect.objectContaining({
				success: false,
				error: expect.any(String),
				details: expect.any(String),
				code,
				request_id: expect.any(String),
			}),
		});
	});

	it.each<[number, string, string, Record<string, string>]>([
		[401, 'authentication_required', '{"action":"get_config"}', { Authorization: '' }],
		[401, 'invalid_api_key', '{"action":"get_config"}', { Authorization: 'Bearer sk_live_x' }],
		[401, 'signature_invalid', '{"action":"get_config"}', { 'X-HMAC-Signature': '0'.repeat(64) }],
		[400, 'malformed_json', '{"action":', {}],
		[413, 'body_too_large', `"${'x'.repeat(5 * 1024 * 1024)}"`, {}],
	])('answers %i %s', async (status, code, body, headers) => {
		expect(await send(body, headers)).toEqual({
			status,
			body: expect.objectContaining({ success: false, code }),
		});
	});

	it('takes no platform key', async () => {
		const reply = await send('{"action":"get_config"}', { Authorization: `Bearer ${platform.firstRun.api_key}` });
		expect(reply).toMatchObject({ status: 403, body: { success: false, code: 'wrong_key_scope' } });
	});

	it('answers another method in the documented shape', async () => {
		const { status, headers, json } = await platform.api('GET', '/api/n8n/webhook');
		expect([status, headers.get('allow')]).toEqual([405, 'POST']);
		expect(json).toMatchObject({ success: false, code: 'method_not_allowed' });
	});
});
