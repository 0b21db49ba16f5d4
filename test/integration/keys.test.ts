import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { systemClock } from '../../backend/src/core/clock';
import { createIds, type OrganizationId } from '../../backend/src/core/ids';
import { createLogger } from '../../backend/src/core/log';
import { loadMasterKey } from '../../backend/src/core/secrets';
import { startPlatform } from '../../backend/src/platform';
import { ask } from '../support/ask';
import { makeGitRepository } from '../support/git-repository';
import { addKey, addOrganization, startTestPlatform, type TestPlatform } from '../support/platform';
import { signatureOf } from '../support/signed-request';
import { until } from '../support/until';

let platform: TestPlatform;
/** The organization of the first run, one of a client, and one that is nobody's here. */
let agency: OrganizationId;
let client: OrganizationId;
let stranger: OrganizationId;
/** Where the client's repositories are. */
let repositories: string;
/** The agency's key for itself and its client. */
let multi: string;

beforeAll(async () => {
	repositories = await mkdtemp(path.join(tmpdir(), 'odoo-platform-test-'));
	makeGitRepository(path.join(repositories, 'addons')).commit(AN_ADDON);
	client = createIds(systemClock).next('organization');
	platform = await startTestPlatform({ GIT_ALLOWED_PATHS: `${client}=${repositories}` });
	agency = platform.firstRun.organization_id;
	await addOrganization(platform, { plan: 'starter', id: client });
	stranger = (await addOrganization(platform)).organization_id;
	multi = await addKey(platform, {
		organization_id: agency,
		organization_ids: [agency, client],
		scope: 'multi_org',
	});
});

afterAll(async () => {
	await platform.remove();
	await rm(repositories, { recursive: true });
});

const AN_ADDON = { 'crm_plus/__manifest__.py': "{'name': 'CRM plus'}", 'crm_plus/__init__.py': '' };

const mint = (body: object, key = platform.firstRun.api_key) => platform.api('POST', '/api/v1/api-keys', body, { key });

describe('a key that is made', () => {
	it('is shown with its token once, and without it ever after', async () => {
		const { status, json } = await mint({ name: 'ci', permissions: ['projects:read'] });
		expect(status).toBe(201);
		const { token, hmac_secret, ...rest } = json;
		expect(token).toMatch(/^oec_live_/);
		expect(hmac_secret).toBeNull();
		expect(rest).toEqual({
			id: expect.stringMatching(/^key_/),
			name: 'ci',
			scope: 'org',
			org_id: agency,
			org_ids: null,
			permissions: ['projects:read'],
			expires_at: null,
			connection_id: null,
			hmac: false,
			last_used_at: null,
			revoked_at: null,
			created_at: expect.any(String),
		});
		expect((await platform.api('GET', `/api/v1/api-keys/${String(json.id)}`)).json).toEqual(rest);
		const list = await platform.api('GET', '/api/v1/api-keys?limit=1');
		expect(list.json.data).toEqual([rest]);
	});

	it('does what it was made for, and no more', async () => {
		const key = String((await mint({ name: 'ci', permissions: ['projects:read'] })).json.token);
		expect((await platform.api('GET', '/api/v1/projects', undefined, { key })).status).toBe(200);
		expect((await platform.api('GET', '/api/v1/environments', undefined, { key })).json).toMatchObject({
			status: 403,
			code: 'permission_denied',
			required_permission: 'environments:read',
		});
	});

	it.each([
		['a permission that does not exist', { permissions: ['everything'] }, '/permissions/0'],
		['an expiry that is past', { expires_at: '2020-01-01T00:00:00Z' }, '/expires_at'],
		[
			'a connection that does not exist',
			{ scope: 'webhook', permissions: [], connection_id: 'con_01HXMW8QPK3R5T7V9X1Z3B5C7D' },
			'/connection_id',
		],
		['signing with another scope than webhook', { hmac: true }, '/hmac'],
		['a platform permission with the scope webhook', { scope: 'webhook' }, '/permissions/0'],
		['no organizations with the scope multi_org', { scope: 'multi_org' }, '/org_ids'],
		['organizations with another scope', { org_ids: ['org_01HXMW8QPK3R5T7V9X1Z3B5C7D'] }, '/org_ids'],
	])('is refused %s', async (_case, fields, pointer) => {
		const { json } = await mint({ name: 'refused', permissions: ['projects:read'], ...fields });
		expect(json).toMatchObject({ status: 422, code: 'validation_failed', errors: [{ pointer }] });
	});

	it('is refused a permission that its maker lacks, by name', async () => {
		const maker = String(
			(await mint({ name: 'maker', permissions: ['api_keys:write', 'projects:read'] })).json.token,
		);
		const { json } = await mint({ name: 'more', permissions: ['projects:read', 'projects:write'] }, maker);
		expect(json).toMatchObject({ status: 403, code: 'permission_denied', required_permission: 'projects:write' });
		expect((await mint({ name: 'same', permissions: ['projects:read'] }, maker)).status).toBe(201);
	});

	it.each([
		['one', () => ({ scope: 'org', org_id: stranger })],
		['one among several', () => ({ scope: 'multi_org', org_ids: [agency, stranger] })],
	])('is refused an organization that its maker lacks: %s', async (_case, fields) => {
		const { json } = await mint({ name: 'foreign', permissions: [], ...fields() });
		expect(json).toMatchObject({ status: 403, code: 'organization_denied', organization_id: stranger });
	});

	it.each([
		['free', { scope: 'org' }, 'starter'],
		['pro', { scope: 'multi_org' }, 'agency'],
	] as const)('is refused on the plan %s with %p', async (plan, { scope }, required_plan) => {
		const { organization_id, api_key } = await addOrganization(platform, { plan });
		const request = scope === 'multi_org' ? { org_ids: [organization_id] } : {};
		const { json } = await mint({ name: 'plan', scope, permissions: [], ...request }, api_key);
		expect(json).toMatchObject({ status: 403, code: 'plan_upgrade_required', required_plan, current_plan: plan });
	});
});

