import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Server } from 'node:http';
import { z } from 'zod';
import { systemClock } from '../../backend/src/core/clock';
import { ApiError } from '../../backend/src/core/errors';
import { createIds } from '../../backend/src/core/ids';
import { createLogger } from '../../backend/src/core/log';
import type { Plan } from '../../backend/src/core/permissions';
import { createApp } from '../../backend/src/http/app';
import { byKey } from '../../backend/src/access/authenticators';
import { signBody } from '../../backend/src/access/hmac-signature';
import { defineRoute, reply } from '../../backend/src/http/route';
import { keyCaller } from '../support/key-caller';
import { createPatientServer } from '../support/patient-server';
import { createPipelineParts } from '../support/pipeline';

const organization_id = createIds(systemClock).next('organization');

const caller = (plan: Plan) =>
	keyCaller({ organization_id, plan, permissions: new Set(['projects:read', 'projects:write']) });

const callers = new Map([
	['starter', caller('starter')],
	['free', caller('free')],
	['webhook', keyCaller({ organization_id, scope: 'webhook' })],
	['signing', keyCaller({ organization_id, scope: 'webhook', hmac_secret: 'secret' })],
]);

const access = { by: 'key', permission: 'projects:read', plan: 'starter' } as const;

const routes = [
	defineRoute({
		method: 'get',
		path: '/things/{thing}',
		operationId: 'get',
		summary: 'Get',
		access,
		input: { params: z.strictObject({ thing: z.string() }) },
		responses: { 200: z.object({ thing: z.string() }) },
		handle: ({ params }) => Promise.resolve(reply(200, { thing: params.thing, secret: 'not declared' })),
	}),
	defineRoute({
		method: 'post',
		path: '/things',
		operationId: 'create',
		summary: 'Create',
		access,
		input: { body: z.strictObject({ 'na/me': z.string().min(2) }) },
		responses: { 204: z.undefined() },
		handle: () => Promise.resolve(reply(204, undefined)),
	}),
	defineRoute({
		method: 'post',
		path: '/files',
		operationId: 'keepFile',
		summary: 'Keep a file',
		access,
		bodySize: 'large',
		input: { body: z.strictObject({ file: z.string() }) },
		responses: { 200: z.object({ length: z.int() }) },
		handle: ({ body }) => Promise.resolve(reply(200, { length: body.file.length })),
	}),
	defineRoute({
		method: 'post',
		path: '/options',
		operationId: 'takeOptions',
		summary: 'Take options',
		access,
		input: { body: z.strictObject({ size: z.int().default(1) }).default({ size: 1 }) },
		responses: { 200: z.object({ size: z.int() }) },
		handle: ({ body }) => Promise.resolve(reply(200, body)),
	}),
	defineRoute({
		method: 'post',
		path: '/broken',
		operationId: 'fail',
		summary: 'Fail',
		access,
		input: {},
		responses: { 200: z.undefined() },
		handle: () => {
			throw new Error('at /home/somebody/secret.ts');
		},
	}),
	defineRoute({
		method: 'post',
		path: '/refused',
		operationId: 'refuse',
		summary: 'Refuse',
		access,
		input: {},
		responses: { 200: z.undefined() },
		handle: () => {
			throw new ApiError('environment_busy', 'Wait.', { members: { job_id: 'job_1' } });
		},
	}),
	defineRoute({
		method: 'post',
		path: '/family',
		operationId: 'tell',
		summary: 'Tell of failures in a way of its own',
		access,
		renderError: ({ code }, _requestId, status) => ({ type: 'application/json', body: { code, status } }),
		errorReply: { type: 'application/json', schema: z.looseObject({}), badInput: 400 },
		statuses: { odoo_unreachable: 422 },
		input: { body: z.strictObject({}) },
		responses: { 200: z.undefined() },
		handle: () => {
			throw new ApiError('odoo_unreachable', 'No answer.');
		},
	}),
	defineRoute({
		method: 'post',
		path: '/hooks',
		operationId: 'hook',
		summary: 'Take what may be signed',
		access: { by: 'webhook_key', permission: null, plan: 'free' },
		input: { body: z.strictObject({}) },
		responses: { 200: z.object({ taken: z.boolean() }) },
		handle: () => Promise.resolve(reply(200, { taken: true })),
	}),
	defineRoute({
		method: 'get',
		path: '/deployments',
		operationId: 'needsAPermissionThatNobodyHereHas',
		summary: 'Needs a permission that nobody here has',
		access: { ...access, permission: 'deployments:read' },
		input: {},
		responses: { 200: z.undefined() },
		handle: () => Promise.resolve(reply(200, undefined)),
	}),
];

