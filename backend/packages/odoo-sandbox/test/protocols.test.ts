import { describe, expect, it } from '@jest/globals';
import { openSandbox, SANDBOX_KEY } from '../src/testing';

const json = { 'content-type': 'application/json' };
const bearer = { authorization: `bearer ${SANDBOX_KEY}` };

describe('JSON-2 of a sandbox', () => {
	const sandbox = openSandbox();
	const call = (path: string, init: RequestInit = {}) =>
		sandbox.fetch(path, { method: 'POST', headers: { ...json, ...bearer }, body: '{}', ...init });

	it('answers the bare value', async () => {
		const { status, body } = await sandbox.json2('res.partner', 'search_count', { domain: [['id', '=', 1]] });
		expect({ status, body }).toEqual({ status: 200, body: 1 });
	});

	it('runs a method of records on the ids', async () => {
		const { body } = await sandbox.json2('res.partner', 'read', { ids: [1], fields: ['name'] });
		expect(body).toEqual([{ id: 1, name: 'Harbor Street Trading' }]);
	});

	it('answers a list of ids for one record made', async () => {
		const { body } = await sandbox.json2('res.partner', 'create', { vals_list: { name: 'New Customer' } });
		expect(body).toEqual([expect.any(Number)]);
	});

	it('takes a context', async () => {
		const domain = [['name', '=', 'Old Mill Outfitters']];
		const context = { active_test: false, lang: 'th_TH', tz: 'Asia/Bangkok' };
		expect((await sandbox.json2('res.partner', 'search_count', { domain })).body).toBe(0);
		expect((await sandbox.json2('res.partner', 'search_count', { domain, context })).body).toBe(1);
	});

	it.each([
		['no key', {}, 'User not authenticated, use an API Key with a Bearer Authorization header.'],
		['a wrong key', { authorization: 'bearer wrong' }, 'Invalid apikey'],
		['another scheme', { authorization: 'basic YTpi' }, 'User not authenticated'],
	])('refuses %s with 401', async (_, headers, message) => {
		const response = await call('/json/2/res.partner/search_count', { headers: { ...json, ...headers } });
		expect(response.status).toBe(401);
		expect(await response.json()).toMatchObject({
			name: 'werkzeug.exceptions.Unauthorized',
			message: expect.stringContaining(message),
		});
	});

	it.each([
		['a model that is not there', 'no.model', 'read', {}, 404, 'werkzeug.exceptions.NotFound'],
		['a method that is not there', 'res.partner', 'frobnicate', {}, 404, 'werkzeug.exceptions.NotFound'],
		['a name of JavaScript’s objects', 'res.partner', 'constructor', {}, 404, 'werkzeug.exceptions.NotFound'],
		['a private method', 'res.partner', '_search', {}, 403, 'odoo.exceptions.AccessError'],
		['a method that 19 made private', 'res.partner', 'exists', { ids: [1] }, 403, 'odoo.exceptions.AccessError'],
		[
			'an unknown argument',
			'res.partner',
			'search',
			{ domain: [], x: 1 },
			422,
			'werkzeug.exceptions.UnprocessableEntity',
		],
		['a missing argument', 'res.partner', 'search', {}, 422, 'werkzeug.exceptions.UnprocessableEntity'],
		[
			'ids of a model method',
			'res.partner',
			'search',
			{ ids: [1], domain: [] },
			422,
			'werkzeug.exceptions.UnprocessableEntity',
		],
		['an unknown field to create', 'res.partner', 'create', { vals_list: [{ x: 1 }] }, 500, 'builtins.ValueError'],
		[
			'an unknown field to search',
			'res.partner',
			'search',
			{ domain: [['x', '=', 1]] },
			500,
			'builtins.ValueError',
		],
		[
			'an unknown field to read',
			'res.partner',
			'search_read',
			{ fields: ['toString'] },
			500,
			'builtins.ValueError',
		],
		['an unknown operator', 'res.partner', 'search', { domain: [['name', '~', 1]] }, 500, 'builtins.ValueError'],
		['a domain that is none', 'res.partner', 'search', { domain: 'x' }, 500, 'builtins.TypeError'],
		[
			'a malformed order',
			'res.partner',
			'search',
			{ domain: [], order: 'name x' },
			422,
			'odoo.exceptions.UserError',
		],
		[
			'records that are gone',
			'res.partner',
			'write',
			{ ids: [9999], vals: {} },
			404,
			'odoo.exceptions.MissingError',
		],
		[
			'a contact without a name',
			'res.partner',
			'create',
			{ vals_list: [{}] },
			422,
			'odoo.exceptions.ValidationError',
		],
		['ids that are none', 'res.partner', 'read', { ids: ['a'] }, 500, 'psycopg2.errors.InvalidTextRepresentation'],
		[
			'a negative limit',
			'res.partner',
			'search',
			{ domain: [], limit: -1 },
			500,
			'psycopg2.errors.InvalidRowCountInLimitClause',
		],
	])('refuses %s as Odoo does', async (_, model, method, args, status, name) => {
		const answer = await sandbox.json2(model, method, args);
		expect(answer).toMatchObject({ status, body: { name, debug: '', context: {} } });
	});

	it('shows an error with its message, arguments and no traceback', async () => {
		const { body } = await sandbox.json2('res.partner', 'write', { ids: [9999], vals: { name: 'X' } });
		const message = 'Record does not exist or has been deleted.\n(Record: res.partner(9999,), User: 2)';
		expect(body).toEqual({
			name: 'odoo.exceptions.MissingError',
			message,
			arguments: [message],
			context: {},
			debug: '',
		});
	});

	it('refuses a body that is no JSON with 400', async () => {
		const response = await call('/json/2/res.partner/search_count', { body: '{bad' });
		expect(response.status).toBe(400);
		expect(await response.json()).toMatchObject({ name: 'werkzeug.exceptions.BadRequest' });
	});

	it('takes no body for one without arguments', async () => {
		const response = await call('/json/2/res.partner/search_read', { body: '' });
		expect(response.status).toBe(200);
	});

	it('refuses another content type with 415, in HTML', async () => {
		const response = await call('/json/2/res.partner/read', {
			headers: { ...bearer, 'content-type': 'text/plain' },
		});
		expect([response.status, response.headers.get('content-type')]).toEqual([415, 'text/html; charset=utf-8']);
	});

	it('knows the way for a path that is none', async () => {
		const response = await call('/json/2/res.partner');
		expect(response.status).toBe(404);
		expect(await response.json()).toMatchObject({ message: 'Did you mean POST /json/2/<model>/<method>?' });
	});

	it('has no other database', async () => {
		const headers = { ...json, ...bearer, 'x-odoo-database': 'other' };
		expect((await call('/json/2/res.partner/search_read', { headers })).status).toBe(404);
	});

	it('answers a domain nested beyond measure with an error', async () => {
		const domain = [...new Array<string>(200_000).fill('&'), ...new Array<unknown>(200_001).fill(['id', '=', 1])];
		expect(await sandbox.json2('res.partner', 'search_count', { domain })).toMatchObject({
			status: 500,
			body: { name: 'builtins.RecursionError' },
		});
	});

	it.each<[string, string, string, unknown, number, string]>([
		[
			'a path without end',
			'res.partner',
			'search_count',
			{ domain: [[`${'parent_id.'.repeat(90_000)}name`, '=', 'x']] },
			500,
			'builtins.RecursionError',
		],
		[
			'a pattern made to hurt',
			'res.partner',
			'search_count',
			{ domain: [['comment', 'like', `${'_a'.repeat(1_000)}b`]] },
			500,
			'psycopg2.errors.QueryCanceled',
		],
		[
			'conditions without end',
			'res.partner',
			'search_count',
			{ domain: new Array<unknown>(20_000).fill(['total_invoiced', '!=', -1]) },
			500,
			'psycopg2.errors.QueryCanceled',
		],
		[
			'sums without end',
			'res.partner',
			'read_group',
			{
				domain: [],
				fields: Array.from({ length: 20_000 }, (_, n) => `sum_${n}:sum(color)`),
				groupby: ['parent_id'],
			},
			500,
			'psycopg2.errors.QueryCanceled',
		],
		[
			'the same record again and again',
			'res.partner',
			'read',
			{ ids: new Array<number>(300_000).fill(3) },
			422,
			'odoo.exceptions.UserError',
		],
		[
			'changes without end',
			'res.partner',
			'write',
			{ ids: [6, 7, 8, 9, 10], vals: { comment: 'x'.repeat(2_000_000) } },
			422,
			'odoo.exceptions.UserError',
		],
	])('refuses %s', async (_, model, method, body, status, name) => {
		const sandbox = openSandbox();
		await sandbox.json2('res.partner', 'write', { ids: [7], vals: { comment: 'a'.repeat(1_000_000) } });
		expect(await sandbox.json2(model, method, body)).toMatchObject({ status, body: { name } });
	});

	it('is not there before Odoo 19', async () => {
		expect(
			await openSandbox({ version: '18.0' }).fetch('/json/2/res.partner/read', { method: 'POST' }),
		).toMatchObject({
			status: 404,
		});
	});
});

