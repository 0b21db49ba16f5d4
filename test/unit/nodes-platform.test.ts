import { beforeEach, describe, expect, it } from '@jest/globals';
import type { IDataObject, INodeParameters } from 'n8n-workflow';
import { followJob } from '../../nodes/OdooPlatform/waiting';
import { problem, type FakePlatform, type Received } from '../support/fake-platform';
import { fakePlatformForTests } from '../support/fake-platform-tests';
import { runNode, searchList } from '../support/n8n-engine';

const ENVIRONMENT = 'env_01HXMZ0K3RJ8QM2P5T7V9X1Z3B';
const OTHER_ENVIRONMENT = 'env_01HXMZ0K3RJ8QM2P5T7V9X1Z3C';
const PROJECT = 'prj_01HXMY9P3RJ8QM2P5T7V9X1Z3B';
const DEPLOYMENT = 'dep_01HXMZ8QPK3R5T7V9X1Z3B5C7E';
const JOB = 'job_01HXMZ4T8QK2R5T7V9X1Z3B5C7';
const BACKUP = 'bak_01HXMZ4T8QK2R5T7V9X1Z3B5C7';
const OTHER_BACKUP = 'bak_01HXMZ4T8QK2R5T7V9X1Z3B5C8';

let platform: FakePlatform;

fakePlatformForTests((started) => {
	platform = started;
	platform.answer = () => ({ body: { data: [], next_cursor: null } });
});

const run = (parameters: INodeParameters, more: Omit<Parameters<typeof runNode>[2], 'credentials'> = {}) =>
	runNode('odooPlatform', parameters, { credentials: platform.credentials, ...more });
const choices = (method: string, filter?: string, cursor?: string) =>
	searchList(method, { credentials: platform.credentials }, filter, cursor);
const byId = (value: string) => ({ __rl: true, mode: 'id', value });
const bodyOf = (request?: Received): unknown => JSON.parse(request?.rawBody ?? '');

/** Answers lists as the platform does: from `records`, in pages, along an opaque cursor. */
const serve = (records: IDataObject[]) => {
	platform.answer = ({ query }) => {
		const from = Number(query.cursor?.replace('after-', '') ?? 0);
		const to = from + Number(query.limit ?? 50);
		return { body: { data: records.slice(from, to), next_cursor: to < records.length ? `after-${to}` : null } };
	};
};
const numbered = (count: number) => Array.from({ length: count }, (_, index) => ({ id: `prj_${index}` }));

