import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createNotingRuntime, type DeployStage } from '../support/deploy-stage';
import { stageForEachTest } from '../support/deploy-tests';
import { addOrganization, startTestPlatform, type TestPlatform } from '../support/platform';

describe('the variables of an environment at the API', () => {
	let platform: TestPlatform;
	let route: string;

	beforeAll(async () => {
		platform = await startTestPlatform();
		route = `/api/v1/environments/${platform.firstRun.environments.staging}/variables`;
	});

	afterAll(() => platform.remove());

	const put = (variables: unknown) => platform.api('PUT', route, { variables });
	const get = async () => (await platform.api('GET', route)).json;

	it('are none at first', async () => {
		const production = `/api/v1/environments/${platform.firstRun.environments.production}/variables`;
		expect((await platform.api('GET', production)).json).toEqual({ variables: [] });
	});

	it('are shown as they were set, secrets without their values', async () => {
		const shown = {
			variables: [
				{ name: 'WORKERS', value: '4', secret: false },
				{ name: 'SMTP_PASSWORD', value: null, secret: true },
			],
		};
		const reply = await put([
			{ name: 'WORKERS', value: '4' },
			{ name: 'SMTP_PASSWORD', value: 'correct horse', secret: true },
		]);
		expect([reply.status, reply.json]).toEqual([200, shown]);
		expect(await get()).toEqual(shown);
	});

	it('are replaced by what is set next', async () => {
		await put([{ name: 'ONE', value: '1' }]);
		await put([{ name: 'TWO', value: '' }]);
		expect(await get()).toEqual({ variables: [{ name: 'TWO', value: '', secret: false }] });
	});

	it.each([
		['a name in small letters', [{ name: 'one', value: '1' }], '/variables/0/name'],
		['a name that begins with a digit', [{ name: '1ONE', value: '1' }], '/variables/0/name'],
		['a name of 65 characters', [{ name: 'A'.repeat(65), value: '1' }], '/variables/0/name'],
		['a value of more than 8 kB', [{ name: 'ONE', value: 'é'.repeat(4_097) }], '/variables/0/value'],
		[
			'a name twice',
			[
				{ name: 'ONE', value: '1' },
				{ name: 'ONE', value: '2' },
			],
			'/variables',
		],
		['a secret to keep that is not there', [{ name: 'NEW', value: null, secret: true }], '/variables/0/value'],
		['no value', [{ name: 'NEW', value: null }], '/variables/0/value'],
		[
			'more than a hundred',
			Array.from({ length: 101 }, (_, index) => ({ name: `V${index}`, value: '' })),
			'/variables',
		],
	])('are refused %s', async (_case, variables, pointer) => {
		expect((await put(variables)).json).toMatchObject({ status: 422, errors: [{ pointer }] });
	});

	it('are nothing that others see', async () => {
		const key = (await addOrganization(platform)).api_key;
		expect((await platform.api('GET', route, undefined, { key })).status).toBe(404);
		expect((await platform.api('PUT', route, { variables: [] }, { key })).status).toBe(404);
	});
});

describe('the variables of an environment', () => {
	let stage: DeployStage;
	stageForEachTest((opened) => (stage = opened));

	it('come to the runtime with the next deploy, a secret that was kept included', async () => {
		const runtime = createNotingRuntime();
		const { variables, deployed } = stage.startReplica({ runtime });
		const id = stage.environment._id;
		await variables.replace(stage.organization, id, [{ name: 'PASSWORD', value: 'secret', secret: true }]);
		await variables.replace(stage.organization, id, [
			{ name: 'PASSWORD', value: null, secret: true },
			{ name: 'WORKERS', value: '4', secret: false },
		]);
		await deployed('main');
		expect(runtime.applied).toMatchObject([{ release: { variables: { PASSWORD: 'secret', WORKERS: '4' } } }]);
	});

	it('are kept encrypted where they are secret', async () => {
		const { variables } = stage.startReplica({ working: false });
		await variables.replace(stage.organization, stage.environment._id, [
			{ name: 'PASSWORD', value: 'correct horse', secret: true },
		]);
		expect(JSON.stringify(await stage.variables.everywhere.find({}))).not.toContain('correct horse');
	});

	it('go with the environment', async () => {
		const { variables, removals } = stage.startReplica();
		await variables.replace(stage.organization, stage.environment._id, [
			{ name: 'WORKERS', value: '4', secret: false },
		]);
		const signal = new AbortController().signal;
		await removals.remove(stage.organization, stage.environment._id, { actor: 'ada', effect_id: null, signal });
		expect(await stage.variables.everywhere.find({})).toEqual([]);
	});
});
