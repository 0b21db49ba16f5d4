import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { z } from 'zod';
import { ApiError } from '../../backend/src/core/errors';
import { createIds } from '../../backend/src/core/ids';
import type { Permission } from '../../backend/src/core/permissions';
import { renderGatewayError } from '../../backend/src/features/gateway/gateway-reply';
import { gatewayRoutes } from '../../backend/src/features/gateway/routes';
import { gatewayRequest } from '../../backend/src/features/gateway/schemas';
import { createGatewayService } from '../../backend/src/features/gateway/service';
import type { ConnectionsService } from '../../backend/src/features/connections/service';
import { createLogger } from '../../backend/src/core/log';
import { blankNotes } from '../../backend/src/http/notes';
import { OutboundError, type Fetch } from '../../backend/src/net/outbound';
import { createOdooClients } from '../../backend/src/odoo/clients';
import type { JsonObject, JsonValue } from '../../backend/src/odoo/json';
import { createFakeClock } from '../support/fake-clock';
import { keyCaller } from '../support/key-caller';
import { runAlways } from '../support/pipeline';

const clock = createFakeClock();
const ids = createIds(clock);
const organization_id = ids.next('organization');

/** An Odoo 19 whose answers are given by model and method. */
function fakeOdoo(answers: Record<string, () => Response>) {
	const calls: { path: string; body: unknown }[] = [];
	const all: typeof answers = {
		'/web/version': () => Response.json({ version: '19.0' }),
		'/json/2/res.users/context_get': () => Response.json({ uid: 2 }),
		'/json/2/res.users/read': () => Response.json([{ id: 2, login: 'admin', name: 'Mitchell Admin' }]),
		...answers,
	};
	const fetch: Fetch = async (url, init) => {
		const request = new Request(url, init);
		const path = new URL(url).pathname;
		calls.push({ path, body: await request.json().catch(() => null) });
		return all[path]?.() ?? new Response('not found', { status: 404 });
	};
	return { fetch, calls };
}

function stage({
	odoo = fakeOdoo({}),
	permissions = ['odoo:read', 'odoo:write'],
	bound = false,
}: {
	odoo?: { fetch: Fetch };
	permissions?: Permission[];
	bound?: boolean;
} = {}) {
	const asked: unknown[] = [];
	const connections: Pick<ConnectionsService, 'open'> = {
		open: (tenant, choice) => {
			asked.push({ tenant, ...choice });
			if (choice.by === 'name' && choice.name === 'missing')
				return Promise.reject(new ApiError('no_odoo_connection', 'None.'));
			return Promise.resolve({
				id: ids.next('connection'),
				name: 'production',
				environment_id: null,
				url: 'http://odoo.example.com',
				database: 'demo',
				login: 'admin',
				secret: 'top secret',
				fetch: odoo.fetch,
			});
		},
	};
	const unused = () => Promise.reject(new Error('not used'));
	const assistant = { ask: unused, confirm: unused };
	const gateway = createGatewayService({
		connections,
		clients: createOdooClients({ clock }),
		assistant,
		clock,
		log: createLogger('silent'),
	});
	const [route] = gatewayRoutes({ gateway });
	if (!route) throw new Error('no route');
	const send = (rawBody: string) =>
		route.run({
			params: {},
			query: {},
			headers: {},
			rawBody: Buffer.from(rawBody),
			requestId: 'req',
			signal: new AbortController().signal,
			notes: blankNotes(),
			once: runAlways,
			caller: keyCaller({
				scope: 'webhook',
				organization_id,
				plan: 'free',
				permissions: new Set(permissions),
				connection_id: bound ? ids.next('connection') : null,
			}),
		});
	return { send, act: (body: object) => send(JSON.stringify(body)), asked };
}

const SEARCH_READ = {
	action: 'execute_method',
	model: 'res.partner',
	method: 'search_read',
	args: [[['is_company', '=', true]]],
	kwargs: { fields: ['name', 'email', 'phone'], limit: 10 },
};