describe('Odoo Platform: lists', () => {
	it('stop at the limit', async () => {
		serve(numbered(120));
		const { json } = await run({ resource: 'project', operation: 'getAll', limit: 70 });
		expect(json).toEqual(numbered(70));
	});

	it('ask for no more than the limit', async () => {
		serve(numbered(500));
		await run({ resource: 'project', operation: 'getAll', limit: 250 });
		expect(platform.received.map(({ query }) => query)).toEqual([
			{ limit: '200' },
			{ limit: '50', cursor: 'after-200' },
		]);
	});

	it('are walked to the end with Return All', async () => {
		serve(numbered(401));
		const { json } = await run({ resource: 'project', operation: 'getAll', returnAll: true });
		expect(json).toEqual(numbered(401));
	});

	it('are paired with the item that asked for them', async () => {
		serve(numbered(2));
		const { items } = await run(
			{ resource: 'project', operation: 'getAll' },
			{ input: [{ json: {} }, { json: {} }] },
		);
		expect(items.map(({ pairedItem }) => pairedItem)).toEqual([{ item: 0 }, { item: 0 }, { item: 1 }, { item: 1 }]);
	});

	it('that fail become an item of their own when the node is set to go on', async () => {
		platform.answer = ({ query }) =>
			query.project_id === PROJECT
				? { body: { data: [{ id: ENVIRONMENT }, { id: OTHER_ENVIRONMENT }], next_cursor: null } }
				: problem(404, { detail: 'There is no such project.' });
		const { items } = await run(
			{ resource: 'environment', operation: 'getAll', filters: { project: byId('={{ $json.project }}') } },
			{
				input: [{ json: { project: 'prj_01HXMY9P3RJ8QM2P5T7V9X1Z3Z' } }, { json: { project: PROJECT } }],
				settings: { onError: 'continueRegularOutput' },
			},
		);
		expect(items.map(({ json, pairedItem }) => [json.error ?? json.id, pairedItem])).toEqual([
			['There is no such project. [Item 0]', { item: 0 }],
			[ENVIRONMENT, { item: 1 }],
			[OTHER_ENVIRONMENT, { item: 1 }],
		]);
	});

	it('of environments can be of one project', async () => {
		await run({ resource: 'environment', operation: 'getAll', filters: { project: byId(PROJECT) } });
		expect(platform.received[0]).toMatchObject({ path: '/api/v1/environments', query: { project_id: PROJECT } });
	});

	it('of deployments can be filtered', async () => {
		await run({
			resource: 'deployment',
			operation: 'getAll',
			filters: {
				environment: byId(ENVIRONMENT),
				status: ['succeeded', 'failed'],
				since: '2026-11-01T10:00:00+02:00',
			},
		});
		expect(platform.received[0]).toMatchObject({
			path: '/api/v1/deployments',
			query: { environment_id: ENVIRONMENT, status: 'succeeded,failed', since: '2026-11-01T08:00:00.000Z' },
		});
	});

	it('leave it to the platform to refuse a time that is none', async () => {
		await run({ resource: 'deployment', operation: 'getAll', filters: { since: 'yesterday' } });
		expect(platform.received[0]?.query).toMatchObject({ since: 'yesterday' });
	});

	it('send no filter that is empty', async () => {
		await run({ resource: 'deployment', operation: 'getAll', filters: { status: [], since: '' } });
		expect(platform.received[0]?.query).toEqual({ limit: '50' });
	});
});

describe('Odoo Platform: simplify', () => {
	const environment = {
		id: ENVIRONMENT,
		name: 'production',
		runtime: 'sandbox',
		updated_at: '2026-11-01T10:00:00.000Z',
	};

	it('leaves at most ten fields', async () => {
		serve([environment]);
		const { json } = await run({ resource: 'environment', operation: 'getAll' });
		expect(json).toMatchObject([{ id: ENVIRONMENT, name: 'production', primary_url: null }]);
		expect(json[0]).not.toHaveProperty('runtime');
	});

	it('can be turned off', async () => {
		serve([environment]);
		const { json } = await run({ resource: 'environment', operation: 'getAll', simplify: false });
		expect(json).toEqual([environment]);
	});

	it('holds for a single deployment too', async () => {
		platform.answer = () => ({ body: { id: DEPLOYMENT, status: 'failed', job_id: 'job_1' } });
		const { json } = await run({ resource: 'deployment', operation: 'get', deployment: byId(DEPLOYMENT) });
		expect(platform.received[0]?.path).toBe(`/api/v1/deployments/${DEPLOYMENT}`);
		expect(json).toMatchObject([{ id: DEPLOYMENT, status: 'failed' }]);
		expect(json[0]).not.toHaveProperty('job_id');
	});
});

