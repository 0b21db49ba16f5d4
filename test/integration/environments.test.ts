import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { systemClock } from '../../backend/src/core/clock';
import { createIds } from '../../backend/src/core/ids';
import { DEFAULT_SETTINGS } from '../../backend/src/features/environments/site';
import { createStatusService } from '../../backend/src/features/environments/status';
import { createNotingRuntime, type DeployReplica, type DeployStage, eventsOf } from '../support/deploy-stage';
import { stageForEachTest } from '../support/deploy-tests';
import { createFakeClock } from '../support/fake-clock';
import { addOrganization, startTestPlatform, type TestPlatform } from '../support/platform';
import { postSigned } from '../support/signed-request';
import { until } from '../support/until';

describe('an environment at the API', () => {
	let platform: TestPlatform;
	let made = 0;

	beforeAll(async () => {
		platform = await startTestPlatform();
	});

	afterAll(() => platform.remove());

	/** A new environment, and what can be done with it. */
	async function make(name = `review-${++made}`) {
		const body = { project_id: platform.firstRun.project_id, name };
		const { json } = await platform.api('POST', '/api/v1/environments', body);
		const route = `/api/v1/environments/${String(json.id)}`;
		return {
			json,
			route,
			ask: (method: string, change?: unknown) => platform.api(method, route, change),
			deploy: () => platform.api('POST', `${route}/deploy`, { ref: 'main', wait: true }),
		};
	}

	it('is renamed', async () => {
		const { ask } = await make();
		expect((await ask('PATCH', { name: 'other-name' })).json).toMatchObject({ name: 'other-name' });
		expect((await ask('GET')).json).toMatchObject({ name: 'other-name' });
	});

	it('is not given a name that the project has already', async () => {
		const { ask } = await make();
		expect((await ask('PATCH', { name: 'staging' })).json).toMatchObject({ status: 409, code: 'name_taken' });
	});

	it('changes its version of Odoo until it is deployed', async () => {
		const { ask, deploy } = await make();
		expect((await ask('PATCH', { odoo_version: '18.0' })).json).toMatchObject({ odoo_version: '18.0' });
		await deploy();
		expect((await ask('PATCH', { odoo_version: '19.0' })).json).toMatchObject({
			status: 409,
			code: 'version_fixed',
		});
	});

	it.each([[{ name: 'No' }], [{ status: 'running' }], [{ odoo_version: '1.0' }]])(
		'is not changed by %j',
		async (change) => {
			const { ask } = await make();
			expect((await ask('PATCH', change)).status).toBe(422);
		},
	);

	it('is gone when it was deleted, and its name is free', async () => {
		const { ask, deploy, json } = await make('gone');
		await deploy();
		expect((await ask('DELETE')).status).toBe(204);
		for (const method of ['GET', 'DELETE']) expect((await ask(method)).status).toBe(404);
		const { json: list } = await platform.api('GET', '/api/v1/environments');
		expect(JSON.stringify(list)).not.toContain(String(json.id));
		expect((await fetch(String(json.primary_url))).status).toBe(404);
		expect((await make('gone')).json).toMatchObject({ name: 'gone', status: 'pending' });
	});

	it('leaves the history of its deployments', async () => {
		const { ask, deploy } = await make();
		const { json } = await deploy();
		await ask('DELETE');
		expect((await platform.api('GET', `/api/v1/deployments/${String(json.deployment_id)}`)).status).toBe(200);
	});

	it('is nothing that others change or delete', async () => {
		const { route } = await make();
		const key = (await addOrganization(platform)).api_key;
		expect((await platform.api('DELETE', route, undefined, { key })).status).toBe(404);
		expect((await platform.api('PATCH', route, { name: 'mine' }, { key })).status).toBe(404);
	});

	it('tells how it is at this moment', async () => {
		const { route, deploy, json } = await make();
		const { json: deployed } = await deploy();
		const { json: status } = await platform.api('GET', `${route}/status`);
		expect(status).toMatchObject({
			environment_id: json.id,
			status: 'running',
			git_sha: z.object({ git_sha: z.string() }).parse(deployed.deployment).git_sha,
			git_branch: 'main',
			job: null,
			health: { healthy: true, message: null },
		});
		expect(String(status.since) > String(json.created_at)).toBe(true);
	});

	it('takes its connections along: the gateway then says that there is no default', async () => {
		const { webhook_key } = platform.firstRun;
		const ask = () => postSigned(platform.url, '/api/n8n/webhook', webhook_key, '{"action":"get_config"}');
		expect((await ask()).status).toBe(200);
		const route = `/api/v1/environments/${platform.firstRun.environments.production}`;
		expect((await platform.api('DELETE', route)).status).toBe(204);
		expect(await ask()).toMatchObject({ status: 404, json: { code: 'no_odoo_connection' } });
	});
});

