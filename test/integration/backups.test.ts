import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { addKey, startTestPlatform, type TestPlatform, WIDE_LIMITS } from '../support/platform';

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
const queued = z.object({ backup_id: z.string(), job_id: z.string(), status: z.string() });

/** An environment that was deployed, unless told otherwise. */
async function addEnvironment({ deployed = true } = {}) {
	const name = `kept-${++named}`;
	const request = { project_id: platform.firstRun.project_id, name };
	const { id } = made.parse((await platform.api('POST', '/api/v1/environments', request)).json);
	const route = `/api/v1/environments/${id}`;
	if (deployed) {
		const { status } = await platform.api('POST', `${route}/deploy`, { ref: 'main', wait: 'strict' });
		expect(status).toBe(200);
	}
	/** Asks its Odoo by the gateway. */
	const call = async (method: string, args: readonly unknown[], kwargs: object = {}) => {
		const body = { action: 'execute_method', environment_id: id, model: 'res.partner', method, args, kwargs };
		const { status, json } = await platform.api('POST', '/api/n8n/webhook', body, { key: gatewayKey });
		expect([status, json.error]).toEqual([200, undefined]);
		return json.data;
	};
	return {
		id,
		name,
		route,
		addPartner: (partner: string) => call('create', [{ name: partner }]),
		has: async (partner: string) => (await call('search_count', [[['name', '=', partner]]])) === 1,
		backUp: async (body: object = { wait: true }) => {
			const reply = await platform.api('POST', `${route}/backups`, body);
			return { reply, id: reply.status < 300 ? queued.parse(reply.json).backup_id : '' };
		},
		restore: (body: object) => platform.api('POST', `${route}/restore`, { wait: true, ...body }),
	};
}

const get = async (id: string) => (await platform.api('GET', `/api/v1/backups/${id}`)).json;

/** The files in the store, of a backup. */
async function storedFiles(id: string) {
	const files = await readdir(path.join(platform.config.dataDir, 'environment-backups'), { recursive: true });
	return files.filter((file) => file.includes(`${id}/`)).map((file) => path.basename(file));
}

describe('a backup', () => {
	it('is a job, and is told with what it holds', async () => {
		const environment = await addEnvironment();
		const { reply, id } = await environment.backUp();
		expect(reply).toMatchObject({ status: 200, json: { status: 'succeeded', job: { kind: 'backup' } } });
		expect(await get(id)).toMatchObject({
			id,
			environment_id: environment.id,
			reason: 'manual',
			status: 'succeeded',
			odoo_version: '19.0',
			modules: expect.arrayContaining(['base']),
			sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
			encrypted: true,
			error: null,
		});
		const { json } = await platform.api('GET', `${environment.route}/backups`);
		expect(json).toMatchObject({ data: [{ id }] });
	});

	it('is kept encrypted, unless it is asked for without', async () => {
		const environment = await addEnvironment();
		const closed = await environment.backUp();
		expect(await storedFiles(closed.id)).toEqual(
			expect.arrayContaining(['origin.json.age', 'records.jsonl.age', 'manifest.json.age']),
		);
		const open = await environment.backUp({ wait: true, encrypt: false });
		expect(await storedFiles(open.id)).toEqual(
			expect.arrayContaining(['origin.json', 'records.jsonl', 'manifest.json']),
		);
	});

	it('brings the environment back to what it was, and keeps what is there then', async () => {
		const environment = await addEnvironment();
		await environment.addPartner('Before');
		const { id } = await environment.backUp();
		await environment.addPartner('A mistake');
		const reply = await environment.restore({ backup_id: id, confirm: environment.name });
		expect(reply).toMatchObject({ status: 200, json: { status: 'succeeded', job: { result: { backup_id: id } } } });
		expect([await environment.has('Before'), await environment.has('A mistake')]).toEqual([true, false]);
		const { json } = await platform.api('GET', `${environment.route}/backups`);
		const page = z.object({ data: z.array(z.object({ id: z.string(), reason: z.string() })) }).parse(json);
		const before = page.data.find(({ reason }) => reason === 'before_restore');
		await environment.restore({ backup_id: before?.id, confirm: environment.name });
		expect(await environment.has('A mistake')).toBe(true);
	});

	it('is restored into another environment of the organization', async () => {
		const [from, to] = [await addEnvironment(), await addEnvironment()];
		await from.addPartner('Moved');
		const { id } = await from.backUp();
		expect((await to.restore({ backup_id: id, confirm: to.name })).status).toBe(200);
		expect(await to.has('Moved')).toBe(true);
	});

	it('is downloaded as an archive of its parts, which are open', async () => {
		const environment = await addEnvironment();
		await environment.addPartner('Readable');
		const { id } = await environment.backUp();
		const reply = await fetch(`${platform.url}/api/v1/backups/${id}/download`, {
			headers: { authorization: `Bearer ${platform.firstRun.api_key}` },
		});
		expect(reply.headers.get('content-type')).toBe('application/x-tar');
		expect(reply.headers.get('content-disposition')).toBe(`attachment; filename="${id}.tar"`);
		const archive = Buffer.from(await reply.arrayBuffer());
		const listed = execFileSync('tar', ['-tf', '-'], { input: archive }).toString();
		expect(listed).toBe('origin.json\nrecords.jsonl\nmanifest.json\n');
		const records = execFileSync('tar', ['-xOf', '-', 'records.jsonl'], { input: archive }).toString();
		expect(records).toContain('Readable');
	});

	it('goes with all that it holds when it is deleted', async () => {
		const { id } = await (await addEnvironment()).backUp();
		expect((await platform.api('DELETE', `/api/v1/backups/${id}`)).status).toBe(204);
		expect((await platform.api('GET', `/api/v1/backups/${id}`)).status).toBe(404);
		expect(await storedFiles(id)).toEqual([]);
	});

	it('outlives its environment for thirty days', async () => {
		const environment = await addEnvironment();
		const { id } = await environment.backUp();
		expect((await platform.api('DELETE', environment.route)).status).toBe(204);
		const { expires_at } = z.object({ expires_at: z.iso.datetime() }).parse(await get(id));
		const days = (new Date(expires_at).getTime() - Date.now()) / 86_400_000;
		expect(Math.round(days)).toBe(30);
		const other = await addEnvironment();
		expect((await other.restore({ backup_id: id, confirm: other.name })).status).toBe(200);
	});
});

