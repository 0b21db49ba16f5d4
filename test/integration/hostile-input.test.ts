import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ask } from '../support/ask';
import { addKey, startTestPlatform, type TestPlatform, WIDE_LIMITS } from '../support/platform';

let platform: TestPlatform;
/** Demands no signature, so that what is sent is read. */
let webhookKey: string;

beforeAll(async () => {
	platform = await startTestPlatform({}, { limits: WIDE_LIMITS });
	const { organization_id } = platform.firstRun;
	webhookKey = await addKey(platform, { organization_id, scope: 'webhook' });
});

afterAll(() => platform.remove());

/** What the five routes know, with values of every shape. */
const vals = fc.dictionary(
	fc.constantFrom('payload', 'search_key', 'auto_create', 'result_field', 'callback_url'),
	fc.oneof(
		fc.jsonValue(),
		fc.dictionary(
			fc.constantFrom(
				'name',
				'id',
				'parent_id',
				'child_ids',
				'search_field',
				'search_domain',
				'order',
				'limit',
				'method',
			),
			fc.oneof(fc.jsonValue(), fc.constantFrom('name{', '[(', 'read', '_write', 'unlink', '%')),
		),
	),
);

/** Values of every shape, among them words that the API knows. */
const anything = fc.oneof(
	fc.json(),
	fc.jsonValue({ maxDepth: 4 }).map((value) => JSON.stringify(value)),
	fc
		.dictionary(
			fc.constantFrom(
				'action',
				'model',
				'method',
				'args',
				'kwargs',
				'ref',
				'wait',
				'url',
				'events',
				'name',
				'__proto__',
			),
			fc.oneof(
				fc.jsonValue(),
				fc.constantFrom('execute_method', 'res.partner', 'search_read', 'main', '*', '$where'),
			),
		)
		.map((value) => JSON.stringify(value)),
	fc
		.record({ model: fc.constantFrom('res.partner', 'sale.order'), vals })
		.map((params) => JSON.stringify({ id: 1, params })),
	fc.string({ unit: 'binary' }),
);

const segment = fc.oneof(
	fc.constantFrom('env_01HXMZ0K3RJ8QM2P5T7V9X1Z3B', '..', '%00', '%E0%A4%A', '[object Object]', '$ne'),
	fc.string({ unit: 'grapheme', minLength: 1 }).map(encodeURIComponent),
);

const query = fc.oneof(
	fc.constant(''),
	fc.constantFrom(
		'?limit=0',
		'?limit=1e3',
		'?cursor=AAAA',
		'?status=nothing',
		'?since=yesterday',
		'?limit[$gt]=1',
		'?a=b&a=c',
	),
	fc.string().map((text) => `?cursor=${encodeURIComponent(text)}`),
);

describe('whatever is sent', () => {
	it('is answered without a failure of the service', async () => {
		const failures: string[] = [];
		await fc.assert(
			fc.asyncProperty(
				fc.constantFrom(...platform.routes),
				segment,
				query,
				anything,
				async (route, id, search, body) => {
					const path = route.path.replace(/\{\w+\}/g, () => id) + search;
					const key = route.access.by === 'webhook_key' ? webhookKey : platform.firstRun.api_key;
					const reply = await platform.api(
						route.method.toUpperCase(),
						path,
						route.method === 'get' ? undefined : body,
						{ key },
					);
					if (reply.status >= 500)
						failures.push(`${route.method} ${path} ${body} → ${reply.status} ${reply.text}`);
					expect(failures).toEqual([]);
				},
			),
			{ numRuns: 500 },
		);
	});

	it('is answered in the documented shape at every route', async () => {
		for (const route of platform.routes.filter(({ access }) => access.by === 'key')) {
			const path = route.path.replace(/\{\w+\}/g, 'nothing');
			const { json, headers } = await platform.api(
				route.method.toUpperCase(),
				`${path}?unknown=1`,
				route.method === 'get' ? undefined : '{',
			);
			expect(headers.get('content-type')).toMatch('application/problem+json');
			expect(json).toMatchObject({
				code: expect.any(String),
				detail: expect.any(String),
				request_id: expect.any(String),
			});
		}
	});
});

describe('a JSON-RPC id that is nested too deep to be written', () => {
	it.each([
		['/web/session/authenticate', ''],
		['/web/session/destroy', ''],
		['/api/create_data', ''],
		['/api/search_data', 'webhook'],
		['/sandbox/ENVIRONMENT/jsonrpc', ''],
	])('is no failure of ours at %s', async (path, scope) => {
		const deep = '['.repeat(100_000) + ']'.repeat(100_000);
		const reply = await ask(
			platform.url,
			'POST',
			path.replace('ENVIRONMENT', platform.firstRun.environments.staging),
			{
				key: scope === 'webhook' ? webhookKey : '',
				body: `{"jsonrpc":"2.0","id":${deep},"params":{"id":${deep}}}`,
			},
		);
		expect(reply.status).toBeLessThan(500);
		expect(reply.text.length).toBeLessThan(5_000);
	});
});
