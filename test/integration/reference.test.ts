import { Validator } from '@seriousme/openapi-schema-validator';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { errorCodes } from '../../backend/src/core/error-codes';
import { servedDocument } from '../support/api-document';
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
		expect((await fetch(`${platform.url}/api/v1/openapi.json`)).status).toBe(200);
	});

	it('fits the meta schema of OpenAPI 3.1', async () => {
		const validator = new Validator();
		expect(await validator.validate(await servedDocument(platform.url))).toEqual({ valid: true });
		expect(validator.version).toBe('3.1');
	});

	it('describes every route that is served, and no other', async () => {
		const described = (await operations()).map(({ method, path }) => `${method} ${path}`);
		expect(described.sort()).toEqual(platform.routes.map(({ method, path }) => `${method} ${path}`).sort());
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
		const declared = platform.routes.map(({ operationId, access: { scope, permission, plan } }) => [
			operationId,
			scope,
			permission,
			plan,
		]);
		expect(described).toEqual(expect.arrayContaining(declared));
	});

	it('describes every parameter in words', async () => {
		const silent = (await operations()).flatMap(({ operation }) =>
			operation.parameters.filter(({ description }) => description.trim() === '').map(({ name }) => name),
		);
		expect(silent).toEqual([]);
	});

	it('lists every code that a reply can carry, with its meaning', async () => {
		const { 'x-error-codes': listed } = await servedDocument(platform.url);
		expect(Object.keys(listed)).toEqual(errorCodes);
	});

	it('answers another method with those it takes', async () => {
		const response = await fetch(`${platform.url}/api/v1/openapi.json`, { method: 'POST' });
		expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
	});

	it('has nothing below it', async () => {
		expect((await fetch(`${platform.url}/api/v1/openapi.json/more`)).status).toBe(404);
	});
});
