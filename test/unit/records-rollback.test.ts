import { beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { OdooError } from '../../backend/src/odoo/errors';
import type { JsonObject, JsonValue } from '../../backend/src/odoo/json';
import { createValsSchema } from '../../backend/src/odoo/records/vals';
import { openRecords, type Gate, type TestRecords } from '../support/odoo-records';
import { odooServers } from '../support/odoo-servers';

/** What calls could touch, and the fields that would show it. */
const MODELS = {
	'sale.order': ['client_order_ref', 'partner_id', 'order_line', 'tag_ids'],
	'sale.order.line': ['name', 'order_id', 'product_id'],
	'res.partner': ['name', 'parent_id'],
	'crm.tag': ['name'],
	'product.product': ['name'],
	'product.template': ['name'],
	'ir.attachment': ['name', 'res_model', 'res_id'],
};
const WRITES = new Set(['create', 'write', 'unlink']);

let odoo: TestRecords;
/** An order that is there already. */
let order: JsonValue;
beforeAll(async () => {
	const [server] = odooServers();
	if (!server) throw new Error('no sandbox');
	odoo = await openRecords(server);
	const partner_id = 1;
	order = await odoo.call('sale.order', 'create', [
		{ partner_id, client_order_ref: 'there', order_line: [[0, 0, { name: 'old' }]] },
	]);
	// Asks what is asked but once.
	await countCalls(full('create'));
});

/** Everything in the sandbox that the calls could touch. */
async function world(): Promise<Record<string, JsonValue>> {
	const records: Record<string, JsonValue> = {};
	for (const [model, fields] of Object.entries(MODELS)) {
		const kwargs = { fields, order: 'id', context: { active_test: false } };
		records[model] = await odoo.call(model, 'search_read', [[]], kwargs);
	}
	return records;
}

type Failure = 'refused' | 'lost' | 'dead';

/** Fails the call of that number: once, or from then on. */
function failAt(number: number, failure: Failure): Gate {
	let count = 0;
	return (_request, send) => {
		count += 1;
		const fails = failure === 'dead' ? count >= number : count === number;
		if (!fails) return send();
		const kind = failure === 'refused' ? 'validation' : 'unreachable';
		return Promise.reject(new OdooError(kind, `${failure} at ${number}`));
	};
}

interface Request {
	readonly kind: 'create' | 'update';
	readonly payload: JsonObject;
	readonly auto_create: JsonObject;
	readonly result_field: string[];
}

const send = ({ kind, ...vals }: Request): Promise<unknown> =>
	kind === 'create'
		? odoo.create('sale.order', vals)
		: odoo.update('sale.order', { ...vals, search_key: { client_order_ref: 'there' } });

/** Puts back what a call that succeeded did, so that each starts from the same. */
async function clean(): Promise<void> {
	const remove = async (model: string, domain: JsonValue[]) => {
		const ids = await odoo.call(model, 'search', [domain]);
		if (Array.isArray(ids) && ids.length > 0) await odoo.call(model, 'unlink', [ids]);
	};
	await remove('sale.order', [['client_order_ref', '=', 'made']]);
	await remove('ir.attachment', []);
	await odoo.call('sale.order', 'write', [
		order,
		{
			order_line: [
				[5, 0, 0],
				[0, 0, { name: 'old' }],
			],
			tag_ids: [[5, 0, 0]],
			partner_id: 1,
		},
	]);
	for (const model of ['res.partner', 'crm.tag', 'product.product']) await remove(model, [['name', '=like', 'New%']]);
}

const FILE = { name: 'f', datas: 'aGk=' };
const line = (more: JsonObject = {}): JsonObject => ({ product_id: { name: 'New product' }, ...more });

/** Everything at once: related records to be made, two levels of lines, files at each. */
const full = (kind: Request['kind']): Request => ({
	kind,
	payload: {
		...(kind === 'create' && { client_order_ref: 'made' }),
		partner_id: { name: 'New partner' },
		tag_ids: { records: [{ name: 'New tag' }] },
		order_line: [line({ attachment_ids: [FILE] }), line(), line({ attachment_ids: [FILE, FILE] })],
		attachment_ids: [FILE],
	},
	auto_create: {
		partner_id: { name: 'New partner', child_ids: [{ name: 'New child', attachment_ids: [FILE] }] },
		product_id: [{ name: 'other' }, { name: 'New product' }],
		tag_ids: { name: 'New tag' },
	},
	// What an update answers is read once all is written; a refusal of that takes nothing back.
	result_field: kind === 'create' ? ['name'] : [],
});

/** How many calls the request makes when none fails. */
async function countCalls(request: Request): Promise<{ all: number; writes: number }> {
	odoo.guard();
	odoo.calls.length = 0;
	await send(request);
	const calls = [...odoo.calls];
	await clean();
	return { all: calls.length, writes: calls.filter(({ method }) => WRITES.has(method)).length };
}

/** Sends the request with that failure, and gives why it failed. */
async function failing(request: Request, number: number, failure: Failure): Promise<Error> {
	odoo.guard(failAt(number, failure));
	const error: unknown = await send(request).then(
		() => new Error('nothing failed'),
		(reason: unknown) => reason,
	);
	odoo.guard();
	if (!(error instanceof Error)) throw new Error('no error');
	return error;
}

describe.each(['create', 'update'] as const)('a failed %s', (kind) => {
	it('leaves nothing behind, whichever of its calls Odoo refuses', async () => {
		const request = full(kind);
		const { all, writes } = await countCalls(request);
		expect(writes).toBeGreaterThan(3);
		const before = await world();
		for (let number = 1; number <= all; number++) {
			expect(await failing(request, number, 'refused')).toMatchObject({ message: `refused at ${number}` });
			expect(await world()).toEqual(before);
		}
	});

	it('leaves nothing behind that it does not name, whichever of its calls gets no answer', async () => {
		const request = full(kind);
		const { all } = await countCalls(request);
		for (const failure of ['lost', 'dead'] as const) {
			for (let number = 1; number <= all; number++) {
				const before = await world();
				const error = await failing(request, number, failure);
				const after = await world();
				for (const model of ['res.partner', 'crm.tag', 'product.product', 'sale.order', 'ir.attachment']) {
					const left = ids(after[model]).filter((id) => !ids(before[model]).includes(id));
					// Lines and files are told of with the record that they belong to.
					const isNamed = (id: number) => named(error.message).includes(`${model} ${id}`);
					if (left.length > 0) expect(error).toMatchObject({ kind: 'left_behind' });
					if (model !== 'ir.attachment' && model !== 'res.partner')
						expect(left.filter((id) => !isNamed(id))).toEqual([]);
				}
				await clean();
			}
		}
	});
});

it('what was made is taken away when the client leaves', async () => {
	const before = await world();
	const client = new AbortController();
	odoo.guard(({ model, method }, pass) => {
		if (model === 'sale.order' && method === 'read') client.abort(new Error('left'));
		return pass();
	});
	const { kind: _kind, ...request } = full('create');
	const vals = createValsSchema.parse(request);
	await expect(odoo.records.create('sale.order', vals, { signal: client.signal })).rejects.toThrow('left');
	odoo.guard();
	expect(await world()).toEqual(before);
});

it('whatever the payload, a refusal leaves nothing behind', async () => {
	const optional = (value: JsonObject) => fc.option(fc.constant(value), { nil: {} });
	const lines = fc.array(
		fc
			.tuple(optional({ attachment_ids: [FILE] }), optional({ tax_ids: { records: [] } }))
			.map(([files, taxes]) => line({ ...files, ...taxes })),
		{ maxLength: 4 },
	);
	const requests = fc
		.record({
			kind: fc.constantFrom<Request['kind'][]>('create', 'update'),
			values: fc
				.tuple(
					optional({ tag_ids: { mode: 'add', records: [{ name: 'New tag' }, { name: 'New too' }] } }),
					optional({ attachment_ids: [FILE, FILE] }),
					lines,
				)
				.map(([tags, files, order_line]) => ({ ...tags, ...files, order_line })),
			result_field: fc.subarray(['name']),
		})
		.map(({ kind, values, result_field }): Request => {
			const { payload, auto_create } = full(kind);
			const { order_line: _lines, tag_ids: _tags, attachment_ids: _files, ...rest } = payload;
			const tags = [{ name: 'New tag' }, { name: 'New too' }];
			return {
				kind,
				payload: { ...rest, ...values },
				auto_create: { ...auto_create, tag_ids: tags },
				result_field: kind === 'create' ? result_field : [],
			};
		});
	await fc.assert(
		fc.asyncProperty(requests, fc.nat(), async (request, seed) => {
			const { all } = await countCalls(request);
			const before = await world();
			const error = await failing(request, 1 + (seed % all), 'refused');
			expect(error.message).toMatch(/^refused at \d+$/);
			expect(await world()).toEqual(before);
		}),
		{ numRuns: 20 },
	);
});

const ids = (rows: JsonValue | undefined): number[] =>
	(Array.isArray(rows) ? rows : []).flatMap((row) =>
		typeof row === 'object' && row !== null && !Array.isArray(row) && typeof row.id === 'number' ? [row.id] : [],
	);

/** The records that a message names, one by one: `res.partner 4, 5` names two. */
const named = (message: string): string[] =>
	[...message.matchAll(/([a-z]+(?:\.[a-z]+)+) (\d+(?:, \d+)*)/g)].flatMap(([, model = '', numbers = '']) =>
		numbers.split(', ').map((id) => `${model} ${id}`),
	);
