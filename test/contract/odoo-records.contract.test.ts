import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { OdooTransportName } from '../../backend/src/odoo/client';
import { OdooError } from '../../backend/src/odoo/errors';
import { isJsonObject, type JsonObject, type JsonValue } from '../../backend/src/odoo/json';
import { openRecords } from '../support/odoo-records';
import { odooServers } from '../support/odoo-servers';
import { use } from '../support/use';

/** What the tests make, in an order in which it can be deleted, and the field that tells it from what others made. */
const MADE = [
	['ir.attachment', 'name'],
	['account.move', 'ref'],
	['sale.order', 'client_order_ref'],
	['res.company', 'name'],
	['res.partner', 'ref'],
	['res.partner.category', 'name'],
	['crm.tag', 'name'],
	['product.template', 'default_code'],
] as const;

type Counts = Readonly<Record<string, number>>;

for (const server of odooServers()) {
	const transports: OdooTransportName[] = server.major >= 19 ? ['json-2', 'json-rpc'] : ['json-rpc'];

	for (const transport of transports) {
		describe(`records of ${server.name} over ${transport}`, () => {
			const odoo = use(() => openRecords(server, { transport }));
			/** In every record that a test makes. */
			let mark = '';

			beforeEach(() => {
				mark = `records-${randomBytes(6).toString('hex')}`;
				odoo().calls.length = 0;
			});
			afterEach(async () => {
				const context = { active_test: false };
				for (const [model, field] of MADE) {
					const found = await odoo().call(model, 'search', [[[field, '=like', `${mark}%`]]], { context });
					if (list(found).length > 0) await odoo().call(model, 'unlink', [found]);
				}
			});

			const read = async (model: string, ids: readonly number[], fields: string[]): Promise<JsonObject[]> =>
				rows(await odoo().call(model, 'read', [[...ids], fields]));
			const readOne = async (model: string, id: number, fields: string[]): Promise<JsonObject> => {
				const [row] = await read(model, [id], fields);
				if (!row) throw new Error(`no ${model} ${id}`);
				return row;
			};
			const make = async (model: string, vals: JsonObject): Promise<number> =>
				numbers(await odoo().call(model, 'create', [[vals]]))[0] ?? 0;
			const makePartner = (name: string, more: JsonObject = {}) =>
				make('res.partner', { name: `${mark} ${name}`, ref: `${mark} ${name}`, ...more });
			const makeProducts = async (count: number): Promise<string[]> => {
				const names = Array.from({ length: count }, (_, index) => `${mark} product ${index}`);
				const vals = names.map((name) => ({ name, default_code: name, list_price: 10 }));
				await odoo().call('product.product', 'create', [vals]);
				return names;
			};
			/** How many records of each kind the test has made. */
			const count = async (): Promise<Counts> => {
				const lines = [['sale.order.line', 'order_id.client_order_ref'] as const];
				const context = { active_test: false };
				const counts: Record<string, number> = {};
				for (const [model, field] of [...MADE, ...lines]) {
					const domain = [[field, '=like', `${mark}%`]];
					counts[model] = Number(await odoo().call(model, 'search_count', [domain], { context }));
				}
				return counts;
			};

			it('creates a record with all kinds of relations, and answers the fields asked for', async () => {
				const partner = await makePartner('Customer A');
				const [product = ''] = await makeProducts(1);
				const created = await odoo().create('sale.order', {
					payload: {
						client_order_ref: mark,
						partner_id: { name: `${mark} Customer A` },
						order_line: [{ product_id: { name: product }, product_uom_qty: 3 }],
					},
					result_field: ['client_order_ref', 'partner_id'],
				});
				expect(created).toEqual({
					id: expect.any(Number),
					client_order_ref: mark,
					partner_id: [partner, `${mark} Customer A`],
				});
				const { order_line } = await readOne('sale.order', created.id, ['order_line']);
				expect(await read('sale.order.line', numbers(order_line), ['product_uom_qty'])).toEqual([
					{ id: expect.any(Number), product_uom_qty: 3 },
				]);
			});

			it('asks Odoo four times for an order of 50 lines that name 50 products', async () => {
				await makePartner('Customer');
				const products = await makeProducts(50);
				const vals = {
					payload: {
						client_order_ref: mark,
						partner_id: { name: `${mark} Customer` },
						order_line: products.map((name, index) => ({
							product_id: { default_code: name },
							product_uom_qty: index + 1,
						})),
					},
					result_field: ['order_line'],
				};
				await odoo().create('sale.order', vals);
				odoo().calls.length = 0;
				const { order_line } = await odoo().create('sale.order', vals);
				expect(odoo().calls).toHaveLength(4);
				const lines = await read('sale.order.line', numbers(order_line), ['product_id', 'product_uom_qty']);
				const quantities = lines.map(({ product_id, product_uom_qty }) => [
					list(product_id)[0],
					product_uom_qty,
				]);
				const domain = [['default_code', '=like', `${mark}%`]];
				const found = rows(
					await odoo().call('product.product', 'search_read', [domain], { fields: ['default_code'] }),
				);
				const idOf = new Map(found.map(({ id, default_code }) => [default_code, id]));
				expect(quantities.sort(byNumber)).toEqual(
					products.map((name, index) => [idOf.get(name), index + 1]).sort(byNumber),
				);
			});

			describe('a many2one', () => {
				const parentOf = async (parent_id: JsonValue) => {
					const { id } = await odoo().create('res.partner', {
						payload: { name: `${mark} child`, ref: `${mark} child`, parent_id },
					});
					return (await readOne('res.partner', id, ['parent_id'])).parent_id;
				};

				it('is found by any field, and by several that must all match', async () => {
					const email = `${mark}@example.com`;
					const parent = await makePartner('Parent', { email, is_company: true });
					await makePartner('Other', { email, is_company: true });
					const found = [parent, `${mark} Parent`];
					expect(await parentOf({ name: `${mark} Parent` })).toEqual(found);
					expect(await parentOf({ ref: `${mark} Parent` })).toEqual(found);
					expect(await parentOf({ id: parent })).toEqual(found);
					expect(await parentOf({ email, name: `${mark} Parent` })).toEqual(found);
					expect(await parentOf(parent)).toEqual(found);
				});

				it('is unset by null and by false', async () => {
					expect([await parentOf(null), await parentOf(false)]).toEqual([false, false]);
				});

				it('must not be ambiguous', async () => {
					await makePartner('Twin');
					await makePartner('Twin');
					const before = await count();
					await expect(parentOf({ name: `${mark} Twin` })).rejects.toThrow(
						`'${mark} Twin' matched more than 1 record`,
					);
					expect(await count()).toEqual(before);
				});

				it('must be there', async () => {
					const before = await count();
					await expect(parentOf({ name: `${mark} Nobody` })).rejects.toThrow(
						`'parent_id': '${mark} Nobody' found no match.`,
					);
					await expect(parentOf({ id: 99_999_999 })).rejects.toThrow(
						"'parent_id': '99999999' found no match.",
					);
					expect(await count()).toEqual(before);
				});

				it('is searched for exactly as it is written', async () => {
					await makePartner('Exact');
					await expect(parentOf({ name: `${mark} exact` })).rejects.toThrow('found no match.');
					await expect(parentOf({ name: `${mark} Exac%` })).rejects.toThrow('found no match.');
				});

				it('is made where auto_create has it, once for all that name it', async () => {
					const before = await count();
					const parent = { name: `${mark} Made` };
					const { id } = await odoo().create('res.partner', {
						payload: {
							name: `${mark} child`,
							ref: `${mark} child`,
							is_company: true,
							parent_id: parent,
							child_ids: [{ name: `${mark} grandchild`, ref: `${mark} 2`, category_id: { records: [] } }],
						},
						auto_create: { parent_id: [{ name: 'another' }, { ...parent, ref: `${mark} made` }] },
					});
					expect((await readOne('res.partner', id, ['parent_id'])).parent_id).toEqual([
						expect.any(Number),
						`${mark} Made`,
					]);
					expect(await parentOf(parent)).toEqual([expect.any(Number), `${mark} Made`]);
					expect(added(before, await count(), 'res.partner')).toBe(4);
				});
			});

			describe('a many2many', () => {
				const tags = async (id: number) => {
					const { category_id } = await readOne('res.partner', id, ['category_id']);
					const found = await read('res.partner.category', numbers(category_id), ['name']);
					return found.map(({ name }) => text(name).slice(mark.length + 1)).sort();
				};
				const records = (...names: string[]) => names.map((name) => ({ name: `${mark} ${name}` }));

				it('is replaced, or added to', async () => {
					await odoo().call('res.partner.category', 'create', [records('A', 'B', 'C')]);
					const ref = `${mark} tagged`;
					const { id } = await odoo().create('res.partner', {
						payload: { name: ref, ref, category_id: { records: records('A') } },
					});
					expect(await tags(id)).toEqual(['A']);
					const update = (category_id: JsonValue) =>
						odoo().update('res.partner', { search_key: { ref }, payload: { category_id } });
					await update({ mode: 'add', records: records('B', 'B') });
					expect(await tags(id)).toEqual(['A', 'B']);
					await update({ mode: 'replace', records: records('C') });
					expect(await tags(id)).toEqual(['C']);
					await update(null);
					expect(await tags(id)).toEqual([]);
				});

				it('makes what auto_create has, in the same call', async () => {
					const ref = `${mark} tagged`;
					await odoo().call('res.partner.category', 'create', [records('Old')]);
					odoo().calls.length = 0;
					const { id } = await odoo().create('res.partner', {
						payload: { name: ref, ref, category_id: { records: records('Old', 'New', 'Newer') } },
						auto_create: { category_id: records('New', 'Newer') },
					});
					expect(odoo().calls.map(({ model, method }) => `${model} ${method}`)).toEqual([
						'res.partner.category search_read',
						'res.partner create',
					]);
					expect(await tags(id)).toEqual(['New', 'Newer', 'Old']);
				});

				it('must name records that are there', async () => {
					await odoo().call('res.partner.category', 'create', [records('A')]);
					const category_id = { records: records('A', 'Z') };
					await expect(
						odoo().create('res.partner', { payload: { name: mark, ref: mark, category_id } }),
					).rejects.toThrow(`'category_id': '${mark} Z' found no match.`);
				});
			});

			describe('lines', () => {
				it('are nested three levels deep, each with its own relations', async () => {
					const tag = { records: [{ name: `${mark} tag` }] };
					const person = (name: string, more: JsonObject = {}): JsonObject => ({
						name: `${mark} ${name}`,
						ref: `${mark} ${name}`,
						category_id: tag,
						...more,
					});
					await make('res.partner.category', { name: `${mark} tag` });
					const { id } = await odoo().create('res.partner', {
						payload: person('A', {
							child_ids: [person('B', { child_ids: [person('C', { child_ids: [person('D')] })] })],
						}),
					});
					const kwargs = { fields: ['ref', 'parent_id', 'category_id'], order: 'id' };
					const found = rows(
						await odoo().call('res.partner', 'search_read', [[['ref', '=like', `${mark}%`]]], kwargs),
					);
					const ids = new Map(found.map((row) => [row.ref, row.id]));
					expect(found.map(({ ref, parent_id, category_id }) => [ref, parent_id, category_id])).toEqual(
						['A', 'B', 'C', 'D'].map((name, index) => [
							`${mark} ${name}`,
							index === 0
								? false
								: [ids.get(`${mark} ${'ABC'[index - 1]}`), expect.stringContaining(mark)],
							[expect.any(Number)],
						]),
					);
					expect(ids.get(`${mark} A`)).toBe(id);
				});

				it('are deleted and made anew by an update, of every record that the key finds', async () => {
					const [one = '', two = ''] = await makeProducts(2);
					const customer = await makePartner('Customer');
					const refs = [`${mark} 1`, `${mark} 2`];
					for (const client_order_ref of refs) {
						await odoo().create('sale.order', {
							payload: {
								client_order_ref,
								partner_id: { id: customer },
								order_line: [{ product_id: { name: one } }, { product_id: { name: two } }],
							},
						});
					}
					const before = await count();
					const updated = await odoo().update('sale.order', {
						search_key: { client_order_ref: refs, 'partner_id.ref': `${mark} Customer` },
						payload: { order_line: [{ product_id: { name: two }, product_uom_qty: 7 }] },
					});
					expect(updated).toEqual({
						id: [expect.any(Number), expect.any(Number)],
						client_order_ref: refs,
						'partner_id.ref': `${mark} Customer`,
					});
					expect(added(before, await count(), 'sale.order.line')).toBe(-2);
					for (const id of updated.id) {
						const { order_line } = await readOne('sale.order', id, ['order_line']);
						const lines = await read('sale.order.line', numbers(order_line), ['product_uom_qty']);
						expect(lines.map(({ product_uom_qty }) => product_uom_qty)).toEqual([7]);
					}
				});

				it('of an invoice are made with it', async () => {
					const [product = ''] = await makeProducts(1);
					await makePartner('Customer');
					const { id } = await odoo().create('account.move', {
						payload: {
							move_type: 'out_invoice',
							ref: mark,
							partner_id: { ref: `${mark} Customer` },
							invoice_date: '2026-03-18',
							invoice_line_ids: [
								{
									product_id: { name: product },
									quantity: 2,
									price_unit: 50,
									tax_ids: { records: [] },
								},
								{ name: 'Delivery', quantity: 1, price_unit: 5, tax_ids: null },
							],
						},
					});
					const move = await readOne('account.move', id, ['amount_untaxed', 'invoice_line_ids']);
					expect(move).toMatchObject({ amount_untaxed: 105 });
				});

				it('of several invoices are replaced at once', async () => {
					await makePartner('Customer');
					const line = (name: string, price_unit: number) => ({
						name,
						quantity: 1,
						price_unit,
						tax_ids: null,
					});
					for (const number of [1, 2]) {
						await odoo().create('account.move', {
							payload: {
								move_type: 'out_invoice',
								ref: `${mark} ${number}`,
								partner_id: { ref: `${mark} Customer` },
								invoice_date: '2026-03-18',
								invoice_line_ids: [line('First', 50), line('Second', number)],
							},
						});
					}
					const { id } = await odoo().update('account.move', {
						search_key: { ref: [`${mark} 1`, `${mark} 2`] },
						payload: { invoice_line_ids: [line('Only', 9)] },
					});
					const moves = await read('account.move', id, ['amount_untaxed', 'invoice_line_ids']);
					expect(moves.map((move) => [move.amount_untaxed, numbers(move.invoice_line_ids).length])).toEqual([
						[9, 1],
						[9, 1],
					]);
				});
			});

			describe('files', () => {
				const file = (name: string, bytes = randomBytes(4_000)) => ({
					name: `${mark} ${name}`,
					datas: bytes.toString('base64'),
				});
				const attached = async (): Promise<JsonObject[]> => {
					const kwargs = { fields: ['name', 'datas', 'res_model', 'res_id'], order: 'name' };
					return rows(
						await odoo().call('ir.attachment', 'search_read', [[['name', '=like', `${mark}%`]]], kwargs),
					);
				};

				it('are attached at any level, byte for byte', async () => {
					const [top, middle, low] = [file('1'), file('2'), file('3')];
					const { id } = await odoo().create('res.partner', {
						payload: {
							name: mark,
							ref: mark,
							attachment_ids: [top],
							child_ids: [
								{ name: 'without', ref: `${mark} a` },
								{
									name: 'with',
									ref: `${mark} b`,
									attachment_ids: [middle],
									child_ids: [{ name: 'deep', ref: `${mark} c`, attachment_ids: [low] }],
								},
							],
						},
					});
					const found = rows(
						await odoo().call('res.partner', 'search_read', [[['ref', '=like', `${mark}%`]]], {
							fields: ['ref'],
						}),
					);
					const idOf = (ref: string) => found.find((row) => row.ref === `${mark} ${ref}`)?.id;
					const at = (res_id: JsonValue | undefined) => ({
						id: expect.any(Number),
						res_model: 'res.partner',
						res_id,
					});
					expect(await attached()).toEqual([
						{ ...top, ...at(id) },
						{ ...middle, ...at(idOf('b')) },
						{ ...low, ...at(idOf('c')) },
					]);
				});

				it('are attached to the record and its new lines by an update', async () => {
					const [product = ''] = await makeProducts(1);
					await makePartner('Customer');
					const order_line = [{ product_id: { name: product } }, { product_id: { name: product } }];
					const { id } = await odoo().create('sale.order', {
						payload: { client_order_ref: mark, partner_id: { ref: `${mark} Customer` }, order_line },
					});
					const [top, second] = [file('1'), file('2')];
					const before = await count();
					await odoo().update('sale.order', {
						search_key: { client_order_ref: mark },
						payload: {
							attachment_ids: [top],
							order_line: [...order_line, { product_id: { name: product }, attachment_ids: [second] }],
						},
					});
					expect(added(before, await count(), 'sale.order.line')).toBe(1);
					const lines = numbers((await readOne('sale.order', id, ['order_line'])).order_line);
					expect(await attached()).toEqual([
						{ ...top, id: expect.any(Number), res_model: 'sale.order', res_id: id },
						{
							...second,
							id: expect.any(Number),
							res_model: 'sale.order.line',
							res_id: Math.max(...lines),
						},
					]);
				});
			});

			describe('create or update', () => {
				it('creates what the key does not find, and updates what it finds', async () => {
					const vals = (city: string) => ({
						search_key: { ref: mark },
						payload: { name: mark, ref: mark, city },
						result_field: ['city'],
					});
					const first = await odoo().createOrUpdate('res.partner', vals('One'));
					expect(first).toEqual({ created: true, result: { id: expect.any(Number), city: 'One' } });
					const second = await odoo().createOrUpdate('res.partner', vals('Two'));
					expect(second).toEqual({
						created: false,
						result: { id: [first.result.id], ref: mark, city: 'Two' },
					});
				});

				it('answers the fields asked for of several updated records in the order of their ids', async () => {
					const ids = [await makePartner('S1', { city: 'X' }), await makePartner('S2', { city: 'X' })];
					const search_key = { ref: [`${mark} S1`, `${mark} S2`] };
					const result = await odoo().update('res.partner', {
						search_key,
						payload: { city: 'Y' },
						result_field: ['city', 'name'],
					});
					const names = new Map(ids.map((id, index) => [id, `${mark} S${index + 1}`]));
					expect(result).toEqual({
						...search_key,
						id: expect.arrayContaining(ids),
						city: ['Y', 'Y'],
						name: result.id.map((id) => names.get(id)),
					});
				});
			});

			it('finds by all fields of the key, where a list means any of its values', async () => {
				const ids = [await makePartner('F1', { city: 'X' }), await makePartner('F2', { city: 'X' })];
				const [first = 0] = ids;
				const refs = [`${mark} F1`, `${mark} F2`, `${mark} F3`];
				const find = (key: Record<string, string | string[] | boolean>) =>
					odoo().records.find('res.partner', key);
				expect((await find({ ref: refs, city: 'X' })).sort()).toEqual(ids);
				expect(await find({ ref: `${mark} F1`, city: 'X' })).toEqual([first]);
				expect(await find({ ref: refs, city: 'Y' })).toEqual([]);
				expect(await find({ ref: refs, is_company: true })).toEqual([]);
			});

			it('changes nothing where the key finds nothing', async () => {
				const before = await count();
				expect(
					await odoo().update('res.partner', {
						search_key: { ref: mark },
						payload: { parent_id: { name: `${mark} new` } },
						auto_create: { parent_id: { name: `${mark} new`, ref: `${mark} new` } },
					}),
				).toEqual({ id: [], ref: mark });
				expect(await count()).toEqual(before);
			});

			describe('leaves nothing behind', () => {
				const order = (payload: JsonObject) => ({
					payload: {
						client_order_ref: mark,
						partner_id: { name: `${mark} New` },
						tag_ids: null,
						attachment_ids: [{ name: `${mark} file`, datas: 'aGVsbG8=' }],
						...payload,
					},
					auto_create: {
						partner_id: {
							name: `${mark} New`,
							ref: `${mark} New`,
							child_ids: [{ name: 'C', ref: `${mark} C` }],
						},
						product_id: { name: `${mark} product`, default_code: `${mark} product` },
					},
				});

				it.each<[what: string, payload: JsonObject]>([
					[
						'a line names what is not there',
						{ order_line: [{ tax_ids: { records: [{ name: 'no tax' }] } }] },
					],
					['a value is none of the selection', { state: 'nonsense' }],
					[
						'Odoo refuses a line',
						{
							order_line: [
								{ product_id: { name: `${mark} product` } },
								{ name: 'no product', product_id: null, display_type: 'nonsense' },
							],
						},
					],
					['a related record cannot be', { user_id: 99_999_999 }],
				])('when %s', async (_what, payload) => {
					const before = await count();
					await expect(odoo().create('sale.order', order(payload))).rejects.toThrow(/./);
					expect(await count()).toEqual(before);
				});

				it('when the write of an update is refused, and files and new lines had been made', async () => {
					const [product = ''] = await makeProducts(1);
					await makePartner('Customer');
					const line = {
						product_id: { name: product },
						attachment_ids: [{ name: `${mark} f`, datas: 'aGk=' }],
					};
					const { id } = await odoo().create('sale.order', {
						payload: {
							client_order_ref: mark,
							partner_id: { ref: `${mark} Customer` },
							order_line: [line],
						},
					});
					const fields = ['partner_id', 'order_line', 'client_order_ref'];
					const [before, counts] = [await readOne('sale.order', id, fields), await count()];
					const { payload, auto_create } = order({ order_line: [line, line], state: 'nonsense' });
					const update = { search_key: { client_order_ref: mark }, payload, auto_create };
					await expect(odoo().update('sale.order', update)).rejects.toThrow(/./);
					expect(await readOne('sale.order', id, fields)).toEqual(before);
					expect(await count()).toEqual(counts);
				});

				it.each(['create', 'update'] as const)(
					'whichever call is refused (%s)',
					async (kind) => {
						const search_key = { client_order_ref: `${mark} there` };
						const other = await makePartner('Other');
						const { id } = await odoo().create('sale.order', {
							payload: {
								...search_key,
								partner_id: other,
								order_line: [{ name: 'old', display_type: 'line_note' }],
							},
						});
						const file = { name: `${mark} f`, datas: 'aGk=' };
						const line = { product_id: { name: `${mark} product` }, attachment_ids: [file] };
						const vals = order({
							client_order_ref: kind === 'create' ? mark : `${mark} there`,
							order_line: [line, line],
							tag_ids: { records: [{ name: `${mark} tag` }] },
						});
						const auto_create = { ...vals.auto_create, tag_ids: { name: `${mark} tag` } };
						const send = () =>
							kind === 'create'
								? odoo().create('sale.order', { ...vals, auto_create, result_field: ['name'] })
								: odoo().update('sale.order', { ...vals, auto_create, search_key });
						const fields = ['partner_id', 'order_line', 'tag_ids'];
						const state = async () => [await readOne('sale.order', id, fields), await count()];
						const before = await state();
						for (let last = 1; ; last++) {
							let calls = 0;
							odoo().guard((_request, pass) =>
								++calls === last ? Promise.reject(new OdooError('validation', 'refused')) : pass(),
							);
							const outcome = await send().catch((error: unknown) => error);
							odoo().guard();
							if (!(outcome instanceof Error)) break;
							expect(outcome.message).toBe('refused');
							expect(await state()).toEqual(before);
						}
						expect(await state()).not.toEqual(before);
					},
					60_000,
				);
			});

			describe('of several companies', () => {
				/** The user's and another; none where there is but one, which can never be deleted again. */
				const companies = async (): Promise<number[]> => {
					const found = numbers(await odoo().call('res.company', 'search', [[]], { order: 'id' }));
					if (found.length > 1 || server.real) return found;
					const vals = { name: `${mark} Second`, partner_id: await makePartner('Second') };
					return [...found, await make('res.company', vals)];
				};

				it('are looked up within the company of their record', async () => {
					const [own = 0, other] = await companies();
					if (other === undefined) return;
					const name = `${mark} Twin`;
					const mine = await makePartner('Twin', { company_id: own });
					const theirs = await makePartner('Twin', { company_id: other });
					const shared = await makePartner('Shared', { company_id: false });
					const customer = async (payload: JsonObject) => {
						const { id } = await odoo().create('sale.order', {
							payload: { client_order_ref: mark, ...payload },
						});
						return list((await readOne('sale.order', id, ['partner_id'])).partner_id)[0];
					};
					expect(await customer({ partner_id: { name } })).toBe(mine);
					expect(await customer({ partner_id: { name }, company_id: { id: other } })).toBe(theirs);
					const companyName = (await readOne('res.company', other, ['name'])).name ?? null;
					expect(await customer({ partner_id: { name }, company_id: { name: companyName } })).toBe(theirs);
					const sharedName = { name: `${mark} Shared` };
					expect(await customer({ partner_id: sharedName, company_id: other })).toBe(shared);
					await expect(
						odoo().create('res.partner', {
							payload: { name: mark, ref: mark, company_id: null, parent_id: { name } },
						}),
					).rejects.toThrow('found no match.');
				});
			});

			describe('refuses', () => {
				it.each<[what: string, payload: JsonObject, message: RegExp | string]>([
					['an unknown field', { nmae: 'X' }, "res.partner has no field 'nmae'. Did you mean 'name'?"],
					['an unknown field of a line', { child_ids: [{ emial: 'X' }] }, /no field 'emial'.*'email'/],
					['a field to look for that is not there', { parent_id: { nam: 'X' } }, /no field 'nam'.*'name'/],
					['a text for a many2one', { parent_id: 'X' }, /^parent_id: must be \{ lookup_field: value \}/],
					['a list for a many2many', { category_id: [1] }, /^category_id: must be \{ "mode"/],
					['an object for one2many lines', { child_ids: {} }, /^child_ids: must be a list of records/],
				])('%s', async (_what, payload, message) => {
					const before = await count();
					const vals = { payload: { name: mark, ref: mark, ...payload } };
					await expect(odoo().create('res.partner', vals)).rejects.toThrow(message);
					expect(await count()).toEqual(before);
				});
			});
		});
	}
}

function list(value: JsonValue | undefined): JsonValue[] {
	if (!Array.isArray(value)) throw new Error(`no list: ${JSON.stringify(value)}`);
	return value;
}

function text(value: JsonValue | undefined): string {
	if (typeof value !== 'string') throw new Error(`no text: ${JSON.stringify(value)}`);
	return value;
}

const numbers = (value: JsonValue | undefined): number[] => list(value).filter((id) => typeof id === 'number');

const rows = (value: JsonValue): JsonObject[] => list(value).filter((row) => isJsonObject(row));

const byNumber = ([, one]: readonly unknown[], [, other]: readonly unknown[]) => Number(one) - Number(other);

/** How many more of a kind. */
const added = (before: Counts, after: Counts, model: string) => (after[model] ?? 0) - (before[model] ?? 0);
