import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { addKey, addOrganization, startTestPlatform, type TestPlatform, WIDE_LIMITS } from '../support/platform';
import { until } from '../support/until';

let platform: TestPlatform;
let gatewayKey: string;
let named = 0;

beforeAll(async () => {
	platform = await startTestPlatform({}, { limits: WIDE_LIMITS });
	const { organization_id } = platform.firstRun;
	gatewayKey = await addKey(platform, { organization_id, scope: 'webhook' });
});
afterAll(() => platform.remove());

const made = z.object({ id: z.string() });

/** An environment that was deployed. */
async function addEnvironment(settings: object = {}, { deployed = true } = {}) {
	const request = { project_id: platform.firstRun.project_id, name: `copy-${++named}`, ...settings };
	const { id } = made.parse((await platform.api('POST', '/api/v1/environments', request)).json);
	if (deployed) await deploy(id);
	return id;
}

const deploy = async (id: string) => {
	const reply = await platform.api('POST', `/api/v1/environments/${id}/deploy`, { ref: 'main', wait: 'strict' });
	expect(reply.status).toBe(200);
};

/** Asks the contacts of an environment, by the gateway. */
async function call(environment_id: string, method: string, args: readonly unknown[], kwargs: object = {}) {
	const body = { action: 'execute_method', environment_id, model: 'res.partner', method, args, kwargs };
	const { status, json } = await platform.api('POST', '/api/n8n/webhook', body, { key: gatewayKey });
	expect([status, json.error]).toEqual([200, undefined]);
	return json.data;
}

const contacts = z.array(z.object({ email: z.unknown(), phone: z.unknown() }));
const found = async (environment_id: string, name: string) =>
	contacts.parse(await call(environment_id, 'search_read', [[['name', '=', name]]], { fields: ['email', 'phone'] }));

const events = z.object({ data: z.array(z.looseObject({ type: z.string(), environment_id: z.string().nullable() })) });
const eventsOf = async (environment_id: string) =>
	events
		.parse((await platform.api('GET', '/api/v1/events?type=environment.cloned&limit=100')).json)
		.data.filter((event) => event.environment_id === environment_id);

const clone = (target: string, body: object, headers: Record<string, string> = {}) =>
	platform.api('POST', `/api/v1/environments/${target}/clone`, body, { headers });

let source: string;
let target: string;

beforeEach(async () => {
	[source, target] = [await addEnvironment(), await addEnvironment()];
});

const SECRET = 'Jane.Roe@customer.example.com';

describe('a clone', () => {
	it('is a job that is answered at once, and can be waited for', async () => {
		const queued = await clone(target, { source_env: source });
		expect(queued).toMatchObject({
			status: 202,
			json: { job_id: expect.stringMatching(/^job_/), status: 'queued', environment_id: target },
		});
		const other = await addEnvironment();
		expect(await clone(other, { source_env: source, wait: true })).toMatchObject({
			status: 200,
			json: {
				status: 'succeeded',
				job: { kind: 'clone', result: { source_env: source }, steps: [{}, {}, {}] },
			},
		});
	});

	it('is done once for a week’s key, as the documents’ cron line sends it', async () => {
		const body = { source_env: source, sanitize: true, wait: false };
		const headers = { 'Idempotency-Key': 'weekly-clone-2026-48' };
		const first = await clone(target, body, headers);
		const again = await clone(target, body, headers);
		expect([first.status, again.status]).toEqual([202, 202]);
		expect(again.json.job_id).toBe(first.json.job_id);
	});

	it('brings the records of the source, without addresses unless told otherwise', async () => {
		await call(source, 'create', [{ name: 'Jane', email: SECRET }]);
		await clone(target, { source_env: source, wait: true });
		const [jane] = await found(target, 'Jane');
		expect(jane?.email).toMatch(/^u[0-9a-f]{20}@sanitized\.invalid$/);
		await clone(target, { source_env: source, sanitize: false, wait: true });
		expect(await found(target, 'Jane')).toMatchObject([{ email: SECRET }]);
	});

	it('hashes the same address alike in every copy', async () => {
		await call(source, 'create', [{ name: 'Jane', email: SECRET }]);
		const other = await addEnvironment();
		for (const copy of [target, other]) await clone(copy, { source_env: source, wait: true });
		expect((await found(target, 'Jane'))[0]?.email).toBe((await found(other, 'Jane'))[0]?.email);
	});

	it('is announced once it is done', async () => {
		const { json } = await clone(target, { source_env: source, wait: true });
		await until(async () => (await eventsOf(target)).length > 0);
		expect(await eventsOf(target)).toMatchObject([
			{
				type: 'environment.cloned',
				data: { source: { id: source }, sanitized: true, job_id: json.job_id, environment: { id: target } },
			},
		]);
	});

	it('has a log that is read like that of a deployment', async () => {
		const { json } = await clone(target, { source_env: source, wait: true });
		const path = `/api/v1/jobs/${String(json.job_id)}/logs`;
		const { text } = await platform.api('GET', path, undefined, { headers: { Accept: 'text/plain' } });
		expect(text).toContain('The environment is running.');
	});

	it('starts an environment that was stopped', async () => {
		await platform.api('POST', `/api/v1/environments/${target}/stop`, { wait: true });
		await clone(target, { source_env: source, wait: true });
		expect((await platform.api('GET', `/api/v1/environments/${target}`)).json.status).toBe('running');
	});

	it('takes the rules of its project', async () => {
		const { project_id } = platform.firstRun;
		const rules = [{ model: 'res.partner', field: 'phone', action: 'clear' }];
		const set = await platform.api('PATCH', `/api/v1/projects/${project_id}`, { sanitize_rules: rules });
		expect(set).toMatchObject({ status: 200, json: { sanitize_rules: rules } });
		await call(source, 'create', [{ name: 'Ruled', phone: '+1 555 0100' }]);
		await clone(target, { source_env: source, wait: true });
		await platform.api('PATCH', `/api/v1/projects/${project_id}`, { sanitize_rules: [] });
		expect(await found(target, 'Ruled')).toMatchObject([{ phone: false }]);
	});

	it('fails by a rule of a field that there is none of, and leaves the data as it was', async () => {
		const { project_id } = platform.firstRun;
		await call(target, 'create', [{ name: 'Its own' }]);
		const rules = [{ model: 'res.partner', field: 'shoe_size', action: 'clear' }];
		await platform.api('PATCH', `/api/v1/projects/${project_id}`, { sanitize_rules: rules });
		const { json } = await clone(target, { source_env: source, wait: true });
		await platform.api('PATCH', `/api/v1/projects/${project_id}`, { sanitize_rules: [] });
		expect(json).toMatchObject({
			status: 'failed',
			job: { error: { code: 'sanitizing_failed', message: expect.stringContaining('shoe_size') } },
		});
		expect(await found(target, 'Its own')).toHaveLength(1);
	});
});

