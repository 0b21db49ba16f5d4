import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { startFakeDocker } from '../support/fake-docker';
import { addOrganization, startTestPlatform, type TestPlatform } from '../support/platform';
import { postSigned } from '../support/signed-request';

let platform: TestPlatform;
let docker: Awaited<ReturnType<typeof startFakeDocker>>;
let stranger: { key: string };

beforeAll(async () => {
	docker = await startFakeDocker();
	platform = await startTestPlatform({ DOCKER_HOST: docker.endpoint });
	stranger = { key: (await addOrganization(platform)).api_key };
});

afterAll(async () => {
	await platform.remove();
	await docker.close();
});

/** The ids on a list's first page. */
async function idsOf(path: string, options?: { key: string }): Promise<string[]> {
	const { json } = await platform.api('GET', path, undefined, options);
	const { data } = z.object({ data: z.array(z.looseObject({})) }).parse(json);
	return data.map(({ id, user_id }) => String(id ?? user_id));
}

/** What belongs to the first organization, by the parameter that names it in a path. */
async function belongings(): Promise<Record<string, string>> {
	const { environments, project_id } = platform.firstRun;
	const deploy = await platform.api('POST', `/api/v1/environments/${environments.production}/deploy`, {
		ref: 'main',
		wait: true,
	});
	await platform.api('POST', `/api/v1/environments/${environments.production}/backups`, { wait: true });
	const webhook = await platform.api('POST', '/api/v1/webhooks', {
		url: 'http://127.0.0.1:9/',
		format: 'generic',
		events: ['deployment.succeeded'],
	});
	const delivery = await platform.api('POST', `/api/v1/webhooks/${String(webhook.json.id)}/test`);
	return {
		project_id,
		environment_id: environments.production,
		deployment_id: String(deploy.json.deployment_id),
		job_id: String(deploy.json.job_id),
		webhook_id: String(webhook.json.id),
		delivery_id: String(delivery.json.id),
		event_id: (await idsOf('/api/v1/events'))[0] ?? '',
		key_id: (await idsOf('/api/v1/api-keys'))[0] ?? '',
		server_id: (await idsOf('/api/v1/servers'))[0] ?? '',
		connection_id: (await idsOf('/api/v1/odoo-connections'))[0] ?? '',
		backup_id: (await idsOf('/api/v1/backups'))[0] ?? '',
		log_id: await logOf(platform.firstRun.webhook_key),
		organization_id: platform.firstRun.organization_id,
	};
}

/** The log of a call of one of the five routes. */
async function logOf(key: TestPlatform['firstRun']['webhook_key']): Promise<string> {
	await postSigned(platform.url, '/api/search_data', key, '{}');
	return (await idsOf('/api/v1/odoo-logs'))[0] ?? '';
}

/** A good body for the routes that would refuse an empty one, by their names. */
const BODIES: Readonly<Record<string, object>> = {
	deployEnvironment: { ref: 'main', wait: false },
	cloneEnvironment: { source_env: 'env_01HXMZ0K3RJ8QM2P5T7V9X1Z3B' },
	restoreEnvironment: { backup_id: 'bak_01HXMZ4T8QK2R5T7V9X1Z3B5C7', confirm: 'production' },
	setEnvironmentVariables: { variables: [] },
	addEnvironmentDomain: { domain: 'shop.example.com' },
	updateWebhook: { events: ['*'] },
	replayWebhook: { since: '2026-05-07T00:00:00Z' },
};

describe('what belongs to another organization', () => {
	it('is 404 at every route that names it, whatever the method, and stays as it was', async () => {
		const owned = await belongings();
		const routes = platform.routes.filter(({ path, access }) => access.by === 'key' && path.includes('{'));
		expect(routes.length).toBeGreaterThan(5);
		for (const route of routes) {
			const path = route.path.replace(
				/\{(\w+)\}/g,
				(_, name: string) => owned[name] ?? `no ${name} in this test`,
			);
			const takesBody = route.method !== 'get' && route.method !== 'delete';
			const body = takesBody ? (BODIES[route.operationId] ?? {}) : undefined;
			const reply = await platform.api(route.method.toUpperCase(), path, body, stranger);
			expect([route.method, route.path, reply.status, reply.json.code]).toEqual([
				route.method,
				route.path,
				404,
				'not_found',
			]);
		}
		expect((await platform.api('GET', `/api/v1/webhooks/${owned.webhook_id}`)).status).toBe(200);
	});

	it('is in none of the lists', async () => {
		const lists = platform.routes.filter(
			({ path, method }) => method === 'get' && !path.includes('{') && !/\/(me|odoo-settings)$/.test(path),
		);
		expect(lists.length).toBeGreaterThan(3);
		for (const { path } of lists) {
			const ours = await idsOf(path);
			expect([path, (await idsOf(path, stranger)).filter((id) => ours.includes(id))]).toEqual([path, []]);
		}
	});

	it('cannot be built upon', async () => {
		const body = { project_id: platform.firstRun.project_id, name: 'mine' };
		const reply = await platform.api('POST', '/api/v1/environments', body, stranger);
		expect(reply.json).toMatchObject({ status: 422, errors: [{ pointer: '/project_id' }] });
	});
});
