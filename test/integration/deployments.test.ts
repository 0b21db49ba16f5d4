import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { ReleaseError } from '../../backend/src/runtimes/runtime';
import { createNotingRuntime, type DeployStage, eventsOf, NOTHING_TO_TELL } from '../support/deploy-stage';
import { stageForEachTest } from '../support/deploy-tests';

let stage: DeployStage;
stageForEachTest((opened) => (stage = opened));

/** Deploys on a new replica, and answers the job at its end. */
const deployed = (ref: string, options?: Parameters<DeployStage['startReplica']>[0]) =>
	stage.startReplica(options).deployed(ref);

describe('a deploy', () => {
	it('brings the commit that the ref means to the runtime', async () => {
		const runtime = createNotingRuntime();
		const job = await deployed('main', { runtime });
		expect(job).toMatchObject({ status: 'succeeded', progress_percent: 100, current_step: null, error: null });
		expect(runtime.applied).toMatchObject([
			{
				site: { id: stage.environment._id, odoo_version: '19.0' },
				release: {
					git_sha: stage.firstCommit,
					addons: [{ name: 'crm_plus', title: 'CRM Plus', version: '19.0.1.0.0', depends: ['crm'] }],
				},
			},
		]);
	});

	it('leaves the environment running that commit', async () => {
		await deployed('main');
		expect(await stage.environmentNow()).toMatchObject({
			status: 'running',
			git_sha: stage.firstCommit,
			git_branch: 'main',
		});
	});

	it('shows its steps, each with its times and what came of it', async () => {
		const { steps } = await deployed('main');
		expect(steps.map(({ name }) => name)).toEqual([
			'fetch',
			'resolve',
			'read_addons',
			'start',
			'check_health',
			'finish',
		]);
		for (const step of steps) {
			expect(step).toEqual({
				name: step.name,
				status: 'succeeded',
				started_at: expect.any(Date),
				finished_at: expect.any(Date),
				message: expect.any(String),
			});
		}
	});

	it('writes a log', async () => {
		const { _id } = await deployed('main');
		expect(await stage.logOf(_id)).toEqual([
			'The repository was fetched.',
			`main is the commit ${stage.firstCommit} of the branch main.`,
			'Add-ons: crm_plus 19.0.1.0.0.',
			'The environment runs on the runtime sandbox.',
			`It answers at ${stage.environment.primary_url}.`,
			'The environment is running.',
		]);
	});

	it('skips an add-on that Odoo could not load, and says why', async () => {
		stage.repository.commit({ 'bad/__manifest__.py': "{\n  'name': call(),\n}" });
		const reason = 'Line 2 of its manifest: names and calls are not allowed: call.';
		const job = await deployed('main');
		expect(job).toMatchObject({
			status: 'succeeded',
			data: { addons: [{ name: 'crm_plus' }], addons_skipped: [{ path: 'bad', reason }] },
		});
		expect(job.steps[2]?.message).toBe(`Add-ons: crm_plus 19.0.1.0.0. Skipped 1: bad: ${reason}`);
	});

	it('lists a hundred of those that it skipped', async () => {
		const files = Array.from({ length: 102 }, (_, index) => [`bad_${index}/__manifest__.py`, ''] as const);
		stage.repository.commit(Object.fromEntries<string>(files));
		const job = await deployed('main');
		expect(job.data).toHaveProperty('addons_skipped.length', 100);
		expect(job.steps[2]?.message).toMatch(/Skipped 102: .* and 92 more$/);
	});

	it('announces that it is queued, has started and has succeeded, as the documents show it', async () => {
		const job = await deployed('main');
		expect(eventsOf(job)).toEqual(['deployment.queued', 'deployment.started', 'deployment.succeeded']);
		expect(job.outbox[0]?.data).toMatchObject({ deployment: { git_sha: '', status: 'queued', started_at: null } });
		expect(job.outbox[2]).toMatchObject({
			organization_id: stage.organization,
			project_id: stage.project._id,
			environment_id: stage.environment._id,
			data: {
				deployment: {
					id: job.data.id,
					environment_id: stage.environment._id,
					project_id: stage.project._id,
					git_sha: stage.firstCommit,
					git_branch: 'main',
					started_at: job.started_at?.toISOString(),
					finished_at: job.finished_at?.toISOString(),
					duration_seconds: 0,
					actor: 'github-actions',
				},
				environment: {
					name: 'production',
					primary_url: stage.environment.primary_url,
					odoo_version: '19.0',
				},
			},
		});
	});

	it('frees the environment for the next', async () => {
		const replica = stage.startReplica();
		await replica.deployed('main');
		const second = stage.repository.commit({ 'sale_plus/__manifest__.py': "{'name': 'Sale Plus'}" });
		expect((await replica.deployed('HEAD')).data).toMatchObject({
			git_sha: second,
			addons: [{ name: 'crm_plus' }, { name: 'sale_plus' }],
		});
	});

	it('is one of twenty that are asked for at the same time, and the others name it', async () => {
		const { deploy } = stage.startReplica({ working: false });
		const results = await Promise.allSettled(Array.from({ length: 20 }, () => deploy('main')));
		const made = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value._id] : []));
		const refused = results.flatMap((result): unknown[] => (result.status === 'rejected' ? [result.reason] : []));
		expect(made).toHaveLength(1);
		expect(refused).toHaveLength(19);
		for (const reason of refused) {
			expect(reason).toMatchObject({
				status: 409,
				code: 'environment_busy',
				more: { members: { job_id: made[0] } },
			});
		}
	});

	it('does not hinder another environment’s', async () => {
		const staging = await stage.addEnvironment('staging');
		const { deploy } = stage.startReplica();
		const jobs = await Promise.all([deploy('main'), deploy('main', staging._id)]);
		const [one, other] = await Promise.all(jobs.map(({ _id }) => stage.ended(_id)));
		expect([one?.status, other?.status]).toEqual(['succeeded', 'succeeded']);
	});
});

