import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import type { OdooAccess } from '../../backend/src/odoo/transport';
import { odooServers } from '../support/odoo-servers';
import { startTestPlatform, type TestPlatform, WIDE_LIMITS } from '../support/platform';
import { serveSandbox } from '../support/sandbox-server';
import { postSigned } from '../support/signed-request';

/** The gateway of a whole service, over every Odoo and transport there is: the same requests, the same answers. */

interface Way {
	readonly name: string;
	readonly major: number;
	readonly real: boolean;
	readonly transport: 'json-2' | 'json-rpc';
	/** By which of its names the secret is given: JSON-2 takes no password. */
	readonly secret: 'api_key' | 'password';
	readonly open: () => Promise<OdooAccess & { close: () => Promise<void> }>;
}

const ways = odooServers().flatMap(({ name, major, real, password, open }): Way[] => {
	const openReal = async (secret?: string) => {
		const { access, close } = await open();
		return { ...access, ...(secret !== undefined && { secret }), close };
	};
	const transport = major >= 19 ? 'json-2' : 'json-rpc';
	const byKey: Way = {
		...{ name, major, real, transport, secret: 'api_key' },
		open: real ? () => openReal() : () => serveSandbox({ version: `${major}.0` }),
	};
	if (password === undefined) return [byKey];
	return [byKey, { ...byKey, transport: 'json-rpc', secret: 'password', open: () => openReal(password) }];
});

let platform: TestPlatform;
beforeAll(async () => {
	platform = await startTestPlatform({ OUTBOUND_ALLOWED_CIDRS: '0.0.0.0/0,::/0' }, { limits: WIDE_LIMITS });
});
afterAll(() => platform.remove());

/** An id that no record has. */
const NOWHERE = 99_999_999;
/** Of a user that is made for one test. */
const PASSWORD = 'correct horse battery staple';

