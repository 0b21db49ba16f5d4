import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { addOrganization, startTestPlatform, type TestPlatform } from '../support/platform';

let platform: TestPlatform;
let stranger: { key: string };

beforeAll(async () => {
	platform = await startTestPlatform();
	stranger = { key: (await addOrganization(platform)).api_key };
});

afterAll(() => platform.remove());

/** What belongs to the first organization, by the parameter that names it in a path. */
async function belongings(): Promise<Record<string, string>> {
	const { environments, project_id } = platform.firstRun;
	const deploy = await platform.api('POST', `/api/v1/environments/${environments.production}/deploy`, {
		ref: 'main',
		wait: true,
	});
	const webhook = await platform.api('POST', '/api/v1/webhooks', {
		url: 'https://hooks.example.com/',
		format: 'generic',
		events: ['deployment.succeeded'],
	});
	return {
		project_id,
		environment_id: environments.production,
		deployment_id: String(deploy.json.deployment_id),
		job_id: String(deploy.json.job_id),
		webhook_id: String(webhook.json.id),
	};
}

describe('what belongs to another organization', () => {
	it('is 404 at every route that names it, whatever the method, and stays as it was', async () => {
		const owned = await belongings();
		const routes = platform.routes.filter(({ path, access }) => access.scope === 'org' && path.includes('{'));
		expect(routes.length).toBeGreaterThan(5);
		for (const route of routes) {
			const path = route.path.replace(
				/\{(\w+)\}/g,
				(_, name: string) => owned[name] ?? `no ${name} in this test`,
			);
			const body = route.method === 'get' || route.method === 'delete' ? undefined : { ref: 'main', wait: false };
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
		const lists = platform.routes.filter(({ path, method }) => method === 'get' && !path.includes('{'));
		expect(lists.length).toBeGreaterThan(3);
		for (const { path } of lists) {
			expect((await platform.api('GET', path, undefined, stranger)).json).toEqual({
				data: [],
				next_cursor: null,
			});
		}
	});

	it('cannot be built upon', async () => {
		const body = { project_id: platform.firstRun.project_id, name: 'mine' };
		const reply = await platform.api('POST', '/api/v1/environments', body, stranger);
		expect(reply.json).toMatchObject({ status: 422, errors: [{ pointer: '/project_id' }] });
	});
});