describe('a revoked key', () => {
	it('is refused from the next request on, and still listed', async () => {
		const { json } = await mint({ name: 'short-lived', permissions: ['projects:read'] });
		const key = String(json.token);
		expect((await platform.api('GET', '/api/v1/projects', undefined, { key })).status).toBe(200);
		expect((await platform.api('DELETE', `/api/v1/api-keys/${String(json.id)}`)).status).toBe(204);
		expect((await platform.api('GET', '/api/v1/projects', undefined, { key })).json.code).toBe('invalid_api_key');
		expect((await platform.api('GET', `/api/v1/api-keys/${String(json.id)}`)).json.revoked_at).toEqual(
			expect.any(String),
		);
	});

	it('can be revoked again without a change', async () => {
		const { json } = await mint({ name: 'twice', permissions: [] });
		const route = `/api/v1/api-keys/${String(json.id)}`;
		await platform.api('DELETE', route);
		const first = (await platform.api('GET', route)).json;
		expect((await platform.api('DELETE', route)).status).toBe(204);
		expect((await platform.api('GET', route)).json).toEqual(first);
	});

	it('is refused by the other replicas, too', async () => {
		const dataDir = await mkdtemp(path.join(tmpdir(), 'odoo-platform-test-'));
		const secretKey = await loadMasterKey(platform.config.dataDir);
		const config = { ...platform.config, dataDir, secretKey };
		const replica = await startPlatform(config, { log: createLogger('silent') });
		try {
			const { json } = await mint({ name: 'everywhere', permissions: ['projects:read'] });
			const statusThere = async () =>
				(await ask(replica.url, 'GET', '/api/v1/projects', { key: String(json.token) })).status;
			expect(await statusThere()).toBe(200);
			await platform.api('DELETE', `/api/v1/api-keys/${String(json.id)}`);
			await until(async () => (await statusThere()) === 401);
		} finally {
			await replica.stop();
			await rm(dataDir, { recursive: true });
		}
	});
});

describe('the last use of a key', () => {
	it('is noted', async () => {
		const { json } = await mint({ name: 'used', permissions: ['projects:read'] });
		await platform.api('GET', '/api/v1/projects', undefined, { key: String(json.token) });
		const used = await until(
			async () => (await platform.api('GET', `/api/v1/api-keys/${String(json.id)}`)).json.last_used_at,
		);
		expect(Date.parse(String(used))).toBeLessThanOrEqual(Date.now());
	});
});

