import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { type ApiReply } from '../support/ask';
import { certificatesIn } from '../support/certificates';
import { outsideAccess } from '../support/connections';
import { addKey, addOrganization, startTestPlatform, type TestPlatform, WIDE_LIMITS } from '../support/platform';
import { answer, portOf, startReceiver } from '../support/receiver';
import { startTlsServer } from '../support/tls-server';

const path = '/api/v1/odoo-connections';

let platform: TestPlatform;
let access: Awaited<ReturnType<typeof outsideAccess>>;
let gatewayKey: string;
/** The connections that a first start leaves. */
let atFirst: unknown[];

beforeAll(async () => {
	platform = await startTestPlatform({}, { limits: WIDE_LIMITS });
	access = await outsideAccess(platform, platform.firstRun.environments.staging);
	const { organization_id } = platform.firstRun;
	gatewayKey = await addKey(platform, { organization_id, scope: 'webhook' });
	atFirst = (await list()).data;
});

afterAll(() => platform.remove());

const create = (body: object, key = platform.firstRun.api_key) =>
	platform.api('POST', path, { name: randomUUID(), ...access, ...body }, { key });
const patch = (id: unknown, body: object) => platform.api('PATCH', `${path}/${String(id)}`, body);
const get = async (id: unknown) => (await platform.api('GET', `${path}/${String(id)}`)).json;
const listed = z.object({ data: z.array(z.looseObject({ id: z.string() })), next_cursor: z.string().nullable() });
const list = async (query = '') => listed.parse((await platform.api('GET', path + query)).json);
const act = (request: object, key = gatewayKey) => platform.api('POST', '/api/n8n/webhook', request, { key });
const refusal = ({ status, json }: ApiReply) => [status, json.code];
const ownConnection = (environment: string) => environment.replace('env_', 'con_');