for (const [index, { name, major, real, transport, secret, open }] of ways.entries()) {
	describe(`the gateway to ${name} over ${transport}`, () => {
		const connection = `odoo-${index}`;
		let odoo: Awaited<ReturnType<typeof open>>;

		beforeAll(async () => {
			odoo = await open();
			const { url, database, login } = odoo;
			const request = { name: connection, url, database, login, [secret]: odoo.secret };
			expect(await platform.api('POST', '/api/v1/odoo-connections', request)).toMatchObject({ status: 201 });
		});
		afterAll(() => odoo.close());

		const send = async (body: string) => {
			const reply = await postSigned(platform.url, '/api/n8n/webhook', platform.firstRun.webhook_key, body);
			return { status: reply.status, body: reply.json };
		};
		/** A request of the document, as printed, with the connection added. */
		const act = (printed: string) => send(printed.replace(/^\s*\{/, `{ "connection": "${connection}",`));
		const actionOf = (model: string, method: string, args: unknown[] = [], kwargs: object = {}) => ({
			...{ action: 'execute_method', model, method, args, kwargs },
		});
		const execute = (...call: Parameters<typeof actionOf>) => act(JSON.stringify(actionOf(...call)));
		const answer = async (...call: Parameters<typeof actionOf>) => {
			const { body } = await execute(...call);
			return z.object({ success: z.literal(true), data: z.unknown() }).parse(body).data;
		};
		const done = (data: unknown) => ({ status: 200, body: { success: true, data } });

		/** Every record that a test makes has this in its name. */
		const mark = `Gateway ${index} ${process.pid}`;
		const marked = (model: string, context = {}) =>
			answer(model, 'search', [[['name', 'like', mark]]], { context: { active_test: false, ...context } });
		afterEach(async () => {
			await answer('res.partner', 'unlink', [await marked('res.partner')]);
		});

		describe("the document's requests", () => {
			it('execute_method', async () => {
				const reply = await act(`{
  "action": "execute_method",
  "model": "res.partner",
  "method": "search_read",
  "args": [[["is_company", "=", true]]],
  "kwargs": {
    "fields": ["name", "email", "phone"],
    "limit": 10
  }
}`);
				expect(reply).toEqual(done(expect.any(Array)));
				expect(reply.body).toHaveProperty('data.0', {
					id: expect.any(Number),
					name: expect.any(String),
					email: expect.anything(),
					phone: expect.anything(),
				});
			});

			it('get_config', async () => {
				const { url, database, login } = odoo;
				const config = { name: connection, url, database, login, environment_id: null, transport };
				const version = expect.stringMatching(new RegExp(`^${major}\\.0`));
				expect(await act('{\n  "action": "get_config"\n}')).toEqual(done({ ...config, version }));
			});

			it('test_connection', async () => {
				const { database, login } = odoo;
				expect(await act('{\n  "action": "test_connection"\n}')).toEqual(
					done({
						connected: true,
						user_id: expect.any(Number),
						login,
						name: expect.any(String),
						database,
						version: expect.stringMatching(new RegExp(`^${major}\\.0`)),
						transport,
					}),
				);
			});

			it('create, update and delete a record', async () => {
				const created = await act(`{
  "action": "execute_method",
  "model": "res.partner",
  "method": "create",
  "args": [{
    "name": "${mark}",
    "email": "customer@example.com"
  }]
}`);
				const { data: id } = z.object({ data: z.number() }).parse(created.body);
				const updated = await act(`{
  "action": "execute_method",
  "model": "res.partner",
  "method": "write",
  "args": [
    [${id}],
    {"phone": "+1234567890"}
  ]
}`);
				expect(updated).toEqual(done(true));
				expect(await answer('res.partner', 'read', [[id], ['name', 'email', 'phone']])).toEqual([
					{ id, name: mark, email: 'customer@example.com', phone: '+1234567890' },
				]);
				const deleted = await act(`{
  "action": "execute_method",
  "model": "res.partner",
  "method": "unlink",
  "args": [[${id}]]
}`);
				expect(deleted).toEqual(done(true));
				expect(await marked('res.partner')).toEqual([]);
			});

			it('search and read', async () => {
				const reply = await act(`{
  "action": "execute_method",
  "model": "sale.order",
  "method": "search_read",
  "args": [[
    ["state", "=", "sale"],
    ["date_order", ">=", "2025-01-01"]
  ]],
  "kwargs": {
    "fields": ["name", "partner_id", "amount_total"],
    "order": "date_order desc",
    "limit": 50
  }
}`);
				expect(reply).toEqual(done(expect.any(Array)));
				expect(reply.body).toHaveProperty('data.0', {
					id: expect.any(Number),
					name: expect.any(String),
					partner_id: [expect.any(Number), expect.any(String)],
					amount_total: expect.any(Number),
				});
			});
		});

		it('heeds the context of a call', async () => {
			const values = { name: mark, active: false };
			await answer('res.partner', 'create', [values], { context: { default_city: 'Context City' } });
			expect(await marked('res.partner', { active_test: true })).toEqual([]);
			const [id] = z.array(z.number()).parse(await marked('res.partner'));
			expect(await answer('res.partner', 'read', [[id], ['city']])).toEqual([{ id, city: 'Context City' }]);
		});

		it('answers in the language of the context', async () => {
			const context = { lang: 'en_US' };
			const kwargs = { attributes: ['string'], context };
			expect(await answer('res.partner', 'fields_get', [['email']], kwargs)).toEqual({
				email: expect.objectContaining({ string: 'Email' }),
			});
		});

		describe('a batch', () => {
			const create = (values: object) => ({ ...actionOf('res.partner', 'create', [values]), connection });
			const batch = (requests: object[], stop_on_error = false) =>
				send(JSON.stringify({ action: 'batch', requests, stop_on_error }));
			const refused = expect.objectContaining({ success: false, code: expect.stringMatching(/^odoo_/) });
			const made = { success: true, data: expect.any(Number) };

			it('creates many records, each with its own values and id', async () => {
				const names = Array.from({ length: 50 }, (_, n) => `${mark} ${String(n).padStart(2, '0')}`);
				const reply = await batch(names.map((partner) => create({ name: partner })));
				expect(reply).toEqual(done(names.map(() => made)));
				const results = z.object({ data: z.array(z.object({ data: z.number() })) }).parse(reply.body).data;
				const ids = results.map(({ data }) => data);
				const kwargs = { fields: ['name'], order: 'name' };
				expect(await answer('res.partner', 'search_read', [[['id', 'in', ids]]], kwargs)).toEqual(
					names.map((partner, n) => ({ id: ids[n], name: partner })),
				);
			});

			it('refuses those records alone that Odoo refuses', async () => {
				const requests = [{ name: mark }, { name: mark, no_field: 1 }, { name: false }, { name: mark }];
				expect(await batch(requests.map(create))).toEqual(done([made, refused, refused, made]));
				expect(await marked('res.partner')).toHaveLength(2);
			});

			it('leaves out what follows a refusal where it is told to', async () => {
				const requests = [{ name: mark }, { name: mark, no_field: 1 }, { name: mark }];
				const left = expect.objectContaining({ success: false, code: 'batch_stopped' });
				expect(await batch(requests.map(create), true)).toEqual(done([made, refused, left]));
				expect(await marked('res.partner')).toHaveLength(1);
			});
		});

		describe('refusals', () => {
			const long = Array.from({ length: 10_000 }, (_, n) => n + 1);
			const deep = JSON.parse(`${'['.repeat(100)}${']'.repeat(100)}`) as unknown;
			const partner = { name: mark };

			it.each<[status: number, code: string, what: string, call: Parameters<typeof actionOf>]>([
				[404, 'odoo_unknown_model', 'an unknown model', ['no.such.model', 'search', [[]]]],
				[404, 'odoo_unknown_method', 'an unknown method', ['res.partner', 'frobnicate', [[1]]]],
				[403, 'odoo_access_denied', 'a private method', ['res.partner', '_write', [[1], partner]]],
				[
					400,
					'odoo_unknown_field',
					'an unknown field',
					['res.partner', 'create', [{ ...partner, no_field: 1 }]],
				],
				[
					400,
					'odoo_unknown_field',
					'an unknown field to read',
					['res.partner', 'search_read', [[], ['no_field']]],
				],
				[400, 'odoo_validation', 'a contact without a name', ['res.partner', 'create', [{ name: false }]]],
				[404, 'odoo_missing_record', 'a record that is gone', ['res.partner', 'write', [[NOWHERE], partner]]],
				[400, 'odoo_bad_arguments', 'an unknown argument', ['res.partner', 'search', [[]], { no_argument: 1 }]],
				[400, 'odoo_bad_arguments', 'a missing argument', ['res.partner', 'search']],
				[400, 'odoo_bad_arguments', 'a domain that is no list', ['res.partner', 'search', ['name = Acme']]],
				[
					400,
					'odoo_bad_arguments',
					'a date out of range',
					['sale.order', 'create', [{ date_order: '2025-13-45' }]],
				],
				[
					400,
					'odoo_bad_arguments',
					'a number out of range',
					['res.partner', 'create', [{ ...partner, color: 1e300 }]],
				],
				[400, 'validation_failed', '10,000 ids', ['res.partner', 'write', [long, partner]]],
				[400, 'validation_failed', 'deep nesting', ['res.partner', 'create', [{ ...partner, comment: deep }]]],
			])('%i %s: %s', async (status, code, _what, call) => {
				const reply = await execute(...call);
				expect(reply).toEqual({
					status,
					body: expect.objectContaining({
						success: false,
						error: expect.stringMatching(/^[A-Z].{5,}/),
						details: expect.stringMatching(/./),
						code,
						request_id: expect.any(String),
					}),
				});
				expect(JSON.stringify(reply.body)).not.toMatch(/Traceback|File \\"|\/usr\/|\.py\b|SELECT|INSERT/);
				expect(await marked('res.partner')).toEqual([]);
			});

			it('400 odoo_user_error: what the business logic refuses', async () => {
				const orders = await answer('sale.order', 'search', [[['state', '=', 'sale']], 0, 1]);
				const body = expect.objectContaining({ success: false, code: 'odoo_user_error' });
				expect(await execute('sale.order', 'unlink', [orders])).toEqual({ status: 400, body });
			});

			// The sandbox has one user, who may do everything.
			if (real) {
				it('403 odoo_access_denied: what the user has no right to', async () => {
					const login = `${mark.replaceAll(' ', '-')}@example.com`;
					const user = await answer('res.users', 'create', [{ name: mark, login, password: PASSWORD }], {
						context: { no_reset_password: true },
					});
					try {
						const { url, database } = odoo;
						const limited = { name: `${connection}-limited`, url, database, login, password: PASSWORD };
						const added = await platform.api('POST', '/api/v1/odoo-connections', limited);
						expect(added.status).toBe(201);
						const call = { ...actionOf('ir.config_parameter', 'search', [[]]), connection: limited.name };
						const reply = await send(JSON.stringify(call));
						const body = expect.objectContaining({ success: false, code: 'odoo_access_denied' });
						expect(reply).toEqual({ status: 403, body });
					} finally {
						await answer('res.users', 'unlink', [[user]]);
					}
				});
			}

			it('400 malformed_json: NaN', async () => {
				const text = JSON.stringify(actionOf('res.partner', 'create', [{ ...partner, color: 0 }]));
				const body = expect.objectContaining({ success: false, code: 'malformed_json' });
				expect(await act(text.replace(':0', ':NaN'))).toEqual({ status: 400, body });
			});

			it('413 body_too_large: an attachment of 5 MB', async () => {
				const datas = 'x'.repeat(5 * 1024 * 1024);
				const body = expect.objectContaining({ success: false, code: 'body_too_large' });
				expect(await execute('ir.attachment', 'create', [{ name: mark, datas }])).toEqual({
					status: 413,
					body,
				});
				expect(await marked('ir.attachment')).toEqual([]);
			});
		});
	});
}