let server: Server;
let url: string;
let healthy = true;

beforeAll(async () => {
	const app = createApp({
		...createPipelineParts(systemClock),
		routes,
		mounts: {},
		authenticators: [
			byKey({ authenticate: (token) => Promise.resolve(callers.get(token) ?? null), isOurs: () => false }),
		],
		isAlive: () => true,
		ready: () => (healthy ? Promise.resolve() : Promise.reject(new Error('no database'))),
		log: createLogger('silent'),
	});
	server = createPatientServer(app);
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const address = server.address();
	url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
});

afterAll(() => {
	server.close();
	server.closeAllConnections();
});

interface Asked {
	key?: string;
	method?: string;
	body?: string;
	signature?: string;
}

async function ask(path: string, { key = 'starter', method = 'GET', body, signature }: Asked = {}) {
	const response = await fetch(url + path, {
		method,
		headers: {
			...(key === '' ? {} : { Authorization: `Bearer ${key}` }),
			...(signature === undefined ? {} : { 'X-HMAC-Signature': signature }),
		},
		...(body === undefined ? {} : { body }),
	});
	const text = await response.text();
	const json = text === '' ? undefined : z.looseObject({}).parse(JSON.parse(text));
	return { status: response.status, headers: response.headers, json, text };
}

describe('the request pipeline', () => {
	it('answers a route with what its schema declares and no more', async () => {
		expect((await ask('/things/one')).json).toEqual({ thing: 'one' });
	});

	it('takes the key in X-API-Key as well', async () => {
		const response = await fetch(`${url}/things/one`, { headers: { 'X-API-Key': 'starter' } });
		expect(response.status).toBe(200);
	});

	it('takes what a key signed that demands it', async () => {
		const signature = signBody('secret', Buffer.from('{}'));
		expect((await ask('/hooks', { key: 'signing', method: 'POST', body: '{}', signature })).status).toBe(200);
	});

	it('refuses what is not signed before it reads it', async () => {
		const { json } = await ask('/hooks', { key: 'signing', method: 'POST', body: 'no JSON' });
		expect(json).toMatchObject({ status: 401, code: 'signature_missing' });
	});

	it('asks no signature of other keys', async () => {
		expect((await ask('/hooks', { key: 'webhook', method: 'POST', body: '{}' })).status).toBe(200);
	});

	it('names every request', async () => {
		const { headers, json } = await ask('/nowhere');
		expect(json?.request_id).toBe(headers.get('x-request-id'));
	});

	it('names no framework', async () => {
		expect((await ask('/things/one')).headers.get('x-powered-by')).toBeNull();
	});

	it.each([
		['without a key', { key: '' }, 401, 'authentication_required'],
		['with an unknown key', { key: 'nobody' }, 401, 'invalid_api_key'],
		['with a key of another scope', { key: 'webhook' }, 403, 'wrong_key_scope'],
		['on too small a plan', { key: 'free' }, 403, 'plan_upgrade_required'],
	])('refuses a request %s', async (_case, options, status, code) => {
		const { json, headers } = await ask('/things/one', options);
		expect(headers.get('content-type')).toMatch('application/problem+json');
		expect(json).toMatchObject({ status, code });
	});

	it('refuses a key without the permission, naming it', async () => {
		const { json } = await ask('/deployments');
		expect(json).toMatchObject({ code: 'permission_denied', required_permission: 'deployments:read' });
	});

	it('says which plan is needed and which there is', async () => {
		expect((await ask('/things/one', { key: 'free' })).json).toMatchObject({
			required_plan: 'starter',
			current_plan: 'free',
		});
	});

	it.each([
		['malformed JSON', '{"na', 400, 'malformed_json'],
		['bytes that are no UTF-8', '"\\ud800', 400, 'malformed_json'],
		['a wrong type', '{"na/me": 1}', 422, 'validation_failed'],
		['no body', undefined, 400, 'malformed_json'],
		['an array', '[]', 422, 'validation_failed'],
	])('refuses %s', async (_case, body, status, code) => {
		const { json } = await ask('/things', { method: 'POST', ...(body === undefined ? {} : { body }) });
		expect(json).toMatchObject({ status, code });
	});

	it.each(['9007199254740993', '-9007199254740993', '[[1, {"a": 12345678901234567890}]]'])(
		'refuses an integer that JavaScript would round: %s',
		async (value) => {
			const body = `{"na/me": "Acme", "more": ${value}}`;
			const { json } = await ask('/things', { method: 'POST', body });
			expect(json).toMatchObject({ status: 400, code: 'malformed_json' });
			expect(json?.detail).toContain(`${/-?\d{9,}/.exec(value)?.[0]} in the body`);
			expect(json?.detail).toContain('send it as a text');
		},
	);

	it('shows only the beginning of a refused integer that is long', async () => {
		const { json } = await ask('/things', { method: 'POST', body: `{"na/me": ${'9'.repeat(100_000)}}` });
		expect(String(json?.detail).length).toBeLessThan(200);
	});

	it.each(['9007199254740993', 'a \\" 9007199254740993', 'back\\\\'])(
		'takes the digits of a text: %s',
		async (text) => {
			expect((await ask('/things', { method: 'POST', body: `{"na/me": "${text}"}` })).status).toBe(204);
		},
	);

	it('points at every input that was refused', async () => {
		const { json } = await ask('/things', { method: 'POST', body: '{"na/me": "a", "more": 1}' });
		expect(json?.errors).toEqual([
			{ pointer: '/na~1me', detail: expect.any(String) },
			{ pointer: '/more', detail: 'is not a known field' },
		]);
	});

	it('refuses query parameters where none are declared', async () => {
		expect((await ask('/things/one?more=1')).json).toMatchObject({ status: 422, code: 'validation_failed' });
	});

	it('reads JSON whatever the content type says, as the documents send it', async () => {
		expect((await ask('/things', { method: 'POST', body: '{"na/me": "Acme"}' })).status).toBe(204);
	});

	it('does without a body where all of it is optional', async () => {
		expect((await ask('/options', { method: 'POST' })).json).toEqual({ size: 1 });
	});

	it('reads an optional body that is there', async () => {
		expect((await ask('/options', { method: 'POST', body: '{"size": 2}' })).json).toEqual({ size: 2 });
	});

	it('reads no more than a mebibyte', async () => {
		const body = JSON.stringify({ 'na/me': 'x'.repeat(1024 * 1024) });
		expect((await ask('/things', { method: 'POST', body })).json).toMatchObject({
			status: 413,
			code: 'body_too_large',
		});
	});

	it('reads up to five where a route takes files', async () => {
		const send = (length: number) =>
			ask('/files', { method: 'POST', body: JSON.stringify({ file: 'x'.repeat(length) }) });
		expect((await send(4 * 1024 * 1024)).json).toEqual({ length: 4 * 1024 * 1024 });
		expect((await send(5 * 1024 * 1024)).json).toMatchObject({
			status: 413,
			detail: 'The body is larger than 5242880 bytes; send less at a time.',
		});
	});

	it("adds a refusal's own members", async () => {
		expect((await ask('/refused', { method: 'POST' })).json).toMatchObject({
			status: 409,
			code: 'environment_busy',
			job_id: 'job_1',
		});
	});

	it.each([
		['input that is refused', '{"more": 1}', 400, 'validation_failed'],
		['a code that comes with another one there', '{}', 422, 'odoo_unreachable'],
	])('answers %s with the status that the route declares', async (_what, body, status, code) => {
		const answer = await ask('/family', { method: 'POST', body });
		expect([answer.status, answer.json]).toEqual([status, { code, status }]);
	});

	it('tells nothing of what failed inside', async () => {
		const { status, text } = await ask('/broken', { method: 'POST' });
		expect(status).toBe(500);
		expect(text).not.toContain('somebody');
	});

	it('answers 405 with the methods there are', async () => {
		const { status, headers } = await ask('/things', { method: 'DELETE' });
		expect([status, headers.get('allow')]).toEqual([405, 'POST']);
	});

	it.each([
		[405, '/things', 'DELETE'],
		[404, '/nowhere', 'GET'],
	])('tells the limit of a good key with %i as well', async (expected, path, method) => {
		const { headers, status } = await ask(path, { method });
		expect([status, headers.get('x-ratelimit-limit')]).toEqual([expected, '300']);
	});

	it('tells nothing of a bad key by the path that it is tried at', async () => {
		expect((await ask('/nowhere', { key: 'bad' })).json).toMatchObject({ code: 'invalid_api_key' });
	});

	it('answers 404 where there is nothing', async () => {
		expect((await ask('/nowhere', { key: '' })).json).toMatchObject({ status: 404, code: 'unknown_route' });
	});

	it('answers a path that cannot be decoded', async () => {
		expect((await ask('/things/%E0%A4%A')).status).toBe(400);
	});

	it('is ready while its parts are', async () => {
		expect((await ask('/readyz')).json).toEqual({ status: 'ready' });
		healthy = false;
		expect((await ask('/readyz')).status).toBe(503);
		healthy = true;
	});
});
