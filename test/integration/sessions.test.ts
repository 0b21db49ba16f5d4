import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { LIMITS } from '../../backend/src/http/limits';
import { type ApiReply, ask } from '../support/ask';
import { outsideAccess } from '../support/connections';
import { createFakeClock } from '../support/fake-clock';
import { addOrganization, startTestPlatform, type TestPlatform } from '../support/platform';
import { until } from '../support/until';

const clock = createFakeClock(new Date());
let platform: TestPlatform;
let access: Awaited<ReturnType<typeof outsideAccess>>;
/** The id of the connection to it. */
let connection: string;

beforeAll(async () => {
	platform = await startTestPlatform({}, { clock, limits: { ...LIMITS, refusedKeys: 60 } });
	access = await outsideAccess(platform, platform.firstRun.environments.staging);
	const { json } = await platform.api('POST', '/api/v1/odoo-connections', { name: 'erp', ...access });
	connection = String(json.id);
});

afterAll(() => platform.remove());

const send = (path: string, body: unknown, headers: Record<string, string> = {}) =>
	ask(platform.url, 'POST', path, { headers, body });

const logIn = (params: object = {}, headers?: Record<string, string>) => {
	const credentials = { db: 'sandbox', login: access.login, password: access.api_key };
	return send(
		'/web/session/authenticate',
		{ jsonrpc: '2.0', method: 'call', id: 7, params: { ...credentials, ...params } },
		headers,
	);
};

/** The `Cookie` header of a session that was just begun. */
async function begin(params?: object): Promise<string> {
	const reply = await logIn(params);
	return /session_id=[\w-]+/.exec(reply.headers.get('set-cookie') ?? '')?.[0] ?? 'no cookie';
}

const act = async (cookie: string, request: object, headers: Record<string, string> = {}) => {
	const reply = await send('/api/n8n/webhook', request, { Cookie: cookie, ...headers });
	return { status: reply.status, code: reply.json.code, data: reply.json.data, headers: reply.headers };
};

const whoAmI = { action: 'test_connection' };

const denied = {
	jsonrpc: '2.0',
	id: 7,
	error: {
		code: 200,
		message: 'Odoo Server Error',
		data: expect.objectContaining({ name: 'odoo.exceptions.AccessDenied', message: 'Access Denied' }),
	},
};

describe('POST /web/session/authenticate', () => {
	it("answers as Odoo does, and gives a cookie that no script and no other site's form sends", async () => {
		const reply = await logIn();
		expect(reply.headers.get('set-cookie')).toMatch(
			/^session_id=[\w-]{40,}; Path=\/; Max-Age=28800; HttpOnly; SameSite=Lax$/,
		);
		expect([reply.status, reply.json]).toEqual([
			200,
			{
				jsonrpc: '2.0',
				id: 7,
				result: {
					uid: 2,
					db: 'sandbox',
					username: 'admin',
					name: expect.any(String),
					server_version: '19.0',
				},
			},
		]);
	});

	it("finds an environment's Odoo by the id of its own connection", async () => {
		const { production } = platform.firstRun.environments;
		const { api_key: password } = await outsideAccess(platform, production);
		const cookie = await begin({ db: production.replace('env_', 'con_'), password });
		expect((await act(cookie, { action: 'get_config' })).data).toMatchObject({ environment_id: production });
	});

	it.each([
		['password', { password: 'wrong' }],
		['login', { login: 'nobody@example.com' }],
		['database', { db: 'no_such_database' }],
		['connection', { db: 'con_01HXMZ0K3RJ8QM2P5T7V9X1Z3B' }],
	])('denies access for a wrong %s, in the same words', async (_what, params) => {
		const reply = await logIn(params);
		expect([reply.status, reply.headers.get('set-cookie'), reply.json]).toEqual([200, null, denied]);
	});

	it('tells no password to servers where several organizations have a database of that name', async () => {
		const { api_key: key } = await addOrganization(platform);
		const path = '/api/v1/odoo-connections';
		const other = await platform.api('POST', path, { name: 'same database', ...access }, { key });
		expect((await logIn()).json).toEqual(denied);
		expect(await begin({ db: connection })).toMatch(/^session_id/);
		await platform.api('DELETE', `${path}/${String(other.json.id)}`, undefined, { key });
	});

	it.each<[number, string, string, Record<string, string>]>([
		[403, 'cross_site_refused', 'another site', { 'Sec-Fetch-Site': 'cross-site' }],
		[403, 'cross_site_refused', 'a form', { 'Content-Type': 'text/plain' }],
	])('answers %i %s to %s', async (status, code, _who, headers) => {
		const reply = await logIn({}, headers);
		expect([reply.status, reply.json]).toMatchObject([status, { code }]);
	});

	it.each([
		[404, 'unknown_route', 'POST', '/web/session/nothing'],
		[405, 'method_not_allowed', 'GET', '/web/session/authenticate'],
		[400, 'malformed_json', 'POST', '/web/session/authenticate'],
	])('answers %i %s to %s %s', async (status, code, method, path) => {
		const reply = await ask(platform.url, method, path, { body: '{' });
		expect([reply.status, reply.json]).toMatchObject([status, { code }]);
	});

	it('is never at a loss, whatever is sent', async () => {
		await fc.assert(
			fc.asyncProperty(fc.constantFrom('authenticate', 'destroy'), fc.jsonValue(), async (action, params) => {
				const { status } = await send(`/web/session/${action}`, { id: params, params });
				// 400 is for integers beyond 2^53, which no JSON reader keeps.
				expect([200, 400, 422]).toContain(status);
			}),
			{ numRuns: 50 },
		);
	});

	it('says which parameter is missing', async () => {
		const reply = await send('/web/session/authenticate', { id: 7, params: { db: 'x', login: 'me' } });
		expect([reply.status, reply.json]).toMatchObject([
			200,
			{ id: 7, error: { data: { name: 'builtins.TypeError', message: '/params/password is required' } } },
		]);
	});
});

