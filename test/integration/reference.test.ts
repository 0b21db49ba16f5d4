import { Validator } from '@seriousme/openapi-schema-validator';
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { errorCodes } from '../../backend/src/core/error-codes';
import { openApiDocument } from '../../backend/src/http/openapi';
import { exampleOf, resolverOf } from '../../backend/src/http/reference/example';
import { servedDocument } from '../support/api-document';
import { type ApiReply, ask } from '../support/ask';
import { refusedExamples, silentPlaces } from '../support/document-walk';
import { startTestPlatform, type TestPlatform } from '../support/platform';

let platform: TestPlatform;

beforeAll(async () => {
	platform = await startTestPlatform();
});
afterAll(() => platform.remove());

const HTTP_METHODS = /^(get|post|put|patch|delete)$/;

async function operations() {
	const { paths } = await servedDocument(platform.url);
	return Object.entries(paths).flatMap(([path, item]) =>
		Object.entries(item).flatMap(([method, operation]) =>
			HTTP_METHODS.test(method) ? [{ path, method, operation }] : [],
		),
	);
}

describe('GET /api/v1/openapi.json', () => {
	it('needs no key', async () => {
		expect((await ask(platform.url, 'GET', '/api/v1/openapi.json')).status).toBe(200);
	});

	it('names the public address of the service, so that tools that are given the file find it', async () => {
		expect((await servedDocument(platform.url)).servers).toEqual([{ url: platform.url }]);
	});

	it.each([
		['application/json', /^application\/json/],
		['application/json, text/html;q=0.5', /^application\/json/],
		['text/html,*/*;q=0.8', /^text\/html/],
		['*/*', /^text\/html/],
		['image/png', /^text\/html/],
	])('is what /api/v1/docs gives where Accept prefers it: %s', async (accept, type) => {
		const reply = await ask(platform.url, 'GET', '/api/v1/docs', { headers: { Accept: accept } });
		expect(reply.headers.get('content-type')).toMatch(type);
		expect(reply.headers.get('vary')).toContain('Accept');
		if (type.test('application/json')) expect(reply.json).toEqual(await servedDocument(platform.url));
	});

	it('fits the meta schema of OpenAPI 3.1', async () => {
		const validator = new Validator();
		expect(await validator.validate(await servedDocument(platform.url))).toEqual({ valid: true });
		expect(validator.version).toBe('3.1');
	});

	it('describes every route that is served, those of the sessions too, and no other', async () => {
		const described = (await operations()).map(({ method, path }) => `${method} ${path}`);
		const declared = platform.routes.map(({ method, path }) => `${method} ${path}`);
		const sessions = ['post /web/session/authenticate', 'post /web/session/destroy'];
		expect(described.sort()).toEqual([...declared, ...sessions].sort());
	});

	it('gives each operation a camelCase name of its own', async () => {
		const names = (await operations()).map(({ operation }) => operation.operationId);
		expect(names.filter((name) => !/^[a-z]+([A-Z][a-z]+)+$/.test(name))).toEqual([]);
		expect(new Set(names).size).toBe(names.length);
	});

	it("says which permission, plan and scope each operation takes, as it's declared", async () => {
		const described = (await operations()).map(({ operation }) => [
			operation.operationId,
			operation['x-scope'],
			operation['x-permission'],
			operation['x-plan'],
		]);
		const declared = platform.routes.map(({ operationId, access: { by, permission, plan } }) => [
			operationId,
			by === 'webhook_key' ? 'webhook' : 'org',
			permission,
			plan,
		]);
		expect(described).toEqual(expect.arrayContaining(declared));
	});

	it('describes every parameter and every field in words', async () => {
		expect(silentPlaces(await servedDocument(platform.url))).toEqual([]);
	});

	it('gives examples that fit their schemas', async () => {
		expect(refusedExamples(await servedDocument(platform.url))).toEqual([]);
	});

	it('lists every code that a reply can carry, with its meaning', async () => {
		const { 'x-error-codes': listed } = await servedDocument(platform.url);
		expect(Object.keys(listed)).toEqual(errorCodes);
	});

	it('answers another method with those it takes', async () => {
		const response = await ask(platform.url, 'POST', '/api/v1/openapi.json');
		expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
	});

	it('has nothing below it', async () => {
		expect((await ask(platform.url, 'GET', '/api/v1/openapi.json/more')).status).toBe(404);
	});
});

describe('GET /api/v1/docs', () => {
	let page: ApiReply;
	let text: string;

	beforeAll(async () => {
		page = await ask(platform.url, 'GET', '/api/v1/docs');
		text = page.text;
	});

	it('is a page that needs no key', () => {
		expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
	});

	it('may use its own style sheet and nothing else', () => {
		const [, style = ''] = /<style>([^]*?)<\/style>/.exec(text) ?? [];
		const hash = createHash('sha256').update(style).digest('base64');
		expect(page.headers.get('content-security-policy')).toBe(
			`default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
		);
	});

	it('runs no script and loads nothing', () => {
		expect(text).not.toMatch(/<(script|link|img|iframe|object|embed)\b|\s(src|style|on\w+)=|url\(|@import/);
	});

	it('links to its own places and to the document alone', () => {
		const targets = [...text.matchAll(/href="([^"]*)"/g)].map(([, target = '']) => target);
		const places = new Set([...text.matchAll(/\sid="([^"]*)"/g)].map(([, id = '']) => `#${id}`));
		expect(targets.filter((target) => target !== 'openapi.json' && !places.has(target))).toEqual([]);
	});

	it('shows every route', async () => {
		const missing = (await operations()).filter(
			({ operation, path }) => !text.includes(`id="${operation.operationId}"`) || !text.includes(path),
		);
		expect(missing).toEqual([]);
	});

	it('explains every code', () => {
		expect(errorCodes.filter((code) => !text.includes(`id="code-${code}"`))).toEqual([]);
	});
});

describe('the examples', () => {
	it('are bodies that their routes take', () => {
		const document = openApiDocument(platform.routes);
		const refused = platform.routes.flatMap(({ operationId, path, method, input }) => {
			const [content] = Object.values(document.paths[path]?.[method]?.requestBody?.content ?? {});
			if (content === undefined || !(input.body instanceof z.ZodType)) return [];
			const parsed = input.body.safeParse(exampleOf(content.schema, resolverOf(document)));
			return parsed.success ? [] : [{ operationId, issues: parsed.error.issues }];
		});
		expect(refused).toEqual([]);
	});
});
