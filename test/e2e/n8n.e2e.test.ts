import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { INodeParameters } from 'n8n-workflow';
import { z } from 'zod';
import { signatureHeaders } from '../../backend/src/net/webhook-signature';
import type { WorkflowJson } from '../../scripts/n8n-engine';
import { N8n, N8N_LIMIT_MS, n8nFromEnvironment } from '../support/n8n';
import { exampleWorkflow, sources } from '../support/n8n-engine';
import { whileN8nIsDown } from '../support/n8n-process';
import { startTestPlatform, type TestPlatform, WIDE_LIMITS } from '../support/platform';
import { until } from '../support/until';

const settings = n8nFromEnvironment();
/** n8n 2.8 puts its own words in place of those that the credential's rules have for a refused key. */
const REFUSED = /refused|Authorization failed/;
const PACKAGE = 'n8n-nodes-odoo-platform';

const webhooksSchema = z.array(z.object({ id: z.string(), url: z.string() }));

/** The newest event, which tells of a deployment. */
const eventsSchema = z.tuple([
	z.object({ id: z.string(), data: z.object({ deployment: z.object({ id: z.string() }) }) }),
]);

const deliveriesSchema = z.tuple([
	z.object({
		id: z.string(),
		event_id: z.string(),
		replay_of: z.string().nullable(),
		status: z.string(),
		attempts: z.array(z.object({ error: z.string().nullable() })),
	}),
]);

