import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { OutboundError, OutboundRefusedError, type Fetch } from '../../backend/src/net/outbound';
import type { OdooCall } from '../../backend/src/odoo/client';
import { connectOdoo } from '../../backend/src/odoo/connect';
import { parseJson, type JsonObject, type JsonValue } from '../../backend/src/odoo/json';
import { createFakeClock } from '../support/fake-clock';
import { until } from '../support/until';

const ACCESS = { url: 'http://odoo.example.com', database: 'demo', login: 'admin', secret: 'key' };
const CALL: OdooCall = { model: 'res.partner', method: 'search', args: [[]], kwargs: {} };

interface Sent {
	path: string;
	headers: Record<string, string>;
	body: JsonValue;
}

type Answer = (sent: Sent, signal?: AbortSignal) => Response | Promise<Response>;

/** An Odoo of a few lines: its answers by path, or, under `/jsonrpc`, by `service.method` or the method called. */
function fakeOdoo(answers: Record<string, Answer>, version = '19.0') {
	const sent: Sent[] = [];
	const all: typeof answers = {
		'/web/version': () => Response.json({ version_info: [], version }),
		'/json/2/res.users/context_get': () => Response.json({ uid: 2 }),
		'/json/2/res.users/read': () => Response.json([{ id: 2, login: 'admin', name: 'Admin' }]),
		'common.authenticate': () => result(2),
		'res.users.read': () => result([{ id: 2, login: 'admin', name: 'Admin' }]),
		...answers,
	};
	const fetch: Fetch = async (url, init) => {
		const request = new Request(url, init);
		const text = await request.text();
		const body = text === '' ? null : parseJson(text);
		const { pathname } = new URL(url);
		const one = { path: pathname, headers: Object.fromEntries(request.headers.entries()), body };
		sent.push(one);
		const answer = all[pathname === '/jsonrpc' ? callOf(body) : pathname];
		return answer ? answer(one, init?.signal) : new Response('<h1>Not Found</h1>', { status: 404 });
	};
	return { fetch, sent };
}

const rpcSchema = z.object({
	params: z.object({ service: z.string(), method: z.string(), args: z.array(z.unknown()) }),
});

function callOf(body: JsonValue): string {
	const { service, method, args } = rpcSchema.parse(body).params;
	return service === 'common' ? `common.${method}` : z.array(z.string()).parse(args.slice(3, 5)).join('.');
}

/** Waits for its signal alone. */
const never: Answer = (_sent, signal) =>
	new Promise((_resolve, reject) => {
		const end = () => reject(signal?.reason instanceof Error ? signal.reason : new Error('aborted'));
		if (signal?.aborted) end();
		signal?.addEventListener('abort', end);
	});

const result = (value: JsonValue) => Response.json({ jsonrpc: '2.0', id: 1, result: value });
const raised = (name: string, message: string) =>
	Response.json({
		jsonrpc: '2.0',
		id: 1,
		error: { code: 200, message: '', data: { name, message, debug: 'Trace' } },
	});
const accessDenied = () => Response.json({ name: 'werkzeug.exceptions.Unauthorized', message: 'x' }, { status: 401 });

function connect(answers: Parameters<typeof fakeOdoo>[0], version?: string) {
	const { fetch, sent } = fakeOdoo(answers, version);
	return { sent, client: connectOdoo(ACCESS, { fetch, clock: createFakeClock() }) };
}

