import { beforeEach, describe, expect, it } from '@jest/globals';
import mongoose from 'mongoose';
import type { z } from 'zod';
import { createSecrets } from '../../backend/src/core/secrets';
import { deploymentRoutes } from '../../backend/src/features/deployments/routes';
import { deployReply, deploymentSchema } from '../../backend/src/features/deployments/schemas';
import { jobRoutes } from '../../backend/src/features/jobs/routes';
import { jobSchema } from '../../backend/src/features/jobs/schemas';
import { blankNotes } from '../../backend/src/http/notes';
import { createPager, pageOf } from '../../backend/src/http/page';
import type { Route } from '../../backend/src/http/route';
import type { DeployStage } from '../support/deploy-stage';
import { stageForEachTest } from '../support/deploy-tests';
import { keyCaller } from '../support/key-caller';
import { runAlways } from '../support/pipeline';

let stage: DeployStage;
let routes: Route[];

stageForEachTest((opened) => (stage = opened));

beforeEach(() => {
	const { deployments, jobs } = stage.startReplica();
	const pager = createPager(createSecrets(Buffer.alloc(32, 7)));
	const { clock } = stage;
	routes = [...deploymentRoutes({ deployments, jobs, pager, clock }), ...jobRoutes({ jobs, pager, clock })];
});

/** Lets a job have ended at another time than it did. */
async function endAt(id: string, finished_at: Date) {
	const connection = await mongoose.createConnection(stage.uri, { dbName: stage.dbName }).asPromise();
	await connection.collection<{ _id: string }>('jobs').updateOne({ _id: id }, { $set: { finished_at } });
	await connection.close();
}

interface Input {
	params?: Record<string, string>;
	query?: Record<string, string>;
	body?: unknown;
	headers?: Record<string, string>;
	organization?: DeployStage['organization'];
}

/** Asks a route as the pipeline would. */
function ask(
	route: string,
	{ params = {}, query = {}, body, headers = {}, organization = stage.organization }: Input = {},
) {
	const [method, path] = route.split(' ');
	const found = routes.find((candidate) => candidate.method === method && candidate.path === path);
	if (!found) throw new Error(`no route ${route}`);
	return found.run({
		params,
		query,
		rawBody: Buffer.from(body === undefined ? '' : JSON.stringify(body)),
		caller: keyCaller({ organization_id: organization, actor: 'github-actions' }),
		headers,
		requestId: 'req_1',
		signal: new AbortController().signal,
		notes: blankNotes(),
		once: runAlways,
	});
}

const DEPLOY = 'post /api/v1/environments/{environment_id}/deploy';

async function deploy(body: unknown, environment_id = stage.environment._id) {
	const { status, body: reply } = await ask(DEPLOY, { params: { environment_id }, body });
	return { http: status, ...deployReply.parse(reply) };
}

async function list<T extends z.ZodType>(route: string, item: T, input: Input = {}) {
	return pageOf(item).parse((await ask(route, input)).body);
}

describe('POST /environments/{environment_id}/deploy', () => {
	it('answers 202 at once', async () => {
		expect(await deploy({ ref: 'main' })).toMatchObject({
			http: 202,
			status: 'queued',
			environment_id: stage.environment._id,
			job_id: expect.stringMatching(/^job_/),
			deployment_id: expect.stringMatching(/^dep_/),
			deployment: { git_ref: 'main', git_sha: '', git_branch: null, actor: 'github-actions', finished_at: null },
		});
	});

	it('answers 200 with the outcome when told to wait', async () => {
		expect(await deploy({ ref: 'main', wait: true })).toMatchObject({
			http: 200,
			status: 'succeeded',
			deployment: {
				status: 'succeeded',
				git_sha: stage.firstCommit,
				git_branch: 'main',
				addons: [{ name: 'crm_plus', version: '19.0.1.0.0' }],
				addons_skipped: [],
				duration_seconds: 0,
				error: null,
			},
		});
	});

	it('answers 200 with the outcome though it failed', async () => {
		expect(await deploy({ ref: 'nowhere', wait: true })).toMatchObject({ http: 200, status: 'failed' });
	});

	const params = () => ({ environment_id: stage.environment._id });

	it.each<[how: string, body: object, headers: Record<string, string>]>([
		['"wait": "strict"', { wait: 'strict' }, {}],
		['Prefer beside "wait": true', { wait: true }, { prefer: 'handling=strict' }],
		['Prefer alone', {}, { prefer: 'wait=60, handling=strict' }],
	])('answers 409 where the deployment failed and success was asked for by %s', async (_how, body, headers) => {
		const strictly = (ref: string) => ask(DEPLOY, { params: params(), body: { ref, ...body }, headers });
		await expect(strictly('nowhere')).rejects.toMatchObject({
			status: 409,
			code: 'deployment_failed',
			message: expect.stringMatching(/^The deployment failed: .*nowhere/),
			more: {
				headers: 'prefer' in headers ? { 'Preference-Applied': headers.prefer } : {},
				members: {
					deployment_status: 'failed',
					deployment_id: expect.stringMatching(/^dep_/),
					job_id: expect.stringMatching(/^job_/),
				},
			},
		});
		expect((await strictly('main')).status).toBe(200);
	});

	it('waits as long as Prefer says, ten minutes at most, and tells what it honored', async () => {
		const asked = async (prefer: string, body: object = {}) => {
			const { status, headers } = await ask(DEPLOY, {
				params: params(),
				body: { ref: 'main', ...body },
				headers: { prefer },
			});
			return [status, headers['Preference-Applied']];
		};
		expect(await asked('wait=60, handling=lenient')).toEqual([200, 'wait=60, handling=lenient']);
		expect(await asked('wait=99999')).toEqual([200, 'wait=600']);
		expect(await asked('handling=strict', { wait: true })).toEqual([200, 'handling=strict']);
		expect(await asked('handling=strict')).toEqual([202, undefined]);
	});

	it.each([
		[{}],
		[{ ref: '' }],
		[{ ref: 'x'.repeat(256) }],
		[{ ref: 1 }],
		[{ ref: 'main', force: true }],
		[{ ref: 'main', wait: 'maybe' }],
	])('refuses %j', async (body) => {
		await expect(deploy(body)).rejects.toMatchObject({ status: 422, code: 'validation_failed' });
	});

	it('does not know an environment of somebody else', async () => {
		const organization = stage.ids.next('organization');
		const params = { environment_id: stage.environment._id };
		await expect(ask(DEPLOY, { params, body: { ref: 'main' }, organization })).rejects.toMatchObject({
			status: 404,
		});
	});
});

