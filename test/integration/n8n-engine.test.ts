import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { runWorkflow } from '../../scripts/n8n-engine';
import { exampleWorkflow, runNode, sources, startTrigger } from '../support/n8n-engine';
import { startTestPlatform, type TestPlatform } from '../support/platform';
import { until } from '../support/until';

let platform: TestPlatform;
let credentials: Record<'odooPlatformApi' | 'odooGatewayApi', Record<string, string>>;

beforeAll(async () => {
	platform = await startTestPlatform();
	const { api_key: apiKey, webhook_key: webhookKey } = platform.firstRun;
	credentials = {
		odooPlatformApi: { baseUrl: platform.url, apiKey },
		odooGatewayApi: { baseUrl: platform.url, apiKey: webhookKey.token, hmacSecret: webhookKey.hmac_secret },
	};
});
afterAll(() => platform.remove());

const environment = () => ({ __rl: true, mode: 'id', value: platform.firstRun.environments.production });

describe("the examples in n8n's engine against the service", () => {
	it('deploy-and-report deploys, then reads the confirmed sales', async () => {
		const { error, items } = await runWorkflow(exampleWorkflow('deploy-and-report'), sources, {
			credentials,
			parameters: { 'Deploy environment': { environment: environment() } },
		});
		expect(error).toBeUndefined();
		expect(items['Deploy environment']).toMatchObject([{ json: { status: 'succeeded' } }]);
		expect(items['Read confirmed sales']?.map(({ json }) => Object.keys(json))).toContainEqual(
			expect.arrayContaining(['name', 'partner_id', 'date_order', 'amount_total']),
		);
	});

	it('on-deployment-succeeded reads the companies when it is started', async () => {
		const { error, items } = await runWorkflow(exampleWorkflow('on-deployment-succeeded'), sources, {
			credentials,
		});
		expect(error).toBeUndefined();
		expect(items['Read companies']?.length).toBeGreaterThan(0);
	});
});

describe("the nodes in n8n's engine against the service", () => {
	const run = (resource: string, more = {}) =>
		runNode('odooPlatform', { resource, operation: 'getAll', ...more }, { credentials });

	it('list projects, environments and deployments', async () => {
		const projects = await run('project');
		const environments = await run('environment', {
			filters: { project: { __rl: true, mode: 'id', value: platform.firstRun.project_id } },
		});
		const deployments = await run('deployment', { filters: { environment: environment(), status: ['succeeded'] } });
		expect(projects.json.map(({ id }) => id)).toEqual([platform.firstRun.project_id]);
		expect(environments.json.map(({ id }) => id).sort()).toEqual(
			Object.values(platform.firstRun.environments).sort(),
		);
		expect(deployments.error).toBeUndefined();
	});

	it('show the deployment that failed, and why', async () => {
		const deploy = await run('environment', {
			operation: 'deploy',
			environment: environment(),
			ref: 'no-such-branch',
		});
		const id = /dep_\w+/.exec(deploy.error?.description ?? '')?.[0] ?? '';
		const { json } = await run('deployment', {
			operation: 'get',
			deployment: { __rl: true, mode: 'id', value: id },
		});
		expect(json).toMatchObject([
			{ id, status: 'failed', error: { message: expect.stringContaining('no-such-branch') } },
		]);
	});

	it('report what Odoo refuses', async () => {
		const { error } = await runNode(
			'odooGateway',
			{ resource: 'method', operation: 'execute', model: 'no.such.model', method: 'search_read' },
			{ credentials },
		);
		expect(error?.description).toContain('no.such.model');
	});

	it('test the connection', async () => {
		const { error, json } = await runNode(
			'odooGateway',
			{ resource: 'connection', operation: 'test' },
			{ credentials },
		);
		expect(error).toBeUndefined();
		expect(json).toHaveLength(1);
	});
});

describe('the trigger against the service', () => {
	it('registers, is started by a real deploy, and is gone after deactivation', async () => {
		const trigger = await startTrigger({ events: ['deployment.succeeded'], options: {} }, { credentials });
		await trigger.hook('create');
		expect(await trigger.hook('checkExists')).toBe(true);
		await platform.api('POST', `/api/v1/environments/${environment().value}/deploy`, { ref: 'main', wait: true });
		const started = await until(() => trigger.starts[0]);
		await trigger.hook('delete');
		const { json } = await platform.api('GET', '/api/v1/webhooks');
		await trigger.close();
		expect(started).toMatchObject([{ json: { type: 'deployment.succeeded' } }]);
		expect(json.data).toEqual([]);
	});
});
