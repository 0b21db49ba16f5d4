import { describe, expect, it } from '@jest/globals';
import { systemClock } from '../../backend/src/core/clock';
import { deployJob } from '../../backend/src/features/deployments/model';
import type { JobDocument } from '../../backend/src/features/jobs/service';
import type { Runtime } from '../../backend/src/runtimes/runtime';
import {
	createHangingRuntime,
	createNotingRuntime,
	type DeployReplica,
	type DeployStage,
	eventsOf,
	NOTHING_TO_TELL,
} from '../support/deploy-stage';
import { stageForEachTest } from '../support/deploy-tests';
import { createFakeClock } from '../support/fake-clock';
import { until } from '../support/until';

let stage: DeployStage;
stageForEachTest((opened) => (stage = opened));

/** A runtime whose first deploy lasts until its signal comes, or which deploys that release alone. */
function createPatientRuntime(except = '') {
	let reach = () => {};
	const reached = new Promise<void>((resolve) => (reach = resolve));
	const applied: string[] = [];
	const apply: Runtime['apply'] = (_site, { git_sha }, { signal }) => {
		applied.push(git_sha);
		if (git_sha === except) return Promise.resolve(NOTHING_TO_TELL);
		reach();
		return new Promise((_, reject) =>
			signal.addEventListener('abort', () => reject(new Error('broken off')), { once: true }),
		);
	};
	const revert: Runtime['revert'] = (_site, { git_sha }) => {
		applied.push(git_sha);
		return Promise.resolve(true);
	};
	return { ...createNotingRuntime({ apply, revert }), applied, reached };
}

const cancel = ({ deployments }: DeployReplica, job: JobDocument) =>
	deployments.cancel(stage.organization, deployJob(job).data.id, 'ada');

describe('canceling a deployment that waits', () => {
	it('ends it at once, and frees the environment', async () => {
		const replica = stage.startReplica({ working: false });
		const job = await cancel(replica, await replica.deploy('main'));
		expect(job).toMatchObject({ status: 'canceled', started_at: null, finished_at: stage.clock.now() });
		expect(new Set(job.steps.map(({ status }) => status))).toEqual(new Set(['canceled']));
		expect(eventsOf(job)).toEqual(['deployment.queued', 'deployment.canceled']);
		expect((await stage.environmentNow()).status).toBe('pending');
		expect((await replica.deploy('main')).status).toBe('queued');
	});

	it('is never run afterwards', async () => {
		const replica = stage.startReplica({ working: false });
		const { _id } = await cancel(replica, await replica.deploy('main'));
		const runtime = createNotingRuntime();
		await stage.startReplica({ runtime }).deployed('main');
		expect(runtime.applied).toHaveLength(1);
		expect((await stage.jobOf(_id)).status).toBe('canceled');
	});
});

describe('canceling a deployment that runs', () => {
	it('breaks off the step under way, and says so', async () => {
		const { replica, job: underWay } = await stage.underWay(createPatientRuntime());
		expect(await cancel(replica, underWay)).toMatchObject({ status: 'running' });
		const job = await stage.ended(underWay._id);
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
		expect((await stage.logOf(job._id)).at(-1)).toBe('Canceled by ada.');
	});

	it('leaves an environment that ran nothing before pending', async () => {
		const { replica, job } = await stage.underWay(createPatientRuntime());
		await cancel(replica, job);
		await stage.ended(job._id);
		expect(await stage.environmentNow()).toMatchObject({ status: 'pending', git_sha: '' });
	});

	it('brings back the release that ran before', async () => {
		const runtime = createPatientRuntime(stage.firstCommit);
		const replica = stage.startReplica({ runtime });
		await replica.deployed('main');
		const second = stage.repository.commit({ README: 'more' });
		const { _id } = await replica.deploy('main');
		await runtime.reached;
		await cancel(replica, await stage.jobOf(_id));
		await stage.ended(_id);
		expect(runtime.applied).toEqual([stage.firstCommit, second, stage.firstCommit]);
		expect(await stage.environmentNow()).toMatchObject({ status: 'running', git_sha: stage.firstCommit });
	});

	it('goes on with the new release where that serves already', async () => {
		const runtime = createPatientRuntime(stage.firstCommit);
		const revert = () => Promise.resolve(false);
		const replica = stage.startReplica({ runtime: { ...runtime, revert } });
		await replica.deployed('main');
		const git_sha = stage.repository.commit({ README: 'more' });
		const { _id } = await replica.deploy('main');
		await runtime.reached;
		await cancel(replica, await stage.jobOf(_id));
		expect((await stage.ended(_id)).status).toBe('canceled');
		expect(await stage.environmentNow()).toMatchObject({ status: 'running', git_sha });
	});

	it('waits ten seconds for a step that does not heed it', async () => {
		const { replica, job } = await stage.underWay(createHangingRuntime());
		await cancel(replica, job);
		await until(() => stage.clock.sleeping.includes(10_000));
		await stage.clock.advance(10_000);
		expect((await stage.ended(job._id)).status).toBe('canceled');
	});

	it('can be asked for at another replica', async () => {
		const { job } = await stage.underWay(createPatientRuntime());
		await cancel(stage.startReplica({ working: false }), job);
		await stage.clock.advance(5_000);
		expect((await stage.ended(job._id)).status).toBe('canceled');
	});

	it('happens after kill -9, too', async () => {
		const office = stage.startReplica({ working: false, clock: systemClock });
		const waiting = await office.deploy('main');
		const kill = await stage.startProcess();
		await cancel(office, waiting);
		await kill();
		const runtime = createNotingRuntime();
		stage.startReplica({ clock: createFakeClock(new Date(Date.now() + 15_000)), runtime });
		const job = await stage.ended(waiting._id);
		expect(eventsOf(job)).toEqual(['deployment.queued', 'deployment.started', 'deployment.canceled']);
		expect(runtime.applied).toEqual([]);
		expect((await stage.environmentNow()).status).toBe('pending');
	});

	it('can be asked for again', async () => {
		const { job } = await stage.underWay(createPatientRuntime());
		const office = stage.startReplica({ working: false });
		const first = await cancel(office, job);
		await stage.clock.advance(1);
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
		await expect(cancel(replica, await replica.deployed('main'))).rejects.toMatchObject({
			status: 409,
			code: 'deployment_ended',
			more: { members: { status: 'succeeded' } },
		});
	});
});
