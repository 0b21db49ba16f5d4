import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { z } from 'zod';
import { systemClock } from '../../backend/src/core/clock';
import type { OdooClient } from '../../backend/src/odoo/client';
import { connectOdoo } from '../../backend/src/odoo/connect';
import { isJsonObject, type JsonObject, type JsonValue } from '../../backend/src/odoo/json';
import { odooServers } from '../support/odoo-servers';
import { openSandbox, type TestSandbox } from '@odoo-platform/odoo-sandbox/testing';

const RUNS = 300;

/** Companies p0 to p3, each with people below, and persons on their own. */
const PARTNERS: readonly { name: string; parent?: string; tags?: string[]; vals: JsonObject }[] = [
	{ name: 'p0', tags: ['t0', 't1'], vals: { name: 'Alpha', is_company: true, email: 'alpha@example.com', color: 3 } },
	{ name: 'p1', tags: ['t1'], vals: { name: 'alphabet', is_company: true, function: 'Oslo', color: 7 } },
	{ name: 'p2', vals: { name: 'Beta 100%', is_company: true, function: '', email: 'beta@example.com', color: 11 } },
	{ name: 'p3', tags: ['t2'], vals: { name: 'be_ta', is_company: true, active: false, function: 'oslo', color: 1 } },
	{ name: 'p4', parent: 'p0', vals: { name: 'Cara', function: 'Bergen', email: 'cara@example.com', color: 3 } },
	{ name: 'p5', parent: 'p0', tags: ['t0'], vals: { name: 'Dan', color: 5 } },
	{ name: 'p6', parent: 'p1', vals: { name: 'Eva', active: false, function: 'Oslo', color: 2 } },
	{ name: 'p7', parent: 'p4', vals: { name: 'Finn', type: 'invoice', color: 9 } },
	{ name: 'p8', vals: { name: 'Gro Alpha', email: 'GRO@example.com', color: 4 } },
	{ name: 'p9', tags: ['t2', 't0'], vals: { name: 'back\\slash', function: 'a%b_c', color: 6 } },
];

const TAGS: readonly { name: string; parent?: string }[] = [
	{ name: 't0' },
	{ name: 't1', parent: 't0' },
	{ name: 't2' },
];

const ORDERS = [
	'ref',
	'ref desc',
	'function, ref',
	'function desc, ref',
	'is_company desc, color, ref',
	'color desc, ref',
];

/** Domains that are worth asking each time; some mean something else, or nothing sensible, before Odoo 19. */
const ASKED: { domain: JsonValue[]; since?: number }[] = [
	{ domain: [['parent_id', '=', false]] },
	{ domain: [['parent_id', '!=', '#p0']] },
	{ domain: [['parent_id.parent_id', '=', '#p0']] },
	{ domain: [['id', 'child_of', '#p0']] },
	{ domain: [['parent_id', 'child_of', ['#p0', '#p1']]] },
	{ domain: [['id', 'parent_of', '#p7']] },
	{ domain: [['category_id', 'child_of', '#t0']] },
	{ domain: [['category_id', '=', false]] },
	{ domain: [['category_id', 'in', ['#t2', false]]], since: 19 },
	{ domain: [['category_id', 'not in', ['#t0']]] },
	{ domain: [['parent_id', 'ilike', 'alph']] },
	{ domain: [['child_ids.name', '=', 'Cara']] },
	{ domain: [['child_ids', '=', false]], since: 19 },
	{ domain: ['!', ['child_ids.function', '=', 'Bergen']], since: 19 },
	{ domain: [['create_date', '>=', '2020-01-01']] },
	{ domain: [['create_date', '<=', '2020-01-01 10:00:00']] },
	{ domain: [['active', '=', false]] },
	{ domain: [['name', '=like', 'be\\_ta']] },
];

/**
 * The same partners in a real Odoo and in a sandbox of its version: whatever domain is asked, both find the same ones.
 * What they are called is their `ref`; everything that is searched is kept within those of this run.
 */