describe('the health of an environment', () => {
	const site = createStatusSite();

	it('is bad, with the reason, when the runtime says so', async () => {
		const status = site.statusOf(() => Promise.reject(new Error('it answers with HTTP 500')));
		expect(await status).toMatchObject({ health: { healthy: false, message: 'it answers with HTTP 500' } });
	});

	it('is bad when the runtime does not answer within five seconds', async () => {
		const status = site.statusOf(() => new Promise(() => undefined));
		await until(() => site.clock.sleeping.length > 0);
		await site.clock.advance(5_000);
		expect(await status).toMatchObject({
			health: { healthy: false, message: 'it did not answer within 5 seconds' },
		});
	});
});

/** The status of an environment whose runtime the test plays. */
function createStatusSite() {
	const clock = createFakeClock();
	const ids = createIds(clock);
	const now = clock.now();
	const environment = {
		_id: ids.next('environment'),
		organization_id: ids.next('organization'),
		project_id: ids.next('project'),
		name: 'production',
		runtime: 'sandbox' as const,
		odoo_version: '19.0',
		production: false,
		settings: DEFAULT_SETTINGS,
		placement: null,
		status: 'running' as const,
		git_sha: '',
		git_branch: null,
		created_at: now,
		updated_at: now,
		status_since: now,
		primary_url: 'https://odoo.example.com',
		outbox: [],
	};
	return {
		clock,
		statusOf: (checkHealth: () => Promise<void>) =>
			createStatusService({
				environments: { get: () => Promise.resolve(environment) },
				jobs: { atWork: () => Promise.resolve(null) },
				runtimes: { of: () => createNotingRuntime({ checkHealth }) },
				clock,
			}).of(environment.organization_id, environment._id, new AbortController().signal),
	};
}

describe('deleting an environment', () => {
	let stage: DeployStage;
	stageForEachTest((opened) => (stage = opened));

	const signal = new AbortController().signal;
	const remove = ({ removals }: DeployReplica) =>
		removals.remove(stage.organization, stage.environment._id, { actor: 'ada', effect_id: null, signal });
	/** Of the environment, which is not shown any more once it is deleted. */
	const events = async () => {
		const kept = await stage.environments.findOne(stage.organization, { _id: stage.environment._id });
		return kept ? eventsOf(kept) : [];
	};

	it('is refused while a job runs on it, and the job is named', async () => {
		const replica = stage.startReplica({ working: false });
		const { _id } = await replica.deploy('main');
		await expect(remove(replica)).rejects.toMatchObject({
			status: 409,
			code: 'environment_busy',
			more: { members: { job_id: _id } },
		});
	});

	it('removes it from the runtime and announces it', async () => {
		const removed: string[] = [];
		const runtime = createNotingRuntime({
			remove: ({ id }) => {
				removed.push(id);
				return Promise.resolve(true);
			},
		});
		expect((await remove(stage.startReplica({ runtime }))).status).toBe('succeeded');
		expect(removed).toEqual([stage.environment._id]);
		expect(await events()).toEqual(['environment.created', 'environment.status_changed', 'environment.deleted']);
	});

	it('happens once of twenty that are asked for at the same time', async () => {
		const replica = stage.startReplica();
		const results = await Promise.allSettled(Array.from({ length: 20 }, () => remove(replica)));
		const messages = results.flatMap((result) =>
			result.status === 'fulfilled' ? [result.value.steps[0]?.message] : [],
		);
		// Who saw the environment just before it went finds it gone.
		expect(messages.filter((message) => message !== 'The environment is gone already.')).toEqual([
			'The environment and its data were removed.',
		]);
		expect((await events()).filter((type) => type === 'environment.deleted')).toHaveLength(1);
	});

	it('says why when the runtime fails, and can be asked for again', async () => {
		let broken = true;
		const runtime = createNotingRuntime({
			remove: () => (broken ? Promise.reject(new Error('the disk is on fire')) : Promise.resolve(true)),
		});
		const replica = stage.startReplica({ runtime });
		await expect(remove(replica)).rejects.toMatchObject({ status: 502, code: 'deletion_failed' });
		expect((await stage.environmentNow()).status).toBe('failed');
		broken = false;
		expect((await remove(replica)).status).toBe('succeeded');
	});

	it('goes on after kill -9', async () => {
		const office = stage.startReplica({ working: false, clock: systemClock });
		const job = await office.jobs.enqueue(stage.organization, {
			kind: 'delete',
			project_id: stage.project._id,
			environment_id: stage.environment._id,
			actor: 'ada',
			effect_id: null,
			data: {},
		});
		const kill = await stage.startProcess();
		await kill();
		expect((await stage.environmentNow()).status).toBe('deleting');
		stage.startReplica({ clock: createFakeClock(new Date(Date.now() + 15_000)) });
		expect((await stage.ended(job._id)).status).toBe('succeeded');
		await until(async () => (await events()).at(-1) === 'environment.deleted');
	});

	it('is harmless to begin again after its last write', async () => {
		const replica = stage.startReplica();
		const job = await remove(replica);
		await stage.jobs.update(
			stage.organization,
			{ _id: job._id },
			{
				$set: {
					status: 'running',
					lock: stage.environment._id,
					lease: { owner: null, until: stage.clock.now(), attempt: 1 },
				},
			},
		);
		replica.worker.wake();
		expect((await stage.ended(job._id)).status).toBe('succeeded');
	});
});
