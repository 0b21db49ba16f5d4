import { once } from 'node:events';
import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net';
import { createPatientServer } from './patient-server';
import { until } from './until';

export interface ReceivedRequest {
	readonly method: string;
	readonly path: string;
	readonly headers: IncomingHttpHeaders;
	readonly body: string;
}

/** A webhook's receiver on loopback that writes down what it gets. */
export interface Receiver {
	readonly url: string;
	readonly requests: readonly ReceivedRequest[];
	/** Resolves when that many requests have come. */
	received(count: number): Promise<void>;
	close(): Promise<void>;
}

/** Starts a receiver; `respond` is told how many requests came before. */
export async function startReceiver(
	respond: (response: ServerResponse, before: number) => void = (response) => response.end('ok'),
): Promise<Receiver> {
	const requests: ReceivedRequest[] = [];
	const server = createPatientServer((request, response) => {
		const chunks: Buffer[] = [];
		request.on('data', (chunk: Buffer) => chunks.push(chunk));
		request.on('end', () => {
			const before = requests.length;
			requests.push({
				method: request.method ?? '',
				path: request.url ?? '',
				headers: request.headers,
				body: Buffer.concat(chunks).toString('utf8'),
			});
			respond(response, before);
		});
	});
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	return {
		url: `http://127.0.0.1:${portOf(server.address())}/hook`,
		requests,
		received: async (count) => {
			await until(() => requests.length >= count);
		},
		close: async () => {
			server.close();
			server.closeAllConnections();
			await once(server, 'close');
		},
	};
}

/** A receiver on loopback that answers requests with bytes of the test's own, or not at all. */
export async function startRawReceiver(answerTo: (socket: Socket) => void) {
	const sockets = new Set<Socket>();
	const server = createTcpServer((socket) => {
		sockets.add(socket);
		socket.on('error', () => undefined);
		socket.on('close', () => sockets.delete(socket));
		socket.once('data', () => answerTo(socket));
	});
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	return {
		url: `http://127.0.0.1:${portOf(server.address())}/hook`,
		/** Connections that nobody has closed. */
		open: () => sockets.size,
		/** Bytes that were written to these. */
		sent: () => [...sockets].reduce((sum, { bytesWritten }) => sum + bytesWritten, 0),
		close: async () => {
			server.close();
			for (const socket of sockets) socket.destroy();
			await once(server, 'close');
		},
	};
}

/** A response with that status and these headers. */
export const answer =
	(status: number, headers: Record<string, string> = {}) =>
	(response: ServerResponse): void => {
		response.writeHead(status, headers).end(`status ${status}`);
	};

/** The port of a server that listens. */
export function portOf(address: AddressInfo | string | null): number {
	if (address === null || typeof address === 'string') throw new Error('not a TCP server');
	return address.port;
}