describe('GET /deployments', () => {
	it('lists the newest first, page by page', async () => {
		const first = await deploy({ ref: 'main', wait: true });
		await stage.clock.advance(1);
		const second = await deploy({ ref: 'nowhere', wait: true });
		const page = await list('get /api/v1/deployments', deploymentSchema, { query: { limit: '1' } });
		expect(page.data.map(({ id }) => id)).toEqual([second.deployment_id]);
		const next = { limit: '1', cursor: page.next_cursor ?? '' };
		expect(await list('get /api/v1/deployments', deploymentSchema, { query: next })).toMatchObject({
			data: [{ id: first.deployment_id }],
			next_cursor: null,
		});
	});

	it('filters by status, environment and time', async () => {
		const good = await deploy({ ref: 'main', wait: true });
		await stage.clock.advance(1_000);
		const since = stage.clock.now().toISOString();
		const staging = await stage.addEnvironment('staging');
		const bad = await deploy({ ref: 'nowhere', wait: true }, staging._id);
		const found = async (query: Record<string, string>) =>
			(await list('get /api/v1/deployments', deploymentSchema, { query })).data.map(({ id }) => id);
		expect(await found({ status: 'succeeded' })).toEqual([good.deployment_id]);
		expect(await found({ status: 'succeeded,failed' })).toEqual([bad.deployment_id, good.deployment_id]);
		expect(await found({ environment_id: staging._id })).toEqual([bad.deployment_id]);
		expect(await found({ since })).toEqual([bad.deployment_id]);
		expect(await found({ status: 'succeeded', since })).toEqual([]);
	});

	it('lists since a time what was under way then, after what began later, page by page', async () => {
		await deploy({ ref: 'main', wait: true });
		await stage.clock.advance(1_000);
		const underWay = await deploy({ ref: 'main', wait: true });
		await stage.clock.advance(10 * 60_000);
		const since = stage.clock.now();
		const later = await deploy({ ref: 'main', wait: true });
		await endAt(underWay.job_id, new Date(since.getTime() + 1));
		const query = { since: since.toISOString(), status: 'succeeded', limit: '1' };
		const first = await list('get /api/v1/deployments', deploymentSchema, { query });
		const next = { ...query, cursor: first.next_cursor ?? '' };
		const second = await list('get /api/v1/deployments', deploymentSchema, { query: next });
		expect([...first.data, ...second.data].map(({ id }) => id)).toEqual([
			later.deployment_id,
			underWay.deployment_id,
		]);
		expect(second.next_cursor).toBeNull();
	});

	it.each([[{ status: 'done' }], [{ status: '' }], [{ since: 'yesterday' }], [{ limit: '0' }], [{ page: '2' }]])(
		'refuses %j',
		async (query) => {
			await expect(ask('get /api/v1/deployments', { query })).rejects.toMatchObject({ status: 422 });
		},
	);

	it('shows nothing of somebody else’s', async () => {
		const { deployment_id, job_id } = await deploy({ ref: 'main', wait: true });
		const organization = stage.ids.next('organization');
		expect((await list('get /api/v1/deployments', deploymentSchema, { organization })).data).toEqual([]);
		await expect(
			ask('get /api/v1/deployments/{deployment_id}', { params: { deployment_id }, organization }),
		).rejects.toMatchObject({ status: 404 });
		await expect(ask('get /api/v1/jobs/{job_id}', { params: { job_id }, organization })).rejects.toMatchObject({
			status: 404,
		});
	});
});

describe('other lists and single ones', () => {
	it('lists an environment’s deployments', async () => {
		const { deployment_id } = await deploy({ ref: 'main', wait: true });
		const params = { environment_id: stage.environment._id };
		const page = await list('get /api/v1/environments/{environment_id}/deployments', deploymentSchema, { params });
		expect(page.data.map(({ id }) => id)).toEqual([deployment_id]);
	});

	it('gets a deployment', async () => {
		const { deployment_id, deployment } = await deploy({ ref: 'main', wait: true });
		const { body } = await ask('get /api/v1/deployments/{deployment_id}', { params: { deployment_id } });
		expect(body).toEqual(deployment);
	});

	it('gets a job with its steps', async () => {
		const { job_id, deployment_id } = await deploy({ ref: 'main', wait: true });
		const { body } = await ask('get /api/v1/jobs/{job_id}', { params: { job_id } });
		const job = jobSchema.parse(body);
		expect(job).toMatchObject({ id: job_id, kind: 'deploy', deployment_id, progress_percent: 100 });
		expect(job.steps).toHaveLength(6);
	});

	it('lists jobs by status', async () => {
		const { job_id } = await deploy({ ref: 'nowhere', wait: true });
		const page = await list('get /api/v1/jobs', jobSchema, { query: { status: 'failed' } });
		expect(page.data).toMatchObject([{ id: job_id, error: { code: 'ref_not_found' } }]);
	});
});
