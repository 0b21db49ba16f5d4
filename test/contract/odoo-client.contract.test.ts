import { afterEach, describe, expect, it } from '@jest/globals';
import { systemClock } from '../../backend/src/core/clock';
import type { OdooTransportName } from '../../backend/src/odoo/client';
import { connectOdoo } from '../../backend/src/odoo/connect';
import type { OdooErrorKind } from '../../backend/src/odoo/errors';
import { isJsonObject, type JsonObject, type JsonValue } from '../../backend/src/odoo/json';
import type { OdooAccess } from '../../backend/src/odoo/transport';
import { odooServers } from '../support/odoo-servers';
import { use } from '../support/use';

/** An id that no record has. */
const NOWHERE = 99_999_999;

for (const server of odooServers()) {
	const transports: OdooTransportName[] = server.major >= 19 ? ['json-2', 'json-rpc'] : ['json-rpc'];

	describe(`${server.name}, whichever transport`, () => {
		const opened = use(() => server.open());

		it('is reached over JSON-2 from Odoo 19 on, and over JSON-RPC below', async () => {
			const { access, fetch } = opened();
			const client = await connectOdoo(access, { fetch, clock: systemClock });
			expect(client.transport).toBe(server.major >= 19 ? 'json-2' : 'json-rpc');
		});

		it('takes a base URL with a trailing slash', async () => {
			const { access, fetch } = opened();
			const client = await connectOdoo({ ...access, url: `${access.url}/` }, { fetch, clock: systemClock });
			expect(client.version.major).toBe(server.major);
		});

		it('is no Odoo at another path', async () => {
			const { access, fetch } = opened();
			const url = `${access.url}/web/nothing/here`;
			await fails('not_odoo', connectOdoo({ ...access, url }, { fetch, clock: systemClock }));
		});

		const { password } = server;
		if (password !== undefined) {
			it('takes a password, over JSON-RPC', async () => {
				const { access, fetch } = opened();
				const client = await connectOdoo({ ...access, secret: password }, { fetch, clock: systemClock });
				expect(client.transport).toBe('json-rpc');
			});
		}
	});

	if (transports.length > 1) {
		describe(`${server.name} over both transports`, () => {
			const opened = use(async () => {
				const { access, fetch, close } = await server.open();
				const connect = (transport: OdooTransportName) =>
					connectOdoo(access, { fetch, clock: systemClock }, { transport });
				return { clients: await Promise.all(transports.map(connect)), close };
			});

			it.each<[model: string, method: string, args: JsonValue[], kwargs: JsonObject]>([
				[
					'res.partner',
					'search_read',
					[[['is_company', '=', true]], ['name', 'parent_id'], 1, 3, 'name desc'],
					{},
				],
				['res.partner', 'search_read', [], { fields: ['name', 'category_id'], limit: 2, order: 'id' }],
				['res.partner', 'search', [[['is_company', '=', true]], 0, 5, 'id desc'], {}],
				['res.partner', 'search_count', [[]], {}],
				['res.partner', 'read', [[1], ['name', 'is_company']], {}],
				['res.partner', 'read', [1], { fields: ['name'] }],
				['res.partner', 'read', [[NOWHERE], ['name']], {}],
				['res.partner', 'name_search', ['a'], { limit: 3 }],
				[
					'res.partner',
					'fields_get',
					[
						['name', 'company_id'],
						['type', 'relation'],
					],
					{},
				],
				['res.partner', 'read_group', [[], [], ['is_company']], {}],
				['res.users', 'context_get', [], {}],
			])('answers %s.%s%j %j the same', async (model, method, args, kwargs) => {
				const calls = opened().clients.map((client) => client.call({ model, method, args, kwargs }));
				const [first, second] = await Promise.all(calls);
				expect(first).toEqual(second);
			});
		});
	}

	for (const transport of transports) {
		describe(`${server.name} over ${transport}`, () => {
			const opened = use(async () => {
				const { access, fetch, close } = await server.open();
				const connect = (changes: Partial<OdooAccess>) =>
					connectOdoo({ ...access, ...changes }, { fetch, clock: systemClock }, { transport });
				return { client: await connect({}), connect, access, close };
			});
			const made: { model: string; id: number }[] = [];

			const call = (model: string, method: string, args: JsonValue[] = [], kwargs: JsonObject = {}) =>
				opened().client.call({ model, method, args, kwargs });
			const create = async (values: JsonObject): Promise<number> => {
				const id = number(await call('res.partner', 'create', [values]));
				made.push({ model: 'res.partner', id });
				return id;
			};

			afterEach(async () => {
				for (const { model, id } of made.splice(0).reverse()) {
					const context = { active_test: false };
					const found = await call(model, 'search', [[['id', '=', id]]], { context });
					await call(model, 'unlink', [found]);
				}
			});

			it('says who the connection works as', async () => {
				const { client, access } = opened();
				expect(await client.whoAmI()).toEqual({
					user_id: expect.any(Number),
					login: access.login,
					name: expect.stringMatching(/./),
					database: access.database,
					version: { major: server.major, minor: 0, text: expect.stringMatching(/^\d+\.\d/) },
					transport,
				});
			});

			describe("the documents' examples", () => {
				it('search_read finds companies', async () => {
					const kwargs = { fields: ['name', 'email', 'phone'], limit: 10 };
					const companies = records(
						await call('res.partner', 'search_read', [[['is_company', '=', true]]], kwargs),
					);
					expect(companies.length).toBeGreaterThan(0);
					for (const company of companies) {
						expect(Object.keys(company).sort()).toEqual(['email', 'id', 'name', 'phone']);
					}
				});

				it('create makes a record and answers its id', async () => {
					const id = await create({ name: 'New Customer', email: 'customer@example.com' });
					expect(await call('res.partner', 'read', [[id], ['name', 'email']])).toEqual([
						{ id, name: 'New Customer', email: 'customer@example.com' },
					]);
				});

				it('write changes a record and answers true', async () => {
					const id = await create({ name: 'Changed' });
					expect(await call('res.partner', 'write', [[id], { phone: '+1234567890' }])).toBe(true);
					expect(await call('res.partner', 'read', [[id], ['phone']])).toEqual([
						{ id, phone: '+1234567890' },
					]);
				});

				it('unlink deletes records and answers true', async () => {
					const ids = [await create({ name: 'A' }), await create({ name: 'B' }), await create({ name: 'C' })];
					expect(await call('res.partner', 'unlink', [ids])).toBe(true);
					expect(await call('res.partner', 'search_count', [[['id', 'in', ids]]])).toBe(0);
				});

				it('search_read finds confirmed orders, newest first', async () => {
					const domain = [
						['state', '=', 'sale'],
						['date_order', '>=', '2025-01-01'],
					];
					const kwargs = {
						fields: ['name', 'partner_id', 'amount_total', 'date_order'],
						order: 'date_order desc',
						limit: 50,
					};
					const orders = records(await call('sale.order', 'search_read', [domain], kwargs));
					expect(orders.length).toBeGreaterThan(0);
					const dates = orders.map(({ date_order }) => string(date_order));
					expect(dates).toEqual([...dates].sort().reverse());
					expect(orders[0]).toMatchObject({
						name: expect.any(String),
						partner_id: [expect.any(Number), expect.any(String)],
						amount_total: expect.any(Number),
						date_order: expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/),
					});
				});
			});

			describe('methods of a model', () => {
				it('create makes many and answers their ids in order', async () => {
					const ids = numbers(await call('res.partner', 'create', [[{ name: 'One' }, { name: 'Two' }]]));
					made.push(...ids.map((id) => ({ model: 'res.partner', id })));
					const read = records(await call('res.partner', 'read', [ids, ['name']]));
					expect(read.map(({ name }) => name)).toEqual(['One', 'Two']);
				});

				it('create of a list with one record answers a list', async () => {
					const ids = numbers(await call('res.partner', 'create', [[{ name: 'Only' }]]));
					made.push(...ids.map((id) => ({ model: 'res.partner', id })));
					expect(ids).toHaveLength(1);
				});

				it('create takes its values by name too', async () => {
					const id = number(await call('res.partner', 'create', [], { vals_list: { name: 'Named' } }));
					made.push({ model: 'res.partner', id });
					expect(await call('res.partner', 'read', [id, ['name']])).toEqual([{ id, name: 'Named' }]);
				});

				it('search orders, skips and limits', async () => {
					const ids = [
						await create({ name: 'X1' }),
						await create({ name: 'X2' }),
						await create({ name: 'X3' }),
					];
					const found = await call('res.partner', 'search', [[['id', 'in', ids]], 1, 1, 'name desc']);
					expect(found).toEqual([ids[1]]);
				});

				it('search_read takes its arguments by position and by name alike', async () => {
					const domain = [['is_company', '=', true]];
					const byPosition = await call('res.partner', 'search_read', [domain, ['name'], 1, 2, 'name, id']);
					const kwargs = { domain, fields: ['name'], offset: 1, limit: 2, order: 'name, id' };
					expect(await call('res.partner', 'search_read', [], kwargs)).toEqual(byPosition);
				});

				it('search_count counts', async () => {
					const ids = [await create({ name: 'Y1' }), await create({ name: 'Y2' })];
					expect(await call('res.partner', 'search_count', [[['id', 'in', ids]]])).toBe(2);
				});

				it('name_search answers ids and names', async () => {
					const id = await create({ name: 'Zanzibar Trading' });
					expect(await call('res.partner', 'name_search', ['zanzibar'], { limit: 5 })).toEqual([
						[id, 'Zanzibar Trading'],
					]);
				});

				it('fields_get describes fields', async () => {
					const fields = await call('res.partner', 'fields_get', [['name', 'parent_id']], {
						attributes: ['type', 'relation', 'required'],
					});
					expect(fields).toMatchObject({
						name: { type: 'char' },
						parent_id: { type: 'many2one', relation: 'res.partner' },
					});
				});

				it('read_group counts by value', async () => {
					const city = 'Contract City';
					await create({ name: 'G1', city, is_company: true });
					await create({ name: 'G2', city, is_company: false });
					await create({ name: 'G3', city, is_company: false });
					const groups = records(
						await call('res.partner', 'read_group', [[['city', '=', city]], [], ['is_company']]),
					);
					expect(groups.map((group) => [group.is_company, group.is_company_count])).toEqual([
						[false, 2],
						[true, 1],
					]);
				});
			});

			describe('methods of records', () => {
				it('read answers unset values as false and a many2one as id and name', async () => {
					const parent_id = await create({ name: 'Parent', is_company: true });
					const id = await create({ name: 'Child', parent_id });
					expect(await call('res.partner', 'read', [[id], ['parent_id', 'comment', 'is_company']])).toEqual([
						{ id, parent_id: [parent_id, 'Parent'], comment: false, is_company: false },
					]);
				});

				it('read takes a single id', async () => {
					const id = await create({ name: 'Single' });
					expect(await call('res.partner', 'read', [id, ['name']])).toEqual([{ id, name: 'Single' }]);
				});

				it('read takes its ids by name too', async () => {
					const id = await create({ name: 'Single' });
					expect(await call('res.partner', 'read', [], { ids: [id], fields: ['name'] })).toEqual([
						{ id, name: 'Single' },
					]);
				});

				it('read leaves out records that are gone', async () => {
					expect(await call('res.partner', 'read', [[NOWHERE], ['name']])).toEqual([]);
				});

				it('write changes many at once', async () => {
					const ids = [await create({ name: 'M1' }), await create({ name: 'M2' })];
					await call('res.partner', 'write', [ids, { city: 'Sample' }]);
					expect(
						await call('res.partner', 'search_count', [
							[
								['city', '=', 'Sample'],
								['id', 'in', ids],
							],
						]),
					).toBe(2);
				});

				it('copy answers what this version answers', async () => {
					const id = await create({ name: 'Original' });
					const answer = await call('res.partner', 'copy', [[id], { name: 'Duplicate' }]);
					const copy = Array.isArray(answer) ? number(answer[0] ?? null) : number(answer);
					made.push({ model: 'res.partner', id: copy });
					expect(answer).toEqual(server.major >= 18 ? [copy] : copy);
					expect(await call('res.partner', 'read', [copy, ['name']])).toEqual([
						{ id: copy, name: 'Duplicate' },
					]);
				});
			});

			describe('the context', () => {
				it('reaches a search', async () => {
					const id = await create({ name: 'Archived', active: false });
					const domain = [['id', '=', id]];
					expect(await call('res.partner', 'search', [domain])).toEqual([]);
					const context = { active_test: false };
					expect(await call('res.partner', 'search', [domain], { context })).toEqual([id]);
				});

				it('reaches a create', async () => {
					const context = { default_city: 'Default City' };
					const id = number(await call('res.partner', 'create', [{ name: 'Defaults' }], { context }));
					made.push({ model: 'res.partner', id });
					expect(await call('res.partner', 'read', [id, ['city']])).toEqual([{ id, city: 'Default City' }]);
				});

				it('may be null', async () => {
					expect(await call('res.partner', 'search', [[['id', '=', NOWHERE]]], { context: null })).toEqual(
						[],
					);
				});
			});

			describe('refusals', () => {
				it.each<[kind: OdooErrorKind, what: string, ...call: Parameters<typeof call>]>([
					['unknown_model', 'a model that is not there', 'no.such.model', 'search', [[]]],
					['unknown_model', 'a model that is not there, and its method', 'no.such.model', 'frobnicate', [[]]],
					['unknown_model', 'a path for a model', '../web', 'search', [[]]],
					['unknown_method', 'a method that is not there', 'res.partner', 'frobnicate', [[1]]],
					['unknown_method', 'a path for a method', 'res.partner', 'a/b', [[1]]],
					['access_denied', 'a private method', 'res.partner', '_compute_display_name', [[1]]],
					['unknown_field', 'a field of a domain', 'res.partner', 'search', [[['no_field', '=', 1]]]],
					['unknown_field', 'a field to read', 'res.partner', 'search_read', [[], ['no_field']]],
					['unknown_field', 'a field to write', 'res.partner', 'create', [{ name: 'X', no_field: 1 }]],
					['bad_arguments', 'a named argument', 'res.partner', 'search', [[]], { no_argument: 1 }],
					['bad_arguments', 'a missing argument', 'res.partner', 'search', []],
					['bad_arguments', 'missing ids', 'res.partner', 'write', []],
					['bad_arguments', 'too many arguments', 'res.partner', 'unlink', [[NOWHERE], 1, 2]],
					['bad_arguments', 'an argument given twice', 'res.partner', 'search', [[]], { domain: [] }],
					['bad_arguments', 'a domain that is none', 'res.partner', 'search_count', ['x']],
					['bad_arguments', 'a domain that is a number', 'res.partner', 'search', [7]],
					[
						'bad_arguments',
						'a domain that is an object',
						'res.partner',
						'search_read',
						[],
						{ domain: { id: 1 } },
					],
					['bad_arguments', 'a condition that is none', 'res.partner', 'search', [[['name']]]],
					[
						'bad_arguments',
						'a date out of range',
						'sale.order',
						'create',
						[{ partner_id: 1, date_order: '2025-13-45' }],
					],
					['bad_arguments', 'a number out of range', 'res.partner', 'create', [{ name: 'X', color: 1e300 }]],
					['bad_arguments', 'an id that is a text', 'res.partner', 'read', [['x'], ['name']]],
					['bad_arguments', 'values that are none', 'res.partner', 'create', ['x']],
					['bad_arguments', 'a context that is none', 'res.partner', 'search', [[]], { context: 'x' }],
					['missing_record', 'a record that is gone', 'res.partner', 'write', [[NOWHERE], { name: 'X' }]],
					['validation', 'a contact without a name', 'res.partner', 'create', [{ name: false }]],
				])('%s: %s', async (kind, _what, ...request) => {
					const error = await fails(kind, call(...request));
					expect(error.message).not.toMatch(/Traceback|File "/);
				});

				it('authentication_failed: a wrong key', async () => {
					await fails('authentication_failed', opened().connect({ secret: '0'.repeat(40) }));
				});

				it('authentication_failed: the login of somebody else', async () => {
					await fails('authentication_failed', opened().connect({ login: 'nobody@example.com' }));
				});

				it('database_not_found: a database that is not there', async () => {
					await fails('database_not_found', opened().connect({ database: 'no_such_database' }));
				});

				it('a refused create leaves nothing behind', async () => {
					const name = 'Half Made';
					await fails('unknown_field', call('res.partner', 'create', [[{ name }, { name, no_field: 1 }]]));
					expect(await call('res.partner', 'search_count', [[['name', '=', name]]])).toBe(0);
				});
			});

			describe('methods beyond the ORM', () => {
				it('are called on records, with named arguments', async () => {
					const id = await create({ name: 'Posted' });
					const answer = await call('res.partner', 'message_post', [[id]], { body: 'Hello' });
					const message = Array.isArray(answer) ? answer[0] : answer;
					expect(await call('mail.message', 'read', [[message ?? null], ['res_id', 'model']])).toEqual([
						{ id: message, res_id: id, model: 'res.partner' },
					]);
				});

				// The sandbox has no followers.
				if (server.real) {
					it('are called on records, with arguments by position', async () => {
						const id = await create({ name: 'Followed' });
						const partner = await create({ name: 'Follower' });
						await call('res.partner', 'message_subscribe', [[id], [partner]]);
						const followers = [
							['res_id', '=', id],
							['partner_id', '=', partner],
						];
						expect(await call('mail.followers', 'search_count', [followers])).toBe(1);
					});
				}

				it('are called on the model', async () => {
					const [id] = array(await call('res.partner', 'name_create', ['Quick']));
					made.push({ model: 'res.partner', id: number(id ?? null) });
					expect(await call('res.partner', 'read', [id ?? null, ['name']])).toEqual([{ id, name: 'Quick' }]);
				});

				it('user_error: what the business logic refuses', async () => {
					const orders = await call('sale.order', 'search', [[['state', '=', 'sale']], 0, 1]);
					await fails('user_error', call('sale.order', 'unlink', [orders]));
				});
			});
		});
	}
}

async function fails(kind: OdooErrorKind, promise: Promise<unknown>): Promise<Error> {
	const error: unknown = await promise.then(
		(value) => {
			throw new Error(`expected ${kind}, got ${JSON.stringify(value)}`);
		},
		(reason: unknown) => reason,
	);
	expect(error).toMatchObject({ name: 'OdooError', kind });
	if (!(error instanceof Error)) throw new Error('no error');
	return error;
}

function array(value: JsonValue): JsonValue[] {
	if (!Array.isArray(value)) throw new Error(`no list: ${JSON.stringify(value)}`);
	return value;
}

function number(value: JsonValue): number {
	if (typeof value !== 'number') throw new Error(`no number: ${JSON.stringify(value)}`);
	return value;
}

function string(value: JsonValue | undefined): string {
	if (typeof value !== 'string') throw new Error(`no string: ${JSON.stringify(value)}`);
	return value;
}

const numbers = (value: JsonValue) => array(value).map(number);

const records = (value: JsonValue): JsonObject[] =>
	array(value).map((item) => {
		if (!isJsonObject(item)) throw new Error(`no record: ${JSON.stringify(item)}`);
		return item;
	});
