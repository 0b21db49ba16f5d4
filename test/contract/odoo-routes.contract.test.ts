import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { systemClock } from '../../backend/src/core/clock';
import { ApiError } from '../../backend/src/core/errors';
import { createIds } from '../../backend/src/core/ids';
import {
	callRequest,
	createRequest,
	searchRequest,
	updateRequest,
} from '../../backend/src/features/odoo-routes/schemas';
import { createOdooRoutesService } from '../../backend/src/features/odoo-routes/service';
import { DEFAULTS } from '../../backend/src/features/odoo-routes/settings/parameters';
import { blankNotes } from '../../backend/src/http/notes';
import type { OdooCall, OdooClient, OdooTransportName } from '../../backend/src/odoo/client';
import { connectOdoo } from '../../backend/src/odoo/connect';
import type { JsonObject, JsonValue } from '../../backend/src/odoo/json';
import { createFieldCatalogs } from '../../backend/src/odoo/records/fields';
import { keyCaller } from '../support/key-caller';
import { type OdooServer, odooServers } from '../support/odoo-servers';
import { use } from '../support/use';

/** The five routes' work on one Odoo, without the HTTP around it. */
async function open(server: OdooServer, transport: OdooTransportName) {
	const { access, fetch, close } = await server.open();
	const client = await connectOdoo(access, { fetch, clock: systemClock }, { transport });
	const calls: OdooCall[] = [];
	const watched: OdooClient = {
		...client,
		call: (request, options) => {
			if (request.method !== 'fields_get') calls.push(request);
			return client.call(request, options);
		},
	};
	const ids = createIds(systemClock);
	const connection = { ...access, fetch, id: ids.next('connection'), name: server.name, environment_id: null };
	const service = createOdooRoutesService({
		connections: { open: () => Promise.resolve(connection) },
		clients: { get: () => Promise.resolve(watched) },
		catalogs: createFieldCatalogs({ clock: systemClock }),
		settings: { get: () => Promise.resolve(DEFAULTS) },
	});
	const caller = keyCaller({ scope: 'webhook', permissions: new Set(['odoo:read', 'odoo:write']) });
	const options = { signal: new AbortController().signal, notes: blankNotes() };
	return { service, caller, options, calls, client, close };
}

