import { beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { ErrorCode } from '../../backend/src/core/error-codes';
import { ApiError } from '../../backend/src/core/errors';
import { createIds } from '../../backend/src/core/ids';
import { createLogger } from '../../backend/src/core/log';
import { createSecrets } from '../../backend/src/core/secrets';
import { createIdempotency, type Idempotency } from '../../backend/src/http/idempotency';
import { LEASE_MS } from '../../backend/src/waiting/while-renewing';
import { blankNotes, type Notes } from '../../backend/src/http/notes';
import type { Once, RouteReply } from '../../backend/src/http/route';
import { createFakeClock, type FakeClock } from '../support/fake-clock';
import { keyCaller } from '../support/key-caller';
import { createMemoryClaims } from '../support/pipeline';

const ids = createIds(createFakeClock());
const caller = keyCaller();
const route = { method: 'post', path: '/things/{thing_id}' } as const;

let clock: FakeClock;
let claims: ReturnType<typeof createMemoryClaims>;
let idempotency: Idempotency;
let runs: number;
let effects: (string | null)[];

const replica = () =>
	createIdempotency({
		store: claims,
		secrets: createSecrets(Buffer.alloc(32, 7)),
		clock,
		log: createLogger('silent'),
	});

beforeEach(() => {
	clock = createFakeClock();
	claims = createMemoryClaims();
	idempotency = replica();
	runs = 0;
	effects = [];
});

interface Sent {
	at?: Parameters<Idempotency['of']>[0];
	key?: string;
	body?: string;
	thing?: string;
	from?: typeof caller;
	on?: Idempotency;
	resumable?: boolean;
	work?: Parameters<Once>[0];
	notes?: Notes;
}

const made = (): Promise<RouteReply> =>
	Promise.resolve({ status: 201, headers: { Location: '/things/1' }, body: { token: `secret ${runs}` } });

async function send({
	at = route,
	key = 'once',
	body = '{}',
	thing = '1',
	from = caller,
	on = idempotency,
	resumable = false,
	work = made,
	notes = blankNotes(),
}: Sent = {}) {
	const once = on.of(at, {
		params: { thing_id: thing },
		query: {},
		headers: { 'idempotency-key': key },
		rawBody: Buffer.from(body),
		caller: from,
		signal: new AbortController().signal,
		notes,
	});
	return once(
		(run) => {
			runs += 1;
			effects.push(run.effect_id);
			return work(run);
		},
		{ resumable },
	);
}

/** A run that hangs until the test lets it end. */
function hanging() {
	let end: (reply: Promise<RouteReply>) => void = () => undefined;
	const reply = new Promise<RouteReply>((resolve) => {
		end = resolve;
	});
	return { work: () => reply, end: () => end(made()) };
}

/** A run whose process dies: nothing of it is written any more. */
async function crash(options: Sent = {}) {
	const dead = createIdempotency({
		store: { ...claims, change: () => Promise.resolve(), remove: () => Promise.resolve() },
		secrets: createSecrets(Buffer.alloc(32, 7)),
		clock,
		log: createLogger('silent'),
	});
	await send({ ...options, on: dead });
	await clock.advance(LEASE_MS);
}

const refusal = (code: ErrorCode) => () => Promise.reject(new ApiError(code, 'No.'));

describe('a request with an Idempotency-Key', () => {
	it('gets the first reply again, and is not run again', async () => {
		const first = await send();
		expect(await send()).toEqual({ ...first, headers: { Location: '/things/1', 'Idempotency-Replayed': 'true' } });
		expect(runs).toBe(1);
	});

	it('gets it from another replica as well', async () => {
		const first = await send();
		expect((await send({ on: replica() })).body).toEqual(first.body);
	});

	it('gets a reply without a body again', async () => {
		const work = () => Promise.resolve({ status: 204, headers: {}, body: undefined });
		await send({ work });
		expect(await send({ work })).toMatchObject({ status: 204, body: undefined });
	});

	it('gets a reply of almost 8 MiB again', async () => {
		const body = 'x'.repeat(8 * 1024 * 1024 - 1_000);
		const work = () => Promise.resolve({ status: 200, headers: {}, body });
		await send({ work });
		expect((await send({ work })).body === body).toBe(true);
	});

	it('is told that it was carried out, where its reply was too large to be kept', async () => {
		const work = () => Promise.resolve({ status: 200, headers: {}, body: 'é'.repeat(7 * 1024 * 1024) });
		await send({ work });
		await expect(send({ work })).rejects.toMatchObject({
			code: 'idempotency_reply_too_large',
			message: expect.stringMatching(/carried out and answered 200, .* of 14\.0 MiB/),
		});
		expect(runs).toBe(1);
	});

	it('gets what its work noted again, to be recorded as the first one was', async () => {
		const first = blankNotes();
		const work = () => {
			first.connection_id = ids.next('connection');
			return made();
		};
		await send({ work, notes: first });
		const again = blankNotes();
		await send({ notes: again });
		expect(again).toEqual({ ...blankNotes(), connection_id: first.connection_id });
	});

	it('is another one after 24 hours', async () => {
		await send();
		await clock.advance(24 * 60 * 60 * 1_000);
		await send();
		expect(runs).toBe(2);
	});

	it.each([
		['another API key', { from: { ...caller, key_id: ids.next('key') } }],
		['another thing', { thing: '2' }],
		['another path', { at: { ...route, path: '/others/{thing_id}' } }],
		['another method', { at: { ...route, method: 'put' as const } }],
		['another Idempotency-Key', { key: 'twice' }],
	])('is another one with %s', async (_case, other) => {
		await send();
		await send(other);
		expect(runs).toBe(2);
	});

	it('is refused with another body', async () => {
		await send();
		await expect(send({ body: '{"more": 1}' })).rejects.toMatchObject({
			status: 422,
			code: 'idempotency_key_reused',
		});
	});

	it('is told to wait while the first one runs', async () => {
		const { work, end } = hanging();
		const first = send({ work });
		await expect(send()).rejects.toMatchObject({
			status: 409,
			code: 'idempotency_in_progress',
			more: { headers: { 'Retry-After': expect.any(String) } },
		});
		end();
		await first;
	});

	it('is told to wait however long the first one runs', async () => {
		const { work, end } = hanging();
		const first = send({ work });
		await clock.advance(0);
		await clock.advance(9 * 60_000);
		await expect(send({ on: replica() })).rejects.toMatchObject({ code: 'idempotency_in_progress' });
		end();
		await first;
	});

	it('is still its own when one renewal of its lease has failed', async () => {
		const { work, end } = hanging();
		let failures = 0;
		const shaky = createIdempotency({
			store: {
				...claims,
				change: (...args) => (++failures === 1 ? Promise.reject(new Error('away')) : claims.change(...args)),
			},
			secrets: createSecrets(Buffer.alloc(32, 7)),
			clock,
			log: createLogger('silent'),
		});
		const first = send({ work, on: shaky });
		await clock.advance(0);
		await clock.advance(60_000);
		await expect(send()).rejects.toMatchObject({ code: 'idempotency_in_progress' });
		end();
		await first;
	});

	it('runs on when its client leaves', async () => {
		const gone = AbortSignal.abort();
		const once = idempotency.of(route, {
			params: {},
			query: {},
			headers: { 'idempotency-key': 'once' },
			rawBody: Buffer.alloc(0),
			caller,
			signal: gone,
			notes: blankNotes(),
		});
		await once(
			({ signal }) => {
				expect(signal.aborted).toBe(false);
				return made();
			},
			{ resumable: false },
		);
	});

	it('is run once of a hundred at the same moment on two replicas', async () => {
		const replicas = [idempotency, replica()];
		const all = await Promise.allSettled(
			Array.from({ length: 100 }, (_, index) => send({ on: replicas[index % 2] ?? idempotency })),
		);
		expect(runs).toBe(1);
		expect(all.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
	});

	it.each(['permission_denied', 'not_found', 'environment_busy', 'validation_failed'] as const)(
		'is run again after a refusal with %s',
		async (code) => {
			await expect(send({ work: refusal(code) })).rejects.toMatchObject({ code });
			expect((await send()).status).toBe(201);
		},
	);

	it('may have another body after what its route answers as a refusal', async () => {
		const at = { ...route, statuses: { odoo_unreachable: 422 } };
		await expect(send({ at, work: refusal('odoo_unreachable') })).rejects.toMatchObject({
			code: 'odoo_unreachable',
		});
		expect((await send({ at, body: '[]' })).status).toBe(201);
	});

	it('is run again after a failure, to the same effect', async () => {
		await expect(send({ work: () => Promise.reject(new Error('broken')) })).rejects.toThrow('broken');
		expect((await send()).status).toBe(201);
		expect(effects[0]).toBe(effects[1]);
	});

	it('is not run again where the database did not say whether the change was made, unless that is safe', async () => {
		await expect(send({ work: refusal('database_unavailable') })).rejects.toMatchObject({ status: 503 });
		await expect(send()).rejects.toMatchObject({ code: 'idempotency_interrupted' });
		await expect(send({ key: 'safe', resumable: true, work: refusal('database_unavailable') })).rejects.toThrow();
		expect(await send({ key: 'safe', resumable: true })).toMatchObject({ status: 201 });
	});

	it('keeps nothing of the reply in clear', async () => {
		await send();
		expect(JSON.stringify([...claims.kept.values()])).not.toContain('secret');
	});

	it.each([[''], ['x'.repeat(256)], ['a\tb'], ['é']])('is refused with the key %j', async (key) => {
		await expect(send({ key })).rejects.toMatchObject({ status: 422, code: 'invalid_idempotency_key' });
	});

	it('takes every key of 1 to 255 printable characters', async () => {
		await fc.assert(
			fc.asyncProperty(fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 255 }), async (key) => {
				expect((await send({ key })).status).toBe(201);
			}),
		);
	});
});

