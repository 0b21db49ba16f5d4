import { Worker } from 'node:worker_threads';
import { afterEach, describe, expect, it } from '@jest/globals';
import { JsonBytes } from '../../backend/src/core/json-bytes';
import type { Fetch } from '../../backend/src/net/outbound';
import { connectOdoo } from '../../backend/src/odoo/connect';
import type { JsonValue } from '../../backend/src/odoo/json';
import { LargeResult } from '../../backend/src/odoo/large/large-result';
import { createLargeReader } from '../../backend/src/odoo/large/reader';
import { readLarge, type LargeAnswer } from '../../backend/src/odoo/large/reading';
import { createTurns } from '../../backend/src/odoo/large/turns';
import { createFakeClock } from '../support/fake-clock';
import { until } from '../support/until';

const answer = (text: string, more: Partial<LargeAnswer> = {}): LargeAnswer => ({
	blocks: [new Uint8Array(Buffer.from(text))],
	protocol: 'json-2',
	status: 200,
	...more,
});

function resultOf(text: string, more?: Partial<LargeAnswer>) {
	const reading = readLarge(answer(text, more));
	if (reading.kind !== 'result') throw new Error(`It is no result: ${reading.kind}`);
	return new LargeResult(reading);
}

const textOf = (json: JsonBytes) => Buffer.concat(json.pieces).toString();
const records = Array.from({ length: 5000 }, (_, id) => ({ id, name: `Zoë ${id}`, tags: [id, [id]] }));
const wide = Object.fromEntries(records.map((record) => [`k${record.id}`, record]));

describe('readLarge', () => {
	it.each<[string, JsonValue]>([
		['a list', records],
		['an object', wide],
		['an empty list', []],
		['an empty object', {}],
		['a text', 'x'.repeat(200_000)],
		['null', null],
		['a list of one', ['[']],
		['an object with a member of a special name', JSON.parse('{"__proto__":1,"a":2}')],
	])('gives %s as JSON.stringify writes it, and reads it again', async (_, value) => {
		const result = resultOf(JSON.stringify(value));
		expect(textOf(result.json)).toBe(JSON.stringify(value));
		expect(JSON.stringify(await result.value())).toBe(JSON.stringify(value));
	});

	it('cuts a large result into pieces, so that others have the thread while it is read', () => {
		const sizes = resultOf(JSON.stringify(records)).json.pieces.map((piece) => piece.byteLength);
		expect(sizes.length).toBeGreaterThan(2);
		expect(Math.max(...sizes)).toBeLessThan(150_000);
	});

	it('cuts it where items become large, too', () => {
		const items = [...Array<string>(20_000).fill('x'), ...Array<string>(200).fill('y'.repeat(10_000))];
		const sizes = resultOf(JSON.stringify(items)).json.pieces.map((piece) => piece.byteLength);
		expect(Math.max(...sizes)).toBeLessThan(80_000);
	});

	it('keeps integers that would be rounded, as texts', () => {
		expect(textOf(resultOf('[9007199254740993]').json)).toBe('["9007199254740993"]');
	});

	it('takes the result out of the envelope of JSON-RPC', () => {
		expect(textOf(resultOf('{"jsonrpc":"2.0","result":[1]}', { protocol: 'json-rpc' }).json)).toBe('[1]');
		expect(textOf(resultOf('{"jsonrpc":"2.0"}', { protocol: 'json-rpc' }).json)).toBe('null');
	});

	it('gives of a refusal what is looked at, and no megabytes of it', () => {
		const data = { name: 'odoo.exceptions.UserError', message: 'm'.repeat(10_000), debug: 'd'.repeat(10_000) };
		const text = JSON.stringify({ jsonrpc: '2.0', id: 1, error: { code: 200, data } });
		const json = { jsonrpc: '2.0', error: { code: 200, data: { name: data.name, message: 'm'.repeat(4000) } } };
		expect(readLarge(answer(text, { protocol: 'json-rpc' }))).toEqual({ kind: 'refusal', json });
	});

	it('gives no more of a refusal that holds itself in itself than somebody looks at', () => {
		const text = `${'{"error":'.repeat(5000)}1${'}'.repeat(5000)}`;
		const json = { error: { error: { error: {} } } };
		expect(readLarge(answer(text, { status: 500 }))).toEqual({ kind: 'refusal', json });
	});

	it('says that what is no JSON is none', () => {
		expect(readLarge(answer('<html>'))).toEqual({ kind: 'refusal', json: undefined });
	});

	it.each([
		['more values than anybody reads in time', `[${'[],'.repeat(2_000_000)}[]]`],
		['values nested too deep', `${'['.repeat(200_000)}${']'.repeat(200_000)}`],
	])('refuses %s', (_, text) => {
		expect(readLarge(answer(text)).kind).toBe('too_large');
	});
});

it('works with no more of an answer than can be read in turns', async () => {
	const nested = resultOf(`[[${'0,'.repeat(60_000)}0]]`);
	await expect(nested.value()).rejects.toMatchObject({ kind: 'too_large' });
});

describe('turns', () => {
	const signal = new AbortController().signal;

	it('pass from owner to owner, however many one owner asked for', async () => {
		const turns = createTurns(1);
		const order: string[] = [];
		const all = ['a', 'a', 'a', 'b', 'b'].map(async (owner) => {
			const end = await turns.take(owner, signal);
			order.push(owner);
			end();
		});
		await Promise.all(all);
		expect(order).toEqual(['a', 'b', 'a', 'b', 'a']);
	});

	it('are one at a time for each owner', async () => {
		const turns = createTurns(8);
		const begun: string[] = [];
		const take = async (owner: string) => {
			const end = await turns.take(owner, signal);
			begun.push(owner);
			return end;
		};
		const first = take('a');
		const second = take('a');
		await take('b');
		expect(begun).toEqual(['a', 'b']);
		(await first)();
		await second;
		expect(begun).toEqual(['a', 'b', 'a']);
	});

	it('are not kept for those who stop waiting', async () => {
		const turns = createTurns(1);
		const end = await turns.take('a', signal);
		const leaving = new AbortController();
		const left = turns.take('b', leaving.signal);
		leaving.abort(new Error('gone'));
		await expect(left).rejects.toThrow('gone');
		end();
		await turns.take('c', signal);
	});
});

