import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import type { OrganizationId } from '../../backend/src/core/ids';
import { createLogger } from '../../backend/src/core/log';
import { PERMISSIONS } from '../../backend/src/core/permissions';
import { createSecrets } from '../../backend/src/core/secrets';
import { webhookRoutes } from '../../backend/src/features/webhooks/routes';
import { createWebhooksService, type WebhooksService } from '../../backend/src/features/webhooks/service';
import { createApp } from '../../backend/src/http/app';
import { createPager } from '../../backend/src/http/page';
import { createPipelineParts } from '../support/pipeline';
import { openTestDatabase, type TestDatabase } from '../support/database';
import { createFakeClock, type FakeClock } from '../support/fake-clock';
import { portOf } from '../support/receiver';
import { openWebhookStage, type WebhookStage } from '../support/webhook-stage';

let database: TestDatabase;
let stage: WebhookStage<FakeClock>;
let webhooks: WebhooksService;
let server: Server;
let base: string;

beforeAll(async () => {
	database = await openTestDatabase();
	stage = await openWebhookStage(database, createFakeClock());
	const { ids } = stage;
	const secrets = createSecrets(Buffer.alloc(32, 7));
	webhooks = createWebhooksService({ ...stage, secrets, notify: () => undefined });
	const organizations = new Map<string, OrganizationId>([
		['ours', stage.organization],
		['theirs', ids.next('organization')],
	]);
	server = createServer(
		createApp({
			...createPipelineParts(stage.clock),
			routes: webhookRoutes({ webhooks, pager: createPager(secrets) }),
			mounts: {},
			authenticate: (token) => {
				const organization_id = organizations.get(token);
				if (organization_id === undefined) return Promise.resolve(null);
				return Promise.resolve({
					key_id: ids.next('key'),
					scope: 'org',
					organization_id,
					tenant: organization_id,
					plan: 'free',
					permissions: new Set(PERMISSIONS),
					actor: token,
					connection_id: null,
					hmac_secret: null,
				});
			},
			ready: () => Promise.resolve(),
			log: createLogger('silent'),
		}),
	);
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	base = `http://127.0.0.1:${portOf(server.address())}/api/v1/webhooks`;
});

afterAll(async () => {
	server.close();
	server.closeAllConnections();
	await stage.close();
	await database.drop();
});

async function ask(method: string, path = '', { body, key = 'ours' }: { body?: unknown; key?: string } = {}) {
	const response = await fetch(base + path, {
		method,
		headers: { Authorization: `Bearer ${key}` },
		...(body === undefined ? {} : { body: JSON.stringify(body) }),
	});
	const text = await response.text();
	return { status: response.status, json: z.record(z.string(), z.unknown()).parse(JSON.parse(text || '{}')) };
}

const request = { url: 'https://hooks.example.com/odoo?team=1', events: ['deployment.*', 'webhook.paused'] };

async function create(body: object = request) {
	const { json } = await ask('POST', '', { body });
	return z.looseObject({ id: z.string(), secret: z.string() }).parse(json);
}

describe('POST /webhooks', () => {
	it('answers the webhook with a secret that was made', async () => {
		expect(await ask('POST', '', { body: request })).toEqual({
			status: 201,
			json: {
				id: expect.stringMatching(/^whk_/),
				org_id: stage.organization,
				url: request.url,
				format: 'generic',
				events: request.events,
				status: 'active',
				paused_reason: null,
				consecutive_failures: 0,
				secret: expect.stringMatching(/^whsec_/),
				created_at: stage.clock.now().toISOString(),
			},
		});
	});

	it('takes the secret that was chosen', async () => {
		const secret = 'whsec_choose_a_long_random_string';
		expect(await create({ ...request, secret })).toMatchObject({ secret });
	});

	it('keeps the secret encrypted', async () => {
		const { secret } = await create();
		expect(JSON.stringify(await stage.webhooks.everywhere.find({}))).not.toContain(secret);
	});

	it.each([
		['url', 'ftp://hooks.example.com'],
		['url', 'https://user:password@hooks.example.com'],
		['url', 'hooks.example.com'],
		['url', 'https://hooks.example.com/with space'],
		['url', `https://hooks.example.com/${'x'.repeat(2_000)}`],
		['format', 'slack'],
		['format', 'xml'],
		['events', []],
		['events', ['deployment.exploded']],
		['secret', 'short'],
		['secret', 'line\nbreak in it'],
		['status', 'paused'],
	])('refuses %s %j and says which field it was', async (field, value) => {
		const reply = await ask('POST', '', { body: { ...request, [field]: value } });
		expect(reply).toMatchObject({
			status: 422,
			json: {
				code: 'validation_failed',
				errors: [{ pointer: expect.stringMatching(new RegExp(`^/${field}(/0)?$`)) }],
			},
		});
	});
});

describe('GET /webhooks', () => {
	it('answers one without its secret', async () => {
		const { secret: _, ...webhook } = await create();
		expect(await ask('GET', `/${webhook.id}`)).toEqual({ status: 200, json: webhook });
	});

	it('lists the newest first, page by page', async () => {
		const { secret: _, ...older } = await create();
		const { secret: __, ...newer } = await create();
		const first = await ask('GET', '?limit=1');
		const second = await ask('GET', `?limit=1&cursor=${String(first.json.next_cursor)}`);
		expect([first.json.data, second.json.data]).toEqual([[newer], [older]]);
	});

	it('lists nothing of another organization', async () => {
		await create();
		expect(await ask('GET', '', { key: 'theirs' })).toEqual({ status: 200, json: { data: [], next_cursor: null } });
	});
});

describe('DELETE /webhooks/{webhook_id}', () => {
	it('ends the webhook', async () => {
		const { id } = await create();
		const replies = [await ask('DELETE', `/${id}`), await ask('GET', `/${id}`), await ask('DELETE', `/${id}`)];
		expect(replies.map(({ status }) => status)).toEqual([204, 404, 404]);
	});
});

describe('GET /webhooks/{webhook_id}/deliveries', () => {
	it('shows what is on its way', async () => {
		const { id } = await create();
		const event = stage.makeEvent('deployment.failed');
		await webhooks.fanOut(event);
		expect(await ask('GET', `/${id}/deliveries`)).toEqual({
			status: 200,
			json: {
				data: [
					{
						id: expect.stringMatching(/^dlv_/),
						event_id: event.id,
						event_type: 'deployment.failed',
						status: 'pending',
						response_code: null,
						response_body: null,
						retry_count: 0,
						next_attempt_at: event.created_at.toISOString(),
						attempts: [],
						created_at: stage.clock.now().toISOString(),
					},
				],
				next_cursor: null,
			},
		});
	});
});

describe("another organization's webhook", () => {
	it.each([
		['GET', ''],
		['DELETE', ''],
		['GET', '/deliveries'],
	])('is not there for %s %s', async (method, path) => {
		const { id } = await create();
		expect(await ask(method, `/${id}${path}`, { key: 'theirs' })).toMatchObject({ status: 404 });
	});
});