describe('connecting an Odoo', () => {
	it('answers what was found out and no secret', async () => {
		const { status, json } = await create({ name: 'erp' });
		expect([status, json]).toEqual([
			201,
			{
				id: expect.stringMatching(/^con_/),
				org_id: platform.firstRun.organization_id,
				name: 'erp',
				url: access.url,
				database: 'sandbox',
				login: 'admin',
				default: false,
				environment_id: null,
				version: '19.0',
				transport: 'json-2',
				last_checked_at: expect.any(String),
				created_at: expect.any(String),
			},
		]);
		expect(await get(json.id)).toEqual(json);
	});

	it('asks an Odoo no more after it refused three logins of the organization within a minute', async () => {
		const other = await addOrganization(platform);
		const tryOut = async (api_key: string) => {
			const { status, json } = await create({ name: 'mistaken', api_key }, other.api_key);
			return [status, String(json.detail).includes('was not asked again')];
		};
		for (let wrong = 0; wrong < 3; wrong++) expect(await tryOut('wrong')).toEqual([422, false]);
		expect(await tryOut(access.api_key)).toEqual([422, true]);
		expect((await create({ name: 'of others' })).status).toBe(201);
	});

	it('makes it one that the gateway can name, by name and by id', async () => {
		const { json } = await create({ name: 'named' });
		for (const connection of ['named', json.id]) {
			const reply = await act({ action: 'test_connection', connection });
			expect(reply.json).toMatchObject({ success: true, data: { connected: true, login: 'admin' } });
		}
	});

	it('takes a password in place of a key', async () => {
		const { api_key, ...rest } = access;
		const body = { ...rest, name: 'by password', password: api_key };
		expect((await platform.api('POST', path, body)).status).toBe(201);
	});

	it('drops the trailing slash of the URL', async () => {
		expect((await create({ url: `${access.url}/` })).json.url).toBe(access.url);
	});

	it.each([
		['a query', 'https://erp.example.com/?db=erp'],
		['a fragment', 'https://erp.example.com/#erp'],
		['a password', 'https://user:password@erp.example.com'],
		['another scheme', 'ftp://erp.example.com'],
		['no URL', 'erp.example.com'],
	])('refuses a URL with %s', async (_what, url) => {
		const { status, json } = await create({ url });
		expect([status, json]).toMatchObject([422, { code: 'validation_failed', errors: [{ pointer: '/url' }] }]);
	});

	it.each([
		['no secret', { api_key: undefined }, '/api_key'],
		['two secrets', { password: 'x' }, '/password'],
		['the form of an id for a name', { name: 'con_01HXMZ0K3RJ8QM2P5T7V9X1Z3B' }, '/name'],
	])('refuses %s', async (_what, body, pointer) => {
		expect((await create(body)).json).toMatchObject({ code: 'validation_failed', errors: [{ pointer }] });
	});

	it('refuses a name that is taken, by a connection or by an environment', async () => {
		await create({ name: 'taken' });
		expect(refusal(await create({ name: 'taken' }))).toEqual([409, 'name_taken']);
		expect(refusal(await create({ name: 'staging' }))).toEqual([409, 'name_taken']);
	});

	it('gives a name to one of many who ask for it at once', async () => {
		const replies = await Promise.all(Array.from({ length: 5 }, () => create({ name: 'contested' })));
		expect(replies.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409, 409]);
	});

	it.each([
		['the database', { database: 'no_such_database' }, 'odoo_database_not_found', '/database'],
		['the key', { api_key: '0'.repeat(40) }, 'odoo_authentication_failed', '/login'],
		['the login', { login: 'nobody@example.com' }, 'odoo_authentication_failed', '/login'],
		['the port', { url: 'http://127.0.0.1:9' }, 'odoo_unreachable', '/url'],
		['the address', { url: 'http://10.1.2.3' }, 'odoo_refused_address', '/url'],
		['the address of metadata', { url: 'http://169.254.169.254/latest' }, 'odoo_refused_address', '/url'],
	])('says what is wrong with %s, and saves nothing', async (_what, body, code, pointer) => {
		const { api_key } = await addOrganization(platform);
		const { status, json } = await create(body, api_key);
		expect([status, json]).toMatchObject([422, { code, errors: [{ pointer }] }]);
		const saved = await platform.api('GET', path, undefined, { key: api_key });
		expect(saved.json).toMatchObject({ data: [] });
	});

	it.each([
		['a page in HTML', 200, { 'content-type': 'text/html' }, /is not Odoo/],
		['nothing', 404, {}, /is not Odoo/],
		['a redirect', 301, { location: 'https://erp.example.com/' }, /redirects to https:\/\/erp\.example\.com/],
	])('says that what answers with %s is no Odoo', async (_what, status, headers, words) => {
		const server = await startReceiver(answer(status, headers));
		const { json } = await create({ url: new URL(server.url).origin });
		expect(json).toMatchObject({ status: 422, code: 'odoo_not_odoo', detail: expect.stringMatching(words) });
		await server.close();
	});

	it('says that JSON which is not of Odoo is no Odoo', async () => {
		const server = await startReceiver((response) => response.end('{"status":"ok"}'));
		expect((await create({ url: new URL(server.url).origin })).json.code).toBe('odoo_not_odoo');
		await server.close();
	});

	it('says that a certificate is self-signed', async () => {
		const directory = await mkdtemp(join(tmpdir(), 'odoo-platform-tls-'));
		const server = await startTlsServer(certificatesIn(directory).selfSigned('erp'));
		expect((await create({ url: server.url })).json).toMatchObject({
			status: 422,
			code: 'odoo_tls_failed',
			detail: expect.stringContaining('self-signed'),
		});
		await server.close();
		await rm(directory, { recursive: true });
	});

	it('says that a port which is to speak TLS does not', async () => {
		const server = await startReceiver();
		const url = new URL(server.url).origin.replace('http:', 'https:');
		expect((await create({ url })).json).toMatchObject({ code: 'odoo_tls_failed' });
		await server.close();
	});
});

describe('a server with several databases', () => {
	/** Serves the databases of that name, each with one user and their key. */
	async function serve(databases: readonly string[]) {
		const replies: Record<string, (database: string) => object> = {
			'/web/version': () => ({ version: '19.0' }),
			'/json/2/res.users/context_get': () => ({ uid: 2 }),
			'/json/2/res.users/read': (database) => [{ id: 2, login: 'admin', name: `Admin of ${database}` }],
		};
		const server = createServer(({ url = '', headers }, response) => {
			const database = String(headers['x-odoo-database'] ?? '');
			const known = url === '/web/version' || databases.includes(database);
			const allowed = url === '/web/version' || headers.authorization === `bearer key of ${database}`;
			response.statusCode = known ? (allowed ? 200 : 401) : 404;
			response.end(JSON.stringify(known && allowed ? replies[url]?.(database) : { name: 'x.Unauthorized' }));
		});
		server.listen(0, '127.0.0.1');
		await once(server, 'listening');
		return { server, url: `http://127.0.0.1:${portOf(server.address())}` };
	}

	it('has a connection for each', async () => {
		const { server, url } = await serve(['one', 'two']);
		const names: unknown[] = [];
		for (const database of ['one', 'two']) {
			const { json } = await create({ url, database, api_key: `key of ${database}` });
			const test = await platform.api('POST', `${path}/${String(json.id)}/test`);
			names.push(test.json.user);
		}
		server.close();
		expect(names).toMatchObject([{ name: 'Admin of one' }, { name: 'Admin of two' }]);
	});
});

