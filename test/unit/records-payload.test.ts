import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { OdooError } from '../../backend/src/odoo/errors';
import type { JsonObject, JsonValue } from '../../backend/src/odoo/json';
import { MAX_FILE_BYTES } from '../../backend/src/odoo/records/attachments';
import { plainValue } from '../../backend/src/odoo/records/plain-value';
import { RecordsError } from '../../backend/src/odoo/records/errors';
import { createValsSchema, updateValsSchema } from '../../backend/src/odoo/records/vals';
import { openRecords, type TestRecords } from '../support/odoo-records';
import { odooServers } from '../support/odoo-servers';

let odoo: TestRecords;
beforeAll(async () => {
	const [server] = odooServers();
	if (!server) throw new Error('no sandbox');
	odoo = await openRecords(server);
});
beforeEach(() => {
	odoo.calls.length = 0;
});

const WRITES = ['create', 'write', 'unlink'];

/** Why a record is refused, once it is shown that Odoo was not asked to write anything. */
async function refusal(model: string, payload: unknown, more: JsonObject = {}): Promise<string> {
	const error: unknown = await odoo.create(model, { payload, ...more }).catch((reason: unknown) => reason);
	expect(odoo.calls.filter(({ method }) => WRITES.includes(method))).toEqual([]);
	if (!(error instanceof RecordsError)) throw new Error(`no refusal: ${String(error)}`);
	return error.message;
}

/** Lines within lines, that many levels. */
const nested = (levels: number): JsonObject =>
	levels === 1 ? { name: 'X' } : { name: 'X', child_ids: [nested(levels - 1)] };

const base64 = (bytes: number) => Buffer.alloc(bytes).toString('base64');