describe('a deploy that cannot be', () => {
	it('fails where the repository has no such ref, and leaves what was to come undone', async () => {
		const job = await deployed('nowhere');
		expect(job).toMatchObject({
			status: 'failed',
			error: { code: 'ref_not_found', message: 'The repository has no branch, tag or commit "nowhere".' },
		});
		expect(job.steps.map(({ status }) => status)).toEqual([
			'succeeded',
			'failed',
			'canceled',
			'canceled',
			'canceled',
			'canceled',
		]);
		expect(job.outbox.at(-1)).toMatchObject({
			type: 'deployment.failed',
			data: { deployment: { git_sha: '', status: 'failed', error: { code: 'ref_not_found' } } },
		});
	});

	it('fails where there is no repository', async () => {
		const empty = path.join(stage.directory, 'repositories', 'empty');
		mkdirSync(empty);
		await stage.projects.update(
			stage.organization,
			{ _id: stage.project._id },
			{ $set: { repository_url: empty } },
		);
		expect(await deployed('main')).toMatchObject({ status: 'failed', error: { code: 'repository_unreachable' } });
	});

	it('fails where the repository is at an address that is not reached from here', async () => {
		const repository_url = 'https://127.0.0.1:1/addons.git';
		await stage.projects.update(stage.organization, { _id: stage.project._id }, { $set: { repository_url } });
		expect(await deployed('main')).toMatchObject({
			status: 'failed',
			error: { code: 'repository_unreachable', message: expect.stringContaining('OUTBOUND_ALLOWED_CIDRS') },
		});
	});

	it('fails where no manifest is one that Odoo could load, and says why', async () => {
		stage.repository.git('rm', '-r', '--quiet', 'crm_plus');
		stage.repository.commit({ 'bad/__manifest__.py': "{\n  'name': call(),\n}" });
		const runtime = createNotingRuntime();
		expect(await deployed('main', { runtime })).toMatchObject({
			status: 'failed',
			error: { code: 'manifest_invalid', message: expect.stringContaining('bad: Line 2 of its manifest: ') },
		});
		expect(runtime.applied).toEqual([]);
	});

	it('fails where the environment does not answer afterwards', async () => {
		const runtime = createNotingRuntime({ checkHealth: () => Promise.reject(new Error('it answers 502.')) });
		expect(await deployed('main', { runtime })).toMatchObject({
			status: 'failed',
			error: { code: 'unhealthy', message: 'The environment does not answer: it answers 502.' },
		});
	});

	it('keeps to itself what only we can mend', async () => {
		const runtime = createNotingRuntime({ apply: () => Promise.reject(new Error('secret detail')) });
		const { error } = await deployed('main', { runtime });
		expect(error).toEqual({ code: 'internal_error', message: 'Something failed on our side. Try again.' });
	});

	it('leaves an environment running that it has not touched', async () => {
		const replica = stage.startReplica();
		await replica.deployed('main');
		await replica.deployed('nowhere');
		expect(await stage.environmentNow()).toMatchObject({ status: 'running', git_sha: stage.firstCommit });
	});

	it('leaves an environment failed that it was the first in', async () => {
		await deployed('nowhere');
		expect((await stage.environmentNow()).status).toBe('failed');
	});

	it('leaves an environment failed that it may have broken', async () => {
		let calls = 0;
		const apply = () => (++calls === 1 ? Promise.resolve(NOTHING_TO_TELL) : Promise.reject(new Error('no')));
		const replica = stage.startReplica({ runtime: createNotingRuntime({ apply }) });
		await replica.deployed('main');
		const { status } = await replica.deployed('main');
		expect([status, (await stage.environmentNow()).status]).toEqual(['failed', 'failed']);
	});

	it('leaves an environment running whose runtime has the earlier release serve', async () => {
		let calls = 0;
		const apply = () =>
			++calls === 1
				? Promise.resolve(NOTHING_TO_TELL)
				: Promise.reject(new ReleaseError('update_failed', 'The module acme_sale cannot be updated.'));
		const replica = stage.startReplica({ runtime: createNotingRuntime({ apply }) });
		await replica.deployed('main');
		const { status, error } = await replica.deployed('main');
		expect([status, error, (await stage.environmentNow()).status]).toEqual([
			'failed',
			{ code: 'update_failed', message: 'The module acme_sale cannot be updated.' },
			'running',
		]);
	});

	it('is refused for an environment of somebody else', async () => {
		const { deployments } = stage.startReplica();
		const stranger = stage.ids.next('organization');
		await expect(
			deployments.deploy(stranger, stage.environment._id, { ref: 'main', actor: 'x' }),
		).rejects.toMatchObject({ status: 404 });
	});
});
