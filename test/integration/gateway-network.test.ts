import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from '@jest/globals';
import { systemClock } from '../../backend/src/core/clock';
import { createOutbound } from '../../backend/src/net/outbound';
import type { OdooCall } from '../../backend/src/odoo/client';
import { createOdooClients } from '../../backend/src/odoo/clients';
import { connectOdoo } from '../../backend/src/odoo/connect';
import { startTestPlatform } from '../support/platform';
import { signatureOf } from '../support/signed-request';
import { until } from '../support/until';

/** How the client fares at an Odoo on a real socket. */

const ended: (() => Promise<void>)[] = [];
afterEach(async () => {
	for (const end of ended.splice(0)) await end();
});

const answer = (response: ServerResponse, value: unknown, headers: Record<string, string> = {}) =>
	response.writeHead(200, { 'Content-Type': 'application/json', ...headers }).end(JSON.stringify(value));

/** An Odoo 19 that lets everybody in; what comes after that is for `serve`. */
async function startOdoo(serve: RequestListener, { path = '' }: { path?: string } = {}) {
	const sockets = new Set<Socket>();
	const seen: string[] = [];
	const closed: Promise<unknown>[] = [];
	const server = createServer((request: IncomingMessage, response: ServerResponse) => {
		const { url = '' } = request;
		request.resume();
		if (url === `${path}/web/version`) answer(response, { version: '19.0' });
		else if (url === `${path}/json/2/res.users/context_get`) answer(response, { uid: 2 });
		else if (url === `${path}/json/2/res.users/read`) answer(response, [{ id: 2, login: 'admin', name: 'Admin' }]);
		else {
			seen.push(url.slice(path.length));
			closed.push(new Promise((resolve) => response.once('close', resolve)));
			serve(request, response);
		}
	});
	server.on('connection', (socket) => sockets.add(socket));
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const address = server.address();
	const port = typeof address === 'object' ? address?.port : undefined;
	ended.push(async () => {
		server.closeAllConnections();
		await new Promise((resolve) => server.close(resolve));
	});
	const access = { url: `http://127.0.0.1:${port}${path}`, database: 'demo', login: 'admin', secret: 'key' };
	return { access, sockets, seen, closed };
}

/** The same, and a client that is logged in. */
async function start(...options: Parameters<typeof startOdoo>) {
	const odoo = await startOdoo(...options);
	const outbound = createOutbound({ allowedCidrs: ['127.0.0.0/8'] });
	ended.unshift(outbound.close);
	const client = await connectOdoo(odoo.access, { fetch: outbound.plainFetch, clock: systemClock });
	return { ...odoo, client };
}

const READ: OdooCall = { model: 'res.partner', method: 'search_count', args: [[]], kwargs: {} };
const WRITE: OdooCall = { model: 'res.partner', method: 'create', args: [{ name: 'A' }], kwargs: {} };

describe('an Odoo that keeps connections open', () => {
	// An answer is there a moment before its connection is free again, so that two take turns.
	it.each([1, 8])('is called %i at a time, a hundred times, over twice as many of them at most', async (parallel) => {
		const { client, sockets } = await start((_request, response) => answer(response, 7));
		for (let n = 0; n < 100; n += parallel) {
			await Promise.all(Array.from({ length: parallel }, () => client.call(READ)));
		}
		expect(sockets.size).toBeLessThanOrEqual(2 * parallel);
	});

	it('is read from once more when it closes one that was just to be used', async () => {
		const served = new Set<Socket>();
		let closes = 0;
		const { client, seen } = await start((request, response) => {
			if (closes === 0 && served.has(request.socket)) {
				closes++;
				request.socket.destroy();
			} else {
				served.add(request.socket);
				answer(response, 7);
			}
		});
		for (let n = 0; n < 5; n++) expect(await client.call(READ)).toBe(7);
		expect([seen.length, closes]).toEqual([6, 1]);
	});
});

describe('an Odoo that closes each connection after its answer, as its own server does', () => {
	it.each([READ, WRITE])('is called without fail: $method', async (call) => {
		const { client, sockets } = await start((_request, response) => answer(response, [7], { Connection: 'close' }));
		for (let n = 0; n < 20; n++) await client.call(call);
		expect(sockets.size).toBeGreaterThanOrEqual(20);
	});
});

describe('an Odoo that resets connections', () => {
	it('is asked to read twice at most', async () => {
		const { client, seen } = await start((request) => request.socket.resetAndDestroy());
		await expect(client.call(READ)).rejects.toMatchObject({ kind: 'unreachable' });
		expect(seen).toHaveLength(2);
	});

	it('is asked to write once, and the client is told that it may have written', async () => {
		const { client, seen } = await start((request) => request.socket.resetAndDestroy());
		await expect(client.call(WRITE)).rejects.toMatchObject({
			kind: 'unreachable',
			message: expect.stringContaining('may have been carried out'),
		});
		expect(seen).toHaveLength(1);
	});

	it('is asked to write once where the answer breaks off', async () => {
		const { client, seen } = await start((request, response) => {
			response.writeHead(200, { 'Content-Length': '100' });
			response.write('[', () => request.socket.destroy());
		});
		await expect(client.call(WRITE)).rejects.toMatchObject({ kind: 'unreachable' });
		expect(seen).toHaveLength(1);
	});
});

