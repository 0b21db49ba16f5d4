import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { createLogger } from '../../backend/src/core/log';
import type { BatchResult } from '../../backend/src/features/gateway/answers';
import { runBatch } from '../../backend/src/features/gateway/batch';
import { gatewayRequest, type GatewayAction } from '../../backend/src/features/gateway/schemas';
import { OdooError } from '../../backend/src/odoo/errors';
import { isJsonObject, type JsonObject, type JsonValue } from '../../backend/src/odoo/json';
import { createFakeClock } from '../support/fake-clock';
import { until } from '../support/until';

type Execute = Extract<GatewayAction, { action: 'execute_method' }>;
type Answer = (request: Execute, signal: AbortSignal) => JsonValue | Promise<JsonValue>;

/** An Odoo that keeps what is created, all of a call or nothing, and refuses records without a name. */
function keeper() {
	const kept: JsonValue[] = [];
	const answer: Answer = ({ method, args }) => {
		if (method !== 'create') return kept.length;
		const [given = null] = args;
		const records = Array.isArray(given) ? given : [given];
		const nameless = records.findIndex((record) => !isJsonObject(record) || record.name === undefined);
		if (nameless >= 0) throw new OdooError('validation', `No name: ${JSON.stringify(records[nameless])}`, 'odoo.E');
		const ids = records.map((record) => kept.push(record));
		return Array.isArray(given) ? ids : (ids[0] ?? null);
	};
	return { kept, answer };
}

/** Runs a batch; `calls` are what reached Odoo. */
function stage(answer: Answer, { signal }: { signal?: AbortSignal } = {}) {
	const calls: Execute[] = [];
	const clock = createFakeClock();
	const run = (requests: readonly object[], stop_on_error = false) => {
		const batch = gatewayRequest.parse({ action: 'batch', requests, stop_on_error });
		if (batch.action !== 'batch') throw new Error('no batch');
		const act = async (request: GatewayAction, limited: AbortSignal) => {
			await Promise.resolve();
			if (request.action !== 'execute_method') return request.action;
			calls.push(request);
			return answer(request, limited);
		};
		return runBatch(batch, act, { clock, log: createLogger('silent'), signal });
	};
	return { run, calls, clock };
}

const execute = (method: string, args: JsonValue[], more: JsonObject = {}) => ({
	action: 'execute_method',
	model: 'res.partner',
	method,
	args,
	...more,
});
const create = (values: JsonValue, more: JsonObject = {}) => execute('create', [values], more);
const named = (count: number) => Array.from({ length: count }, (_, n) => create({ name: `P${n}` }));

const refused = expect.objectContaining({ success: false, code: 'odoo_validation', details: expect.any(String) });
const notRun = expect.objectContaining({ success: false, error: 'Not run', code: 'batch_stopped' });
const done = (data: JsonValue) => ({ success: true, data });