describe('Odoo Platform: deploy', () => {
	const deploy: INodeParameters = {
		resource: 'environment',
		operation: 'deploy',
		environment: byId(ENVIRONMENT),
		ref: 'main',
		wait: true,
	};
	const succeeded = {
		job_id: 'job_1',
		status: 'succeeded',
		environment_id: ENVIRONMENT,
		deployment_id: DEPLOYMENT,
		deployment: { id: DEPLOYMENT, error: null },
	};

	it('asks for the ref, and whether to wait', async () => {
		platform.answer = () => ({ body: succeeded });
		const { json } = await run(deploy);
		expect(platform.received[0]).toMatchObject({
			method: 'POST',
			path: `/api/v1/environments/${ENVIRONMENT}/deploy`,
		});
		expect(bodyOf(platform.received[0])).toEqual({ ref: 'main', wait: true });
		expect(json).toEqual([succeeded]);
	});

	it('puts out the job at once when it is not to wait', async () => {
		platform.answer = () => ({ status: 202, body: { ...succeeded, status: 'queued' } });
		const { json } = await run({ ...deploy, wait: false });
		expect(bodyOf(platform.received[0])).toEqual({ ref: 'main', wait: false });
		expect(json).toMatchObject([{ status: 'queued' }]);
	});

	it('sends an idempotency key when there is one', async () => {
		await run({ ...deploy, options: { idempotencyKey: 'release-1' } });
		expect(platform.received[0]?.headers['idempotency-key']).toBe('release-1');
	});

	it.each([{}, { idempotencyKey: '' }])('sends no idempotency key otherwise', async (options) => {
		await run({ ...deploy, options });
		expect(platform.received[0]?.headers).not.toHaveProperty('idempotency-key');
	});

	it.each([
		['deployment', 'get', DEPLOYMENT, `/api/v1/deployments/${DEPLOYMENT}`],
		['environment', 'deploy', ENVIRONMENT, `/api/v1/environments/${ENVIRONMENT}/deploy`],
	])('takes the address of a %s in the API', async (resource, operation, id, asked) => {
		const value = `https://platform.example.com/api/v1/${resource}s/${id}`;
		await run({ resource, operation, [resource]: { __rl: true, mode: 'url', value } });
		expect(platform.received[0]?.path).toBe(asked);
	});

	it('takes the URL of an environment', async () => {
		const value = `https://platform.example.com/envs/${ENVIRONMENT}/deployments`;
		await run({ ...deploy, environment: { __rl: true, mode: 'url', value } });
		expect(platform.received[0]?.path).toBe(`/api/v1/environments/${ENVIRONMENT}/deploy`);
	});

	it('fails with the reason of the deployment it waited for', async () => {
		const error = { code: 'ref_not_found', message: 'There is no branch, tag or commit "mian".' };
		platform.answer = () => ({ body: { ...succeeded, status: 'failed', deployment: { id: DEPLOYMENT, error } } });
		const result = await run(deploy);
		expect(result.error?.message).toBe(`The deployment failed: ${error.message} [Item 0]`);
		expect(result.error?.description).toContain(DEPLOYMENT);
	});

	it('fails when the deployment it waited for has not ended', async () => {
		platform.answer = () => ({ status: 202, body: { ...succeeded, status: 'running' } });
		const { error } = await run(deploy);
		expect(error?.message).toBe('The deployment has not finished in time: it is still running [Item 0]');
		expect(error?.description).toContain(DEPLOYMENT);
	});

	it('names an environment that an expression left empty, and sends nothing', async () => {
		const { error } = await run({ ...deploy, environment: byId('={{ $json.missing }}') });
		expect(error?.message).toBe('The parameter "Environment" is empty [Item 0]');
		expect(platform.received).toEqual([]);
	});

	it('does not let an ID lead to another address', async () => {
		await run({ ...deploy, environment: byId('={{ "../webhooks?x=" }}') });
		expect(platform.received[0]?.path).toBe('/api/v1/environments/..%2Fwebhooks%3Fx%3D/deploy');
	});
});

/** A reply about work that is a job, as the platform gives it. */
const jobReply = (status: string, message?: string) => ({
	job_id: JOB,
	status,
	environment_id: ENVIRONMENT,
	job: { id: JOB, status, error: message === undefined ? null : { code: 'step_failed', message } },
});

