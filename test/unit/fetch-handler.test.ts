import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import express from 'express';
import { EventEmitter, once } from 'node:events';
import { createServer, request as httpRequest, type IncomingMessage, type Server } from 'node:http';
import { text } from 'node:stream/consumers';
import { createLogger } from '../../backend/src/core/log';
import { type FetchHandle, fetchHandler } from '../../backend/src/http/fetch-handler';
import { portOf } from '../support/receiver';

let server: Server;
const log = createLogger('silent');
const logError = jest.spyOn(log, 'error');
/** Emits `asked` when a request waits, and `over` when it was left and its handler has ended. */
const waiting = new EventEmitter();

beforeAll(async () => {
	const app = express();
	const echo = fetchHandler(
		({ name }, request) => Promise.resolve(new Response(`${String(name)} ${request.method} ${request.url}`)),
		log,
	);
	const waits: FetchHandle = async (_params, _request, { signal }) => {
		waiting.emit('asked');
		await once(signal, 'abort');
		setImmediate(() => waiting.emit('over'));
		signal.throwIfAborted();
		return new Response();
	};
	app.use('/mounted/:name', echo);
	app.use('/waits', fetchHandler(waits, log));
	server = createServer(app);
	await once(server.listen(0, '127.0.0.1'), 'listening');
});

afterAll(() => {
	server.close();
});

/** Unlike `fetch`, sends any method and path as it is. */
async function ask(method: string, path: string) {
	const request = httpRequest({ port: portOf(server.address()), host: '127.0.0.1', method, path, agent: false });
	const response = await new Promise<IncomingMessage>((resolve, reject) => {
		request.once('response', resolve).once('error', reject).end();
	});
	return { status: response.statusCode, body: await text(response) };
}

describe('a mounted handler', () => {
	it('sees the URL below its path', async () => {
		expect(await ask('GET', '/mounted/one/a/b?c=d')).toEqual({
			status: 200,
			body: 'one GET http://localhost/a/b?c=d',
		});
	});

	it.each(['//', '//[', '//example.com/a', '/?', '/%'])('sees %s as a path, whatever it looks like', async (path) => {
		expect(await ask('GET', `/mounted/one${path}`)).toMatchObject({
			status: 200,
			body: expect.stringMatching(/^one GET http:\/\/localhost\//),
		});
	});

	it('takes a client that leaves for no failure of its own', async () => {
		const asked = once(waiting, 'asked');
		const over = once(waiting, 'over');
		const request = httpRequest({ port: portOf(server.address()), host: '127.0.0.1', path: '/waits' });
		request.once('error', () => undefined).end();
		await asked;
		request.destroy();
		await over;
		expect(logError).not.toHaveBeenCalled();
	});

	it('refuses TRACE, which it cannot be handed', async () => {
		expect((await ask('TRACE', '/mounted/one/a')).status).toBe(405);
	});
});