describe('a batch', () => {
	it('answers each request in order', async () => {
		const { run } = stage(keeper().answer);
		expect(await run([create({ name: 'A' }), execute('count', []), { action: 'get_config' }])).toEqual([
			done(1),
			done(1),
			done('get_config'),
		]);
	});

	it('creates consecutive records of one model by one call', async () => {
		const { run, calls } = stage(keeper().answer);
		const results = await run(named(500));
		expect(results).toEqual(Array.from({ length: 500 }, (_, n) => done(n + 1)));
		expect(calls).toHaveLength(1);
	});

	it('gives one id for a record and a list for a list, by position or by name', async () => {
		const { run, calls } = stage(keeper().answer);
		const [a, b, c] = [{ name: 'A' }, { name: 'B' }, { name: 'C' }];
		const byName = { ...execute('create', []), kwargs: { vals_list: [c] } };
		expect(await run([create(a), create([b, a]), create([]), byName])).toEqual([
			done(1),
			done([2, 3]),
			done([]),
			done([4]),
		]);
		expect(calls).toHaveLength(1);
	});

	const other = create({ name: 'Other' });
	it.each<[string, object]>([
		['another model', { ...other, model: 'res.company' }],
		['another context', { ...other, kwargs: { context: { lang: 'de_DE' } } }],
		['another connection', { ...other, connection: 'staging' }],
		['another environment', { ...other, environment_id: 'env_01HXMZ0K3RJ8QM2P5T7V9X1Z3B' }],
		['another argument', { ...other, kwargs: { more: true } }],
		['values of another kind', create(7)],
		['another method', execute('count', [])],
	])('keeps creates with %s apart', async (_what, request) => {
		const { run, calls } = stage(() => 1);
		await run([create({ name: 'A' }), request, create({ name: 'B' })]);
		expect(calls).toHaveLength(3);
	});

	it('creates those of one context together, and in it', async () => {
		const { run, calls } = stage(keeper().answer);
		const kwargs = { context: { lang: 'de_DE', tz: 'Europe/Berlin' } };
		await run([create({ name: 'A' }, { kwargs }), create({ name: 'B' }, { kwargs })]);
		expect(calls).toMatchObject([{ args: [[{ name: 'A' }, { name: 'B' }]], kwargs }]);
	});

	it('finds the one record among 500 that is refused, in few calls', async () => {
		const { kept, answer } = keeper();
		const { run, calls } = stage(answer);
		const requests = named(500).with(321, create({ nick: 'X' }));
		const results = await run(requests);
		expect(results).toMatchObject(requests.map((_, n) => (n === 321 ? { success: false } : { success: true })));
		expect(kept).toHaveLength(499);
		expect(calls.length).toBeLessThan(20);
	});

	it('says of each what it would have said by itself, however requests are mixed', async () => {
		const value = fc.oneof(
			{ weight: 3, arbitrary: fc.record({ name: fc.string() }) },
			fc.constant<JsonObject>({ nick: 'X' }),
		);
		const request = fc.oneof(
			{ weight: 4, arbitrary: value.map((one) => create(one)) },
			fc.array(value, { maxLength: 3 }).map((list) => create(list)),
			fc.constant(execute('count', [])),
		);
		const requests = fc.array(request, { minLength: 1, maxLength: 12 });
		await fc.assert(
			fc.asyncProperty(requests, fc.boolean(), async (all, stop) => {
				const together = keeper();
				const results = await stage(together.answer).run(all, stop);

				const alone = keeper();
				const expected: BatchResult[] = [];
				for (const one of all) {
					const failed = expected.some(({ success }) => !success);
					if (failed && stop) expected.push(notRunYet);
					else expected.push(...(await stage(alone.answer).run([one])));
				}
				expect(results).toEqual(expected);
				expect(together.kept).toEqual(alone.kept);
			}),
		);
	});

	it('stops where it is told to', async () => {
		const { run } = stage(keeper().answer);
		expect(
			await run([execute('count', []), create({}), create({ name: 'A' }), execute('count', [])], true),
		).toEqual([done(0), refused, notRun, notRun]);
	});

	it.each(['unreachable', 'timeout', 'not_odoo'] as const)(
		'does not repeat creates whose fate is not known: %s',
		async (kind) => {
			const { run, calls } = stage(() => {
				throw new OdooError(kind, 'Gone.');
			});
			const failure = expect.objectContaining({ success: false, code: `odoo_${kind}` });
			expect(await run(named(3))).toEqual([failure, failure, failure]);
			expect(calls).toHaveLength(1);
		},
	);

	it('does not repeat creates that no values would make right', async () => {
		const { run, calls } = stage(() => {
			throw new OdooError('unknown_model', 'No such model.', 'odoo.exceptions.UserError');
		});
		await run(named(500));
		expect(calls).toHaveLength(1);
	});

	it('says so where Odoo does not answer an id for each record', async () => {
		const { run } = stage(() => [1]);
		const failure = expect.objectContaining({ success: false, code: 'odoo_server_error' });
		expect(await run(named(2))).toEqual([failure, failure]);
	});

	it('tells of a failure of its own without details, and goes on', async () => {
		const { run } = stage(({ method }) => {
			if (method === 'read') throw new Error('at /srv/secret.ts');
			return 1;
		});
		expect(await run([execute('read', [[1]]), execute('count', [])])).toEqual([
			expect.objectContaining({ code: 'internal_error', details: expect.not.stringContaining('secret') }),
			done(1),
		]);
	});

	it('ends after two minutes, and says of each request whether it ran', async () => {
		const forever: Answer = (_request, signal) =>
			new Promise((_resolve, reject) => {
				signal.addEventListener('abort', () =>
					reject(signal.reason instanceof Error ? signal.reason : new Error()),
				);
			});
		const { run, calls, clock } = stage((request, signal) =>
			request.method === 'wait' ? forever(request, signal) : 1,
		);
		const results = run([execute('count', []), execute('wait', []), execute('count', [])]);
		await until(() => calls.length === 2);
		await clock.advance(120_000);
		expect(await results).toEqual([done(1), expect.objectContaining({ code: 'odoo_timeout' }), notRun]);
	});

	it('runs nothing more once its client has left', async () => {
		const client = new AbortController();
		const { run, calls } = stage(
			() => {
				client.abort();
				throw new OdooError('validation', 'No.', 'odoo.E');
			},
			{ signal: client.signal },
		);
		await expect(run(named(4))).rejects.toThrow();
		expect(calls).toHaveLength(1);
	});

	it('leaves out answers that are too large together', async () => {
		const large = 'x'.repeat(20 * 1024 * 1024);
		const { run } = stage(() => large);
		const [first, second] = await run([execute('read', [1]), execute('read', [2])]);
		expect([first, second]).toEqual([done(large), expect.objectContaining({ code: 'odoo_too_large' })]);
	});
});

/** What {@link runBatch} says of what an earlier failure left out. */
const notRunYet: BatchResult = {
	success: false,
	error: 'Not run',
	details: 'The request was not run: an earlier one failed.',
	code: 'batch_stopped',
};
