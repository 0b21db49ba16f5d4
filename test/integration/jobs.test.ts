import { describe, expect, it } from '@jest/globals';
import { systemClock } from '../../backend/src/core/clock';
import { RENEWAL_MS } from '../../backend/src/waiting/while-renewing';
import type { JobDocument } from '../../backend/src/features/jobs/service';
import {
	createHangingRuntime,
	createNotingRuntime,
	type DeployStage,
	eventsOf,
	NOTHING_TO_TELL,
} from '../support/deploy-stage';
import { stageForEachTest } from '../support/deploy-tests';
import { createFakeClock } from '../support/fake-clock';
import { until } from '../support/until';

let stage: DeployStage;
stageForEachTest((opened) => (stage = opened));

type HangingRuntime = ReturnType<typeof createHangingRuntime>;

const later = (ms: number) => createFakeClock(new Date(stage.clock.now().getTime() + ms));

/** Queues a deploy whose worker comes as far as the runtime and is not heard of again unless the test wakes it. */
async function abandoned() {
	const runtime = createHangingRuntime();
	// Time stands still for it alone: it renews nothing.
	const itsClock = createFakeClock(stage.clock.now());
	const { job } = await stage.underWay(runtime, itsClock);
	await until(() => itsClock.sleeping.includes(RENEWAL_MS));
	/** Resolves when that worker has let go of the job. */
	const left = () => until(() => !itsClock.sleeping.includes(RENEWAL_MS));
	return { id: job._id, runtime, left };
}

describe('a job whose worker has died', () => {
	it('is taken over when its lease has run out, and ends once', async () => {
		const { id } = await abandoned();
		stage.startReplica({ clock: later(15_000) });
		const job = await stage.ended(id);
		expect(job.status).toBe('succeeded');
		expect(eventsOf(job)).toEqual(['deployment.queued', 'deployment.started', 'deployment.succeeded']);
	});

	it('is nobody else’s before that', async () => {
		const { id } = await abandoned();
		const heir = later(14_999);
		stage.startReplica({ clock: heir });
		await until(() => heir.sleeping.length > 0);
		expect((await stage.jobOf(id)).lease?.attempt).toBe(1);
	});

	it.each([
		['has done its step', (runtime: HangingRuntime) => runtime.release()],
		['fails in its step', (runtime: HangingRuntime) => runtime.fail(new Error('too late'))],
	])('is not touched by that worker when it comes back and %s', async (_, comeBack) => {
		const { id, runtime, left } = await abandoned();
		stage.startReplica({ clock: later(15_000) });
		const job = await stage.ended(id);
		const log = await stage.logOf(id);
		comeBack(runtime);
		await left();
		expect(await stage.jobOf(id)).toEqual(job);
		expect(await stage.logOf(id)).toEqual(log);
		expect((await stage.environmentNow()).status).toBe('running');
	});

	it('says in its log that it begins again', async () => {
		const { id } = await abandoned();
		stage.startReplica({ clock: later(15_000) });
		await stage.ended(id);
		expect(await stage.logOf(id)).toContain(
			'Taken over after an interruption; it begins again with the first step.',
		);
	});

	it('deploys the commit that was resolved first, though the branch has moved on', async () => {
		const { id } = await abandoned();
		stage.repository.commit({ README: 'more' });
		const runtime = createNotingRuntime();
		stage.startReplica({ clock: later(15_000), runtime });
		await stage.ended(id);
		expect(runtime.applied).toMatchObject([{ release: { git_sha: stage.firstCommit } }]);
	});

	it('is given up after three workers', async () => {
		const { deploy } = stage.startReplica({ working: false });
		const { _id } = await deploy('main');
		for (const attempt of [0, 1, 2]) {
			const runtime = createHangingRuntime();
			stage.startReplica({ runtime, clock: later(attempt * 15_000) });
			await runtime.reached;
		}
		stage.startReplica({ clock: later(45_000) });
		const job = await stage.ended(_id);
		expect(job).toMatchObject({ status: 'failed', error: { code: 'interrupted' } });
		expect(eventsOf(job)).toEqual(['deployment.queued', 'deployment.started', 'deployment.failed']);
	});

	it('is free at once where a process knows that it is the only one', async () => {
		const { id } = await abandoned();
		const { jobs, worker } = stage.startReplica({ working: false });
		await jobs.releaseAll();
		worker.start();
		expect((await stage.ended(id)).status).toBe('succeeded');
		await worker.stop();
	});

	it('goes on after kill -9, once', async () => {
		const { deploy } = stage.startReplica({ working: false, clock: systemClock });
		const { _id } = await deploy('main');
		const kill = await stage.startProcess();
		expect((await stage.jobOf(_id)).current_step).toBe('start');
		await kill();
		stage.startReplica({ clock: createFakeClock(new Date(Date.now() + 15_000)) });
		const job = await stage.ended(_id);
		expect(job.status).toBe('succeeded');
		expect(eventsOf(job)).toEqual(['deployment.queued', 'deployment.started', 'deployment.succeeded']);
		expect((await stage.environmentNow()).status).toBe('running');
	});
});