(settings === null ? describe.skip : describe)('in a whole n8n', () => {
	let n8n: N8n;
	let platform: TestPlatform;
	let secrets: Record<'odooPlatformApi' | 'odooGatewayApi', Record<string, string>>;
	let credentials: Record<string, { id: string; name: string }>;
	const workflows: string[] = [];

	beforeAll(async () => {
		if (settings === null) throw new Error('There is no n8n');
		n8n = await N8n.login(settings);
		platform = await startTestPlatform({}, { limits: WIDE_LIMITS });
		const { api_key: apiKey, webhook_key: webhookKey } = platform.firstRun;
		secrets = {
			odooPlatformApi: { baseUrl: platform.url, apiKey },
			odooGatewayApi: {
				baseUrl: platform.url,
				apiKey: webhookKey.token,
				hmacSecret: webhookKey.hmac_secret,
			},
		};
		credentials = {};
		for (const [type, data] of Object.entries(secrets)) {
			credentials[type] = await n8n.saveCredential(type, `Test ${type}`, data);
		}
	}, 60_000);

	afterAll(async () => {
		try {
			for (const id of workflows) await n8n.deleteWorkflow(id);
		} finally {
			await platform.remove();
		}
	});

	/** Imports a workflow and fills in what its user would: the credentials, and the given parameters. */
	const importWorkflow = async (workflow: WorkflowJson, parameters: Record<string, INodeParameters> = {}) => {
		const nodes = workflow.nodes.map((node) => {
			const wanted = sources.nodes.get(node.type)?.description.credentials ?? [];
			const chosen = wanted.flatMap(({ name: type }) => {
				const saved = credentials[type];
				return saved === undefined ? [] : [[type, saved] as const];
			});
			return {
				...node,
				parameters: { ...node.parameters, ...parameters[node.name] },
				credentials: Object.fromEntries(chosen),
			};
		});
		const id = await n8n.importWorkflow({ ...workflow, nodes });
		workflows.push(id);
		return id;
	};
	const importExample = (name: string, parameters: Record<string, INodeParameters> = {}) =>
		importWorkflow(exampleWorkflow(name), parameters);
	const deployAndReport = (ref: string) =>
		importExample('deploy-and-report', {
			'Deploy environment': {
				environment: { __rl: true, mode: 'id', value: platform.firstRun.environments.production },
				ref,
			},
		});

	it('the nodes are there, and the action nodes as tools as well', async () => {
		const types = (await n8n.nodeTypes()).filter((type) => type.startsWith(PACKAGE));
		expect(types.sort()).toEqual(
			['odooGateway', 'odooGatewayTool', 'odooPlatform', 'odooPlatformTool', 'odooPlatformTrigger'].map(
				(name) => `${PACKAGE}.${name}`,
			),
		);
	});

	it.each(['odooPlatformApi', 'odooGatewayApi'] as const)('the credential test of %s succeeds', async (type) => {
		const saved = credentials[type] ?? { id: '', name: '' };
		expect(await n8n.testCredential(type, saved, secrets[type])).toMatchObject({ status: 'OK' });
	});

	it.each([
		['odooPlatformApi', { apiKey: 'oec_live_wrong' }, REFUSED],
		['odooPlatformApi', { apiKey: 'sk_live_wrong' }, /must begin with oec_live_/],
		['odooGatewayApi', { apiKey: 'sk_live_wrong' }, REFUSED],
		['odooGatewayApi', { apiKey: 'oec_live_wrong' }, /must begin with sk_live_/],
		['odooGatewayApi', { hmacSecret: 'wrong' }, REFUSED],
	] as const)('the credential test of %s with %j fails and says why', async (type, wrong, message) => {
		const data = { ...secrets[type], ...wrong };
		const saved = await n8n.saveCredential(type, 'A wrong one', data);
		expect(await n8n.testCredential(type, saved, data)).toMatchObject({
			status: 'Error',
			message: expect.stringMatching(message),
		});
	});

	it('the editor lists environments with their projects', async () => {
		const found = await n8n.searchList(`${PACKAGE}.odooPlatform`, 'searchEnvironments', credentials);
		expect(found.map(({ value }) => value).sort()).toEqual(Object.values(platform.firstRun.environments).sort());
	});

	it('a workflow deploys an environment and reads from its Odoo', async () => {
		const { status, items, errors } = await n8n.execute(await deployAndReport('main'), 'Start');
		expect(errors).toEqual({});
		expect(status).toBe('success');
		expect(items['Deploy environment']).toMatchObject([{ status: 'succeeded' }]);
		expect(items['Read confirmed sales']).toEqual(
			expect.arrayContaining([
				expect.objectContaining({ name: expect.any(String), amount_total: expect.any(Number) }),
			]),
		);
	}, 60_000);

	it('a deploy that fails stops the workflow with the reason', async () => {
		const { status, errors } = await n8n.execute(await deployAndReport('no-such-branch'), 'Start');
		expect(status).toBe('error');
		expect(errors['Deploy environment']).toContain('no-such-branch');
	}, 60_000);

	it('a workflow clones an environment, backs it up and takes the backup away as a file', async () => {
		const { production, staging } = platform.firstRun.environments;
		for (const environment of [production, staging]) {
			await platform.api('POST', `/api/v1/environments/${environment}/deploy`, { ref: 'main', wait: true });
		}
		const byId = (value: string) => ({ __rl: true, mode: 'id', value });
		const parameters: Record<string, INodeParameters> = {
			Clone: {
				resource: 'environment',
				operation: 'clone',
				environment: byId(staging),
				sourceEnvironment: byId(production),
			},
			'Back up': { resource: 'backup', operation: 'create', environment: byId(staging) },
			Download: { resource: 'backup', operation: 'download', backup: byId('={{ $json.backup_id }}') },
		};
		const names = ['Start', ...Object.keys(parameters)];
		const workflow = {
			name: 'Clone, back up, download',
			nodes: names.map((name, index) => ({
				id: `node-${index}`,
				name,
				type: index === 0 ? 'n8n-nodes-base.manualTrigger' : `${PACKAGE}.odooPlatform`,
				typeVersion: 1,
				position: [index * 200, 0] satisfies [number, number],
				parameters: {},
			})),
			connections: Object.fromEntries(
				names
					.slice(1)
					.map((name, index) => [
						names[index] ?? '',
						{ main: [[{ node: name, type: 'main' as const, index: 0 }]] },
					]),
			),
			settings: {},
		};
		const { status, items, errors } = await n8n.execute(await importWorkflow(workflow, parameters), 'Start');
		expect(errors).toEqual({});
		expect(status).toBe('success');
		expect(items.Clone).toMatchObject([{ status: 'succeeded' }]);
		expect(items.Download).toMatchObject([{ file_name: expect.stringMatching(/^bak_\w+\.tar$/) }]);
	}, 60_000);

	describe('with the trigger active', () => {
		let workflow: string;
		let webhook: { id: string; url: string };
		beforeAll(async () => {
			workflow = await importExample('on-deployment-succeeded');
			await n8n.activate(workflow);
			webhook = await until(async () => (await webhooks())[0], N8N_LIMIT_MS);
		}, 60_000);

		const webhooks = async () => webhooksSchema.parse((await platform.api('GET', '/api/v1/webhooks')).json.data);

		/** Deploys; answers the id of the event that told of it. */
		const deploy = async () => {
			const { production } = platform.firstRun.environments;
			const path = `/api/v1/environments/${production}/deploy`;
			const { json: deployed } = await platform.api('POST', path, { ref: 'main', wait: true });
			// The event leaves its outbox a moment after the deploy has its answer.
			return until(async () => {
				const { json } = await platform.api('GET', '/api/v1/events?type=deployment.succeeded&limit=1');
				const [event] = eventsSchema.parse(json.data);
				return event.data.deployment.id === deployed.deployment_id && event.id;
			});
		};
		/** The newest delivery to the workflow. */
		const lastDelivery = async () => {
			const { json } = await platform.api('GET', `/api/v1/webhooks/${webhook.id}/deliveries?limit=1`);
			return deliveriesSchema.parse(json.data)[0];
		};
		/** Resolves when the workflow has run that many times for an event. */
		const hasRun = (times: number, event: string, limitMs = N8N_LIMIT_MS) =>
			until(async () => {
				const executions = await n8n.executions(workflow);
				const events = executions.map(({ items }) => items['Deployment succeeded']?.[0]?.id);
				return events.filter((id) => id === event).length === times;
			}, limitMs);

		it('a real deploy starts the workflow, which reads from Odoo', async () => {
			const { staging } = platform.firstRun.environments;
			await platform.api('POST', `/api/v1/environments/${staging}/deploy`, { ref: 'main', wait: true });
			const [execution] = await until(async () => {
				const executions = await n8n.executions(workflow);
				return executions.length > 0 ? executions : null;
			}, N8N_LIMIT_MS);
			expect(execution?.items['Deployment succeeded']).toMatchObject([
				{ type: 'deployment.succeeded', data: { deployment: { environment_id: staging } } },
			]);
			expect(execution?.items['Read companies']).toEqual(
				expect.arrayContaining([expect.objectContaining({ name: expect.any(String) })]),
			);
		}, 60_000);

		it('what happened while n8n was down starts the workflow once n8n is back', async () => {
			if (settings === null) throw new Error('There is no n8n');
			const missed = await whileN8nIsDown(settings, async () => {
				const event = await deploy();
				return until(async () => {
					const delivery = await lastDelivery();
					return delivery.event_id === event && delivery.attempts.length > 0 && delivery;
				});
			});
			await hasRun(1, missed.event_id, 180_000);
			expect([missed, await lastDelivery()]).toMatchObject([
				{
					id: expect.any(String),
					status: 'pending',
					attempts: expect.arrayContaining([
						expect.objectContaining({ error: expect.stringContaining('it refused the connection') }),
					]),
				},
				{ id: missed.id, status: 'succeeded' },
			]);
		}, 300_000);

		it('what happened while n8n was down for so long that the webhook was paused starts it too', async () => {
			if (settings === null) throw new Error('There is no n8n');
			const missed = await whileN8nIsDown(settings, async () => {
				const events: string[] = [];
				while (events.length < 5) events.push(await deploy());
				await until(async () => {
					const { json } = await platform.api('GET', `/api/v1/webhooks/${webhook.id}`);
					return json.status === 'paused';
				});
				return events;
			});
			// Such an n8n leaves it paused, until somebody resumes it.
			if (!(await n8n.checksWebhooksAtStart()))
				await platform.api('POST', `/api/v1/webhooks/${webhook.id}/resume`);
			for (const event of missed) await hasRun(1, event, 60_000);
			expect((await platform.api('GET', `/api/v1/webhooks/${webhook.id}`)).json).toMatchObject({
				status: 'active',
				consecutive_failures: 0,
			});
		}, 300_000);

		it('what happened while the webhook was paused starts the workflow once it is resumed', async () => {
			await platform.api('POST', `/api/v1/webhooks/${webhook.id}/pause`);
			const event = await deploy();
			const held = await until(async () => {
				const delivery = await lastDelivery();
				return delivery.event_id === event && delivery;
			});
			await platform.api('POST', `/api/v1/webhooks/${webhook.id}/resume`);
			await hasRun(1, event);
			expect(held).toMatchObject({ status: 'held', attempts: [] });
		}, 60_000);

		it('a delivery that is replayed starts the workflow again', async () => {
			const event = await deploy();
			await hasRun(1, event);
			const { id } = await lastDelivery();
			await platform.api('POST', `/api/v1/webhooks/${webhook.id}/deliveries/${id}/replay`);
			await hasRun(2, event);
			expect(await lastDelivery()).toMatchObject({ event_id: event, replay_of: id });
		}, 60_000);

		it('a forged signature is refused and starts nothing', async () => {
			const before = await n8n.executions(workflow);
			const body = JSON.stringify({ id: 'evt_1', type: 'deployment.succeeded', data: {} });
			const timestamp = Math.floor(Date.now() / 1000);
			const headers = signatureHeaders({ secret: 'whsec_forged', messageId: 'evt_1', timestamp, body });
			const response = await fetch(webhook.url, {
				method: 'POST',
				body,
				headers: { 'content-type': 'application/json', ...headers },
			});
			expect([response.status, await response.text()]).toEqual([401, 'Unauthorized']);
			expect(await n8n.executions(workflow)).toHaveLength(before.length);
		});

		it('deactivating it removes the webhook from the platform', async () => {
			await n8n.deactivate(workflow);
			await until(async () => (await webhooks()).length === 0, N8N_LIMIT_MS);
		}, 60_000);
	});
});