describe('changing a connection', () => {
	it('keeps the secret where it is not given again', async () => {
		const { json } = await create({});
		expect((await patch(json.id, { name: 'renamed' })).json).toMatchObject({ ...json, name: 'renamed' });
		expect((await act({ action: 'test_connection', connection: 'renamed' })).status).toBe(200);
	});

	it.each([
		['url', { url: 'http://127.0.0.1:9' }],
		['database', { database: 'other' }],
		['login', { login: 'other@example.com' }],
	])('does not take the kept secret along to another %s', async (_what, body) => {
		const { json } = await create({});
		const reply = await patch(json.id, body);
		expect(reply.json).toMatchObject({ status: 422, errors: [{ pointer: '/api_key' }] });
		expect(await get(json.id)).toEqual(json);
	});

	it('is tried first, and nothing of it is saved where it does not work', async () => {
		const { json } = await create({});
		const reply = await patch(json.id, { name: 'broken', password: 'wrong' });
		expect(refusal(reply)).toEqual([422, 'odoo_authentication_failed']);
		expect(await get(json.id)).toEqual(json);
	});

	it('leads elsewhere with the secret given again', async () => {
		const other = await outsideAccess(platform, platform.firstRun.environments.production);
		const { json } = await create({});
		const { status, json: changed } = await patch(json.id, { url: other.url, api_key: other.api_key });
		expect([status, changed.url]).toEqual([200, other.url]);
		expect((await act({ action: 'test_connection', connection: json.id })).status).toBe(200);
	});

	it('made twice at once leaves what was tried together', async () => {
		const other = await outsideAccess(platform, platform.firstRun.environments.production);
		const { json } = await create({});
		const replies = await Promise.all([
			patch(json.id, { url: other.url, api_key: other.api_key }),
			patch(json.id, { url: access.url, api_key: access.api_key }),
			patch(json.id, { name: randomUUID() }),
		]);
		expect(replies.map(({ status }) => status)).toEqual([200, 200, 200]);
		expect((await platform.api('POST', `${path}/${String(json.id)}/test`)).json).toMatchObject({ ok: true });
	});

	it('cannot take the name of another', async () => {
		const { json } = await create({ name: 'first of two' });
		const second = await create({ name: 'second of two' });
		expect(refusal(await patch(second.json.id, { name: json.name }))).toEqual([409, 'name_taken']);
	});
});

describe('the default', () => {
	const defaults = async () => (await list('?limit=200')).data.filter((connection) => connection.default === true);

	it("is the first environment's own after the first start", () => {
		const { production, staging } = platform.firstRun.environments;
		expect(atFirst).toMatchObject([
			{ id: ownConnection(staging), name: 'staging', environment_id: staging, default: false },
			{ id: ownConnection(production), name: 'production', environment_id: production, default: true },
		]);
	});

	it('moves to the one that is made or changed to it', async () => {
		const first = await create({ default: true });
		expect(await defaults()).toMatchObject([{ id: first.json.id }]);
		const second = await create({});
		await patch(second.json.id, { default: true });
		expect(await defaults()).toMatchObject([{ id: second.json.id }]);
		expect((await act({ action: 'get_config' })).json).toMatchObject({ data: { name: second.json.name } });
	});

	it('is one, however many ask to be it at once', async () => {
		await Promise.all(Array.from({ length: 8 }, () => create({ default: true })));
		expect(await defaults()).toHaveLength(1);
	});

	it('can be an environment, and nothing', async () => {
		const id = ownConnection(platform.firstRun.environments.production);
		await patch(id, { default: true });
		expect(await defaults()).toMatchObject([{ id }]);
		await patch(id, { default: false });
		expect(await defaults()).toEqual([]);
		expect(refusal(await act({ action: 'get_config' }))).toEqual([404, 'no_odoo_connection']);
	});

	it('is gone with the connection', async () => {
		const { json } = await create({ default: true });
		await platform.api('DELETE', `${path}/${String(json.id)}`);
		expect(await defaults()).toEqual([]);
	});
});