describe('a request whose process has died', () => {
	it('is in progress until the lease is over', async () => {
		const { work } = hanging();
		const dead = createIdempotency({
			store: { ...claims, change: () => Promise.resolve() },
			secrets: createSecrets(Buffer.alloc(32, 7)),
			clock,
			log: createLogger('silent'),
		});
		void send({ work, on: dead });
		await clock.advance(LEASE_MS - 1);
		await expect(send()).rejects.toMatchObject({ code: 'idempotency_in_progress' });
	});

	it('is not run again where that could double its effect', async () => {
		await crash();
		await expect(send()).rejects.toMatchObject({ status: 409, code: 'idempotency_interrupted' });
		expect(runs).toBe(1);
	});

	it('is run again under the same name where that is safe', async () => {
		await crash({ resumable: true });
		expect((await send({ resumable: true })).status).toBe(201);
		expect(effects[0]).toBe(effects[1]);
	});

	it('is taken over by one alone', async () => {
		await crash({ resumable: true });
		await Promise.allSettled(Array.from({ length: 20 }, () => send({ resumable: true, on: replica() })));
		expect(runs).toBe(2);
	});

	it('has no more say when its claim was taken over', async () => {
		const { work, end } = hanging();
		const slow = createIdempotency({
			store: { ...claims, change: (claim, change) => claims.change(claim, 'reply' in change ? change : {}) },
			secrets: createSecrets(Buffer.alloc(32, 7)),
			clock,
			log: createLogger('silent'),
		});
		const first = send({ work, on: slow, resumable: true });
		await clock.advance(LEASE_MS);
		const heir = await send({ resumable: true });
		end();
		await first;
		expect((await send({ resumable: true })).body).toEqual(heir.body);
	});
});

describe('a service that stops', () => {
	it('breaks off what nobody waits for any more, and leaves it as if it had died', async () => {
		const broken = send({
			work: ({ signal }) =>
				new Promise((_resolve, reject) => {
					signal.addEventListener('abort', () => reject(new Error('broken off')));
				}),
		});
		broken.catch(() => undefined);
		await clock.advance(0);
		await idempotency.stop();
		await clock.advance(LEASE_MS);
		await expect(send({ on: replica() })).rejects.toMatchObject({ code: 'idempotency_interrupted' });
	});
});
