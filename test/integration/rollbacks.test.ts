import { describe, expect, it } from '@jest/globals';
import type { Runtime } from '../../backend/src/runtimes/runtime';
import { createNotingRuntime, type DeployStage, eventsOf } from '../support/deploy-stage';
import { stageForEachTest } from '../support/deploy-tests';

let stage: DeployStage;
stageForEachTest((opened) => (stage = opened));

/** Two deployments, the later one of another commit; and how to go back. */
async function afterTwoDeployments(overrides: Partial<Runtime> = {}) {
	const runtime = createNotingRuntime(overrides);
	const replica = stage.startReplica({ runtime });
	const first = await replica.deployed('main');
	stage.repository.commit({ README: 'more' });
	await replica.deployed('main');
	const rollBack = (request: Partial<Parameters<typeof replica.deployments.rollBack>[2]> = {}) =>
		replica.deployments.rollBack(stage.organization, stage.environment._id, {
			database: false,
			actor: 'ada',
			...request,
		});
	return { replica, runtime, first, rollBack };
}

describe('a rollback', () => {
	it('goes back to the deployment before the one that serves', async () => {
		const { runtime, rollBack } = await afterTwoDeployments();
		const job = await stage.ended((await rollBack())._id);
		expect(job).toMatchObject({ status: 'succeeded', kind: 'rollback' });
		expect(runtime.applied.at(-1)?.release.git_sha).toBe(stage.firstCommit);
		expect(await stage.environmentNow()).toMatchObject({ status: 'running', git_sha: stage.firstCommit });
	});

	it('is a deployment of its own, which names the one that it brought back', async () => {
		const { replica, first, rollBack } = await afterTwoDeployments();
		const { data } = await rollBack();
		const [newest] = await replica.deployments.listOf(stage.organization, stage.environment._id, null, 1);
		expect(newest?.data).toMatchObject({ id: data.id, rollback: { to: first.data.id } });
	});

	it('is announced as one', async () => {
		const { rollBack } = await afterTwoDeployments();
		expect(eventsOf(await stage.ended((await rollBack())._id))).toEqual([
			'deployment.queued',
			'deployment.started',
			'deployment.rolled_back',
		]);
	});

	it('needs no repository that answers', async () => {
		const { rollBack } = await afterTwoDeployments();
		expect((await rollBack()).steps.map(({ name }) => name)).toEqual([
			'read_addons',
			'start',
			'check_health',
			'finish',
		]);
	});

	it('is refused with what it would lose, unless the database may go back as well', async () => {
		const since = new Date(stage.clock.now().getTime() - 90_000);
		const { rollBack } = await afterTwoDeployments({ lossOf: () => Promise.resolve({ since, rows: 12 }) });
		await expect(rollBack()).rejects.toMatchObject({
			code: 'rollback_loses_data',
			status: 409,
			more: { members: { since: since.toISOString(), minutes: 2, rows: 12 } },
		});
		expect((await stage.ended((await rollBack({ database: true }))._id)).status).toBe('succeeded');
	});

	it('is refused where nothing was deployed before', async () => {
		const replica = stage.startReplica();
		await replica.deployed('main');
		const asked = replica.deployments.rollBack(stage.organization, stage.environment._id, {
			database: false,
			actor: 'ada',
		});
		await expect(asked).rejects.toMatchObject({ code: 'nothing_to_roll_back', status: 409 });
	});

	it('is refused to a deployment that failed', async () => {
		const { replica, rollBack } = await afterTwoDeployments();
		const failed = await replica.deployed('nowhere');
		const to = (await replica.deployments.list(stage.organization, {}, null, 1))[0]?.data.id;
		expect(failed.status).toBe('failed');
		await expect(rollBack({ to })).rejects.toMatchObject({ status: 422 });
	});
});