describe('refused before anything is written', () => {
	it.each<[what: string, payload: JsonObject, message: string]>([
		['a field that is close to one', { nmae: 'X' }, "res.partner has no field 'nmae'. Did you mean 'name'?"],
		['a field that is close to several', { cit: 'X' }, "res.partner has no field 'cit'. Did you mean 'city'?"],
		['a field that is close to none', { qqqqqq: 'X' }, "res.partner has no field 'qqqqqq'."],
		['a private name', { _name: 'X' }, "res.partner has no field '_name'. Did you mean 'name'?"],
		['a name of JavaScript', { constructor: 'X' }, "res.partner has no field 'constructor'."],
		['an id', { name: 'X', id: 4 }, 'id: Odoo sets this by itself.'],
		['a text for a number', { color: 'red' }, 'color: must be a whole number from -2147483647 to 2147483647.'],
		['a fraction', { color: 1.5 }, 'color: must be a whole number from -2147483647 to 2147483647.'],
		['a number too large', { color: 2 ** 31 }, 'color: must be a whole number from -2147483647 to 2147483647.'],
		['a text for a truth', { is_company: 'false' }, 'is_company: must be true or false.'],
		['an object for a text', { name: { x: 1 } }, 'name: must be a text.'],
		['a list for a text', { name: ['X'] }, 'name: must be a text.'],
		[
			'a text for a many2one',
			{ parent_id: 'X' },
			'parent_id: must be { lookup_field: value }, such as { "name": "Customer A" }.',
		],
		['an empty lookup', { parent_id: {} }, 'parent_id: names no field to look for.'],
		[
			'a lookup for nothing',
			{ parent_id: { name: null } },
			'parent_id.name: must be a text, a number or true to look for. To clear the field, give null for it as a whole.',
		],
		['a lookup by half an id', { parent_id: { id: 1.5 } }, 'parent_id.id: must be the number of a record.'],
		[
			'a lookup by what is not there',
			{ parent_id: { nam: 'X' } },
			"res.partner has no field 'nam'. Did you mean 'name'?",
		],
		[
			'a lookup beyond a relation',
			{ parent_id: { 'name.x': 'X' } },
			"res.partner.name is no relation, so that there is no 'name.x'.",
		],
		[
			'a list for a many2many',
			{ category_id: [1, 2] },
			'category_id: must be { "mode": "add" or "replace", "records": [{ lookup_field: value }, …] }.',
		],
		[
			'another mode',
			{ category_id: { mode: 'drop', records: [] } },
			'category_id: must be { "mode": "add" or "replace", "records": [{ lookup_field: value }, …] }.',
		],
		[
			'a text in a many2many',
			{ category_id: { records: ['X'] } },
			'category_id.records[0]: must be { lookup_field: value }, such as { "name": "Customer A" }.',
		],
		[
			'an object for lines',
			{ child_ids: { name: 'X' } },
			'child_ids: must be a list of records, each { field: value, … }.',
		],
		['nothing for lines', { child_ids: null }, 'child_ids: must be a list of records, each { field: value, … }.'],
		[
			'a text for a line',
			{ child_ids: [{ name: 'X' }, 'Y'] },
			'child_ids[1]: must be a record: { field: value, … }.',
		],
		[
			'a field of a line',
			{ child_ids: [{ name: 'X', color: 'red' }] },
			'child_ids[0].color: must be a whole number from -2147483647 to 2147483647.',
		],
		[
			'too many levels',
			nested(11),
			`${'child_ids[0].'.repeat(10).slice(0, -1)}: lines may be nested at most 10 levels deep.`,
		],
		[
			'a file that is none',
			{ attachment_ids: ['X'] },
			'attachment_ids[0]: must be a list of files, each { "name": …, "datas": … in base64 }.',
		],
		[
			'a file without a name',
			{ attachment_ids: [{ datas: '' }] },
			'attachment_ids[0]: must be a list of files, each { "name": …, "datas": … in base64 }.',
		],
		[
			'a file with more',
			{ attachment_ids: [{ name: 'a', datas: '', res_id: 1 }] },
			'attachment_ids[0]: must be a list of files, each { "name": …, "datas": … in base64 }.',
		],
		[
			'a file that is no base64',
			{ attachment_ids: [{ name: 'a', datas: 'aGk' }] },
			'attachment_ids[0]: this is no base64.',
		],
		[
			'a file as a URL',
			{ child_ids: [{ name: 'X', attachment_ids: [{ name: 'a', datas: 'data:,hi' }] }] },
			'child_ids[0].attachment_ids[0]: this is no base64.',
		],
	])('%s', async (_what, payload, message) => {
		expect(await refusal('res.partner', payload)).toBe(message);
	});

	it.each([
		['2026-02-30', 'date_order: must be a moment in UTC, such as 2026-03-18 10:30:00.'],
		['0000-01-01', 'date_order: must be a moment in UTC, such as 2026-03-18 10:30:00.'],
		['10000-01-01', 'date_order: must be a moment in UTC, such as 2026-03-18 10:30:00.'],
		['2026-03-18 24:00:00', 'date_order: must be a moment in UTC, such as 2026-03-18 10:30:00.'],
		['2026-03-18T10:30:00Z', 'date_order: must be a moment in UTC, such as 2026-03-18 10:30:00.'],
	])('the moment %s', async (date_order, message) => {
		expect(await refusal('sale.order', { date_order })).toBe(message);
	});

	it('a day that is none', async () => {
		expect(await refusal('sale.order', { validity_date: '2026-13-01' })).toBe(
			'validity_date: must be a day of the calendar, such as 2026-03-18.',
		);
	});

	it('a number that is none, as 1e999 comes out of JSON', async () => {
		const payload: unknown = JSON.parse('{ "order_line": [{ "price_unit": 1e999 }] }');
		expect(await refusal('sale.order', payload)).toBe('order_line[0].price_unit: must be a number.');
	});

	it('a name that would reach the prototype', async () => {
		const payload: unknown = JSON.parse('{ "name": "X", "__proto__": { "city": "Y" } }');
		expect(await refusal('res.partner', payload)).toBe("res.partner has no field '__proto__'.");
	});

	it('a path that is too long', async () => {
		const path = Array.from({ length: 50 }, () => 'parent_id').join('.');
		expect(await refusal('res.partner', { parent_id: { [path]: 1 } })).toBe(
			"A field's path may have at most 200 characters.",
		);
	});

	it('10,000 records in one call', async () => {
		const records = Array.from({ length: 10_000 }, (_, id) => ({ id: id + 1 }));
		expect(await refusal('res.partner', { name: 'X', category_id: { records } })).toBe(
			'category_id.records[4999]: one call may name at most 5000 records.',
		);
	});

	it('a file of more than 5 MB, and none of 5', async () => {
		const file = (bytes: number) => ({ name: 'X', attachment_ids: [{ name: 'a', datas: base64(bytes) }] });
		expect(await refusal('res.partner', file(MAX_FILE_BYTES + 3))).toBe(
			`attachment_ids[0]: a file may have at most ${MAX_FILE_BYTES} bytes.`,
		);
		const { id } = await odoo.create('res.partner', { payload: file(MAX_FILE_BYTES) });
		await odoo.call('res.partner', 'unlink', [[id]]);
	});

	it.each([
		[
			'lines',
			{ child_ids: Array.from({ length: 500 }, () => ({ name: 'X' })) },
			/^500 lines for each of \d+ records/,
		],
		['files', { attachment_ids: [{ name: 'a', datas: base64(3_000_000) }] }, /^The files for each of \d+ records/],
	])('too many %s for all the records that are found', async (_what, payload, message) => {
		const update = odoo.update('res.partner', { search_key: { active: true }, payload });
		await expect(update).rejects.toThrow(message);
		expect(odoo.calls.map(({ method }) => method)).toEqual(['search_read']);
	});

	it('a field to answer with that is not there', async () => {
		expect(await refusal('res.partner', { name: 'X' }, { result_field: ['emial'] })).toBe(
			"res.partner has no field 'emial'. Did you mean 'email'?",
		);
	});

	it('what auto_create would make, where it cannot be', async () => {
		const parent_id = { name: 'Nobody' };
		const auto_create = { parent_id: { name: 'Nobody', color: 'red' } };
		expect(await refusal('res.partner', { name: 'X', parent_id }, { auto_create })).toBe(
			'auto_create.parent_id.color: must be a whole number from -2147483647 to 2147483647.',
		);
	});

	it('a relation that auto_create has under another name', async () => {
		const auto_create = { parent_id: [{ name: 'Somebody' }, { name: 'Else' }] };
		expect(await refusal('res.partner', { name: 'X', parent_id: { name: 'Nobody' } }, { auto_create })).toBe(
			"'parent_id': 'Nobody' found no match.",
		);
	});

	it('whatever JSON there is for the fields of a partner and its lines', async () => {
		const json = fc.jsonValue({ maxDepth: 4 });
		const name = fc.constantFrom('name', 'color', 'parent_id', 'category_id', 'child_ids', 'attachment_ids', 'id');
		await fc.assert(
			fc.asyncProperty(fc.array(fc.tuple(name, json), { maxLength: 4 }), async (entries) => {
				const payload = JSON.parse(JSON.stringify(Object.fromEntries(entries))) as unknown;
				const outcome: unknown = await odoo
					.create('res.partner', { payload })
					.catch((reason: unknown) => reason);
				if (outcome instanceof Error) {
					expect(outcome instanceof RecordsError || outcome instanceof OdooError).toBe(true);
				}
			}),
			{ numRuns: 100 },
		);
	});
});