describe('the HMAC secret of a webhook key', () => {
	const CALL = JSON.stringify({ action: 'test_connection' });
	const call = async (token: string, secret?: string) => {
		const headers = secret === undefined ? {} : signatureOf(secret, CALL);
		return (await platform.api('POST', '/api/n8n/webhook', CALL, { key: token, headers })).status;
	};
	const request = { name: 'n8n', scope: 'webhook', permissions: ['odoo:read'] };

	it('is shown when the key is made with one, and demanded', async () => {
		const { json } = await mint({ ...request, hmac: true });
		expect(json.token).toMatch(/^sk_live_/);
		expect([await call(String(json.token)), await call(String(json.token), String(json.hmac_secret))]).toEqual([
			401, 200,
		]);
	});

	it("is of one's own where that is sent, and not shown again", async () => {
		const hmac_secret = '0123456789abcdef0123456789abcdef';
		const { json } = await mint({ name: 'n8n', scope: 'webhook', hmac_secret });
		expect(json).toMatchObject({ hmac: true, hmac_secret: null });
		expect([await call(String(json.token)), await call(String(json.token), hmac_secret)]).toEqual([401, 200]);
	});

	it('is enabled and rotated; the one before is void at once', async () => {
		const { json } = await mint(request);
		const token = String(json.token);
		expect(await call(token)).toBe(200);
		const rotate = () => platform.api('POST', `/api/v1/api-keys/${String(json.id)}/rotate-hmac-secret`);
		const first = String((await rotate()).json.hmac_secret);
		expect([await call(token), await call(token, first)]).toEqual([401, 200]);
		const second = String((await rotate()).json.hmac_secret);
		expect([await call(token, first), await call(token, second)]).toEqual([401, 200]);
	});

	it('is refused to a platform key, and to one that was revoked', async () => {
		const plain = await mint({ name: 'plain', permissions: [] });
		const revoked = await mint(request);
		await platform.api('DELETE', `/api/v1/api-keys/${String(revoked.json.id)}`);
		const codes = [];
		for (const { json } of [plain, revoked]) {
			codes.push(
				(await platform.api('POST', `/api/v1/api-keys/${String(json.id)}/rotate-hmac-secret`)).json.code,
			);
		}
		expect(codes).toEqual(['hmac_not_supported', 'key_revoked']);
	});
});

describe('a webhook key', () => {
	it('needs no permissions named: it may read and write', async () => {
		const { status, json } = await mint({ name: 'n8n', scope: 'webhook' });
		expect([status, json.permissions]).toEqual([201, ['odoo:read', 'odoo:write']]);
		expect((await mint({ name: 'ci' })).json).toMatchObject({ errors: [{ pointer: '/permissions' }] });
	});
});

describe('a key that is changed', () => {
	const make = async (body: object) => {
		const { json } = await mint(body);
		const path = `/api/v1/api-keys/${String(json.id)}`;
		const change = (more: object) => platform.api('PATCH', path, more);
		return { change, token: String(json.token), path };
	};
	const see = (token: string) => platform.api('GET', '/api/v1/projects', undefined, { key: token });

	it('has its new name, permissions and expiry at once, with the same token', async () => {
		const { change, token } = await make({ name: 'ci', permissions: [] });
		expect((await see(token)).status).toBe(403);
		const wanted = { name: 'new', permissions: ['projects:read'], expires_at: '2999-01-01T00:00:00.000Z' };
		expect(await change(wanted)).toMatchObject({ status: 200, json: { ...wanted, hmac_secret: null } });
		expect((await see(token)).status).toBe(200);
	});

	it('lives longer with the same token, by a key that may do all that it may', async () => {
		const soon = new Date(Date.now() + 700).toISOString();
		const { change, token, path } = await make({ name: 'ci', permissions: ['projects:read'], expires_at: soon });
		const lesser = await make({ name: 'lesser', permissions: ['api_keys:write'] });
		const expires_at = '2999-01-01T00:00:00.000Z';
		const byLesser = (body: object) => platform.api('PATCH', path, body, { key: lesser.token });
		expect((await byLesser({ expires_at })).json).toMatchObject({ required_permission: 'projects:read' });
		await until(async () => (await see(token)).status === 401);
		expect((await change({ expires_at })).json).toMatchObject({ expires_at });
		expect((await see(token)).status).toBe(200);
		expect((await byLesser({ expires_at: '2998-01-01T00:00:00Z' })).status).toBe(200);
		expect((await change({ expires_at: null })).json).toMatchObject({ expires_at: null });
	});

	it('demands signed requests, with a secret that is made or one of its own, or none', async () => {
		const { change } = await make({ name: 'n8n', scope: 'webhook' });
		expect((await change({ hmac: true })).json).toMatchObject({ hmac: true, hmac_secret: expect.any(String) });
		expect((await change({ hmac: true })).json).toMatchObject({ hmac: true, hmac_secret: null });
		const own = { hmac_secret: '0123456789abcdef0123456789abcdef' };
		expect((await change(own)).json).toMatchObject({ hmac: true, hmac_secret: null });
		expect((await change({ hmac: false })).json).toMatchObject({ hmac: false });
	});

	it.each([
		['a short secret', { hmac_secret: 'short' }, 422],
		['a secret of few characters', { hmac_secret: 'ab'.repeat(20) }, 422],
		['a secret where none is wanted', { hmac: false, hmac_secret: '0123456789abcdef'.repeat(2) }, 422],
		['a time that is over', { expires_at: '2020-01-01T00:00:00Z' }, 422],
		['a permission of other scopes', { permissions: ['projects:read'] }, 422],
		['another scope', { scope: 'org' }, 422],
	])('is not given %s', async (_what, body, status) => {
		const { change } = await make({ name: 'n8n', scope: 'webhook' });
		expect((await change(body)).status).toBe(status);
	});

	it('is given nothing that who changes it lacks, nor anything once it is revoked', async () => {
		const weak = await mint({ name: 'weak', permissions: ['api_keys:write'] });
		const { change, path } = await make({ name: 'ci', permissions: [] });
		const reply = await platform.api(
			'PATCH',
			path,
			{ permissions: ['projects:read'] },
			{ key: String(weak.json.token) },
		);
		expect(reply.json).toMatchObject({ status: 403, code: 'permission_denied' });
		expect((await change({ hmac: true })).json.code).toBe('hmac_not_supported');
		await platform.api('DELETE', path);
		expect((await change({ name: 'gone' })).json.code).toBe('key_revoked');
	});
});

