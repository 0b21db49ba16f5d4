import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ask } from '../support/ask';
import { portOf } from '../support/receiver';
import { checkReplies } from '../support/reply-check';

const thing = { type: 'object', properties: { id: { type: 'string' } }, required: ['id'], additionalProperties: false };
const document = {
	paths: {
		'/api/v1/things/{id}': {
			get: {
				operationId: 'getThing',
				parameters: [],
				responses: {
					200: { content: { 'application/json': { schema: { $ref: '#/components/schemas/Thing' } } } },
				},
			},
		},
	},
	components: { schemas: { Thing: thing, Problem: { type: 'object', required: ['code'] } } },
	'x-error-codes': {},
};

/** What the paths below answer, whatever the document says. */
const replies: Record<string, [status: number, type: string, body: unknown]> = {
	'/api/v1/openapi.json': [200, 'application/json', document],
	'/api/v1/things/good': [200, 'application/json', { id: 'good' }],
	'/api/v1/things/more': [200, 'application/json', { id: 'more', undeclared: true }],
	'/api/v1/things/teapot': [418, 'application/json', { id: 'teapot' }],
	'/api/v1/things/page': [200, 'text/html', 'page'],
	'/api/v1/unknown': [404, 'application/problem+json', { code: 'unknown_route' }],
	'/api/v1/undeclared': [200, 'application/json', {}],
};

let server: Server;
let base: string;
let end: () => void;

beforeAll(async () => {
	server = createServer((request, response) => {
		const [status, type, body] = replies[request.url ?? ''] ?? [404, 'text/plain', ''];
		response.writeHead(status, { 'Content-Type': type }).end(JSON.stringify(body));
	});
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	base = `http://127.0.0.1:${portOf(server.address())}`;
	end = await checkReplies(base);
});

afterAll(() => {
	end();
	server.close();
	server.closeAllConnections();
});

describe.each([
	['ask', async (path: string) => (await ask(base, 'GET', path)).json],
	['fetch', async (path: string) => (await fetch(base + path)).json()],
])('a checked reply that %s brings', (_client, get) => {
	it.each(['/api/v1/things/good', '/api/v1/unknown'])('passes where it is as declared: %s', async (path) => {
		expect(await get(path)).toEqual(replies[path]?.[2]);
	});

	it.each([
		['/api/v1/things/more', 'must NOT have additional properties'],
		['/api/v1/things/teapot', 'that status is not declared'],
		['/api/v1/things/page', 'text/html is not a declared content type'],
		['/api/v1/undeclared', 'its body is not as declared'],
	])('rejects where it is not: %s', async (path, complaint) => {
		await expect(get(path)).rejects.toThrow(complaint);
	});
});