describe('the form of vals', () => {
	it.each<[what: string, vals: JsonValue]>([
		['no payload', { search_key: { id: 1 } }],
		['an unknown member', { search_key: { id: 1 }, payload: {}, other: 1 }],
		['no search key', { payload: {} }],
		['an empty search key', { payload: {}, search_key: {} }],
		['an object to search for', { payload: {}, search_key: { parent_id: { name: 'X' } } }],
		['10,000 ids', { payload: {}, search_key: { id: Array.from({ length: 10_000 }, (_, id) => id) } }],
		['a text to make', { payload: {}, search_key: { id: 1 }, auto_create: { parent_id: 'X' } }],
		['a list for a payload', { payload: [], search_key: { id: 1 } }],
	])('is refused with %s', (_what, vals) => {
		expect(updateValsSchema.safeParse(vals).success).toBe(false);
	});

	it('says of a missing search key what the module says', () => {
		const message = "Parameter 'search_key' in 'vals' not found!";
		for (const vals of [{ payload: {} }, { payload: {}, search_key: {} }]) {
			expect(updateValsSchema.safeParse(vals).error?.issues).toEqual([
				expect.objectContaining({ path: ['search_key'], message }),
			]);
		}
	});

	it('needs no more than a payload to create', () => {
		expect(createValsSchema.parse({ payload: { name: 'X' } })).toEqual({
			payload: { name: 'X' },
			auto_create: {},
			result_field: [],
		});
	});
});