for (const server of odooServers()) {
	const transports: OdooTransportName[] = server.major >= 19 ? ['json-2', 'json-rpc'] : ['json-rpc'];

	for (const transport of transports) {
		describe(`the five routes on ${server.name} over ${transport}`, () => {
			const odoo = use(() => open(server, transport));
			/** In the reference of every record that a test makes. */
			let mark = '';

			beforeEach(() => {
				mark = `routes-${randomBytes(6).toString('hex')}`;
				odoo().calls.length = 0;
			});
			afterEach(async () => {
				for (const [model, field] of [
					['sale.order', 'client_order_ref'],
					['res.partner', 'ref'],
				] as const) {
					const context = { active_test: false };
					const found = await raw(model, 'search', [[[field, '=like', `${mark}%`]]], { context });
					if (Array.isArray(found) && found.length > 0) await raw(model, 'unlink', [found]);
				}
			});

			const raw = (model: string, method: string, args: JsonValue[], kwargs: JsonObject = {}) =>
				odoo().client.call({ model, method, args, kwargs });
			const create = (model: string, vals: object) => {
				const { service, caller, options } = odoo();
				return service.create(caller, createRequest.parse({ params: { model, vals } }).params, options);
			};
			const update = (model: string, vals: object) => {
				const { service, caller, options } = odoo();
				return service.update(caller, updateRequest.parse({ params: { model, vals } }).params, options);
			};
			const createOrUpdate = (model: string, vals: object) => {
				const { service, caller, options } = odoo();
				return service.createOrUpdate(caller, updateRequest.parse({ params: { model, vals } }).params, options);
			};
			const search = (model: string, payload: object) => {
				const { service, caller, options } = odoo();
				const { params } = searchRequest.parse({ params: { model, vals: { payload } } });
				return service.search(caller, params, options);
			};
			const call = (model: string, search_key: object, payload: object) => {
				const { service, caller, options } = odoo();
				const { params } = callRequest.parse({ params: { model, vals: { search_key, payload } } });
				return service.call(caller, params, options);
			};
			const idOf = (result: JsonValue) => z.object({ id: z.number() }).parse(result).id;
			const makePartner = async (name: string, more: object = {}) =>
				idOf((await create('res.partner', { payload: { name, ref: `${mark} ${name}`, ...more } })).result);

			it('create, find, change and call, as the documentation has it', async () => {
				const created = await create('res.partner', {
					payload: { name: 'Documented', ref: `${mark} 1`, country_id: { code: 'US' } },
					result_field: ['name'],
				});
				const id = idOf(created.result);
				expect(created).toEqual({
					is_success: true,
					result: { id, name: 'Documented' },
					messages: 'Record created successfully',
				});
				const vals = { search_key: { ref: `${mark} 1` }, payload: { phone: '+1234567890' } };
				expect(await update('res.partner', vals)).toEqual({
					is_success: true,
					result: { id: [id], ref: `${mark} 1` },
					messages: 'Record updated successfully',
				});
				expect((await createOrUpdate('res.partner', vals)).messages).toBe('Record updated successfully');
				expect(
					await search('res.partner', {
						search_field: ['phone', 'country_id{code}'],
						search_domain: `[('ref', '=', '${mark} 1')]`,
						limit: 1,
						order: 'name , id desc',
					}),
				).toEqual({
					is_success: true,
					result: [{ id, phone: '+1234567890', country_id: [{ id: expect.any(Number), code: 'US' }] }],
					messages: 'Record search successfully',
				});
				expect(await call('res.partner', { id }, { method: 'read', parameter: { fields: ['name'] } })).toEqual({
					is_success: true,
					result: [{ id, name: 'Documented' }],
					messages: "Function 'read' called successfully",
				});
			});

			it('create_update_data creates what is not there', async () => {
				const ref = `${mark} new`;
				const vals = { search_key: { ref }, payload: { name: 'New', ref } };
				expect((await createOrUpdate('res.partner', vals)).messages).toBe('Record created successfully');
			});

			it('search_data answers values as Odoo does', async () => {
				const id = await makePartner('As It Is', { is_company: true });
				const fields = [
					'name',
					'is_company',
					'comment',
					'create_date',
					'parent_id',
					'child_ids',
					'category_id',
				];
				const { result } = await search('res.partner', {
					search_field: fields,
					search_domain: [['id', '=', id]],
				});
				expect(result).toEqual(await raw('res.partner', 'search_read', [[['id', '=', id]], fields]));
			});

			it('search_data reads all fields where none is named', async () => {
				const id = await makePartner('All Fields');
				const { result } = await search('res.country', { search_domain: [['code', '=', 'US']] });
				const [country] = z.array(z.record(z.string(), z.unknown())).parse(result);
				expect(country).toMatchObject({
					code: 'US',
					name: expect.any(String),
					display_name: expect.any(String),
				});
				expect(id).toBeGreaterThan(0);
			});

			it('search_data reads each relation of a level with one call', async () => {
				const parent_id = await makePartner('Parent', { is_company: true });
				const names = ['A', 'B', 'C'];
				for (const name of names) await makePartner(name, { parent_id: { id: parent_id } });
				odoo().calls.length = 0;
				const { result } = await search('res.partner', {
					search_field: ['name', 'child_ids{name, parent_id{name, country_id{code}}}', 'parent_id{name}'],
					search_domain: ['&', ['ref', '=like', `${mark}%`], ['id', '!=', 0]],
					order: 'id',
				});
				const parent = [{ id: parent_id, name: 'Parent', country_id: [] }];
				const child = (name: string) => ({ id: expect.any(Number), name, parent_id: parent });
				expect(result).toEqual([
					{
						id: parent_id,
						name: 'Parent',
						child_ids: expect.arrayContaining(names.map(child)),
						parent_id: [],
					},
					...names.map((name) => ({
						id: expect.any(Number),
						name,
						child_ids: [],
						parent_id: [{ id: parent_id, name: 'Parent' }],
					})),
				]);
				expect(odoo().calls.map(({ model, method }) => `${model}.${method}`)).toEqual([
					'res.partner.search_read',
					'res.partner.read',
					'res.partner.read',
					'res.partner.read',
				]);
			});

			it('call_function hands on arguments and context', async () => {
				const id = await makePartner('Original');
				const { result } = await call(
					'res.partner',
					{ ref: `${mark} Original` },
					{
						method: 'copy',
						parameter: { default: { name: 'Copy', ref: `${mark} copy` } },
						context: { default_city: 'Context City' },
					},
				);
				expect(Array.isArray(result) ? result : [result]).toEqual([expect.any(Number)]);
				const found = await raw('res.partner', 'search_read', [[['ref', '=', `${mark} copy`]], ['name']]);
				expect(found).toEqual([{ id: expect.any(Number), name: 'Copy' }]);
				expect(id).toBeGreaterThan(0);
			});

			it('call_function calls on every record that the search key finds', async () => {
				const ids = [await makePartner('M1'), await makePartner('M2')];
				const refs = { ref: [`${mark} M1`, `${mark} M2`] };
				await call('res.partner', refs, { method: 'write', parameter: { vals: { city: 'Everywhere' } } });
				const found = await raw('res.partner', 'search', [
					[
						['city', '=', 'Everywhere'],
						['id', 'in', ids],
					],
				]);
				expect(found).toHaveLength(2);
			});

			it('call_function leaves the records out for a method of the model', async () => {
				const id = await makePartner('Of The Model');
				const parameter = { name: 'Of The Model', limit: 1 };
				const { result } = await call('res.partner', { id }, { method: 'name_search', parameter });
				expect(result).toEqual([[expect.any(Number), expect.stringContaining('Of The Model')]]);
			});

			it('call_function speaks the language of its context', async () => {
				const id = await makePartner('Speaker');
				const parameter = { fields: ['name'] };
				const payload = { method: 'read', parameter, context: { lang: 'en_US' } };
				expect((await call('res.partner', { id }, payload)).result).toEqual([{ id, name: 'Speaker' }]);
			});

			it.each<[what: string, act: () => Promise<unknown>, message: RegExp]>([
				['an unknown model', () => search('no.model', {}), /no\.model/],
				['an unknown field', () => search('res.partner', { search_field: ['no_field'] }), /no_field/],
				[
					'an unknown field of a relation',
					() => search('res.partner', { search_field: ['parent_id{no_field}'] }),
					/no_field/,
				],
				[
					'a field of what is no relation',
					() => search('res.partner', { search_field: ['name{id}'] }),
					/no relation/,
				],
				[
					'an unknown field of a domain',
					() => search('res.partner', { search_domain: [['no_field', '=', 1]] }),
					/no_field/,
				],
				[
					'an unknown operator',
					() => search('res.partner', { search_domain: [['name', 'is', 1]] }),
					/operator/,
				],
				['a domain that is no list', () => search('res.partner', { search_domain: '1' }), /search_domain/],
				[
					'an order by an unknown field',
					() => search('res.partner', { order: 'no_field desc' }),
					/no_field|order/i,
				],
				['an unknown method', () => call('res.partner', { id: 1 }, { method: 'frobnicate' }), /frobnicate/],
				[
					'an unknown argument',
					() => call('res.partner', { id: 1 }, { method: 'read', parameter: { no: 1 } }),
					/no/,
				],
				['no records', () => call('res.partner', { id: 99_999_999 }, { method: 'read' }), /matches no record/],
				['what business logic refuses', () => call('sale.order', { state: 'sale' }, { method: 'unlink' }), /./],
			])('refuses %s in words', async (_what, act, message) => {
				const error: unknown = await act().catch((reason: unknown) => reason);
				expect(error).toBeInstanceOf(ApiError);
				expect(error).toMatchObject({ detail: expect.stringMatching(message) });
				expect(error).not.toMatchObject({ detail: expect.stringMatching(/Traceback|File "/) });
			});
		});
	}
}