describe('connectOdoo', () => {
	it.each([
		['19.0', 19, 0, 'json-2'],
		['20.1', 20, 1, 'json-2'],
		['saas~19.3+e', 19, 3, 'json-2'],
		['18.0-20250101', 18, 0, 'json-rpc'],
		['saas~17.4', 17, 4, 'json-rpc'],
	])('reads version %s', async (text, major, minor, transport) => {
		const client = await connect({}, text).client;
		expect(client).toMatchObject({ version: { text, major, minor }, transport });
	});

	it('asks JSON-RPC for the version where the web client does not tell it', async () => {
		const version = () => result({ server_version: '14.0' });
		const { client } = connect({
			'/web/version': () => new Response('', { status: 404 }),
			'common.version': version,
		});
		expect((await client).version.major).toBe(14);
	});

	it.each(['http://odoo.example.com/', 'http://odoo.example.com', 'http://odoo.example.com/?db=demo#menu'])(
		'joins paths to %s',
		async (url) => {
			const { fetch, sent } = fakeOdoo({});
			await connectOdoo({ ...ACCESS, url }, { fetch, clock: createFakeClock() });
			expect(sent[0]?.path).toBe('/web/version');
		},
	);

	it('keeps the path of a base URL', async () => {
		const { fetch, sent } = fakeOdoo({ '/erp/web/version': () => Response.json({ version: '13.0' }) });
		await connectOdoo(
			{ ...ACCESS, url: 'http://odoo.example.com/erp/' },
			{ fetch, clock: createFakeClock() },
		).catch(() => undefined);
		expect(sent.map(({ path }) => path)).toEqual(['/erp/web/version', '/erp/jsonrpc']);
	});

	it('takes a password on Odoo 19, over JSON-RPC', async () => {
		const { client } = connect({ '/json/2/res.users/context_get': accessDenied });
		expect((await client).transport).toBe('json-rpc');
	});

	it.each(['pass phrase, €', 'two\nlines'])('takes a password that no header can carry: %j', async (secret) => {
		const { fetch, sent } = fakeOdoo({});
		const client = await connectOdoo({ ...ACCESS, secret }, { fetch, clock: createFakeClock() });
		expect(client.transport).toBe('json-rpc');
		expect(sent.map(({ path }) => path)).not.toContain('/json/2/res.users/context_get');
	});

	it('says that the secret is wrong where JSON-RPC is not there any more', async () => {
		const { client } = connect({
			'/json/2/res.users/context_get': accessDenied,
			'common.authenticate': () => new Response('', { status: 404 }),
		});
		await expect(client).rejects.toMatchObject({ kind: 'authentication_failed' });
	});

	it('says where a redirect leads', async () => {
		const redirect = () => new Response(null, { status: 301, headers: { location: 'https://odoo.example.com/' } });
		const { client } = connect({ '/web/version': redirect, 'common.version': redirect });
		await expect(client).rejects.toMatchObject({
			kind: 'not_odoo',
			message: 'The URL redirects to https://odoo.example.com/; use the address that Odoo itself has.',
		});
	});

	it.each<[string, OutboundError]>([
		['refused_address', new OutboundRefusedError('odoo.example.com')],
		['unreachable', new OutboundError('outbound_unreachable', 'no')],
		['unreachable', new OutboundError('outbound_url_invalid', 'no')],
		['timeout', new OutboundError('outbound_timeout', 'no')],
	])('is %s', async (kind, error) => {
		const client = connectOdoo(ACCESS, { fetch: () => Promise.reject(error), clock: createFakeClock() });
		await expect(client).rejects.toMatchObject({ name: 'OdooError', kind, message: error.message });
	});

	it('is unreachable behind a proxy that has nothing behind it', async () => {
		const down = () => new Response('<html>', { status: 502 });
		const { client } = connect({ '/web/version': down, 'common.version': down });
		await expect(client).rejects.toMatchObject({ kind: 'unreachable' });
	});
});