describe('values', () => {
	it.each(['integer', 'many2one_reference'])('of type %s are numbers, be they texts', (type) => {
		expect([plainValue(type, '37', 'res_id'), plainValue(type, 37, 'res_id')]).toEqual([37, 37]);
	});

	it('of other types stay texts, be they digits', () => {
		expect(['char', 'float'].map((type) => plainValue(type, '37', 'x'))).toEqual(['37', '37']);
	});

	it('are handed on as Odoo takes them', async () => {
		const date = { validity_date: '2026-03-18', date_order: '2026-03-18 10:30:00' };
		const { id } = await odoo.create('sale.order', {
			payload: { ...date, partner_id: 1, note: null, client_order_ref: 4711, commitment_date: '2026-03-19' },
		});
		expect(odoo.calls.at(-1)?.args).toEqual([
			[{ ...date, partner_id: 1, note: false, client_order_ref: 4711, commitment_date: '2026-03-19' }],
		]);
		await odoo.call('sale.order', 'unlink', [[id]]);
	});
});

describe('a search key', () => {
	it.each<[what: string, key: JsonObject, path: string]>([
		['null', { ref: null }, 'ref'],
		['an empty text', { ref: '' }, 'ref'],
		['false for a text', { ref: false }, 'ref'],
		['an empty list', { ref: [] }, 'ref'],
		['a list with an empty value', { ref: ['A', null] }, 'ref'],
		['an empty id', { id: false }, 'id'],
		['0 for a relation', { parent_id: 0 }, 'parent_id'],
		['null for a truth', { is_company: null }, 'is_company'],
		['an empty value beside another', { name: 'X', email: '' }, 'email'],
		['an empty value of a related record', { 'parent_id.ref': '' }, 'parent_id.ref'],
	])('may not have %s, which would mean every record where it is not set', async (_what, key, path) => {
		const search_key = updateValsSchema.shape.search_key.parse(key);
		const vals = { search_key, payload: { city: 'X' } };
		for (const work of [
			() => odoo.update('res.partner', vals),
			() => odoo.createOrUpdate('res.partner', vals),
			() => odoo.records.find('res.partner', search_key),
		]) {
			await expect(work()).rejects.toThrow(`search_key.${path}: must not be empty`);
		}
		expect(odoo.calls).toEqual([]);
	});

	it('may have false for a field that is true or false', async () => {
		await odoo.records.find('res.partner', { name: 'X', is_company: false });
		expect(odoo.calls[0]?.args).toEqual([
			[
				['name', '=', 'X'],
				['is_company', '=', false],
			],
		]);
	});

	it('has ids as numbers, be they texts', async () => {
		await odoo.records.find('res.partner', { id: '37', 'parent_id.id': ['3', 4], ref: '37' });
		expect(odoo.calls[0]?.args).toEqual([
			[
				['id', '=', 37],
				['parent_id.id', 'in', [3, 4]],
				['ref', '=', '37'],
			],
		]);
	});
});

