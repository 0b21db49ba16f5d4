import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { systemClock } from '../../backend/src/core/clock';
import { deployJob } from '../../backend/src/features/deployments/deploy-job';
import type { JobDocument } from '../../backend/src/features/jobs/service';
import type { Runtime } from '../../backend/src/runtimes/runtime';
import { openTestDatabase, type TestDatabase } from '../support/database';
import { createHangingRuntime, createNotingRuntime, type DeployStage, openDeployStage } from '../support/deploy-stage';
import { createFakeClock, type FakeClock } from '../support/fake-clock';
import { until } from '../support/until';

let database: TestDatabase;
let clock: FakeClock;
let stage: DeployStage;

beforeAll(async () => {
	database = await openTestDatabase();
});

afterAll(async () => {
	await database.drop();
});

beforeEach(async () => {
	clock = createFakeClock();
	stage = await openDeployStage(database, clock);
});

afterEach(async () => {
	await stage.close();
});

const eventsOf = (job: JobDocument) => job.outbox.map(({ type }) => type);

/** A runtime whose first deploy lasts until its signal comes, or which deploys that release alone. */
function createPatientRuntime(except = '') {
	let reach = () => {};
	const reached = new Promise<void>((resolve) => (reach = resolve));
	const applied: string[] = [];
	const apply: Runtime['apply'] = (_site, { git_sha }, signal) => {
		applied.push(git_sha);
		if (git_sha === except) return Promise.resolve();
		reach();
		return new Promise((_, reject) =>
			signal.addEventListener('abort', () => reject(new Error('broken off')), { once: true }),
		);
	};
	return { ...createNotingRuntime({ apply }), applied, reached };
}

type Replica = ReturnType<DeployStage['startReplica']>;
const cancel = ({ deployments }: Pick<Replica, 'deployments'>, job: JobDocument) =>
	deployments.cancel(stage.organization, deployJob(job).deployment.id, 'ada');

describe('canceling a deployment that waits', () => {
	it('ends it at once, and frees the environment', async () => {
		const replica = stage.startReplica({ working: false });
		const job = await cancel(replica, await replica.deploy('main'));
		expect(job).toMatchObject({ status: 'canceled', started_at: null, finished_at: clock.now() });
		expect(new Set(job.steps.map(({ status }) => status))).toEqual(new Set(['canceled']));
		expect(eventsOf(job)).toEqual(['deployment.queued', 'deployment.canceled']);
		expect((await stage.environmentNow()).status).toBe('pending');
		expect((await replica.deploy('main')).status).toBe('queued');
	});

	it('is never run afterwards', async () => {
		const replica = stage.startReplica({ working: false });
		const { _id } = await cancel(replica, await replica.deploy('main'));
		const runtime = createNotingRuntime();
		const { deploy } = stage.startReplica({ runtime });
		await stage.ended((await deploy('main'))._id);
		expect(runtime.applied).toHaveLength(1);
		expect((await stage.jobOf(_id)).status).toBe('canceled');
	});
});

