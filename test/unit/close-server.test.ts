import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { connect, type Socket } from 'node:net';
import { serverCloser } from '../../backend/src/http/close-server';
import { createFakeClock, type FakeClock } from '../support/fake-clock';
import { portOf } from '../support/receiver';
import { until } from '../support/until';

let server: Server;
let clock: FakeClock;
let close: () => Promise<void>;
let reply: () => void;
let socket: Socket;

const serve: RequestListener = (_request, response) => {
	reply = () => response.end('done');
};

beforeEach(async () => {
	clock = createFakeClock();
	reply = () => undefined;
	server = createServer(serve);
	close = serverCloser(server, clock);
	await once(server.listen(0, '127.0.0.1'), 'listening');
	socket = connect(portOf(server.address()), '127.0.0.1');
	socket.on('error', () => undefined);
	await Promise.all([once(socket, 'connect'), once(server, 'connection')]);
});

afterEach(() => {
	socket.destroy();
	server.closeAllConnections();
	server.close();
});

/** Sends a request that keeps its connection, and resolves when the server has it. */
const ask = async () => {
	socket.write('GET / HTTP/1.1\r\nHost: example.com\r\n\r\n');
	await once(server, 'request');
};

describe('closing a server', () => {
	it('does not wait for a connection without a request', async () => {
		await close();
		expect(clock.sleeping).toEqual([]);
	});

	it('waits for the reply of a request under way, and no longer', async () => {
		await ask();
		const received = once(socket, 'data');
		const closed = close();
		reply();
		await closed;
		expect(String(await received)).toMatch(/^HTTP\/1.1 200 OK/);
	});

	it('cuts off a request that is still under way after ten seconds', async () => {
		await ask();
		let isClosed = false;
		const closed = close().then(() => (isClosed = true));
		await until(() => clock.sleeping.length === 1);
		await clock.advance(9_999);
		expect(isClosed).toBe(false);
		await clock.advance(1);
		await closed;
	});
});
