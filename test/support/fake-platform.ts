import { once } from 'node:events';
import type { IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createPatientServer } from './patient-server';

/** A request as the fake service received it. */
export interface Received {
	method: string;
	path: string;
	query: Record<string, string>;
	headers: IncomingHttpHeaders;
	/** The body's very bytes, as text. */
	rawBody: string;
}

export interface Answer {
	status?: number;
	headers?: Record<string, string>;
	body?: unknown;
	/** Whether the connection breaks once the body was sent, and before its end. */
	breaks?: boolean;
}

/** Stands in for the platform's service on loopback: records what it is asked, and answers as the test says. */
export interface FakePlatform {
	readonly url: string;
	/** With which nodes reach it, of either kind. */
	readonly credentials: Record<string, Record<string, string>>;
	readonly received: Received[];
	answer: (request: Received) => Answer;
	close(): Promise<void>;
}

export async function startFakePlatform(): Promise<FakePlatform> {
	const server = createPatientServer((request, response) => {
		const chunks: Buffer[] = [];
		request.on('data', (chunk: Buffer) => chunks.push(chunk));
		request.on('end', () => {
			const url = new URL(request.url ?? '/', 'http://fake');
			const received: Received = {
				method: request.method ?? '',
				path: url.pathname,
				query: Object.fromEntries(url.searchParams),
				headers: request.headers,
				rawBody: Buffer.concat(chunks).toString(),
			};
			platform.received.push(received);
			const { status = 200, headers = {}, body, breaks = false } = platform.answer(received);
			response.writeHead(status, { 'content-type': 'application/json', ...headers });
			const content = typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body);
			if (breaks) response.write(content, () => response.destroy());
			else response.end(content);
		});
	});
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	const url = `http://127.0.0.1:${portOf(server.address())}`;
	const platform: FakePlatform = {
		url,
		credentials: {
			odooPlatformApi: { baseUrl: url, apiKey: 'oec_live_key' },
			odooGatewayApi: { baseUrl: url, apiKey: 'sk_live_key', hmacSecret: '' },
		},
		received: [],
		answer: () => ({ body: {} }),
		close: async () => {
			server.closeAllConnections();
			await new Promise((resolve) => server.close(resolve));
		},
	};
	return platform;
}

export function portOf(address: AddressInfo | string | null): number {
	if (address === null || typeof address === 'string') throw new Error('The fake platform does not listen');
	return address.port;
}

/** A refusal in the form of RFC 9457, as `/api/v1` gives it. */
export function problem(status: number, members: Record<string, unknown>): Answer {
	return {
		status,
		headers: { 'content-type': 'application/problem+json' },
		body: { type: 'about:blank', title: 'Problem', status, code: 'problem', request_id: 'req_1', ...members },
	};
}
