import { existsSync, mkdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import path from 'node:path';
import { createLogger } from '../../backend/src/core/log';
import { startPlatform } from '../../backend/src/platform';
import { startTestPlatform, type TestPlatform } from '../support/platform';

let platform: TestPlatform;

beforeAll(async () => {
	platform = await startTestPlatform();
});

afterAll(() => platform.remove());

const create = (name: string, repository_url: string) =>
	platform.api('POST', '/api/v1/projects', { name, repository_url });

describe('a project', () => {
	it('is made for an https, an ssh and an allowed local repository', async () => {
		const local = path.join(platform.config.dataDir, 'repositories', 'demo');
		for (const [index, url] of [
			'https://git.example.com/acme/addons.git',
			'git@git.example.com:acme/addons.git',
			local,
		].entries()) {
			const { status, json } = await create(`Project ${index}`, url);
			expect([status, json.repository_url, json.default_branch]).toEqual([201, url, 'main']);
			expect((await platform.api('GET', `/api/v1/projects/${String(json.id)}`)).json).toEqual(json);
		}
	});

	it.each([
		['a local path that the configuration does not allow', '/etc'],
		['a path that leads out of the allowed one', '/tmp/../etc'],
		['a transport that runs programs', 'ext::sh -c id'],
		['an unencrypted one', 'http://git.example.com/acme.git'],
		['a token in the URL, which every reader would see', 'https://token@git.example.com/acme.git'],
	])('is refused %s', async (_case, url) => {
		const { json } = await create('Refused', url);
		expect(json).toMatchObject({
			status: 422,
			code: 'validation_failed',
			errors: [{ pointer: '/repository_url' }],
		});
	});

	it('has a name of its own', async () => {
		await create('Taken', 'https://git.example.com/acme.git');
		const { json } = await create('Taken', 'https://git.example.com/other.git');
		expect(json).toMatchObject({ status: 409, code: 'name_taken' });
	});
});

describe('what was fetched of a project', () => {
	/** As a fetch leaves it. */
	const fetchedOf = (id: string) => {
		const mirror = path.join(platform.config.dataDir, 'git', platform.firstRun.organization_id, `${id}.git`);
		mkdirSync(mirror, { recursive: true });
		return mirror;
	};

	it('goes with it', async () => {
		const { json } = await create('Gone', 'https://git.example.com/gone.git');
		const mirror = fetchedOf(String(json.id));
		await platform.api('DELETE', `/api/v1/projects/${String(json.id)}`);
		expect(existsSync(mirror)).toBe(false);
	});

	it('goes at the next start where a removal was interrupted, and stays while there is the project', async () => {
		const gone = fetchedOf('prj_01HXMZ0K3RJ8QM2P5T7V9X1Z3B');
		const kept = fetchedOf(platform.firstRun.project_id);
		const again = await startPlatform(platform.config, { log: createLogger('silent') });
		await again.stop();
		expect([existsSync(gone), existsSync(kept)]).toEqual([false, true]);
	});
});

describe('an environment', () => {
	it('is made pending, announced, and reachable as a sandbox that says so', async () => {
		const { json } = await platform.api('POST', '/api/v1/environments', {
			project_id: platform.firstRun.project_id,
			name: 'review-1',
		});
		expect(json).toMatchObject({
			name: 'review-1',
			status: 'pending',
			runtime: 'sandbox',
			odoo_version: '19.0',
			git_sha: '',
		});
		const page = await fetch(String(json.primary_url));
		expect(await page.text()).toMatch(/sandbox/i);
	});

	it.each([
		['an unknown runtime', { runtime: 'cloud' }, '/runtime'],
		['an unknown version of Odoo', { odoo_version: '8.0' }, '/odoo_version'],
		['a name that cannot be part of an address', { name: 'Review 1' }, '/name'],
	])('is refused %s', async (_case, change, pointer) => {
		const body = { project_id: platform.firstRun.project_id, name: 'review-2', ...change };
		expect((await platform.api('POST', '/api/v1/environments', body)).json).toMatchObject({
			status: 422,
			errors: [{ pointer }],
		});
	});
});

describe('changing and deleting a project', () => {
	let made = 0;
	const make = async () => {
		const { json } = await create(`Changing ${++made}`, 'https://git.example.com/acme.git');
		const route = `/api/v1/projects/${String(json.id)}`;
		return {
			id: String(json.id),
			json,
			ask: (method: string, body?: unknown) => platform.api(method, route, body),
		};
	};

	it('renames it and sets its default branch', async () => {
		const { ask, json } = await make();
		const changed = { ...json, name: 'Changed', default_branch: '19.0' };
		expect((await ask('PATCH', { name: 'Changed', default_branch: '19.0' })).json).toEqual(changed);
		expect((await ask('GET')).json).toEqual(changed);
	});

	it('leaves it as it is where nothing is to change', async () => {
		const { ask, json } = await make();
		expect((await ask('PATCH', {})).json).toEqual(json);
	});

	it('gives it no name that is taken', async () => {
		const { ask } = await make();
		expect((await ask('PATCH', { name: 'Demo' })).json).toMatchObject({ status: 409, code: 'name_taken' });
	});

	it('does not change its repository', async () => {
		const { ask } = await make();
		expect((await ask('PATCH', { repository_url: 'https://git.example.com/x.git' })).status).toBe(422);
	});

	it('deletes it', async () => {
		const { ask } = await make();
		expect((await ask('DELETE')).status).toBe(204);
		for (const method of ['GET', 'DELETE']) expect((await ask(method)).status).toBe(404);
	});

	it('deletes none that has environments, until they are gone', async () => {
		const { ask, id } = await make();
		const environment = await platform.api('POST', '/api/v1/environments', { project_id: id, name: 'only' });
		expect((await ask('DELETE')).json).toMatchObject({ status: 409, code: 'project_in_use' });
		expect((await ask('GET')).status).toBe(200);
		await platform.api('DELETE', `/api/v1/environments/${String(environment.json.id)}`);
		expect((await ask('DELETE')).status).toBe(204);
	});

	it('leaves no environment without a project, whatever comes first', async () => {
		for (let round = 0; round < 5; round++) {
			const { ask, id } = await make();
			const [made, deleted] = await Promise.all([
				platform.api('POST', '/api/v1/environments', { project_id: id, name: 'late' }),
				ask('DELETE'),
			]);
			const project = (await ask('GET')).status;
			const environment = await platform.api('GET', `/api/v1/environments/${String(made.json.id)}`);
			expect([made.status === 201 && project === 404, made.status === 201, environment.status === 200]).toEqual([
				false,
				made.status === 201,
				made.status === 201,
			]);
			expect([204, 409]).toContain(deleted.status);
		}
	});
});