describe('a proxy that answers in place of Odoo', () => {
	const html =
		(status: number, headers: Record<string, string> = {}) =>
		() =>
			new Response('<h1>Sorry</h1>', { status, headers });

	it.each([
		[429, 'busy', 'in a moment'],
		[401, 'proxy_denied', 'does not let this service through'],
		[403, 'proxy_denied', 'does not let this service through'],
		[413, 'request_too_large', 'Send less'],
		[500, 'server_error', 'its log has the details'],
		[502, 'unreachable', 'not available'],
		[404, 'not_odoo', 'Check the URL'],
	])('with %i is told apart as %s, over JSON-RPC', async (status, kind, words) => {
		const client = await connect({ 'res.partner.search': html(status) }, '18.0').client;
		await expect(client.call(CALL)).rejects.toMatchObject({ kind, message: expect.stringContaining(words) });
	});

	it.each([
		[429, 'busy'],
		[403, 'proxy_denied'],
		[413, 'request_too_large'],
		[500, 'server_error'],
	])('with %i is told apart as %s, over JSON-2 and at the login', async (status, kind) => {
		const client = await connect({ '/json/2/res.partner/search': html(status) }).client;
		await expect(client.call(CALL)).rejects.toMatchObject({ kind });
		const answers = { '/web/version': html(status), 'common.version': html(status) };
		await expect(connect(answers).client).rejects.toMatchObject({ kind });
	});

	/** An Odoo behind a proxy that refuses the first requests for a method. */
	function refusing(method: string, refusal: () => Response) {
		const clock = createFakeClock();
		let asked = 0;
		const { fetch } = fakeOdoo({
			[`/json/2/res.partner/${method}`]: () => (++asked === 1 ? refusal() : Response.json([7])),
		});
		const call = async () => (await connectOdoo(ACCESS, { fetch, clock })).call({ ...CALL, method });
		return { clock, call, asked: () => asked };
	}

	it.each([429, 503])('is asked once more by a read after the Retry-After of a %i', async (status) => {
		const { clock, call, asked } = refusing('search', html(status, { 'Retry-After': '3' }));
		const answer = call();
		await until(() => clock.sleeping.includes(3_000));
		expect(asked()).toBe(1);
		await clock.advance(3_000);
		expect([await answer, asked()]).toEqual([[7], 2]);
	});

	it.each([
		['a write', 'write', { 'Retry-After': '3' }, 3_000],
		['a read that would wait too long', 'search', { 'Retry-After': '600' }, 600_000],
		['a read that is told no time', 'search', {}, null],
	])('is not asked again by %s, which is told how long to wait', async (_what, method, headers, retryAfterMs) => {
		const { call, asked } = refusing(method, html(429, headers));
		await expect(call()).rejects.toMatchObject({ kind: 'busy', retryAfterMs });
		expect(asked()).toBe(1);
	});
});

describe('an Odoo that repeats the secret it is asked with', () => {
	const SECRET = 'hunter2 "€"';

	it.each([SECRET, JSON.stringify(SECRET), encodeURIComponent(SECRET)])(
		'is told without it: %s',
		async (repeated) => {
			const { fetch } = fakeOdoo(
				{ 'res.partner.search': () => raised('odoo.exceptions.UserError', `bad call with ${repeated}`) },
				'18.0',
			);
			const client = await connectOdoo({ ...ACCESS, secret: SECRET }, { fetch, clock: createFakeClock() });
			const error: unknown = await client.call(CALL).catch((reason: unknown) => reason);
			expect(String(error)).toContain('bad call with');
			expect(JSON.stringify([String(error), error])).not.toContain('hunter2');
		},
	);

	it('is told without it at the login, too', async () => {
		const { fetch } = fakeOdoo({ 'common.authenticate': () => raised(`odd.${SECRET}`, SECRET) }, '18.0');
		const connecting = connectOdoo({ ...ACCESS, secret: SECRET }, { fetch, clock: createFakeClock() });
		const error: unknown = await connecting.catch((reason: unknown) => reason);
		expect(JSON.stringify([String(error), error])).not.toContain('hunter2');
	});
});