describe('a clone is refused, and changes nothing,', () => {
	const refusal = async (body: object, status: number, json: object) =>
		expect(await clone(target, body)).toMatchObject({ status, json });

	it('onto the environment itself', () =>
		refusal({ source_env: target }, 422, { errors: [{ pointer: '/source_env' }] }));

	it('of an environment that there is none of', () =>
		refusal({ source_env: 'env_01HXMZ0K3RJ8QM2P5T7V9X1Z3B' }, 422, { errors: [{ pointer: '/source_env' }] }));

	it('of one of another organization', async () => {
		const other = await addOrganization(platform);
		const project = await platform.api(
			'POST',
			'/api/v1/projects',
			{ name: 'Theirs', repository_url: 'https://git.example.com/a.git' },
			{ key: other.api_key },
		);
		const request = { project_id: made.parse(project.json).id, name: 'theirs', runtime: 'sandbox' };
		const { json } = await platform.api('POST', '/api/v1/environments', request, { key: other.api_key });
		await refusal({ source_env: made.parse(json).id }, 422, { errors: [{ pointer: '/source_env' }] });
	});

	it('of one with another version of Odoo, with what would be needed', async () => {
		const older = await addEnvironment({ odoo_version: '18.0' });
		await refusal({ source_env: older }, 409, {
			code: 'environments_differ',
			detail: expect.stringContaining('runs Odoo 18.0'),
		});
	});

	it('onto production, unless that is allowed', async () => {
		await platform.api('PATCH', `/api/v1/environments/${target}`, { production: true });
		await refusal({ source_env: source }, 409, { code: 'production_target' });
		const allowed = await clone(target, { source_env: source, allow_production_target: true, wait: true });
		expect(allowed.json.status).toBe('succeeded');
	});

	it('of one that is stopped', async () => {
		await platform.api('POST', `/api/v1/environments/${source}/stop`, { wait: true });
		await refusal({ source_env: source }, 409, {
			code: 'environment_not_running',
			environment_status: 'stopped',
		});
	});

	it('onto one that was never deployed', async () => {
		const blank = await addEnvironment({}, { deployed: false });
		expect(await clone(blank, { source_env: source })).toMatchObject({
			status: 409,
			json: { code: 'environment_not_deployed' },
		});
	});

	it('as it is, by a key that could not download the data', async () => {
		const { organization_id } = platform.firstRun;
		const key = await addKey(platform, { organization_id, permissions: ['deployments:trigger'] });
		const route = `/api/v1/environments/${target}/clone`;
		const asItIs = { source_env: source, sanitize: false };
		expect(await platform.api('POST', route, asItIs, { key })).toMatchObject({
			status: 403,
			json: { code: 'permission_denied', required_permission: 'backups:download' },
		});
		expect((await platform.api('POST', route, { source_env: source }, { key })).status).toBe(202);
	});

	it('with a profile, but not sanitized', () =>
		refusal({ source_env: source, sanitize: false, profile: 'strict' }, 422, {
			errors: [{ pointer: '/sanitize' }],
		}));
});