describe('a job that takes long', () => {
	it('stays with its worker, which renews the lease', async () => {
		const { job } = await stage.underWay(createHangingRuntime());
		const lease = async () => (await stage.jobOf(job._id)).lease;
		const first = (await lease())?.until.getTime() ?? 0;
		await stage.clock.advance(5_000);
		await until(async () => (await lease())?.until.getTime() === first + 5_000);
		expect((await lease())?.attempt).toBe(1);
	});

	it('is handed on when its worker stops, without counting as interrupted', async () => {
		const { replica, job } = await stage.underWay(createHangingRuntime());
		await replica.worker.stop();
		expect((await stage.jobOf(job._id)).lease).toMatchObject({ owner: null, attempt: 0 });
		stage.startReplica();
		expect((await stage.ended(job._id)).status).toBe('succeeded');
	});
});

describe('a worker', () => {
	it('runs four jobs at a time, the oldest first', async () => {
		const { deploy } = stage.startReplica({ working: false });
		const queued: JobDocument[] = [];
		for (const name of ['one', 'two', 'three', 'four', 'five', 'six']) {
			queued.push(await deploy('main', (await stage.addEnvironment(name))._id));
			await stage.clock.advance(1);
		}
		const seen: string[] = [];
		let release = () => {};
		const released = new Promise<void>((resolve) => (release = resolve));
		const runtime = createNotingRuntime({
			apply: async ({ id }) => {
				seen.push(id);
				await released;
				return NOTHING_TO_TELL;
			},
		});
		stage.startReplica({ runtime });
		await until(() => seen.length === 4);
		expect(seen.sort()).toEqual(queued.slice(0, 4).map(({ environment_id }) => environment_id));
		release();
		for (const { _id } of queued) expect((await stage.ended(_id)).status).toBe('succeeded');
	});
});

describe('waiting for a job', () => {
	const never = new AbortController().signal;

	it('ends with the job', async () => {
		const { jobs, deploy } = stage.startReplica();
		const { _id } = await deploy('main');
		const job = await jobs.waitFor(stage.organization, _id, { timeoutMs: 600_000, signal: never });
		expect(job.status).toBe('succeeded');
	});

	it('sees by itself what another replica has done', async () => {
		const { jobs, deploy } = stage.startReplica({ working: false });
		const { _id } = await deploy('main');
		const waiting = jobs.waitFor(stage.organization, _id, { timeoutMs: 600_000, signal: never });
		stage.startReplica({ clock: createFakeClock(stage.clock.now()) });
		await stage.ended(_id);
		await until(() => stage.clock.sleeping.length > 0);
		await stage.clock.advance(2_000);
		expect((await waiting).status).toBe('succeeded');
	});

	it('ends when the time is up, with the job as it stands', async () => {
		const { jobs, deploy } = stage.startReplica({ working: false });
		const { _id } = await deploy('main');
		const waiting = jobs.waitFor(stage.organization, _id, { timeoutMs: 1_000, signal: never });
		await until(() => stage.clock.sleeping.length > 0);
		await stage.clock.advance(1_000);
		expect((await waiting).status).toBe('queued');
	});

	it('ends when the service stops', async () => {
		const { jobs, deploy } = stage.startReplica({ working: false });
		const { _id } = await deploy('main');
		const waiting = jobs.waitFor(stage.organization, _id, { timeoutMs: 600_000, signal: never });
		jobs.stopWaiting();
		expect((await waiting).status).toBe('queued');
	});
});
