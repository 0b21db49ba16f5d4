import { createHmac } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import type { INodeParameters } from 'n8n-workflow';
import { actAsGateway, Refused } from '../support/fake-gateway';
import type { FakePlatform } from '../support/fake-platform';
import { fakePlatformForTests } from '../support/fake-platform-tests';
import { runNode } from '../support/n8n-engine';

let platform: FakePlatform;

fakePlatformForTests((started) => {
	platform = started;
	platform.answer = () => ({ body: { success: true, data: [] } });
});

const searchRead: INodeParameters = {
	resource: 'method',
	operation: 'execute',
	model: 'res.partner',
	method: 'search_read',
	args: '[[["is_company", "=", true]]]',
	kwargs: '{"limit": 2}',
};

const run = (parameters: INodeParameters) => runNode('odooGateway', parameters, { credentials: platform.credentials });
const answerWith = (data: unknown) => actAsGateway(platform, () => data);

describe('Odoo Gateway: Execute Method', () => {
	it('sends the documented call with the key', async () => {
		await run(searchRead);
		const [request] = platform.received;
		expect(request).toMatchObject({
			method: 'POST',
			path: '/api/n8n/webhook',
			headers: { authorization: 'Bearer sk_live_key' },
		});
		expect(JSON.parse(request?.rawBody ?? '')).toEqual({
			action: 'execute_method',
			model: 'res.partner',
			method: 'search_read',
			args: [[['is_company', '=', true]]],
			kwargs: { limit: 2 },
		});
	});

	it.each([
		['read', [['37', 38], ['name']], [[37, 38], ['name']]],
		['write', ['37', { name: 'A' }], [37, { name: 'A' }]],
		['message_post', [[' 37 ']], [[37]]],
		['name_search', ['37'], ['37']],
		['search', [[['ref', '=', '37']]], [[['ref', '=', '37']]]],
		['create', [[{ ref: '37' }]], [[{ ref: '37' }]]],
		['read', [['seven']], [['seven']]],
		['context_today', [], []],
	])('calls %s with the ids in %j as numbers, and the rest as it is', async (method, args, sent) => {
		const { actions } = answerWith([]);
		await run({ ...searchRead, method, args: JSON.stringify(args) });
		expect(actions[0]?.args).toEqual(sent);
	});

	it('refuses a number that would be rounded', async () => {
		const { error } = await run({ ...searchRead, args: '[[9007199254740993]]' });
		expect(error?.message).toContain('"Arguments" has the number 9007199254740993');
		expect(platform.received).toEqual([]);
	});

	it('puts out an item a record, paired with its input', async () => {
		answerWith([{ id: 1 }, { id: 2 }]);
		const { items } = await runNode('odooGateway', searchRead, {
			credentials: platform.credentials,
			input: [{ json: {} }, { json: {} }],
		});
		expect(items).toEqual([
			{ json: { id: 1 }, pairedItem: { item: 0 } },
			{ json: { id: 2 }, pairedItem: { item: 0 } },
			{ json: { id: 1 }, pairedItem: { item: 1 } },
			{ json: { id: 2 }, pairedItem: { item: 1 } },
		]);
	});

	it.each([[7], [[1, 2]], [true], [{ name: { type: 'char' } }], [null]])('puts out %j as a result', async (data) => {
		answerWith(data);
		const { json } = await run(searchRead);
		expect(json).toEqual([{ result: data }]);
	});

	it('takes arguments that an expression made', async () => {
		const parameters = { ...searchRead, args: '={{ [$json.ids] }}', kwargs: '={{ { limit: $json.ids.length } }}' };
		await runNode('odooGateway', parameters, {
			credentials: platform.credentials,
			input: [{ json: { ids: [1, 2] } }],
		});
		expect(JSON.parse(platform.received[0]?.rawBody ?? '')).toMatchObject({ args: [[1, 2]], kwargs: { limit: 2 } });
	});

	it('takes arguments left empty for none', async () => {
		await run({ ...searchRead, args: '', kwargs: '' });
		expect(JSON.parse(platform.received[0]?.rawBody ?? '')).toMatchObject({ args: [], kwargs: {} });
	});

	it.each([
		['Model', { model: '={{ $json.missing }}' }],
		['Method', { method: '={{ "  " }}' }],
		['Arguments', { args: '{"a": 1}' }],
		['Arguments', { args: '[' }],
		['Keyword Arguments', { kwargs: '[1]' }],
		['Keyword Arguments', { kwargs: 'limit=1' }],
	])('names the parameter %s and the item when it is wrong, and sends nothing', async (displayName, wrong) => {
		const { error } = await run({ ...searchRead, ...wrong });
		expect(error?.name).toBe('NodeOperationError');
		expect(error?.message).toContain(`"${displayName}"`);
		expect(error?.message).toContain('[Item 0]');
		expect(platform.received).toEqual([]);
	});

	it.each([
		[404, 'odoo_unknown_model', 'Check "Model"'],
		[403, 'odoo_access_denied', 'whoever administers Odoo'],
		[502, 'odoo_unreachable', 'Check that Odoo is up'],
		[502, 'odoo_too_large', 'Choose fewer fields'],
		[413, 'odoo_request_too_large', 'Send less at once'],
		[503, 'odoo_busy', 'Send fewer requests'],
		[502, 'odoo_proxy_denied', 'let the platform through'],
		[502, 'odoo_server_error', "Look into Odoo's own log"],
		[502, 'odoo_authentication_failed', 'login and API key'],
		[504, 'odoo_timeout', 'Ask for less'],
	])('with status %i and %s says what to do about Odoo, not about the platform', async (status, code, advice) => {
		platform.answer = () => ({ status, body: { success: false, error: 'No', details: 'Odoo said no.', code } });
		const { error } = await run(searchRead);
		expect(error?.description).toContain(advice);
		expect(error?.description).not.toMatch(/base URL|The platform has/);
	});

	it('tells of an expression that fails in its own words, with the item', async () => {
		const parameters = { ...searchRead, model: "={{ $('Nowhere').item.json.model }}" };
		const { error } = await run(parameters);
		expect(error).toMatchObject({
			name: 'NodeOperationError',
			message: "Referenced node doesn't exist [Item 0]",
		});
	});

	it("reports the gateway's error and details, and what to do", async () => {
		platform.answer = () => ({
			status: 404,
			body: { success: false, error: 'No Odoo configuration', details: 'Configure one at Settings.' },
		});
		const { error } = await run(searchRead);
		expect(error).toMatchObject({ name: 'NodeApiError', httpCode: '404' });
		expect(error?.message).toBe('No Odoo configuration [Item 0]');
		expect(error?.description).toMatch(/^Configure one at Settings\.\n/);
	});

	it('takes success: false for a failure whatever the status is', async () => {
		platform.answer = () => ({ body: { success: false, error: 'Access denied', details: '' } });
		const { error } = await run(searchRead);
		expect(error?.message).toBe('Access denied [Item 0]');
	});

	it('says when the address is not that of the platform', async () => {
		platform.answer = () => ({ headers: { 'content-type': 'text/html' }, body: '<html>Welcome</html>' });
		const { error } = await run(searchRead);
		expect(error?.description).toContain('Check the base URL');
	});

	it('goes on after a failed item when it is set to', async () => {
		actAsGateway(platform, ({ model }) =>
			model === 'bad.model' ? new Refused('No such model', 'odoo_unknown_model') : [{ id: 1 }],
		);
		const { items } = await runNode(
			'odooGateway',
			{ ...searchRead, model: '={{ $json.model }}' },
			{
				credentials: platform.credentials,
				input: [{ json: { model: 'bad.model' } }, { json: { model: 'res.partner' } }],
				settings: { onError: 'continueRegularOutput' },
			},
		);
		expect(items.map(({ json, pairedItem }) => ({ json, pairedItem }))).toEqual([
			{ json: { error: 'No such model [Item 0]' }, pairedItem: { item: 0 } },
			{ json: { id: 1 }, pairedItem: { item: 1 } },
		]);
	});
});

describe('Odoo Gateway: Test Connection', () => {
	it('puts out what the gateway says of the connection', async () => {
		answerWith({ version: '19.0', database: 'demo' });
		const { json } = await run({ resource: 'connection', operation: 'test' });
		expect(json).toEqual([{ version: '19.0', database: 'demo' }]);
		expect(JSON.parse(platform.received[0]?.rawBody ?? '')).toEqual({ action: 'test_connection' });
	});
});

describe('Odoo Gateway: signatures', () => {
	const signed = () => ({
		odooGatewayApi: { baseUrl: platform.url, apiKey: 'sk_live_key', hmacSecret: 'a secret' },
	});

	it('signs the very bytes it sends', async () => {
		const args = '[[["name", "=", "Café “São” 🚀  "]]]';
		await runNode('odooGateway', { ...searchRead, args }, { credentials: signed() });
		const [request] = platform.received;
		const expected = createHmac('sha256', 'a secret')
			.update(request?.rawBody ?? '')
			.digest('hex');
		expect(request?.headers['x-hmac-signature']).toBe(expected);
	});

	it('sends no signature without a secret', async () => {
		await run(searchRead);
		expect(platform.received[0]?.headers).not.toHaveProperty('x-hmac-signature');
	});
});