describe('a call over JSON-2', () => {
	it('names its arguments, and carries the key, the database and the context', async () => {
		const { client, sent } = connect({ '/json/2/res.partner/search': () => Response.json([7]) });
		const context = { lang: 'de_DE' };
		await (await client).call({ ...CALL, args: [[['id', '=', 7]], 1], kwargs: { limit: 2, context } });
		expect(sent.at(-1)).toMatchObject({
			headers: { authorization: 'bearer key', 'x-odoo-database': 'demo', 'content-type': 'application/json' },
			body: { domain: [['id', '=', 7]], offset: 1, limit: 2, context },
		});
	});

	const documentation = {
		methods: {
			action_merge: {
				parameters: { target: {}, force: { default: false }, note: { kind: 'KEYWORD_ONLY' } },
				api: ['readonly'],
			},
			import_all: { parameters: { rows: {} }, api: ['model'] },
			do_any: { parameters: { things: { kind: 'VAR_POSITIONAL' } } },
		},
	};
	const documented = { '/doc-bearer/res.partner.json': () => Response.json(documentation) };

	it.each<[string, JsonValue[], JsonObject, JsonObject]>([
		['action_merge', [[1, 2], 9, true], { note: 'x' }, { ids: [1, 2], target: 9, force: true, note: 'x' }],
		['import_all', [[['a']]], {}, { rows: [['a']] }],
	])('names the arguments of %s as the server documents them', async (method, args, kwargs, body) => {
		const { client, sent } = connect({
			...documented,
			[`/json/2/res.partner/${method}`]: () => Response.json(true),
		});
		await (await client).call({ model: 'res.partner', method, args, kwargs });
		expect(sent.at(-1)?.body).toEqual(body);
	});

	it('asks for the documentation of a model once', async () => {
		const { client, sent } = connect({
			...documented,
			'/json/2/res.partner/import_all': () => Response.json(true),
		});
		const call = { model: 'res.partner', method: 'import_all', args: [[]], kwargs: {} };
		await (await client).call(call);
		await (await client).call(call);
		expect(sent.filter(({ path }) => path.startsWith('/doc-bearer/'))).toHaveLength(1);
	});

	it.each(['do_any', 'undocumented'])('goes over JSON-RPC for %s, which has no names to give', async (method) => {
		const { client } = connect({ ...documented, [`res.partner.${method}`]: () => result('done') });
		const answer = await (await client).call({ model: 'res.partner', method, args: [[1], 2], kwargs: {} });
		expect(answer).toBe('done');
	});

	it('says that a method is unknown where neither knows it', async () => {
		const { client } = connect({});
		const call = (await client).call({ ...CALL, method: 'undocumented' });
		await expect(call).rejects.toMatchObject({ kind: 'unknown_method' });
	});

	it('refuses a body that is too large', async () => {
		const large = () => new Response(new Uint8Array(33 * 1024 * 1024));
		const { client } = connect({ '/json/2/res.partner/search': large });
		await expect((await client).call(CALL)).rejects.toMatchObject({ kind: 'too_large' });
	});

	it.each<[status: number, name: string, message: string, kind: string, shown: string]>([
		[403, 'odoo.exceptions.AccessError', 'No access', 'access_denied', 'No access'],
		[422, 'odoo.exceptions.ValidationError', 'Not so', 'validation', 'Not so'],
		[422, 'odoo.exceptions.RedirectWarning', 'Go there', 'user_error', 'Go there'],
		[500, 'builtins.KeyError', "'color'", 'unknown_field', "Odoo does not know 'color'."],
		[500, 'builtins.ZeroDivisionError', 'division by zero', 'server_error', 'division by zero'],
		[
			500,
			'builtins.AttributeError',
			"'str' object has no attribute 'get'",
			'bad_arguments',
			"'str' object has no attribute 'get'",
		],
		[
			500,
			'psycopg2.errors.NumericValueOutOfRange',
			'LINE 1: SELECT secret',
			'bad_arguments',
			"Odoo's database refuses a value of the call: NumericValueOutOfRange.",
		],
		[500, 'builtins.ValueError', 'x'.repeat(3000), 'bad_arguments', `${'x'.repeat(2000)}…`],
		[
			500,
			'psycopg2.errors.UndefinedColumn',
			'SELECT secret',
			'server_error',
			'Odoo failed with psycopg2.errors.UndefinedColumn; its log has the details.',
		],
	])('tells %i %s %.20s as %s', async (status, name, message, kind, shown) => {
		const body = { name, message, arguments: [message], context: {}, debug: 'Traceback (most recent call last)' };
		const { client } = connect({ '/json/2/res.partner/search': () => Response.json(body, { status }) });
		const error: unknown = await (await client).call(CALL).catch((reason: unknown) => reason);
		expect(error).toMatchObject({ name: 'OdooError', kind, message: shown, exception: name });
		expect(JSON.stringify(error)).not.toContain('Traceback');
	});

	it('ends after its time limit', async () => {
		const clock = createFakeClock();
		const { fetch } = fakeOdoo({
			'/json/2/res.partner/search': (sent, signal) => {
				void clock.advance(5000);
				return never(sent, signal);
			},
		});
		const client = await connectOdoo(ACCESS, { fetch, clock });
		await expect(client.call(CALL, { timeoutMs: 5000 })).rejects.toMatchObject({
			kind: 'timeout',
			message: 'Odoo did not answer within 5 seconds.',
		});
	});

	it("ends with its signal's reason", async () => {
		const { client } = connect({ '/json/2/res.partner/search': never });
		const abort = new AbortController();
		const call = (await client).call(CALL, { signal: abort.signal });
		const reason = new Error('shutting down');
		abort.abort(reason);
		await expect(call).rejects.toBe(reason);
	});

	it.each([
		['search', 2, [7]],
		['write', 1, undefined],
		['create', 1, undefined],
		['unlink', 1, undefined],
	])('sends a %s that lost its connection %i times at most', async (method, times, answer) => {
		let calls = 0;
		const { client } = connect({
			[`/json/2/res.partner/${method}`]: () => {
				calls++;
				if (calls === 1) throw new OutboundError('outbound_connection_lost', 'lost');
				return Response.json([7]);
			},
		});
		const outcome = await (await client).call({ ...CALL, method }).catch(() => undefined);
		expect([calls, outcome]).toEqual([times, answer]);
	});
});