describe('a record that an update does not find', () => {
	const [server] = odooServers();
	const open = () => {
		if (!server) throw new Error('no sandbox');
		return openRecords(server, { createsWithSearchKey: true });
	};

	it('is created of the payload alone', async () => {
		await odoo.createOrUpdate('res.partner', { search_key: { ref: 'K1' }, payload: { name: 'K' } });
		expect(odoo.calls.at(-1)).toMatchObject({ method: 'create', args: [[{ name: 'K' }]] });
	});

	it('is given what the search key says, where that is set, so that it is found the next time', async () => {
		const keyed = await open();
		const vals = { search_key: { ref: 'K1', name: 'other' }, payload: { name: 'K' } };
		const first = await keyed.createOrUpdate('res.partner', vals);
		expect(keyed.calls.at(-1)).toMatchObject({ method: 'create', args: [[{ ref: 'K1', name: 'K' }]] });
		const again = await keyed.createOrUpdate('res.partner', { ...vals, search_key: { ref: 'K1' } });
		expect(again.result.id).toEqual([first.result.id]);
	});

	it.each([
		['id', { id: 999_999 }],
		['a field of a related record', { 'parent_id.ref': 'nothing' }],
		['a list', { ref: ['one', 'two'] }],
	])('is not created where the search key names %s, which no new record can be given', async (_what, search_key) => {
		const keyed = await open();
		const creating = keyed.createOrUpdate('res.partner', { search_key, payload: { name: 'K' } });
		await expect(creating).rejects.toThrow('a new one cannot be given');
		expect(keyed.calls.filter(({ method }) => method === 'create')).toEqual([]);
	});

	it('that is written and cannot be read again is said to be written', async () => {
		const { id } = await odoo.create('res.partner', { payload: { name: 'K2' } });
		odoo.guard((request, send) =>
			request.method === 'read' ? Promise.reject(new OdooError('access_denied', 'No.')) : send(),
		);
		const vals = { search_key: { id }, payload: { city: 'X' }, result_field: ['city'] };
		await expect(odoo.update('res.partner', vals)).rejects.toThrow('No. The records were written all the same');
		odoo.guard();
	});
});

describe('lookups', () => {
	it('that name the same record are one, and those by one field of a model one search', async () => {
		const products = ['Filing Cabinet', 'Office Chair', 'Filing Cabinet'];
		const { id } = await odoo.create('sale.order', {
			payload: { partner_id: { id: 1 }, order_line: products.map((name) => ({ product_id: { name } })) },
		});
		const domains = odoo.calls.filter(({ model }) => model === 'product.product').map(({ args }) => args);
		expect(domains).toEqual([
			[
				[
					['company_id', 'in', [1, false]],
					['name', 'in', ['Filing Cabinet', 'Office Chair']],
				],
			],
		]);
		await odoo.call('sale.order', 'unlink', [[id]]);
	});

	it('disregard the companies of models that are to be ignored', async () => {
		const [server] = odooServers();
		if (!server) throw new Error('no sandbox');
		const ignoring = await openRecords(server, { ignoreCompanyOf: ['res.partner'] });
		await ignoring.create('res.partner', { payload: { name: 'X', parent_id: { name: 'Saffron & Sons' } } });
		expect(ignoring.calls[0]?.args).toEqual([[['name', '=', 'Saffron & Sons']]]);
	});

	it('by a number find a text, and by a text a number', async () => {
		const ref = '4711';
		const ids = [
			(await odoo.create('res.partner', { payload: { name: 'A', ref, color: 7 } })).id,
			(await odoo.create('res.partner', { payload: { name: 'B', parent_id: { ref: 4711, color: '7' } } })).id,
			(await odoo.create('res.partner', { payload: { name: 'C', parent_id: { id: '1' } } })).id,
		];
		const [first] = ids;
		expect(await odoo.call('res.partner', 'read', [ids, ['parent_id']], { load: '' })).toEqual([
			{ id: ids[0], parent_id: false },
			{ id: ids[1], parent_id: first },
			{ id: ids[2], parent_id: 1 },
		]);
		await odoo.call('res.partner', 'unlink', [ids]);
	});

	it('that the rows of one search cannot be told apart for are asked one by one', async () => {
		const templates = ['Office Chair', 'Filing Cabinet'];
		// A many2one shows its id, not the name that it was found by.
		const { id } = await odoo.create('sale.order', {
			payload: {
				partner_id: 1,
				order_line: templates.map((product_tmpl_id) => ({ product_id: { product_tmpl_id } })),
			},
		});
		expect(odoo.calls.map(({ model, method }) => `${model} ${method}`)).toEqual([
			'product.product search_read',
			'product.product search_read',
			'product.product search_read',
			'sale.order create',
		]);
		const kwargs = { fields: ['product_id'], order: 'id' };
		expect(await odoo.call('sale.order.line', 'search_read', [[['order_id', '=', id]]], kwargs)).toEqual(
			templates.map((name) => ({
				id: expect.any(Number),
				product_id: [expect.any(Number), expect.stringContaining(name)],
			})),
		);
		await odoo.call('sale.order', 'unlink', [[id]]);
	});
});
