import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { systemClock } from '../../backend/src/core/clock';
import type { OdooClient } from '../../backend/src/odoo/client';
import { connectOdoo } from '../../backend/src/odoo/connect';
import { ask } from '../support/ask';
import { outsideAccess } from '../support/connections';
import { odooServers } from '../support/odoo-servers';
import { addKey, addOrganization, startTestPlatform, type TestPlatform, WIDE_LIMITS } from '../support/platform';

const path = '/api/v1/odoo-connections';

let platform: TestPlatform;
let gatewayKey: string;

beforeAll(async () => {
	platform = await startTestPlatform({}, { limits: WIDE_LIMITS });
	const { organization_id } = platform.firstRun;
	gatewayKey = await addKey(platform, { organization_id, scope: 'webhook' });
});

afterAll(() => platform.remove());

interface Access {
	readonly url: string;
	readonly database: string;
	readonly login: string;
	readonly api_key: string;
}

/** A sandbox of that version, run by the platform and connected to as if somebody else ran it. */
async function sandbox(major: number): Promise<Access> {
	const { project_id } = platform.firstRun;
	const body = { project_id, name: `odoo-${major}`, odoo_version: `${major}.0` };
	const { json } = await platform.api('POST', '/api/v1/environments', body);
	return outsideAccess(platform, String(json.id));
}

const servers: { name: string; major: number; password?: string | undefined; reach: () => Promise<Access> }[] = [
	{ name: 'sandbox 19', major: 19, reach: () => sandbox(19) },
	{ name: 'sandbox 14', major: 14, reach: () => sandbox(14) },
	...odooServers()
		.filter(({ real }) => real)
		.map(({ name, major, password, open }) => ({
			...{ name, major, password },
			reach: async () => {
				const { access, close } = await open();
				await close();
				const { secret: api_key, ...rest } = access;
				return { ...rest, api_key };
			},
		})),
];

const connect = (access: object, key = platform.firstRun.api_key) =>
	platform.api('POST', path, { name: randomUUID(), ...access }, { key });

const act = (request: object, headers: Record<string, string>) =>
	ask(platform.url, 'POST', '/api/n8n/webhook', { headers, body: request });

/** The cookie of whom a server lets in; the answer where it does not. */
async function logIn(params: { db: unknown; login: string; password: string }) {
	const body = { jsonrpc: '2.0', method: 'call', params };
	const reply = await ask(platform.url, 'POST', '/web/session/authenticate', { body });
	return { cookie: reply.headers.get('set-cookie')?.split(';')[0] ?? null, body: reply.json };
}