describe('a session', () => {
	it('acts in its Odoo as the user who logged in', async () => {
		const { status, data } = await act(await begin(), whoAmI);
		expect([status, data]).toMatchObject([200, { connected: true, login: 'admin', database: 'sandbox' }]);
	});

	it.each([
		['search_data', { payload: { search_field: ['login'], search_domain: "[('login', '=', 'admin')]" } }],
		[
			'call_function',
			{ search_key: { login: 'admin' }, payload: { method: 'read', parameter: { fields: ['login'] } } },
		],
	])('opens %s of the five routes', async (route, vals) => {
		const body = { params: { model: 'res.users', vals } };
		const reply = await send(`/api/${route}`, body, { Cookie: await begin() });
		expect(reply.json).toMatchObject({ result: { is_success: true, result: [{ login: 'admin' }] } });
	});

	it('that is over is told so by the five routes in their own words', async () => {
		const body = { params: { model: 'res.users', vals: {} } };
		const reply = await send('/api/search_data', body, { Cookie: 'session_id=over' });
		expect([reply.status, reply.json]).toMatchObject([401, { error: { data: { name: 'invalid_session' } } }]);
	});

	it('leads nowhere else', async () => {
		const elsewhere = { ...whoAmI, environment_id: platform.firstRun.environments.production };
		expect(await act(await begin(), elsewhere)).toMatchObject({ status: 403, code: 'connection_bound' });
	});

	it('has no limit a minute', async () => {
		const cookie = await begin();
		for (let sent = 0; sent < 101; sent += 1) {
			const { status, headers } = await act(cookie, { action: 'get_config' });
			expect([status, headers.get('x-ratelimit-limit')]).toEqual([200, null]);
		}
	});

	it('opens no route of the platform', async () => {
		const reply = await ask(platform.url, 'GET', '/api/v1/projects', { headers: { Cookie: await begin() } });
		expect([reply.status, reply.json]).toMatchObject([401, { code: 'authentication_required' }]);
	});

	it.each<[string, Record<string, string>]>([
		['another site', { 'Sec-Fetch-Site': 'cross-site' }],
		['a neighboring site', { 'Sec-Fetch-Site': 'same-site' }],
		['a form', { 'Content-Type': 'application/x-www-form-urlencoded' }],
	])('is not for %s', async (_who, headers) => {
		expect(await act(await begin(), whoAmI, headers)).toMatchObject({ status: 403, code: 'cross_site_refused' });
	});

	it('is for the very site', async () => {
		expect((await act(await begin(), whoAmI, { 'Sec-Fetch-Site': 'same-origin' })).status).toBe(200);
	});

	it('yields to a key', async () => {
		const reply = await act(await begin(), whoAmI, { Authorization: 'Bearer sk_live_wrong' });
		expect(reply).toMatchObject({ status: 401, code: 'invalid_api_key' });
	});

	it('repeats a reply for its Idempotency-Key, and none of another session', async () => {
		const first = await begin();
		const create = (cookie: string) => {
			const body = { action: 'execute_method', model: 'res.partner', method: 'create', args: [{ name: 'Once' }] };
			return act(cookie, body, { 'Idempotency-Key': 'one' });
		};
		const made = await create(first);
		expect((await create(first)).data).toEqual(made.data);
		expect((await create(await begin())).data).not.toEqual(made.data);
	});

	it('ends by request', async () => {
		const cookie = await begin();
		const reply = await send('/web/session/destroy', { jsonrpc: '2.0', id: 1 }, { Cookie: cookie });
		expect([reply.json, reply.headers.get('set-cookie')]).toEqual([
			{ jsonrpc: '2.0', id: 1, result: null },
			expect.stringMatching(/^session_id=; .*Max-Age=0/),
		]);
		expect(await act(cookie, whoAmI)).toMatchObject({ status: 401, code: 'invalid_session' });
	});

	it('is over where its connection leads elsewhere, so that nobody else gets the password', async () => {
		const { json } = await platform.api('POST', '/api/v1/odoo-connections', { name: 'moving', ...access });
		const cookie = await begin({ db: json.id });
		const other = await outsideAccess(platform, platform.firstRun.environments.production);
		const moved = { url: other.url, api_key: other.api_key };
		await platform.api('PATCH', `/api/v1/odoo-connections/${String(json.id)}`, moved);
		expect(await act(cookie, whoAmI)).toMatchObject({ status: 404, code: 'no_odoo_connection' });
	});
});

describe('an address that guesses', () => {
	/** Lets the time go on, so that nobody waits for it. */
	const inTime = async (work: Promise<ApiReply>) => {
		const over = new AbortController();
		const reply = work.finally(() => over.abort());
		await until(async () => {
			await clock.advance(100);
			return over.signal.aborted;
		});
		return reply;
	};

	it('is slowed down and then blocked', async () => {
		const guess = () => inTime(logIn({ db: 'no_such_database', password: 'guess' }));
		const statuses = new Set<number>();
		while (!statuses.has(429) && statuses.size < 3) statuses.add((await guess()).status);
		expect([...statuses]).toEqual([200, 429]);
	});
});