describe('a backup is refused', () => {
	it('of an environment that was never deployed', async () => {
		const { reply } = await (await addEnvironment({ deployed: false })).backUp();
		expect(reply).toMatchObject({ status: 409, json: { code: 'environment_not_deployed' } });
	});

	it('of one that is stopped', async () => {
		const environment = await addEnvironment();
		await platform.api('POST', `${environment.route}/stop`, { wait: true });
		const { reply } = await environment.backUp();
		expect(reply).toMatchObject({ status: 409, json: { code: 'environment_not_running' } });
	});
});

describe('a restore is refused, and changes nothing,', () => {
	it('without the name of the environment', async () => {
		const environment = await addEnvironment();
		const { id } = await environment.backUp();
		expect(await environment.restore({ backup_id: id, confirm: 'yes' })).toMatchObject({
			status: 422,
			json: { errors: [{ pointer: '/confirm' }] },
		});
	});

	it('of a backup that there is none of', async () => {
		const environment = await addEnvironment();
		const backup_id = 'bak_01HXMZ4T8QK2R5T7V9X1Z3B5C7';
		expect(await environment.restore({ backup_id, confirm: environment.name })).toMatchObject({
			status: 422,
			json: { errors: [{ pointer: '/backup_id' }] },
		});
	});
});

describe('the policy of an environment', () => {
	it('is what it was set to, and tells when the next backup is due', async () => {
		const { route } = await addEnvironment();
		const policy = { cron: '30 2 * * *', timezone: 'Europe/Brussels', encrypt: false, before_updates: false };
		const set = await platform.api('PUT', `${route}/backup-policy`, policy);
		expect(set).toMatchObject({ status: 200, json: { ...policy, keep: { last: 7 } } });
		expect(set.json.next_run_at).toEqual(expect.stringMatching(/T0[01]:30:00\.000Z$/));
		expect((await platform.api('GET', `${route}/backup-policy`)).json).toEqual(set.json);
	});

	it.each([
		['that is none', { cron: 'daily' }, '/cron'],
		['that is due each minute', { cron: '* * * * *' }, '/cron'],
		['in no time zone', { cron: '0 2 * * *', timezone: 'Mars/Olympus' }, '/timezone'],
	])('refuses a schedule %s', async (_what, policy, pointer) => {
		const { route } = await addEnvironment({ deployed: false });
		expect(await platform.api('PUT', `${route}/backup-policy`, policy)).toMatchObject({
			status: 422,
			json: { errors: [{ pointer }] },
		});
	});
});

describe('the key of an organization', () => {
	it('is the same each time, and opens what is in the store', async () => {
		const route = `/api/v1/organizations/${platform.firstRun.organization_id}/backup-key`;
		const { json } = await platform.api('GET', route);
		expect(json).toEqual({
			recipient: expect.stringMatching(/^age1/),
			identity: expect.stringMatching(/^AGE-SECRET-KEY-1/),
		});
		expect((await platform.api('GET', route)).json).toEqual(json);
	});
});