describe.each(['19.0', '14.0'])('JSON-RPC of a sandbox of Odoo %s', (version) => {
	const sandbox = openSandbox({ version });
	const modern = version === '19.0';
	const execute = (model: string, method: string, args: unknown[], kwargs = {}) =>
		sandbox.service('object', 'execute_kw', ['sandbox', 2, SANDBOX_KEY, model, method, args, kwargs]);

	it('tells its version, and that it is a sandbox', async () => {
		const major = Number.parseInt(version, 10);
		expect(await sandbox.service('common', 'version', [])).toEqual({
			jsonrpc: '2.0',
			id: 1,
			result: {
				server_version: version,
				server_version_info: [major, 0, 0, 'final', 0, 'sandbox'],
				server_serie: version,
				protocol_version: 1,
			},
		});
	});

	it.each([
		['the key', ['sandbox', 'admin', SANDBOX_KEY], 2],
		['another secret', ['sandbox', 'admin', 'wrong'], false],
		['another login', ['sandbox', 'somebody', SANDBOX_KEY], false],
	])('logs in with %s: %j', async (_, args, result) => {
		expect(await sandbox.service('common', 'login', args)).toMatchObject({ result });
		expect(await sandbox.service('common', 'authenticate', [...args, {}])).toMatchObject({ result });
	});

	it.each([
		['a wrong key', ['sandbox', 2, 'wrong', 'res.partner', 'search', [[]]], 'odoo.exceptions.AccessDenied'],
		['a wrong database', ['other', 2, SANDBOX_KEY, 'res.partner', 'search', [[]]], 'psycopg2.OperationalError'],
		['another user', ['sandbox', 99, SANDBOX_KEY, 'res.partner', 'search', [[]]], 'odoo.exceptions.MissingError'],
		['too little', ['sandbox'], 'builtins.ValueError'],
	])('refuses %s', async (_, args, name) => {
		expect(await sandbox.service('object', 'execute_kw', args)).toMatchObject({ error: { data: { name } } });
	});

	it('shows errors with the code of its version', async () => {
		expect(await execute('no.model', 'search', [[]])).toEqual({
			jsonrpc: '2.0',
			id: 1,
			error: {
				code: modern ? 0 : 200,
				message: 'Odoo Server Error',
				data: {
					name: 'odoo.exceptions.UserError',
					message: "Object no.model doesn't exist",
					arguments: ["Object no.model doesn't exist"],
					context: {},
					debug: '',
				},
			},
		});
	});

	it.each([
		['an unknown method', 'res.partner', 'frobnicate', [[1]], 'builtins.AttributeError'],
		['a private method', 'res.partner', '_search', [[]], 'odoo.exceptions.AccessError'],
		['a missing argument', 'res.partner', 'write', [[1]], 'builtins.TypeError'],
		['missing ids', 'res.partner', 'write', [], 'builtins.IndexError'],
		['an argument too many', 'res.partner', 'unlink', [[1], 2], 'builtins.TypeError'],
	])('refuses %s', async (_, model, method, args, name) => {
		expect(await execute(model, method, args)).toMatchObject({ error: { data: { name } } });
	});

	it('takes arguments by position and by name', async () => {
		const byPosition = await execute('res.partner', 'search_read', [[['is_company', '=', true]], ['name'], 1, 2]);
		const domain = [['is_company', '=', true]];
		const byName = await execute('res.partner', 'search_read', [], {
			domain,
			fields: ['name'],
			offset: 1,
			limit: 2,
		});
		expect(byPosition).toEqual(byName);
		expect(byName).toMatchObject({ result: [{ id: expect.any(Number) }, { id: expect.any(Number) }] });
	});

	it('takes one id for a list of one', async () => {
		expect(await execute('res.partner', 'read', [1, ['name']])).toMatchObject({ result: [{ id: 1 }] });
	});

	it('answers one id for one record, and a list for a list', async () => {
		expect(await execute('res.partner.category', 'create', [{ name: 'A' }])).toMatchObject({
			result: expect.any(Number),
		});
		expect(await execute('res.partner.category', 'create', [[{ name: 'B' }]])).toMatchObject({
			result: [expect.any(Number)],
		});
	});

	it('has execute beside execute_kw', async () => {
		const args = ['sandbox', 2, SANDBOX_KEY, 'res.partner', 'read', [1], ['name']];
		expect(await sandbox.service('object', 'execute', args)).toMatchObject({ result: [{ id: 1 }] });
	});

	it('has the methods of its version', async () => {
		const has = async (method: string, args: unknown[]) =>
			'result' in Object(await execute('res.partner', method, args));
		expect({
			exists: await has('exists', [[1]]),
			name_get: await has('name_get', [[1]]),
			has_access: await has('has_access', [[1], 'read']),
			formatted_read_group: await has('formatted_read_group', [[], ['is_company'], ['__count']]),
		}).toEqual({ exists: !modern, name_get: !modern, has_access: modern, formatted_read_group: modern });
	});

	it.each(['{bad', '[]'])('refuses %s with 400', async (body) => {
		expect((await sandbox.fetch('/jsonrpc', { method: 'POST', headers: json, body })).status).toBe(400);
	});
});

