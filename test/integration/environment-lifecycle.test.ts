import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ReleaseError, type Runtime, ServerError } from '../../backend/src/runtimes/runtime';
import type { LifecycleKind } from '../../backend/src/features/environments/lifecycle';
import { createHangingRuntime, createNotingRuntime, type DeployStage, eventsOf } from '../support/deploy-stage';
import { stageForEachTest } from '../support/deploy-tests';
import { addOrganization, startTestPlatform, type TestPlatform } from '../support/platform';

describe('an environment that is stopped and started at the API', () => {
	let platform: TestPlatform;
	let made = 0;

	beforeAll(async () => {
		platform = await startTestPlatform();
	});

	afterAll(() => platform.remove());

	/** A new environment, and what can be asked of it. */
	async function make() {
		const body = { project_id: platform.firstRun.project_id, name: `rest-${++made}`, runtime: 'sandbox' };
		const { json } = await platform.api('POST', '/api/v1/environments', body);
		const route = `/api/v1/environments/${String(json.id)}`;
		return {
			route,
			ask: (kind: LifecycleKind) => platform.api('POST', `${route}/${kind}`, { wait: true }),
			deploy: () => platform.api('POST', `${route}/deploy`, { ref: 'main', wait: true }),
			statusNow: async () => (await platform.api('GET', `${route}/status`)).json,
			visit: async () => (await fetch(`${String(json.primary_url)}/web/health`)).status,
		};
	}

	async function makeDeployed() {
		const environment = await make();
		await environment.deploy();
		return environment;
	}

	it('serves nobody from its stop to its start, and says so', async () => {
		const { ask, visit, statusNow } = await makeDeployed();
		expect(await ask('stop')).toMatchObject({ status: 200, json: { kind: 'stop', status: 'succeeded' } });
		expect(await visit()).toBe(503);
		expect(await statusNow()).toMatchObject({ status: 'stopped', health: { healthy: false } });
		expect(await ask('start')).toMatchObject({ status: 200, json: { kind: 'start', status: 'succeeded' } });
		expect(await visit()).toBe(200);
		expect(await statusNow()).toMatchObject({ status: 'running', health: { healthy: true } });
	});

	it('runs after its restart, which is one job of two steps', async () => {
		const { ask, statusNow } = await makeDeployed();
		expect((await ask('restart')).json).toMatchObject({
			kind: 'restart',
			status: 'succeeded',
			steps: [
				{ name: 'stop', status: 'succeeded' },
				{ name: 'start', status: 'succeeded' },
			],
		});
		expect(await statusNow()).toMatchObject({ status: 'running' });
	});

	it('is answered at once with the job, where nobody waits', async () => {
		const { route } = await makeDeployed();
		expect(await platform.api('POST', `${route}/restart`)).toMatchObject({
			status: 202,
			json: { kind: 'restart', error: null },
		});
	});

	it('is started by a deploy', async () => {
		const { ask, deploy, visit, statusNow } = await makeDeployed();
		await ask('stop');
		expect((await deploy()).json).toMatchObject({ status: 'succeeded' });
		expect(await visit()).toBe(200);
		expect(await statusNow()).toMatchObject({ status: 'running' });
	});

	it.each<[LifecycleKind, string]>([
		['stop', 'environment_not_running'],
		['restart', 'environment_not_running'],
	])('is refused a %s while it is stopped', async (kind, code) => {
		const { ask } = await makeDeployed();
		await ask('stop');
		expect((await ask(kind)).json).toMatchObject({ status: 409, code, environment_status: 'stopped' });
	});

	it('is refused a start while it runs', async () => {
		const { ask } = await makeDeployed();
		expect((await ask('start')).json).toMatchObject({
			status: 409,
			code: 'environment_not_stopped',
			environment_status: 'running',
		});
	});

	it.each<LifecycleKind>(['stop', 'start', 'restart'])('is refused a %s before its first deploy', async (kind) => {
		const { ask } = await make();
		expect((await ask(kind)).json).toMatchObject({ status: 409, code: 'environment_not_deployed' });
	});

	it('is deleted while it is stopped', async () => {
		const { ask, route } = await makeDeployed();
		await ask('stop');
		expect((await platform.api('DELETE', route)).status).toBe(204);
	});

	it('is nothing that others stop', async () => {
		const { route } = await makeDeployed();
		const key = (await addOrganization(platform)).api_key;
		expect((await platform.api('POST', `${route}/stop`, {}, { key })).status).toBe(404);
	});
});

describe('a job that stops or starts an environment', () => {
	let stage: DeployStage;
	stageForEachTest((opened) => (stage = opened));

	const signal = new AbortController().signal;

	/** A replica whose environment was deployed, and what is asked of it and waited for. */
	async function deployed(overrides: Partial<Runtime> = {}) {
		const runtime = createNotingRuntime(overrides);
		const replica = stage.startReplica({ runtime });
		await replica.deployed('main');
		const ask = (kind: LifecycleKind, wait = true) =>
			replica.lifecycle.ask(stage.organization, stage.environment._id, kind, {
				actor: 'ada',
				effect_id: null,
				wait,
				signal,
			});
		return { ask, replica };
	}

	it('keeps others from the environment, and is named to them', async () => {
		const hanging = createHangingRuntime();
		const { ask, replica } = await deployed({ stop: () => hanging.hang() });
		const { _id } = await ask('stop', false);
		const busy = { status: 409, code: 'environment_busy', more: { members: { job_id: _id } } };
		await hanging.reached;
		await expect(ask('restart')).rejects.toMatchObject(busy);
		await expect(replica.deploy('main')).rejects.toMatchObject(busy);
		hanging.release();
		expect((await stage.ended(_id)).status).toBe('succeeded');
	});

	it('announces each status that the environment comes to', async () => {
		const { ask } = await deployed();
		const before = eventsOf(await stage.environmentNow()).length;
		await ask('restart');
		expect(eventsOf(await stage.environmentNow()).slice(before)).toEqual([
			'environment.status_changed',
			'environment.status_changed',
		]);
	});

	it.each([
		['unhealthy', new ReleaseError('unhealthy', 'Odoo does not serve.')],
		['server_failed', new ServerError('The Docker Engine does not answer.')],
	])('fails with %s where the runtime says so, and can be asked for again', async (code, failure) => {
		const state = { broken: true };
		const { ask } = await deployed({
			start: () => (state.broken ? Promise.reject(failure) : Promise.resolve()),
		});
		await ask('stop');
		expect(await ask('start')).toMatchObject({ status: 'failed', error: { code, message: failure.message } });
		expect((await stage.environmentNow()).status).toBe('failed');
		state.broken = false;
		expect((await ask('start')).status).toBe('succeeded');
		expect((await stage.environmentNow()).status).toBe('running');
	});
});