describe('Odoo Platform: clone', () => {
	const clone: INodeParameters = {
		resource: 'environment',
		operation: 'clone',
		environment: byId(ENVIRONMENT),
		sourceEnvironment: byId(OTHER_ENVIRONMENT),
	};
	beforeEach(() => {
		platform.answer = () => ({ body: jobReply('succeeded') });
	});

	it('asks for a sanitized copy, and waits for it', async () => {
		const { json } = await run(clone);
		expect(platform.received[0]).toMatchObject({
			method: 'POST',
			path: `/api/v1/environments/${ENVIRONMENT}/clone`,
		});
		expect(bodyOf(platform.received[0])).toEqual({ source_env: OTHER_ENVIRONMENT, sanitize: true, wait: true });
		expect(json).toEqual([jobReply('succeeded')]);
	});

	it('sends the options that are set', async () => {
		const options = {
			profile: 'strict',
			attachments: 'none',
			allowProductionTarget: true,
			idempotencyKey: 'nightly-2026-W48',
		};
		await run({ ...clone, options });
		expect(bodyOf(platform.received[0])).toMatchObject({
			profile: 'strict',
			attachments: 'none',
			allow_production_target: true,
		});
		expect(platform.received[0]?.headers['idempotency-key']).toBe('nightly-2026-W48');
	});

	it('sends no options of sanitizing with a copy as it is', async () => {
		await run({ ...clone, sanitize: false, options: { profile: 'strict', attachments: 'none' } });
		expect(bodyOf(platform.received[0])).toEqual({ source_env: OTHER_ENVIRONMENT, sanitize: false, wait: true });
	});

	it('names a source that an expression left empty, and sends nothing', async () => {
		const { error } = await run({ ...clone, sourceEnvironment: byId('={{ $json.missing }}') });
		expect(error?.message).toBe('The parameter "Source Environment" is empty [Item 0]');
		expect(platform.received).toEqual([]);
	});

	it('names a source that is refused as it is displayed', async () => {
		const errors = [{ pointer: '/source_env', detail: 'is the environment itself' }];
		platform.answer = () => problem(422, { detail: 'The request is not valid.', errors });
		const { error } = await run(clone);
		expect(error?.description).toContain('"Source Environment": is the environment itself.');
	});

	it('says how a production environment can be the target', async () => {
		platform.answer = () => problem(409, { detail: 'It is marked production.', code: 'production_target' });
		const { error } = await run(clone);
		expect(error?.description).toContain('"Allow Production Target"');
		expect(error?.description).not.toContain('Wait until');
	});
});

describe('Odoo Platform: work that is a job', () => {
	const create: INodeParameters = { resource: 'backup', operation: 'create', environment: byId(ENVIRONMENT) };

	it('fails with the reason of the job', async () => {
		platform.answer = () => ({ body: jobReply('failed', 'The store has no room left.') });
		const { error } = await run(create);
		expect(error?.message).toBe('The backup failed: The store has no room left. [Item 0]');
		expect(error?.description).toContain(JOB);
	});

	it('says that somebody canceled it', async () => {
		platform.answer = () => ({ body: jobReply('canceled') });
		const { error } = await run(create);
		expect(error?.message).toBe('The backup was canceled [Item 0]');
	});

	it('is looked at again where it outlasts the request', async () => {
		platform.answer = ({ method }) =>
			method === 'POST'
				? { status: 202, body: { ...jobReply('running'), backup_id: BACKUP } }
				: { body: jobReply('succeeded').job };
		const { json } = await run(create);
		expect(platform.received.map(({ path }) => path)).toEqual([
			`/api/v1/environments/${ENVIRONMENT}/backups`,
			`/api/v1/jobs/${JOB}`,
		]);
		expect(json).toEqual([{ ...jobReply('succeeded'), backup_id: BACKUP }]);
	});

	it('goes out as it is when it is not to be waited for', async () => {
		platform.answer = () => ({ status: 202, body: jobReply('queued') });
		const { json } = await run({ ...create, wait: false });
		expect(platform.received).toHaveLength(1);
		expect(json).toEqual([jobReply('queued')]);
	});

	it('is followed until it has ended, with a pause between two looks', async () => {
		const statuses = ['queued', 'running', 'failed', 'running'];
		const asked: string[] = [];
		const followed = await followJob(jobReply('queued'), {
			look: (id) => {
				asked.push(`look at ${id}`);
				return Promise.resolve({ id, status: statuses.shift() });
			},
			goesOn: () => true,
			pause: () => {
				asked.push('pause');
				return Promise.resolve();
			},
		});
		expect(asked).toEqual([`look at ${JOB}`, 'pause', `look at ${JOB}`, 'pause', `look at ${JOB}`]);
		expect(followed).toEqual({ ...jobReply('failed'), job: { id: JOB, status: 'failed' } });
	});

	it('is left alone once the execution is canceled', async () => {
		const look = () => Promise.reject(new Error('Nobody wants to know'));
		const pause = () => Promise.resolve();
		const followed = await followJob(jobReply('running'), { look, pause, goesOn: () => false });
		expect(followed).toEqual(jobReply('running'));
	});
});