describe.each(servers)('a connection to $name', ({ major, password, reach }) => {
	let access: Access;
	let id: string;

	beforeAll(async () => {
		access = await reach();
		const { json } = await connect(access);
		id = String(json.id);
	});

	const transport = major >= 19 ? 'json-2' : 'json-rpc';

	it('knows the version and how Odoo is called', async () => {
		const { json } = await platform.api('GET', `${path}/${id}`);
		expect(json).toMatchObject({ version: expect.stringMatching(`^${major}\\.0`), transport });
	});

	it('tells who it works as', async () => {
		const { json } = await platform.api('POST', `${path}/${id}/test`);
		expect(json).toMatchObject({
			ok: true,
			transport,
			user: { id: expect.any(Number), login: access.login },
			error: null,
		});
	});

	it('takes a URL with a trailing slash', async () => {
		expect((await connect({ ...access, url: `${access.url}/` })).status).toBe(201);
	});

	it.each(['/odoo', '/odoo/contacts/42', '/web/login', '/web#action=4&model=res.partner'])(
		'takes a URL from the browser, which ends in %s',
		async (page) => {
			const { status, json } = await connect({ ...access, url: access.url + page });
			expect([status, json.url]).toEqual([201, access.url]);
		},
	);

	it.each<[string, Partial<Access>]>([
		['odoo_database_not_found', { database: 'no_such_database' }],
		['odoo_authentication_failed', { api_key: '0'.repeat(40) }],
		['odoo_authentication_failed', { login: 'nobody@example.com' }],
		['odoo_not_odoo', { url: '/nothing/here' }],
	])('is refused as %s with %j', async (code, change) => {
		const url = access.url + (change.url ?? '');
		const { api_key } = await addOrganization(platform);
		expect((await connect({ ...access, ...change, url }, api_key)).json).toMatchObject({ status: 422, code });
	});

	it('lets in a session with the right secret, and denies access with a wrong one', async () => {
		const { login, api_key } = access;
		expect(await logIn({ db: id, login, password: api_key })).toMatchObject({
			cookie: expect.stringMatching(/^session_id=/),
			body: { result: { uid: expect.any(Number), db: access.database, username: login } },
		});
		expect(await logIn({ db: id, login, password: 'wrong' })).toMatchObject({
			cookie: null,
			body: { error: { data: { name: 'odoo.exceptions.AccessDenied' } } },
		});
	});

	// The sandbox has one user, who has no password.
	if (password !== undefined) {
		it('takes a password', async () => {
			const { api_key: _, ...rest } = access;
			expect((await connect({ ...rest, password })).json).toMatchObject({ transport: 'json-rpc' });
		});

		describe('as a user with few rights', () => {
			const user = { login: `${randomUUID()}@example.com`, password: randomUUID() };
			let admin: OdooClient;
			let userId: number;

			beforeAll(async () => {
				const { api_key: secret, ...rest } = access;
				admin = await connectOdoo({ ...rest, secret }, { fetch, clock: systemClock });
				userId = await makePortalUser(admin, major, user);
			});

			afterAll(async () => {
				const remove = (model: string, ids: number[]) =>
					admin.call({ model, method: 'unlink', args: [ids], kwargs: {} });
				const domain = [['user_ids', 'in', [userId]]];
				const kwargs = { context: { active_test: false } };
				const partners = await admin.call({ model: 'res.partner', method: 'search', args: [domain], kwargs });
				await remove('res.users', [userId]);
				await remove('res.partner', z.array(z.number()).parse(partners));
			});

			it('works, and says what Odoo denies', async () => {
				const { api_key: _, ...rest } = access;
				const { status, json } = await connect({ ...rest, ...user });
				expect(status).toBe(201);
				const read = { action: 'execute_method', model: 'ir.rule', method: 'search_read', args: [[]] };
				const reply = await act({ ...read, connection: json.id }, { Authorization: `Bearer ${gatewayKey}` });
				expect([reply.status, reply.json]).toMatchObject([403, { code: 'odoo_access_denied' }]);
			});

			it('acts in a session as that user, whoever the connection works as', async () => {
				const { cookie } = await logIn({ db: id, ...user });
				const inSession = async (request: object) => (await act(request, { Cookie: cookie ?? '' })).json;
				expect(await inSession({ action: 'test_connection' })).toMatchObject({
					data: { login: user.login, user_id: userId },
				});
				const read = { action: 'execute_method', model: 'ir.rule', method: 'search_read', args: [[]] };
				expect(await inSession(read)).toMatchObject({ success: false, code: 'odoo_access_denied' });
			});
		});
	}
});

/** Somebody who may see hardly anything. */
async function makePortalUser(
	admin: OdooClient,
	major: number,
	{ login, password }: { login: string; password: string },
) {
	const domain = [
		['module', '=', 'base'],
		['name', '=', 'group_portal'],
	];
	const found = await admin.call({
		model: 'ir.model.data',
		method: 'search_read',
		args: [domain, ['res_id']],
		kwargs: {},
	});
	const [group] = z.array(z.object({ res_id: z.number() })).parse(found);
	const groups = { [major >= 19 ? 'group_ids' : 'groups_id']: [[6, 0, [group?.res_id ?? 0]]] };
	const values = { name: 'Portal', login, password, ...groups };
	const context = { no_reset_password: true };
	return z
		.number()
		.parse(await admin.call({ model: 'res.users', method: 'create', args: [values], kwargs: { context } }));
}