describe('a key of several organizations', () => {
	const project = { name: 'Addons', repository_url: 'https://git.example.com/acme.git' };

	it("mints a client's key as the documents' example has it, which sees that client alone", async () => {
		const { status, json } = await mint(
			{
				name: 'client-acme-portal',
				scope: 'org',
				org_id: client,
				permissions: ['projects:read', 'environments:read', 'deployments:read', 'deployments:trigger'],
			},
			multi,
		);
		expect([status, json.org_id]).toEqual([201, client]);
		const made = await platform.api('POST', '/api/v1/projects', { ...project, org_id: client }, { key: multi });
		const seen = await platform.api('GET', '/api/v1/projects', undefined, { key: String(json.token) });
		expect(seen.json.data).toEqual([made.json]);
	});

	it('sees what belongs to each of them and to nobody else', async () => {
		const theirs = await addOrganization(platform);
		await platform.api('POST', '/api/v1/projects', { ...project, name: 'Hidden' }, { key: theirs.api_key });
		await platform.api('POST', '/api/v1/projects', { ...project, name: 'Client', org_id: client }, { key: multi });
		const { json } = await platform.api('GET', '/api/v1/projects', undefined, { key: multi });
		const text = JSON.stringify(json.data);
		expect([text.includes(agency), text.includes(client), text.includes(theirs.organization_id)]).toEqual([
			true,
			true,
			false,
		]);
	});

	it('is given nothing by a key that sees less', async () => {
		const { json } = await mint(
			{ name: 'both', scope: 'multi_org', org_ids: [agency, client], permissions: [] },
			multi,
		);
		const path = `/api/v1/api-keys/${String(json.id)}`;
		const change = { permissions: ['projects:read'] };
		expect((await platform.api('PATCH', path, change)).json).toMatchObject({ code: 'organization_denied' });
		expect((await platform.api('PATCH', path, change, { key: multi })).status).toBe(200);
	});

	it('must say whose a thing is that it makes', async () => {
		const unnamed = await platform.api('POST', '/api/v1/projects', project, { key: multi });
		expect(unnamed.json).toMatchObject({ status: 422, errors: [{ pointer: '/org_id' }] });
		const foreign = await platform.api(
			'POST',
			'/api/v1/projects',
			{ ...project, org_id: stranger },
			{ key: multi },
		);
		expect(foreign.json).toMatchObject({ status: 403, code: 'organization_denied' });
	});

	it('deploys an environment in the organization that the environment is of', async () => {
		const repository_url = path.join(repositories, 'addons');
		const key = multi;
		const made = await platform.api(
			'POST',
			'/api/v1/projects',
			{ name: 'Demo', repository_url, org_id: client },
			{ key },
		);
		const environment = await platform.api(
			'POST',
			'/api/v1/environments',
			{ project_id: made.json.id, name: 'live' },
			{ key },
		);
		expect(environment.json.org_id).toBe(client);
		const route = `/api/v1/environments/${String(environment.json.id)}/deploy`;
		const deploy = await platform.api('POST', route, { ref: 'main', wait: true }, { key });
		expect(deploy.json).toMatchObject({ status: 'succeeded' });
		const ofClient = await addKey(platform, { organization_id: client });
		const job = `/api/v1/jobs/${String(deploy.json.job_id)}`;
		expect((await platform.api('GET', job, undefined, { key: ofClient })).status).toBe(200);
		expect((await platform.api('GET', job)).status).toBe(404);
	});

	it('is good for nothing where its organization lacks the plan', async () => {
		const { organization_id } = await addOrganization(platform, { plan: 'pro' });
		const key = await addKey(platform, {
			organization_id,
			organization_ids: [organization_id, client],
			scope: 'multi_org',
		});
		expect((await platform.api('GET', '/api/v1/projects', undefined, { key })).json).toMatchObject({
			code: 'plan_upgrade_required',
			required_plan: 'agency',
		});
	});
});