describe('the gateway', () => {
	it('executes a method', async () => {
		const odoo = fakeOdoo({ '/json/2/res.partner/search_read': () => Response.json([{ id: 7, name: 'Acme' }]) });
		const reply = await stage({ odoo }).act(SEARCH_READ);
		expect(reply).toMatchObject({ status: 200, body: { success: true, data: [{ id: 7, name: 'Acme' }] } });
		expect(odoo.calls.at(-1)?.body).toEqual({
			domain: [['is_company', '=', true]],
			fields: ['name', 'email', 'phone'],
			limit: 10,
		});
	});

	it('tests a connection', async () => {
		expect((await stage().act({ action: 'test_connection' })).body).toEqual({
			success: true,
			data: {
				connected: true,
				user_id: 2,
				login: 'admin',
				name: 'Mitchell Admin',
				database: 'demo',
				version: '19.0',
				transport: 'json-2',
			},
		});
	});

	it('tells the configuration, without its secret', async () => {
		expect((await stage().act({ action: 'get_config' })).body).toEqual({
			success: true,
			data: {
				name: 'production',
				url: 'http://odoo.example.com',
				database: 'demo',
				login: 'admin',
				environment_id: null,
				version: '19.0',
				transport: 'json-2',
			},
		});
	});

	it('tells the configuration of an Odoo that does not answer', async () => {
		const odoo = { fetch: () => Promise.reject(new OutboundError('outbound_unreachable', 'Down.')) };
		expect((await stage({ odoo }).act({ action: 'get_config' })).body).toMatchObject({
			data: { name: 'production', version: null, transport: null },
		});
	});

	it('logs in once for many calls', async () => {
		const odoo = fakeOdoo({ '/json/2/res.partner/search_read': () => Response.json([]) });
		const { act } = stage({ odoo });
		await act(SEARCH_READ);
		await act(SEARCH_READ);
		expect(odoo.calls.filter(({ path }) => path === '/web/version')).toHaveLength(1);
	});

	it('logs in anew after Odoo refused the key', async () => {
		const refusal = { name: 'werkzeug.exceptions.Unauthorized', message: 'Invalid apikey' };
		const odoo = fakeOdoo({ '/json/2/res.partner/search_read': () => Response.json(refusal, { status: 401 }) });
		const { act } = stage({ odoo });
		await expect(act(SEARCH_READ)).rejects.toMatchObject({ status: 502, code: 'odoo_authentication_failed' });
		await expect(act(SEARCH_READ)).rejects.toMatchObject({ status: 502 });
		expect(odoo.calls.filter(({ path }) => path === '/web/version')).toHaveLength(2);
	});

	it.each([
		[{ connection: 'staging' }, { by: 'name', name: 'staging' }],
		[{}, { by: 'default' }],
	])('opens the connection that %j names, of the organization of the key', async (choice, asked) => {
		const gateway = stage();
		await gateway.act({ action: 'get_config', ...choice });
		expect(gateway.asked).toEqual([{ tenant: organization_id, ...asked }]);
	});

	it('says that there is no connection', async () => {
		const answer = stage().act({ action: 'get_config', connection: 'missing' });
		await expect(answer).rejects.toMatchObject({ status: 404, code: 'no_odoo_connection' });
	});

	it('refuses a connection and an environment at once', async () => {
		const both = { connection: 'a', environment_id: ids.next('environment') };
		await expect(stage().act({ action: 'get_config', ...both })).rejects.toMatchObject({
			code: 'validation_failed',
		});
	});

	it('keeps a bound key to its connection', async () => {
		const { act } = stage({ bound: true });
		await expect(act({ action: 'get_config', connection: 'other' })).rejects.toMatchObject({
			status: 403,
			code: 'connection_bound',
		});
	});

	it.each(['write', 'create', 'unlink', 'action_confirm', 'copy'])(
		'lets no key without odoo:write %s',
		async (method) => {
			const { act } = stage({ permissions: ['odoo:read'] });
			await expect(act({ ...SEARCH_READ, method })).rejects.toMatchObject({
				status: 403,
				code: 'permission_denied',
				more: { members: { required_permission: 'odoo:write' } },
			});
		},
	);

	it('lets a key with odoo:read read', async () => {
		const odoo = fakeOdoo({ '/json/2/res.partner/search_read': () => Response.json([]) });
		expect((await stage({ odoo, permissions: ['odoo:read'] }).act(SEARCH_READ)).status).toBe(200);
	});

	it.each<[number, string, number, string, string]>([
		[403, 'odoo.exceptions.AccessError', 403, 'odoo_access_denied', 'Odoo denies access'],
		[404, 'odoo.exceptions.MissingError', 404, 'odoo_missing_record', 'The record does not exist'],
		[422, 'odoo.exceptions.ValidationError', 400, 'odoo_validation', 'Odoo refuses these values'],
		[500, 'builtins.ZeroDivisionError', 502, 'odoo_server_error', 'Odoo failed'],
	])('tells %i %s as %i %s', async (odooStatus, name, status, code, error) => {
		const raised = { name, message: 'What happened.', debug: 'Traceback (most recent call last)' };
		const odoo = fakeOdoo({
			'/json/2/res.partner/search_read': () => Response.json(raised, { status: odooStatus }),
		});
		const failure: unknown = await stage({ odoo })
			.act(SEARCH_READ)
			.catch((reason: unknown) => reason);
		if (!(failure instanceof ApiError)) throw new Error('no ApiError');
		expect([failure.status, renderGatewayError(failure, 'req_1', status)]).toEqual([
			status,
			{
				type: 'application/json',
				body: {
					success: false,
					error,
					details: 'What happened.',
					code,
					odoo_exception: name,
					request_id: 'req_1',
				},
			},
		]);
	});

	it.each<[OutboundError['code'], number, string]>([
		['outbound_unreachable', 502, 'odoo_unreachable'],
		['outbound_address_refused', 502, 'odoo_refused_address'],
		['outbound_timeout', 504, 'odoo_timeout'],
	])('tells %s as %i %s', async (cause, status, code) => {
		const odoo = { fetch: () => Promise.reject(new OutboundError(cause, 'No.')) };
		await expect(stage({ odoo }).act({ action: 'test_connection' })).rejects.toMatchObject({ status, code });
	});
});