describe('an Odoo that does not end its answer', () => {
	it('is left when it has sent too much', async () => {
		const { client, closed } = await start((_request, response) => {
			const more = () => {
				while (!response.destroyed && response.write(Buffer.alloc(1024 * 1024, ' ')));
			};
			response.on('drain', more);
			more();
		});
		await expect(client.call(WRITE)).rejects.toMatchObject({ kind: 'too_large' });
		await closed[0];
	});

	it('is left when its time is over', async () => {
		const { client, closed } = await start((_request, response) => response.write('['));
		await expect(client.call(READ, { timeoutMs: 50 })).rejects.toMatchObject({ kind: 'timeout' });
		await closed[0];
	});

	it('is left when nobody waits for the answer any more', async () => {
		const { client, seen, closed } = await start(() => undefined);
		const gone = new AbortController();
		const call = client.call(WRITE, { signal: gone.signal });
		await until(() => seen.length === 1);
		gone.abort(new Error('gone'));
		await expect(call).rejects.toThrow('gone');
		await closed[0];
	});
});

describe('a client of the gateway that leaves', () => {
	it('ends what it asked of Odoo', async () => {
		const platform = await startTestPlatform();
		ended.push(() => platform.remove());
		const odoo = await startOdoo(() => undefined);
		const { secret: api_key, ...place } = odoo.access;
		await platform.api('POST', '/api/v1/odoo-connections', { name: 'slow', api_key, ...place });

		const { webhook_key } = platform.firstRun;
		const body = JSON.stringify({ action: 'execute_method', connection: 'slow', ...WRITE });
		const gone = new AbortController();
		const call = fetch(`${platform.url}/api/n8n/webhook`, {
			method: 'POST',
			headers: { Authorization: `Bearer ${webhook_key.token}`, ...signatureOf(webhook_key.hmac_secret, body) },
			body,
			signal: gone.signal,
		});
		await until(() => odoo.seen.length === 1);
		gone.abort();
		await expect(call).rejects.toThrow();
		await odoo.closed[0];
	});
});

describe('an Odoo behind a proxy that packs answers', () => {
	const packed = (response: ServerResponse, bytes: Buffer) =>
		response.writeHead(200, { 'Content-Encoding': 'gzip' }).end(bytes);

	it('is asked for that, and understood', async () => {
		const { client } = await start((request, response) => {
			if (request.headers['accept-encoding'] === 'gzip') packed(response, gzipSync('[{"id":1,"name":"Zoë"}]'));
			else response.end();
		});
		expect(await client.call(READ)).toEqual([{ id: 1, name: 'Zoë' }]);
	});

	it('may send no more that way than any other', async () => {
		const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024, ' '));
		const { client } = await start((_request, response) => packed(response, bomb));
		await expect(client.call(READ)).rejects.toMatchObject({ kind: 'too_large' });
	});
});

describe('an Odoo whose packed answer is broken', () => {
	it('is asked to write once, and the client is told that it may have written', async () => {
		const { client, seen } = await start((_request, response) =>
			response.writeHead(200, { 'Content-Encoding': 'gzip' }).end(gzipSync('[7]').subarray(0, 12)),
		);
		await expect(client.call(WRITE)).rejects.toMatchObject({
			kind: 'unreachable',
			message: expect.stringContaining('may have been carried out'),
		});
		expect(seen).toHaveLength(1);
	});
});

describe('an Odoo with several databases', () => {
	it('is asked for the one of each connection', async () => {
		const { access } = await startOdoo((request, response) => answer(response, request.headers['x-odoo-database']));
		const outbound = createOutbound({ allowedCidrs: ['127.0.0.0/8'] });
		ended.unshift(outbound.close);
		const clients = createOdooClients({ clock: systemClock });
		const ask = async (database: string) => {
			const client = await clients.get({ ...access, database, fetch: outbound.plainFetch });
			return client.call(READ);
		};
		expect(await Promise.all(['one', 'other', 'one'].map(ask))).toEqual(['one', 'other', 'one']);
	});
});

describe('an Odoo below a path', () => {
	it('is called there', async () => {
		const { client, seen } = await start((_request, response) => answer(response, 7), { path: '/erp' });
		expect(await client.call(READ)).toBe(7);
		expect(seen).toEqual(['/json/2/res.partner/search_count']);
	});
});