describe('Odoo Platform: backups', () => {
	const backup = { resource: 'backup', backup: byId(BACKUP) };
	const restore: INodeParameters = {
		...backup,
		operation: 'restore',
		environment: byId(ENVIRONMENT),
		confirm: 'staging',
	};

	it('are made as the policy says, unless encryption is chosen', async () => {
		platform.answer = () => ({ body: jobReply('succeeded') });
		const create = { resource: 'backup', operation: 'create', environment: byId(ENVIRONMENT) };
		await run(create);
		await run({ ...create, options: { encrypt: false, idempotencyKey: 'before-import' } });
		expect(platform.received.map(bodyOf)).toEqual([{ wait: true }, { wait: true, encrypt: false }]);
		expect(platform.received[1]?.headers['idempotency-key']).toBe('before-import');
	});

	it('are restored with the confirmation', async () => {
		platform.answer = () => ({ body: jobReply('succeeded') });
		const { json } = await run(restore);
		expect(platform.received[0]).toMatchObject({
			method: 'POST',
			path: `/api/v1/environments/${ENVIRONMENT}/restore`,
		});
		expect(bodyOf(platform.received[0])).toEqual({ backup_id: BACKUP, confirm: 'staging', wait: true });
		expect(json).toEqual([jobReply('succeeded')]);
	});

	it('are restored neutralized or not when that is chosen', async () => {
		platform.answer = () => ({ body: jobReply('succeeded') });
		await run({ ...restore, options: { neutralize: false, idempotencyKey: 'back-to-monday' } });
		expect(bodyOf(platform.received[0])).toMatchObject({ neutralize: false });
		expect(platform.received[0]?.headers['idempotency-key']).toBe('back-to-monday');
	});

	it('can be listed for one environment', async () => {
		serve([{ id: BACKUP, status: 'succeeded', modules: ['base'] }]);
		const { json } = await run({
			resource: 'backup',
			operation: 'getAll',
			filters: { environment: byId(ENVIRONMENT) },
		});
		expect(platform.received[0]).toMatchObject({
			path: '/api/v1/backups',
			query: { environment_id: ENVIRONMENT },
		});
		expect(json).toMatchObject([{ id: BACKUP, status: 'succeeded' }]);
		expect(json[0]).not.toHaveProperty('modules');
	});

	it('can be read one by one', async () => {
		platform.answer = () => ({ body: { id: BACKUP, modules: ['base'] } });
		const { json } = await run({ ...backup, operation: 'get', simplify: false });
		expect(platform.received[0]?.path).toBe(`/api/v1/backups/${BACKUP}`);
		expect(json).toEqual([{ id: BACKUP, modules: ['base'] }]);
	});

	it('are deleted', async () => {
		platform.answer = () => ({ status: 204, body: '' });
		const { json } = await run({ ...backup, operation: 'delete' });
		expect(platform.received[0]).toMatchObject({ method: 'DELETE', path: `/api/v1/backups/${BACKUP}` });
		expect(json).toEqual([{ deleted: true }]);
	});

	it('that cannot be deleted say why', async () => {
		platform.answer = () => problem(409, { detail: 'The backup is running.', code: 'backup_unfinished' });
		const { error } = await run({ ...backup, operation: 'delete' });
		expect(error?.message).toBe('The backup is running. [Item 0]');
	});
});