describe("an environment's own connection", () => {
	it('comes, is renamed and goes with it', async () => {
		const { project_id } = platform.firstRun;
		const { json } = await platform.api('POST', '/api/v1/environments', { project_id, name: 'preview' });
		const id = ownConnection(String(json.id));
		expect(await get(id)).toMatchObject({ name: 'preview', environment_id: json.id, version: '19.0' });
		expect((await act({ action: 'test_connection', connection: 'preview' })).status).toBe(200);
		await platform.api('PATCH', `/api/v1/environments/${String(json.id)}`, { name: 'demo' });
		expect(await get(id)).toMatchObject({ name: 'demo' });
		await platform.api('DELETE', `/api/v1/environments/${String(json.id)}`);
		expect(await get(id)).toMatchObject({ code: 'not_found' });
	});

	it('can be tested', async () => {
		const id = ownConnection(platform.firstRun.environments.production);
		const { json } = await platform.api('POST', `${path}/${id}/test`);
		expect(json).toMatchObject({ ok: true, version: '19.0', transport: 'json-2', user: { login: 'admin' } });
	});

	it('cannot be changed or deleted without it', async () => {
		const id = ownConnection(platform.firstRun.environments.production);
		const changed = await patch(id, { name: 'other' });
		const deleted = await platform.api('DELETE', `${path}/${id}`);
		expect([changed, deleted].map(refusal)).toEqual([
			[409, 'connection_of_environment'],
			[409, 'connection_of_environment'],
		]);
	});

	it('is found by its id where several environments have the name', async () => {
		const repository = `${platform.config.dataDir}/repositories/demo`;
		const project = await platform.api('POST', '/api/v1/projects', {
			name: 'Twin',
			repository_url: repository,
			default_branch: 'main',
		});
		const twin = { project_id: project.json.id, name: 'staging' };
		const { json } = await platform.api('POST', '/api/v1/environments', twin);
		const ask = (connection: string) => act({ action: 'test_connection', connection });
		expect(refusal(await ask('staging'))).toEqual([404, 'no_odoo_connection']);
		expect((await ask(ownConnection(String(json.id)))).status).toBe(200);
	});
});

describe('the list', () => {
	it('walks connections and environments together, newest first, page by page', async () => {
		const whole = (await list('?limit=200')).data.map(({ id }) => id);
		expect(whole).toEqual([...whole].sort().reverse());
		const walked: string[] = [];
		for (let cursor = ''; ;) {
			const { data, next_cursor } = await list(`?limit=3${cursor}`);
			walked.push(...data.map(({ id }) => id));
			if (next_cursor === null) break;
			cursor = `&cursor=${next_cursor}`;
		}
		expect(walked).toEqual(whole);
	});
});

describe('testing a connection', () => {
	it('says what is wrong where it no longer works', async () => {
		const { project_id } = platform.firstRun;
		const { json } = await platform.api('POST', '/api/v1/environments', { project_id, name: 'short-lived' });
		const connection = await create(await outsideAccess(platform, String(json.id)));
		await platform.api('DELETE', `/api/v1/environments/${String(json.id)}`);
		const test = await platform.api('POST', `${path}/${String(connection.json.id)}/test`);
		expect([test.status, test.json]).toEqual([
			200,
			{
				ok: false,
				version: null,
				transport: null,
				user: null,
				error: { code: 'odoo_not_odoo', message: expect.any(String) },
			},
		]);
	});
});

describe('deleting a connection', () => {
	it('waits until no key is bound to it', async () => {
		const { json } = await create({});
		const key = { name: 'bound', scope: 'webhook', permissions: ['odoo:read'], connection_id: json.id };
		const made = await platform.api('POST', '/api/v1/api-keys', key);
		expect(made.status).toBe(201);
		const remove = () => platform.api('DELETE', `${path}/${String(json.id)}`);
		expect(refusal(await remove())).toEqual([409, 'connection_in_use']);
		await platform.api('DELETE', `/api/v1/api-keys/${String(made.json.id)}`);
		expect((await remove()).status).toBe(204);
		expect(await get(json.id)).toMatchObject({ code: 'not_found' });
	});
});

describe('another organization', () => {
	it('may use the same names, and sees nothing of these', async () => {
		await create({ name: 'shared name' });
		const { api_key: key } = await addOrganization(platform);
		const made = await platform.api('POST', path, { name: 'shared name', ...access }, { key });
		expect(made.status).toBe(201);
		const { json } = await platform.api('GET', path, undefined, { key });
		expect(json.data).toMatchObject([{ id: made.json.id }]);
	});
});