describe('the other addresses of a sandbox', () => {
	const sandbox = openSandbox();
	const get = (path: string, headers: Record<string, string> = {}) => sandbox.fetch(path, { headers });

	it('/web/version tells the version without a login', async () => {
		expect(await (await get('/web/version')).json()).toEqual({
			version_info: [19, 0, 0, 'final', 0, 'sandbox'],
			version: '19.0',
		});
	});

	it('/web/version is not there before Odoo 19', async () => {
		expect((await openSandbox({ version: '14.0' }).fetch('/web/version')).status).toBe(404);
	});

	it('/web/health passes', async () => {
		expect(await (await get('/web/health')).json()).toEqual({ status: 'pass' });
	});

	it('/doc-bearer/<model>.json lists methods with their parameters', async () => {
		const doc: unknown = await (await get('/doc-bearer/sale.order.json', bearer)).json();
		expect(doc).toMatchObject({
			model: 'sale.order',
			fields: { amount_total: { type: 'monetary' } },
			methods: {
				search_read: {
					signature:
						"(domain=None, fields=None, offset=None, limit=None, order=None, load='_classic_read', **kwargs)",
					parameters: { domain: { default: null } },
					api: ['model'],
				},
				write: { signature: '(vals)', parameters: { vals: {} } },
				action_confirm: { signature: '()', parameters: {} },
			},
		});
	});

	it('/doc-bearer/ refuses without a key, and knows no other models', async () => {
		expect((await get('/doc-bearer/res.partner.json')).status).toBe(401);
		expect((await get('/doc-bearer/no.model.json', bearer)).status).toBe(404);
	});

	it('/doc-bearer/index.json lists the models', async () => {
		const index: unknown = await (await get('/doc-bearer/index.json', bearer)).json();
		expect(index).toMatchObject({
			models: expect.arrayContaining([expect.objectContaining({ model: 'crm.lead' })]),
		});
	});

	it('/ is a page that says what this is, and loads nothing', async () => {
		const response = await get('/');
		const page = await response.text();
		expect(response.headers.get('content-security-policy')).toBe("default-src 'none'; style-src 'unsafe-inline'");
		expect(page).toContain('<h1>This is a sandbox</h1>');
		expect(page).toContain('/sandbox/harbor/json/2/res.partner/search_read');
		expect(page).not.toMatch(/<script|<link|<img|src=|@import|url\(/);
	});

	it('/ shows no JSON-2 before Odoo 19', async () => {
		const page = await (await openSandbox({ version: '14.0' }).fetch('/')).text();
		expect(page).not.toContain('JSON-2');
		expect(page).toContain('/jsonrpc');
	});

	it.each(['/nope', '/web', '/json/2x', '/%zz', '/jsonrpc'])('%s is not found', async (path) => {
		expect((await get(path)).status).toBe(404);
	});
});