describe('Odoo Platform: the file of a backup', () => {
	const content = Buffer.from([0, 255, 10, 13, 128]);
	const file = {
		headers: { 'content-type': 'application/zip', 'content-disposition': `attachment; filename="${BACKUP}.zip"` },
		body: content,
	};
	const download = (more: INodeParameters = {}) =>
		run({ resource: 'backup', operation: 'download', backup: byId(BACKUP), format: 'odoo', ...more });

	it('goes out byte by byte, in the field that is named', async () => {
		platform.answer = () => file;
		const { items } = await download({ binaryField: 'dump' });
		expect(platform.received[0]).toMatchObject({
			path: `/api/v1/backups/${BACKUP}/download`,
			query: { format: 'odoo' },
		});
		expect(items).toMatchObject([
			{
				json: { file_name: `${BACKUP}.zip`, mime_type: 'application/zip' },
				binary: {
					dump: {
						data: content.toString('base64'),
						fileName: `${BACKUP}.zip`,
						mimeType: 'application/zip',
						fileExtension: 'zip',
					},
				},
				pairedItem: { item: 0 },
			},
		]);
	});

	it('is refused with the words of the platform', async () => {
		platform.answer = () => problem(409, { detail: 'A sandbox has no zip.', code: 'environment_not_running' });
		const { error } = await download();
		expect(error).toMatchObject({ httpCode: '409', message: 'A sandbox has no zip. [Item 0]' });
	});

	it.each([
		['text/html', '<h1>Welcome</h1>'],
		['application/json', { welcome: true }],
	])('is none where something else than the platform answers (%s)', async (type, body) => {
		platform.answer = () => ({ headers: { 'content-type': type }, body });
		const { error } = await download();
		expect(error?.message).toBe('The reply did not come from the Odoo Platform [Item 0]');
	});

	it('is none where it broke off', async () => {
		platform.answer = () => ({ ...file, breaks: true });
		const { error, items } = await download();
		expect(error?.message).toMatch(/^The download broke off: /);
		expect(items).toEqual([]);
	});
});

describe('Odoo Platform: refusals', () => {
	const failing = async (status: number, members: Record<string, unknown>, headers: Record<string, string> = {}) => {
		const answer = problem(status, members);
		platform.answer = () => ({ ...answer, headers: { ...answer.headers, ...headers } });
		const { error } = await run({ resource: 'project', operation: 'getAll' });
		return error;
	};

	it('say what happened, and to which item', async () => {
		const error = await failing(404, { detail: 'There is no such project.' });
		expect(error).toMatchObject({
			name: 'NodeApiError',
			httpCode: '404',
			message: 'There is no such project. [Item 0]',
		});
	});

	it('name the refused parameters as they are displayed', async () => {
		const errors = [{ pointer: '/environment_id', detail: 'must be an id' }];
		const error = await failing(422, { detail: 'The request is not valid.', errors });
		expect(error?.description).toMatch(/^"Environment": must be an id\.\n/);
	});

	it.each([
		[401, 'Check the API key'],
		[403, 'allowed to do this'],
		[404, 'its own organization'],
		[409, 'Wait until'],
		[429, 'Retry On Fail'],
		[503, 'Try again'],
	])('with status %i say how to go on', async (status, advice) => {
		expect((await failing(status, { detail: 'No.' }))?.description).toContain(advice);
	});

	it('can be read as one paragraph, as n8n shows them', async () => {
		const errors = [{ pointer: '/limit', detail: 'must be a number' }];
		const error = await failing(422, { detail: 'The request is not valid.', errors });
		expect(error?.description?.split('\n').filter((line) => !line.endsWith('.'))).toEqual([]);
	});

	it('pass on the running job, the wait asked for, and the request', async () => {
		const error = await failing(409, { detail: 'Busy.', job_id: 'job_7' }, { 'retry-after': '30' });
		expect(error?.description).toMatch(/job_7[^]*30 seconds[^]*req_1/);
	});

	it.each([
		['text/html', '<h1>Bad gateway</h1>'],
		['application/json', { message: 'Not Found' }],
	])('of something else than the platform (%s) blame the base URL', async (type, body) => {
		platform.answer = () => ({ status: 502, headers: { 'content-type': type }, body });
		const { error } = await run({ resource: 'project', operation: 'getAll' });
		expect(error?.description).toContain('Check the base URL');
	});
});

