import type { Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { createOutbound } from '../../backend/src/net/outbound';
import { openTestDatabase, type TestDatabase } from '../support/database';
import { createFakeClock, type FakeClock } from '../support/fake-clock';
import { answer, type Receiver, startRawReceiver, startReceiver } from '../support/receiver';
import { until } from '../support/until';
import { openWebhookStage, type WebhookStage } from '../support/webhook-stage';

/** What receivers do to whoever calls them, over real sockets: it ends as it says in the log, and delays no other. */

const TIME_LIMIT_MS = 15_000;
const MEGABYTE = 1_048_576;

let database: TestDatabase;
/** Where most of this happens: a replica that serves one organization a test. */
let stage: WebhookStage<FakeClock>;
let replica: ReturnType<typeof stage.startReplica>;
const closing: { close(): Promise<void> }[] = [];

beforeAll(async () => {
	database = await openTestDatabase();
	stage = await openWebhookStage(database, createFakeClock());
	replica = stage.startReplica();
});

afterAll(async () => {
	await stage.close();
	await database.drop();
});

afterEach(async () => {
	for (const opened of closing.splice(0).reverse()) await opened.close();
});

/** Closes it when the test is over. */
async function using<T extends { close(): Promise<void> }>(opening: Promise<T>): Promise<T> {
	const opened = await opening;
	closing.push(opened);
	return opened;
}

/** Writes the same again and again, as fast as it is taken, until nobody is there any more. */
function pour(socket: Socket, part: string | Buffer): void {
	const go = () => {
		if (socket.destroyed) return;
		if (socket.write(part)) setImmediate(go);
		else socket.once('drain', go);
	};
	go();
}

/** Writes a text and then its last character for ever, byte by byte. */
function drip(socket: Socket, text: string): void {
	let written = 0;
	const timer = setInterval(() => {
		socket.write(text.charAt(Math.min(written++, text.length - 1)));
	}, 1);
	socket.once('close', () => clearInterval(timer));
}

/**
 * The delivery of an event to such a receiver, once it was attempted; meanwhile another webhook was told of it. The time
 * passes where that is said, after so many bytes of the answer.
 */
async function attemptAt(
	answerTo: (socket: Socket) => void,
	{ scheme = 'http', takesAllTimeAfter }: { scheme?: string; takesAllTimeAfter?: number } = {},
) {
	const hostile = await using(startRawReceiver(answerTo));
	const inbox = await using(startReceiver());
	const organization = stage.ids.next('organization');
	const { service, relay } = replica;
	const url = hostile.url.replace('http', scheme);
	const { webhook } = await service.create(organization, stage.request(url));
	await service.create(organization, stage.request(inbox.url));
	await stage.change(stage.makeEvent('deployment.succeeded', organization));
	relay.wake();
	await inbox.received(1);
	if (takesAllTimeAfter !== undefined) {
		await until(() => hostile.open() > 0 && hostile.sent() >= takesAllTimeAfter);
		await stage.clock.advance(TIME_LIMIT_MS);
	}
	const delivery = await stage.attempted(webhook._id, 1);
	await until(() => hostile.open() === 0);
	await service.delete(organization, webhook._id);
	return delivery;
}

const NOTHING = { response_code: null, response_headers: null, response_body: null };
const BROKE_OFF = { ...NOTHING, error: expect.stringContaining('it broke the connection off') };
const NO_HTTP = { ...NOTHING, error: expect.stringContaining('its answer was not valid HTTP') };
const OUT_OF_TIME = { ...NOTHING, duration_ms: TIME_LIMIT_MS, error: 'No response came within 15 seconds.' };

describe('a receiver that', () => {
	it.each<[does: string, answerTo: (socket: Socket) => void, attempt: object]>([
		['closes at once', (socket) => socket.destroy(), BROKE_OFF],
		['says no more after the request', (socket) => socket.end(), BROKE_OFF],
		['resets the connection', (socket) => socket.resetAndDestroy(), BROKE_OFF],
		['breaks off within its status', (socket) => socket.end('HTTP/1.1 20'), BROKE_OFF],
		['breaks off within its headers', (socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Ty'), BROKE_OFF],
		['speaks another protocol', (socket) => socket.end('SSH-2.0-OpenSSH_9.2\r\n'), NO_HTTP],
		['answers with noise', (socket) => socket.end(Buffer.alloc(5_000, 0xff)), NO_HTTP],
		[
			'names a length that is none',
			(socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n'),
			NO_HTTP,
		],
		[
			'names two lengths',
			(socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx'),
			NO_HTTP,
		],
		[
			'changes the protocol',
			(socket) => socket.end('HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n'),
			BROKE_OFF,
		],
		[
			'sends headers without end',
			(socket) => {
				socket.write('HTTP/1.1 200 OK\r\n');
				pour(socket, `X-More: ${'x'.repeat(1_000)}\r\n`);
			},
			{ ...NOTHING, error: expect.stringContaining('the headers of its answer were too large') },
		],
		[
			'sends one header without end',
			(socket) => {
				socket.write('HTTP/1.1 200 OK\r\nX-More: ');
				pour(socket, 'x'.repeat(1_000));
			},
			{ ...NOTHING, error: expect.stringContaining('the headers of its answer were too large') },
		],
		[
			'answers with early hints alone',
			(socket) => pour(socket, 'HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n'),
			{ ...NOTHING, error: expect.stringContaining('it sends interim answers (1xx) without end') },
		],
		[
			'breaks off within the body of a refusal',
			(socket) => socket.end('HTTP/1.1 500 Oops\r\nContent-Length: 100\r\n\r\nhalf'),
			{ response_code: 500, response_body: 'half', error: 'The receiver answered 500.' },
		],
		[
			'sends chunks that are none',
			(socket) => socket.end('HTTP/1.1 503 No\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\nnonsense\r\n'),
			{ response_code: 503, response_body: 'half', error: 'The receiver answered 503.' },
		],
		[
			'answers with a status that there is not',
			(socket) => socket.end('HTTP/1.1 799 What\r\nContent-Length: 0\r\n\r\n'),
			{ response_code: 799, response_body: '', error: 'The receiver answered 799.' },
		],
	])('%s has a failed attempt that says so, and is tried again', async (_, answerTo, attempt) => {
		const { status, next_attempt_at, attempts } = await attemptAt(answerTo);
		expect({ status, next_attempt_at, attempts }).toMatchObject({
			status: 'pending',
			next_attempt_at: new Date(stage.clock.now().getTime() + 1_000),
			attempts: [attempt],
		});
	});

	it.each<[does: string, answerTo: (socket: Socket) => void]>([
		['never answers', () => undefined],
		['answers byte by byte', (socket) => drip(socket, 'HTTP/1.1 200 OK\r\nX-Slow: x')],
	])('%s has a failed attempt when 15 s are over', async (_, answerTo) => {
		const { attempts } = await attemptAt(answerTo, { takesAllTimeAfter: 0 });
		expect(attempts).toMatchObject([OUT_OF_TIME]);
	});
});

describe('an early hint', () => {
	it('may precede the answer', async () => {
		const hint = 'HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n';
		const delivery = await attemptAt((socket) => socket.end(`${hint}HTTP/1.1 204 No Content\r\n\r\n`));
		expect(delivery).toMatchObject({ status: 'succeeded', response_code: 204 });
	});
});

describe('the body of an answer', () => {
	const accepted = { status: 'succeeded', next_attempt_at: null };
	const OK = 'HTTP/1.1 200 OK\r\n';

	it('of 10 GB is read as far as it is kept, and no further', async () => {
		let sent = 0;
		const { status, response_body } = await attemptAt((socket) => {
			socket.write(`${OK}Content-Length: 10737418240\r\n\r\n`);
			pour(socket, 'x'.repeat(65_536));
			socket.once('close', () => (sent = socket.bytesWritten));
		});
		await until(() => sent > 0);
		expect({ status, kept: response_body?.length }).toEqual({ status: 'succeeded', kept: 10_000 });
		// What the sockets of both sides hold until the connection's end is known to the other.
		expect(sent).toBeLessThan(32 * MEGABYTE);
	});

	it('of endless chunks is read as far as it is kept', async () => {
		const { response_body } = await attemptAt((socket) => {
			socket.write(`${OK}Transfer-Encoding: chunked\r\n\r\n`);
			pour(socket, `1000\r\n${'x'.repeat(4_096)}\r\n`);
		});
		expect(response_body).toBe('x'.repeat(10_000));
	});

	it('is asked for as it is, not packed', async () => {
		const inbox = await using(startReceiver());
		const { webhook } = await replica.service.create(stage.organization, stage.request(inbox.url));
		await replica.service.test(stage.organization, webhook._id);
		expect(inbox.requests[0]?.headers['accept-encoding']).toBe('identity');
	});

	it('that would grow a thousandfold when it is unpacked stays small', async () => {
		const bomb = gzipSync(Buffer.alloc(16 * MEGABYTE));
		const { response_body, ...delivery } = await attemptAt((socket) => {
			socket.write(`${OK}Content-Encoding: gzip\r\nContent-Length: ${bomb.length}\r\n\r\n`);
			socket.end(bomb);
		});
		expect(delivery).toMatchObject(accepted);
		expect(response_body?.length).toBeLessThanOrEqual(10_000);
	});

	it('that breaks off is kept as far as it came', async () => {
		const delivery = await attemptAt((socket) => socket.end(`${OK}Content-Length: 100\r\n\r\nhalf`));
		expect(delivery).toMatchObject({ ...accepted, response_body: 'half' });
	});

	it('that comes byte by byte is waited for no longer than 15 s', async () => {
		const { attempts, status } = await attemptAt(
			(socket) => {
				socket.write(`${OK}Content-Length: 9999\r\n\r\n`);
				drip(socket, 'x');
			},
			{ takesAllTimeAfter: 100 },
		);
		expect({ status, attempts }).toMatchObject({
			status: 'succeeded',
			attempts: [
				{ duration_ms: TIME_LIMIT_MS, response_code: 200, response_body: expect.stringMatching(/^x+$/) },
			],
		});
	});
});

describe('a receiver that speaks no TLS where its URL says https', () => {
	it('has a failed attempt that says so', async () => {
		const { attempts } = await attemptAt((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'), {
			scheme: 'https',
		});
		expect(attempts).toMatchObject([{ ...NOTHING, error: expect.stringContaining('is it http?') }]);
	});
});

describe('a receiver whose name leads elsewhere later', () => {
	/** A webhook to such a name, and its first attempt. */
	const told = async (inbox: Receiver, lookup: () => string) => {
		const { plainFetch, close } = createOutbound({
			allowedCidrs: ['127.0.0.1/32'],
			lookup: () => Promise.resolve([{ address: lookup() }]),
		});
		closing.push({ close });
		const own = await using(openWebhookStage(database, createFakeClock()));
		const { service, relay } = own.startReplica({ fetch: plainFetch });
		const url = inbox.url.replace('127.0.0.1', 'rebinding.example.com');
		const { webhook } = await service.create(own.organization, own.request(url));
		await own.change(own.makeEvent('deployment.succeeded'));
		relay.wake();
		return { stage: own, webhook, first: await own.attempted(webhook._id, 1) };
	};

	it.each(['10.0.0.1', '169.254.169.254', '::ffff:127.0.0.1', '64:ff9b:1::7f00:1'])(
		'to %s, is not called there, and no more after that',
		async (later) => {
			const answers = ['127.0.0.1'];
			const inbox = await using(startReceiver(answer(500, { connection: 'close' })));
			const { stage, webhook } = await told(inbox, () => answers.shift() ?? later);
			await stage.clock.advance(1_000);
			expect(await stage.attempted(webhook._id, 2)).toMatchObject({
				status: 'failed',
				next_attempt_at: null,
				attempts: [
					{ response_code: 500 },
					{ ...NOTHING, error: expect.stringContaining('rebinding.example.com is at an address that') },
				],
			});
			expect(inbox.requests).toHaveLength(1);
		},
	);

	it('by a redirect, is not followed there', async () => {
		const inbox = await using(startReceiver(answer(302, { Location: 'http://169.254.169.254/latest/meta-data' })));
		expect((await told(inbox, () => '127.0.0.1')).first).toMatchObject({
			status: 'pending',
			attempts: [{ response_code: 302, error: 'The receiver answered 302; redirects are not followed.' }],
		});
	});
});