for (const server of odooServers().filter(({ real }) => real)) {
	describe(`domains, in the sandbox as in ${server.name}`, () => {
		const run = `zz-${Date.now().toString(36)}-${process.pid}-`;
		let real: Side;
		let sandbox: Side;
		let close: () => Promise<void>;

		beforeAll(async () => {
			const { access, fetch, close: closeServer } = await server.open();
			close = closeServer;
			const client = await connectOdoo(access, { fetch, clock: systemClock });
			real = await prepare(run, realCaller(client));
			sandbox = await prepare(run, sandboxCaller(openSandbox({ version: `${server.major}.0` })));
		}, 60_000);

		afterAll(async () => {
			const mine = [['ref', '=like', `${run}%`]];
			const context = { active_test: false };
			const partners = await real.call('res.partner', 'search', [mine], { context });
			await real.call('res.partner', 'unlink', [partners]);
			const tags = await real.call('res.partner.category', 'search', [[['name', '=like', `${run}%`]]], {
				context,
			});
			await real.call('res.partner.category', 'unlink', [tags]);
			await close();
		});

		it('finds the same partners', async () => {
			await fc.assert(
				fc.asyncProperty(domains(server.major), fc.constantFrom(...ORDERS), async (domain, order) => {
					expect(await find(sandbox, run, domain, order)).toEqual(await find(real, run, domain, order));
				}),
				{ numRuns: RUNS, seed: 19 },
			);
		}, 120_000);

		const asked = ASKED.filter(({ since = 0 }) => since <= server.major);
		it.each(asked.map(({ domain }) => [JSON.stringify(domain), domain] as const))(
			'finds the same partners for %s',
			async (_, domain) => {
				expect(await find(sandbox, run, domain, 'ref')).toEqual(await find(real, run, domain, 'ref'));
			},
		);
	});
}

if (odooServers().every(({ real }) => !real)) {
	it.skip('needs a real Odoo: ODOO_URL, ODOO_DB, ODOO_LOGIN, ODOO_API_KEY and ODOO_VERSION', () => undefined);
}

type Call = (model: string, method: string, args: JsonValue[], kwargs?: JsonObject) => Promise<JsonValue>;

/** One of the two, and the ids that its records have there, by the name they have in a domain. */
interface Side {
	readonly call: Call;
	readonly ids: ReadonlyMap<string, number>;
}

function realCaller(client: OdooClient): Call {
	return (model, method, args, kwargs = {}) => client.call({ model, method, args, kwargs });
}

function sandboxCaller(sandbox: TestSandbox): Call {
	return async (model, method, args, kwargs) => z.json().parse(await sandbox.rpc(model, method, args, kwargs));
}

async function prepare(run: string, call: Call): Promise<Side> {
	const ids = new Map<string, number>();
	const idOf = (name: string) => ids.get(name) ?? false;
	for (const { name, parent } of TAGS) {
		const vals = { name: run + name, parent_id: parent === undefined ? false : idOf(parent) };
		ids.set(name, Number(await call('res.partner.category', 'create', [vals])));
	}
	for (const { name, parent, tags = [], vals } of PARTNERS) {
		const relations = {
			parent_id: parent === undefined ? false : idOf(parent),
			category_id: [[6, 0, tags.map(idOf)]],
		};
		ids.set(name, Number(await call('res.partner', 'create', [{ ref: run + name, ...relations, ...vals }])));
	}
	return { call, ids };
}

/** The partners of this run that the domain finds, by name, in that order. */
async function find(side: Side, run: string, domain: readonly JsonValue[], order: string): Promise<unknown> {
	const mine = ['ref', '=like', `${run}%`];
	const whole = domain.length > 0 ? ['&', mine, ...explicit(domain.map((item) => resolve(side, item)))] : [mine];
	const options = { fields: ['ref'], order };
	const records = await side.call('res.partner', 'search_read', [whole], options);
	if (!Array.isArray(records)) throw new Error(`no records: ${JSON.stringify(records)}`);
	return records.map((record) =>
		isJsonObject(record) && typeof record.ref === 'string' ? record.ref.slice(run.length) : record,
	);
}

/** A domain as one operand of `&`: what implicit `&` it has, written out. */
function explicit(domain: readonly JsonValue[]): JsonValue[] {
	const operands = domain.reduce<number>(
		(count, item) => (item === '&' || item === '|' ? count - 1 : item === '!' ? count : count + 1),
		0,
	);
	return [...new Array<string>(operands - 1).fill('&'), ...domain];
}

/** Puts the ids of that side in the place of names such as `#p3`. */
function resolve(side: Side, value: JsonValue): JsonValue {
	if (Array.isArray(value)) return value.map((item) => resolve(side, item));
	if (typeof value !== 'string' || !value.startsWith('#')) return value;
	const id = side.ids.get(value.slice(1));
	if (id === undefined) throw new Error(`no ${value}`);
	return id;
}

const TEXTS = [
	'Alpha',
	'alpha',
	'oslo',
	'Oslo',
	'Bergen',
	'a%b_c',
	'%a%',
	'_e%',
	'be\\_ta',
	'b',
	'example.com',
	'100%',
];

