import { once } from 'node:events';
import type { Server } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, it } from '@jest/globals';
import { createHttpServer } from '../../backend/src/http/server';
import { portOf } from '../support/fake-platform';

let server: Server;

afterEach(() => {
	server.close();
});

/** Sends bytes, never more, and answers what comes until the server closes the connection. */
async function sendOnly(bytes: string) {
	server = createHttpServer((request, response) => request.resume().once('end', () => response.end()), {
		headersTimeout: 20,
		requestTimeout: 40,
		connectionsCheckingInterval: 10,
	});
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	const socket = connect(portOf(server.address()), '127.0.0.1');
	socket.write(bytes);
	return text(socket);
}

describe('the HTTP server', () => {
	it.each([
		['the head', 'GET / HTTP/1.1\r\nHost: example.com\r\n'],
		['the body', 'POST / HTTP/1.1\r\nHost: example.com\r\nContent-Length: 10\r\n\r\n{'],
	])('waits for %s of a request only so long', async (_case, bytes) => {
		expect(await sendOnly(bytes)).toMatch(/^HTTP\/1\.1 408/);
	});

	it('refuses a head that is too large', async () => {
		const head = `GET / HTTP/1.1\r\nHost: example.com\r\nX-Long: ${'x'.repeat(20_000)}\r\n\r\n`;
		expect(await sendOnly(head)).toMatch(/^HTTP\/1\.1 431/);
	});

	it('limits by default how long a request may take to come', () => {
		server = createHttpServer(() => undefined);
		expect(server.headersTimeout).toBeLessThanOrEqual(10_000);
		expect(server.requestTimeout).toBeLessThanOrEqual(60_000);
	});
});
