import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { startTrigger, type TestTrigger } from '../support/n8n-engine';
import { startTestPlatform, type TestPlatform, WIDE_LIMITS } from '../support/platform';
import { until } from '../support/until';

let platform: TestPlatform;
let trigger: TestTrigger;

beforeAll(async () => {
	platform = await startTestPlatform({}, { limits: WIDE_LIMITS });
});
afterAll(() => platform.remove());

/** Starts n8n with an active workflow; each time it has another address. */
const startN8n = async () => {
	const { api_key: apiKey } = platform.firstRun;
	return startTrigger(
		{ events: ['deployment.succeeded'], options: {} },
		{ credentials: { odooPlatformApi: { baseUrl: platform.url, apiKey } } },
	);
};
beforeEach(async () => {
	trigger = await startN8n();
	await trigger.hook('create');
});
afterEach(async () => {
	await trigger.hook('delete');
	await trigger.close();
});

const webhooks = async (): Promise<unknown> => (await platform.api('GET', '/api/v1/webhooks')).json.data;
const askWebhook = async (method: string, action = '') => {
	const { webhookId } = trigger.staticData;
	if (typeof webhookId !== 'string') throw new Error('The trigger is not registered');
	return (await platform.api(method, `/api/v1/webhooks/${webhookId}${action}`)).json;
};

/** Deploys; answers the deployment's id. */
const deploy = async () => {
	const path = `/api/v1/environments/${platform.firstRun.environments.production}/deploy`;
	return (await platform.api('POST', path, { ref: 'main', wait: true })).json.deployment_id;
};

describe('the trigger against the service', () => {
	it('is started by a real deploy', async () => {
		const id = await deploy();
		expect(await until(() => trigger.starts[0])).toMatchObject([
			{ json: { type: 'deployment.succeeded', data: { deployment: { id } } } },
		]);
	});

	it('leaves nothing behind after deactivation', async () => {
		await trigger.hook('delete');
		expect(await webhooks()).toEqual([]);
	});

	it('is started by what happened while n8n was down for so long that its webhook was paused', async () => {
		await trigger.close();
		const missed: unknown[] = [];
		for (let deployments = 0; deployments < 5; deployments += 1) missed.push(await deploy());
		await until(async () => (await askWebhook('GET')).status === 'paused');
		const { staticData: kept } = trigger;
		trigger = await startN8n();
		Object.assign(trigger.staticData, kept);
		expect(await trigger.hook('checkExists')).toBe(true);
		await until(() => trigger.starts.length === missed.length);
		expect(trigger.starts.flat()).toMatchObject(missed.map((id) => ({ json: { data: { deployment: { id } } } })));
	});

	it('leaves its webhook paused that was paused by request', async () => {
		await askWebhook('POST', '/pause');
		await trigger.hook('checkExists');
		expect(await askWebhook('GET')).toMatchObject({ status: 'paused' });
	});

	it('accepts what is signed with the secret before a rotation as well', async () => {
		await askWebhook('POST', '/rotate-secret');
		expect(await askWebhook('POST', '/test')).toMatchObject({ response_code: 200 });
	});
});