const text = fc.constantFrom(...TEXTS);
const partner = fc.constantFrom(...PARTNERS.map(({ name }) => `#${name}`));
const tag = fc.constantFrom(...TAGS.map(({ name }) => `#${name}`));
const none = fc.constant<JsonValue>(false);

/** Conditions of one field, whose path may lead through relations. */
const condition = (
	fields: readonly string[],
	operators: readonly string[],
	value: fc.Arbitrary<JsonValue>,
): fc.Arbitrary<JsonValue[]> => fc.tuple(fc.constantFrom(...fields), fc.constantFrom(...operators), value);

const list = (item: fc.Arbitrary<JsonValue>): fc.Arbitrary<JsonValue> => fc.array(item, { maxLength: 3 });

const LIKES = ['like', 'not like', 'ilike', 'not ilike', '=like', '=ilike'];

/**
 * The conditions that the sandbox means as Odoo does. It has Odoo 19's meaning for every version: an unset text and an
 * empty one are the same, `!` covers unset values, and relations can be asked for what they do not hold. Odoo 14 answers
 * those otherwise, some by the accidents of SQL's NULL.
 */
function conditions(major: number): fc.Arbitrary<JsonValue[]> {
	const modern = major >= 19;
	const texts = modern
		? ['name', 'function', 'email', 'parent_id.function', 'child_ids.email', 'category_id.name']
		: ['name'];
	const maybe = modern ? fc.oneof(text, none, fc.constant('')) : text;
	const both = [
		condition(texts, ['=', '!=', '=?'], maybe),
		condition(texts, ['in', 'not in'], list(maybe)),
		condition(texts, LIKES, text),
		condition(['color', 'parent_id.color'], ['=', '!=', '<', '<=', '>', '>='], fc.integer({ min: 0, max: 12 })),
		condition(['color'], ['in', 'not in'], list(fc.integer({ min: 1, max: 12 }))),
		condition(['is_company', 'active', 'parent_id.is_company'], ['=', '!='], fc.boolean()),
		condition(['parent_id', 'commercial_partner_id', 'id'], ['=', '!='], partner),
		condition(['parent_id', 'commercial_partner_id'], ['in', 'not in'], list(fc.oneof(partner, none))),
		condition(['parent_id', 'commercial_partner_id'], ['ilike', '='], text),
		condition(['category_id'], ['=', '!='], none),
		condition(['category_id', 'parent_id.category_id', 'child_ids.category_id'], ['in', 'not in', '='], tag),
		condition(['id', 'parent_id'], ['child_of', 'parent_of'], partner),
		condition(['category_id'], ['child_of', 'parent_of'], tag),
		condition(['type'], ['=', '!='], fc.constantFrom('contact', 'invoice', 'nothing')),
		condition(['create_date'], ['<', '<=', '>', '>='], fc.constantFrom('2001-01-01', '2099-12-31 23:59:59')),
	];
	const newer = [
		fc.constantFrom<JsonValue[]>([1, '=', 1], [0, '=', 1]),
		condition(['child_ids'], ['=', '!='], none),
		condition(['child_ids'], ['in', 'not in', '=', '!='], partner),
		condition(['parent_id', 'commercial_partner_id'], ['not ilike', '!='], text),
		condition(['name', 'function', 'email'], ['<', '<=', '>', '>='], fc.oneof(text, none)),
		condition(['name', 'function'], ['not =like', 'not =ilike'], text),
		condition(
			['parent_id', 'child_ids', 'commercial_partner_id'],
			['any', 'not any'],
			list(condition(['name', 'function'], ['=', '!=', 'ilike'], text)),
		),
	];
	return fc.oneof(...both, ...(modern ? newer : []));
}

function domains(major: number): fc.Arbitrary<JsonValue[]> {
	const one = conditions(major).map((leaf): JsonValue[] => [leaf]);
	const { domain } = fc.letrec<{ domain: JsonValue[] }>((tie) => ({
		domain: fc.oneof(
			{ depthSize: 'small', withCrossShrink: true },
			one,
			fc
				.tuple(fc.constantFrom('&', '|'), tie('domain'), tie('domain'))
				.map(([op, left, right]) => [op, ...left, ...right]),
			...(major >= 19 ? [tie('domain').map((operand): JsonValue[] => ['!', ...operand])] : []),
		),
	}));
	return fc.array(domain, { maxLength: 2 }).map((parts) => parts.flat());
}