describe('the reader', () => {
	const signal = new AbortController().signal;

	const started: Worker[] = [];
	afterEach(() => Promise.all(started.splice(0).map((thread) => thread.terminate())));

	const readerBy = (...codes: string[]) => {
		const clock = createFakeClock();
		const threads: Worker[] = [];
		const start = () => {
			const thread = new Worker(
				`const { parentPort } = require('node:worker_threads'); ${codes[threads.length]}`,
				{
					eval: true,
					resourceLimits: { maxOldGenerationSizeMb: 32 },
				},
			);
			threads.push(thread);
			started.push(thread);
			return thread;
		};
		return { reader: createLargeReader({ clock, start }), clock, threads };
	};
	const ANSWERS = 'parentPort.on("message", () => parentPort.postMessage({ kind: "refusal" }))';

	it('gives a thread up that takes too long, and reads the next answer by another', async () => {
		const { reader, clock, threads } = readerBy('parentPort.on("message", () => { for (;;); })', ANSWERS);
		const refused = expect(reader.read(answer('[]'), signal)).rejects.toMatchObject({ kind: 'too_large' });
		await until(() => clock.sleeping.length > 0);
		await clock.advance(20_000);
		await refused;
		expect(threads[0]?.threadId).toBe(-1);
		expect(await reader.read(answer('[]'), signal)).toEqual({ kind: 'refusal' });
	});

	it.each([
		['fails', 'throw new Error("broken")', 'broken'],
		['ends by itself', 'process.exit()', 'The thread that reads large answers ended.'],
	])('says that a thread %s, and reads the next answer by another', async (_, code, message) => {
		const { reader } = readerBy(code, ANSWERS);
		await expect(reader.read(answer('[]'), signal)).rejects.toThrow(message);
		expect(await reader.read(answer('[]'), signal)).toEqual({ kind: 'refusal' });
	});

	it('reads by another where a thread ended with nothing to do', async () => {
		const { reader, threads } = readerBy(ANSWERS, ANSWERS);
		await reader.read(answer('[]'), signal);
		await threads[0]?.terminate();
		expect(await reader.read(answer('[]'), signal)).toEqual({ kind: 'refusal' });
	});

	it('refuses an answer that takes more memory than a thread has', async () => {
		const { reader } = readerBy('parentPort.on("message", () => { for (const all = []; ; ) all.push([1]) })');
		await expect(reader.read(answer('[]'), signal)).rejects.toMatchObject({ kind: 'too_large' });
	});

	it('reads nothing that nobody waits for any more, and keeps nobody waiting with it', async () => {
		const { reader, clock } = readerBy('parentPort.on("message", () => {})', ANSWERS);
		const leaving = new AbortController();
		const slow = reader.read(answer('[]'), signal).catch(() => 'refused');
		const left = reader.read(answer('[]'), leaving.signal);
		const last = reader.read(answer('[]'), signal);
		leaving.abort(new Error('gone'));
		await expect(left).rejects.toThrow('gone');
		await until(() => clock.sleeping.length > 0);
		await clock.advance(20_000);
		expect(await slow).toBe('refused');
		expect(await last).toEqual({ kind: 'refusal' });
	});
});

/** An Odoo 19 that lets everybody in and answers all calls the same. */
const odooThatAnswers =
	(text: string, status = 200): Fetch =>
	(url) => {
		const { pathname } = new URL(url);
		if (pathname === '/web/version') return Promise.resolve(Response.json({ version: '19.0' }));
		if (pathname.endsWith('/context_get')) return Promise.resolve(Response.json({ uid: 2 }));
		if (pathname.endsWith('/res.users/read'))
			return Promise.resolve(Response.json([{ id: 2, login: 'admin', name: 'Admin' }]));
		return Promise.resolve(new Response(text, { status }));
	};
const clientOf = (fetch: Fetch) =>
	connectOdoo(
		{ url: 'http://odoo.example.com', database: 'demo', login: 'admin', secret: 'key' },
		{ fetch, clock: createFakeClock() },
	);
const CALL = { model: 'res.partner', method: 'search_read', args: [[]], kwargs: {} };

describe('a large answer', () => {
	it('is handed on as it is, unread, and is read where it is called for', async () => {
		const client = await clientOf(odooThatAnswers(JSON.stringify(records)));
		const forwarded = await client.forward(CALL);
		expect(forwarded).toBeInstanceOf(JsonBytes);
		expect(JSON.stringify(forwarded)).toBe(JSON.stringify(records));
		expect(await client.call(CALL)).toEqual(records);
	});

	it('is the same failure as a small one where Odoo refuses', async () => {
		const raised = { name: 'odoo.exceptions.UserError', message: 'No.', debug: 'd'.repeat(300_000) };
		const client = await clientOf(odooThatAnswers(JSON.stringify(raised), 422));
		await expect(client.forward(CALL)).rejects.toMatchObject({ kind: 'user_error', message: 'No.' });
	});

	it('that is no JSON is not one of Odoo', async () => {
		const client = await clientOf(odooThatAnswers('x'.repeat(300_000)));
		await expect(client.forward(CALL)).rejects.toMatchObject({ kind: 'not_odoo' });
	});
});