describe('a call over JSON-RPC', () => {
	it('logs in once', async () => {
		const { client, sent } = connect({ 'res.partner.search': () => result([]) }, '14.0');
		const connected = await client;
		await Promise.all([connected.call(CALL), connected.call(CALL)]);
		const logins = sent.filter(({ path, body }) => path === '/jsonrpc' && callOf(body) === 'common.authenticate');
		expect(logins).toHaveLength(1);
	});

	it('carries database, user, secret, model, method, arguments and named arguments', async () => {
		const { client, sent } = connect({ 'res.partner.search': () => result([]) }, '14.0');
		await (await client).call({ ...CALL, kwargs: { limit: 1 } });
		expect(sent.at(-1)?.body).toMatchObject({
			params: {
				service: 'object',
				method: 'execute_kw',
				args: ['demo', 2, 'key', 'res.partner', 'search', [[]], { limit: 1 }],
			},
		});
	});

	it('answers null where the method returns nothing', async () => {
		const nothing = () => Response.json({ jsonrpc: '2.0', id: 1 });
		const { client } = connect({ 'res.partner.search': nothing }, '14.0');
		expect(await (await client).call(CALL)).toBeNull();
	});

	it.each([
		['psycopg2.OperationalError', 'FATAL:  database "demo" does not exist\n', 'database_not_found'],
		['odoo.exceptions.AccessDenied', 'Access Denied', 'authentication_failed'],
		['odoo.exceptions.UserError', "Object no.model doesn't exist", 'unknown_model'],
		['builtins.AttributeError', "type object 'res.partner' has no attribute 'x'", 'unknown_method'],
		['builtins.AttributeError', "'NoneType' object has no attribute 'x'", 'server_error'],
	])('tells %s: %s as %s', async (name, message, kind) => {
		const { client } = connect({ 'res.partner.search': () => raised(name, message) }, '14.0');
		await expect((await client).call(CALL)).rejects.toMatchObject({ kind, exception: name });
	});

	it('cuts an error short that is made to hurt', async () => {
		const name = `psycopg2.${'x'.repeat(1_000_000)}`;
		const { client } = connect({ 'res.partner.search': () => raised(name, 'database '.repeat(50_000)) }, '14.0');
		const connected = await client;
		await expect(connected.call(CALL)).rejects.toMatchObject({ exception: name.slice(0, 200) });
	});
});