describe("the gateway's input", () => {
	const ids10000 = Array.from({ length: 10_000 }, (_, n) => n + 1);
	const batchOf = (...requests: object[]) => ({ action: 'batch', requests });
	const ACTIONS = 'execute_method, test_connection, get_config, chat, batch';

	it.each<[string, unknown, string]>([
		['an unknown action', { action: 'drop_database' }, `/action must be one of ${ACTIONS}`],
		['a chat without a message', { action: 'chat' }, '/message is missing'],
		['a chat of blanks', { action: 'chat', message: ' ' }, '/message must not be empty'],
		['a chat that is too long', { action: 'chat', message: 'x'.repeat(2001) }, '/message must have at most 2000'],
		['no action', {}, `/action must be one of ${ACTIONS}`],
		['a list', [], 'the body must be an object'],
		['null', null, 'the body must be an object'],
		['an unknown field', { action: 'get_config', verbose: true }, '/verbose is not a known field'],
		['args that are no list', { ...SEARCH_READ, args: {} }, '/args must be a list'],
		['kwargs that are no object', { ...SEARCH_READ, kwargs: [] }, '/kwargs must be an object'],
		[
			'a number that JSON cannot say again',
			'{"action":"execute_method","model":"m","method":"n","args":[1e999]}',
			'/args must',
		],
		['10,000 ids', { ...SEARCH_READ, method: 'read', args: [ids10000] }, '/args must name at most 5000 records'],
		['10,000 ids by name', { ...SEARCH_READ, kwargs: { ids: ids10000 } }, '/kwargs must name at most 5000 records'],
		['a batch without requests', { action: 'batch' }, '/requests must be a list'],
		['a batch of none', batchOf(), '/requests must have a request'],
		['a batch of too many', batchOf(...Array<object>(501).fill(SEARCH_READ)), '/requests must have at most 500'],
		[
			'a batch of too many questions',
			batchOf(...Array<object>(21).fill({ action: 'chat', message: 'How many contacts?' })),
			'/requests must have at most 20 of the action chat',
		],
		[
			'a batch in a batch',
			batchOf(batchOf(SEARCH_READ)),
			'/requests/0/action must be one of execute_method, test_con',
		],
		[
			'a batch with one request that is not valid',
			batchOf(SEARCH_READ, { ...SEARCH_READ, model: 7 }),
			'/requests/1/model',
		],
		[
			'an environment of another kind',
			{ action: 'get_config', environment_id: 'env_1' },
			'/environment_id must be',
		],
	])('refuses %s', async (_what, body, detail) => {
		const answer = stage().send(typeof body === 'string' ? body : JSON.stringify(body));
		await expect(answer).rejects.toMatchObject({
			code: 'validation_failed',
			detail: expect.stringContaining(detail),
		});
	});

	it.each(['{"action":', '{"action":"execute_method","model":"m","method":"n","args":[NaN]}'])(
		'refuses what is no JSON: %s',
		async (body) => {
			await expect(stage().send(body)).rejects.toMatchObject({ status: 400, code: 'malformed_json' });
		},
	);

	it('runs nothing of a batch that is not valid as a whole', async () => {
		const gateway = stage();
		await gateway.act(batchOf(SEARCH_READ, { action: 'drop_database' })).catch(() => undefined);
		expect(gateway.asked).toEqual([]);
	});

	it.each(['ir.config_parameter', 'res.users.apikeys', 'ir.mail_server', 'fetchmail.server', 'payment.provider'])(
		'lets a key without odoo:write read no secrets of %s, and asks Odoo nothing',
		async (model) => {
			const odoo = fakeOdoo({
				[`/json/2/${model}/search_read`]: () => Response.json([{ id: 1, value: 'secret' }]),
			});
			const act = (permissions: readonly ('odoo:read' | 'odoo:write')[]) =>
				stage({ odoo, permissions: [...permissions] }).act({ ...SEARCH_READ, model });
			await expect(act(['odoo:read'])).rejects.toMatchObject({
				code: 'permission_denied',
				detail: expect.stringContaining(`${model} holds passwords`),
				more: { members: { required_permission: 'odoo:write' } },
			});
			await expect(act(['odoo:read', 'odoo:write'])).resolves.toBeDefined();
		},
	);

	const guess = ['mail_server_id.smtp_pass', '=like', 'a%'];

	it.each<[how: string, call: { method: string; args?: JsonValue[]; kwargs?: JsonObject }]>([
		['exports', { method: 'export_data', args: [[1], ['subject', 'mail_server_id/smtp_pass']] }],
		['searches', { method: 'search', args: [[['subject', '=', 'x'], guess]] }],
		['counts', { method: 'search_count', kwargs: { domain: ['|', ['id', '>', 0], '!', guess] } }],
		['searches within relations', { method: 'search', args: [[['mail_message_id', 'any', [guess]]]] }],
		['fields of a relation', { method: 'search', args: [[['mail_server_id', 'ANY', [['smtp_pass', '=', 'a']]]]] }],
		['keys by other names', { method: 'search', args: [[['provider_id.ogone_shakey_in', '=like', 'a%']]] }],
		['names', { method: 'name_search', kwargs: { args: [guess] } }],
		['sorts', { method: 'search_read', kwargs: { order: 'id, mail_server_id.smtp_pass desc' } }],
		['groups', { method: 'formatted_read_group', args: [[], ['mail_server_id.private_key_id.content']] }],
		['groups in one text', { method: 'read_group', kwargs: { domain: [], groupby: 'user_id.api_key' } }],
		['sums', { method: 'formatted_read_group', kwargs: { aggregates: ['acquirer_id.access_token:max'] } }],
	])('lets a key without odoo:write reach no secret by way of a relation: %s', async (_how, call) => {
		const request = { action: 'execute_method', model: 'mail.mail', ...call };
		await expect(stage({ permissions: ['odoo:read'] }).act(request)).rejects.toMatchObject({
			code: 'permission_denied',
			detail: expect.stringContaining('may hold a password'),
		});
	});

	it.each<[how: string, kwargs: JsonObject]>([
		['at once', { domain: [['certificate_id.content', '=like', 'a%']] }],
		['by way of others', { domain: [['company_id', 'any', [['certificate_id.content', '=like', 'a%']]]] }],
		['in the order', { order: 'company_id.certificate_id.content' }],
	])('lets it reach no model of secrets by relations, whatever their fields are called: %s', async (_how, kwargs) => {
		const fields = {
			company_id: { type: 'many2one', relation: 'res.company' },
			certificate_id: { type: 'many2one', relation: 'certificate.certificate' },
		};
		const odoo = fakeOdoo({
			'/json/2/account.move/fields_get': () => Response.json(fields),
			'/json/2/res.company/fields_get': () => Response.json(fields),
			'/json/2/account.move/search_read': () => Response.json([]),
		});
		const request = { action: 'execute_method', model: 'account.move', method: 'search_read', kwargs };
		await expect(stage({ odoo, permissions: ['odoo:read'] }).act(request)).rejects.toMatchObject({
			code: 'permission_denied',
			detail: expect.stringContaining('of the model certificate.certificate'),
		});
		expect(odoo.calls.map(({ path }) => path)).not.toContain('/json/2/account.move/search_read');
	});

	it.each<[what: string, kwargs: JsonObject]>([
		['a value that is called like a secret', { domain: [['partner_id.name', 'in', ['my.token', 'a.secret']]] }],
		['fields with such a word in their names', { order: 'partner_shipping_id.name,x.secretary_id', domain: [] }],
		['a field of the record itself', { domain: [['access_token', '!=', false]] }],
	])('lets it ask by %s', async (_what, kwargs) => {
		const partner = { type: 'many2one', relation: 'res.partner' };
		const odoo = fakeOdoo({
			'/json/2/sale.order/fields_get': () => Response.json({ partner_id: partner, partner_shipping_id: partner }),
			'/json/2/sale.order/search_read': () => Response.json([]),
		});
		const request = { action: 'execute_method', model: 'sale.order', method: 'search_read', kwargs };
		expect((await stage({ odoo, permissions: ['odoo:read'] }).act(request)).status).toBe(200);
	});

	it('lets a key without odoo:write read in a batch, and write nothing', async () => {
		const odoo = fakeOdoo({ '/json/2/res.partner/search_read': () => Response.json([]) });
		const gateway = stage({ odoo, permissions: ['odoo:read'] });
		const reply = await gateway.act(
			batchOf(SEARCH_READ, { ...SEARCH_READ, method: 'create', args: [{ name: 'A' }] }),
		);
		expect(reply.body).toEqual({
			success: true,
			data: [
				{ success: true, data: [] },
				expect.objectContaining({
					success: false,
					code: 'permission_denied',
					required_permission: 'odoo:write',
				}),
			],
		});
		expect(odoo.calls.map(({ path }) => path)).not.toContain('/json/2/res.partner/create');
	});

	it('refuses what is nested too deep, however deep', async () => {
		const deep = `{"action":"execute_method","model":"m","method":"read","args":${'['.repeat(200_000)}${']'.repeat(200_000)}}`;
		await expect(stage().send(deep)).rejects.toMatchObject({ code: 'validation_failed' });
	});

	it('takes every JSON for arguments, and hands it on as it is', () => {
		const request = fc.record({
			action: fc.constant('execute_method'),
			model: fc.constant('res.partner'),
			method: fc.constant('write'),
			args: fc.array(fc.jsonValue({ maxDepth: 5 })),
			kwargs: fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 5 })),
		});
		fc.assert(
			fc.property(request, (any) => {
				const text = JSON.stringify(any);
				expect(JSON.stringify(gatewayRequest.parse(JSON.parse(text)))).toBe(text);
			}),
		);
	});

	it('describes itself in JSON Schema', () => {
		const document = z.toJSONSchema(gatewayRequest, { io: 'input', unrepresentable: 'any' });
		const actions = { oneOf: [{ properties: { args: { type: 'array' } } }, {}, {}, {}, {}] };
		expect(document).toMatchObject({ $defs: { GatewayRequest: actions } });
	});
});