describe('canceling a deployment that runs', () => {
	it('breaks off the step under way, and says so', async () => {
		const runtime = createPatientRuntime();
		const replica = stage.startReplica({ runtime });
		const { _id } = await replica.deploy('main');
		await runtime.reached;
		expect(await cancel(replica, await stage.jobOf(_id))).toMatchObject({ status: 'running' });
		const job = await stage.ended(_id);
		expect(job).toMatchObject({ status: 'canceled', error: null, current_step: null });
		expect(job.steps.map(({ name, status }) => [name, status])).toEqual([
			['fetch', 'succeeded'],
			['resolve', 'succeeded'],
			['read_addons', 'succeeded'],
			['start', 'canceled'],
			['check_health', 'canceled'],
			['finish', 'canceled'],
		]);
		expect(eventsOf(job)).toEqual(['deployment.queued', 'deployment.started', 'deployment.canceled']);
		expect((await stage.logOf(_id)).at(-1)).toBe('Canceled by ada.');
	});

	it('leaves an environment that ran nothing before pending', async () => {
		const runtime = createPatientRuntime();
		const replica = stage.startReplica({ runtime });
		const { _id } = await replica.deploy('main');
		await runtime.reached;
		await cancel(replica, await stage.jobOf(_id));
		await stage.ended(_id);
		expect(await stage.environmentNow()).toMatchObject({ status: 'pending', git_sha: '' });
	});

	it('brings back the release that ran before', async () => {
		const runtime = createPatientRuntime(stage.firstCommit);
		const replica = stage.startReplica({ runtime });
		await stage.ended((await replica.deploy('main'))._id);
		const second = stage.repository.commit({ README: 'more' });
		const { _id } = await replica.deploy('main');
		await runtime.reached;
		await cancel(replica, await stage.jobOf(_id));
		await stage.ended(_id);
		expect(runtime.applied).toEqual([stage.firstCommit, second, stage.firstCommit]);
		expect(await stage.environmentNow()).toMatchObject({ status: 'running', git_sha: stage.firstCommit });
	});

	it('waits ten seconds for a step that does not heed it', async () => {
		const runtime = createHangingRuntime();
		const replica = stage.startReplica({ runtime });
		const { _id } = await replica.deploy('main');
		await runtime.reached;
		await cancel(replica, await stage.jobOf(_id));
		await until(() => clock.sleeping.includes(10_000));
		await clock.advance(10_000);
		expect((await stage.ended(_id)).status).toBe('canceled');
	});

	it('can be asked for at another replica', async () => {
		const runtime = createPatientRuntime();
		const { deploy } = stage.startReplica({ runtime });
		const { _id } = await deploy('main');
		await runtime.reached;
		await cancel(stage.startReplica({ working: false }), await stage.jobOf(_id));
		await clock.advance(5_000);
		expect((await stage.ended(_id)).status).toBe('canceled');
	});

	it('happens after kill -9, too', async () => {
		const office = stage.startReplica({ working: false, clock: systemClock });
		const { _id } = await office.deploy('main');
		const child = spawn(
			process.execPath,
			[
				'--require',
				path.resolve('test/support/ts-register.cjs'),
				path.resolve('test/support/deploy-process.ts'),
				stage.uri,
				stage.dbName,
				stage.directory,
			],
			{ stdio: ['ignore', 'pipe', 'inherit'] },
		);
		await once(child.stdout, 'data');
		await cancel(office, await stage.jobOf(_id));
		child.kill('SIGKILL');
		await once(child, 'exit');
		const runtime = createNotingRuntime();
		stage.startReplica({ clock: createFakeClock(new Date(Date.now() + 15_000)), runtime });
		const job = await stage.ended(_id);
		expect(eventsOf(job)).toEqual(['deployment.queued', 'deployment.started', 'deployment.canceled']);
		expect(runtime.applied).toEqual([]);
		expect((await stage.environmentNow()).status).toBe('pending');
	});

	it('can be asked for again', async () => {
		const runtime = createPatientRuntime();
		const { deploy } = stage.startReplica({ runtime });
		const { _id } = await deploy('main');
		await runtime.reached;
		const office = stage.startReplica({ working: false });
		const first = await cancel(office, await stage.jobOf(_id));
		await clock.advance(1);
		expect((await cancel(office, first)).cancel).toEqual(first.cancel);
	});

	it('ends it once, whatever it is at', async () => {
		const names = ['one', 'two', 'three', 'four', 'five', 'six'];
		const replica = stage.startReplica();
		const outcomes = names.map(async (name, turns) => {
			const { _id } = await stage.addEnvironment(name);
			const job = await replica.deploy('main', _id);
			for (let turn = 0; turn < turns * 20; turn++) await new Promise((resolve) => setImmediate(resolve));
			await cancel(replica, job).catch(() => undefined);
			const { status, outbox } = await stage.ended(job._id);
			const environment = await replica.environments.get(stage.organization, _id);
			return [outbox.filter(({ type }) => type === `deployment.${status}`).length, status, environment.status];
		});
		for (const outcome of await Promise.all(outcomes)) {
			expect([
				[1, 'canceled', 'pending'],
				[1, 'succeeded', 'running'],
			]).toContainEqual(outcome);
		}
	});
});

describe('canceling a deployment that has ended', () => {
	it('is refused', async () => {
		const replica = stage.startReplica();
		const { _id } = await replica.deploy('main');
		await expect(cancel(replica, await stage.ended(_id))).rejects.toMatchObject({
			status: 409,
			code: 'deployment_ended',
			more: { members: { status: 'succeeded' } },
		});
	});
});