describe('Odoo Platform: search in lists', () => {
	const projects = [{ id: PROJECT, name: 'Acme' }];
	const environments = [
		{ id: ENVIRONMENT, project_id: PROJECT, name: 'production', primary_url: 'https://acme.example.com' },
		{ id: OTHER_ENVIRONMENT, project_id: PROJECT, name: 'staging', primary_url: 'https://staging.example.com' },
	];
	const paged = (records: IDataObject[], query: Record<string, string>) => {
		const index = Number(query.cursor ?? 0);
		const more = index + 1 < records.length;
		return { body: { data: records.slice(index, index + 1), next_cursor: more ? String(index + 1) : null } };
	};
	beforeEach(() => {
		platform.answer = ({ path, query }) => paged(path.endsWith('/projects') ? projects : environments, query);
	});

	it('shows environments with their project, a page at a time', async () => {
		expect(await choices('searchEnvironments')).toEqual({
			results: [{ name: 'Acme / production', value: ENVIRONMENT, url: 'https://acme.example.com' }],
			paginationToken: '1',
		});
	});

	it('goes on from the page before', async () => {
		const { results, paginationToken } = await choices('searchEnvironments', undefined, '1');
		expect(results.map(({ value }) => value)).toEqual([OTHER_ENVIRONMENT]);
		expect(paginationToken).toBeUndefined();
	});

	it('looks through the pages for a name, whatever its case', async () => {
		const { results } = await choices('searchEnvironments', 'STAG');
		expect(results.map(({ value }) => value)).toEqual([OTHER_ENVIRONMENT]);
	});

	it('shows backups with their environment, their time and how they went', async () => {
		const created = { project_id: PROJECT, created_at: '2026-11-01T02:00:00.000Z', status: 'succeeded' };
		const backups = [
			{ id: BACKUP, environment_id: OTHER_ENVIRONMENT, ...created },
			{ id: OTHER_BACKUP, environment_id: 'env_01HXMZ0K3RJ8QM2P5T7V9X1Z3D', ...created },
		];
		const lists: Record<string, IDataObject[]> = { projects, environments, backups };
		platform.answer = ({ path, query }) => paged(lists[path.replace('/api/v1/', '')] ?? [], query);
		const [first, second] = [await choices('searchBackups'), await choices('searchBackups', undefined, '1')];
		expect([...first.results, ...second.results]).toEqual([
			{ name: 'Acme / staging 2026-11-01T02:00:00.000Z (succeeded)', value: BACKUP },
			{ name: 'A deleted environment 2026-11-01T02:00:00.000Z (succeeded)', value: OTHER_BACKUP },
		]);
	});

	it('finds projects', async () => {
		const { results } = await choices('searchProjects');
		expect(results).toEqual([{ name: 'Acme', value: PROJECT }]);
	});

	it('reports a refusal', async () => {
		platform.answer = () => problem(403, { detail: 'This key may not read environments.' });
		const search = choices('searchEnvironments');
		await expect(search).rejects.toThrow('This key may not read environments.');
	});
});
