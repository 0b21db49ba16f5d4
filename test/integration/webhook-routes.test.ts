import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import type { OrganizationId } from '../../backend/src/core/ids';
import { createLogger } from '../../backend/src/core/log';
import { PERMISSIONS } from '../../backend/src/core/permissions';
import { byKey } from '../../backend/src/access/authenticators';
import type { WebhooksService } from '../../backend/src/features/webhooks/service';
import { createApp } from '../../backend/src/http/app';
import { keyCaller } from '../support/key-caller';
import { createPipelineParts } from '../support/pipeline';
import { openTestDatabase, type TestDatabase } from '../support/database';
import { createFakeClock, type FakeClock } from '../support/fake-clock';
import { answer, portOf, startReceiver } from '../support/receiver';
import { openWebhookStage, type WebhookStage } from '../support/webhook-stage';

/** What no organization here has. */
const FOREIGN = { environment: 'env_01HXMZ0K3RJ8QM2P5T7V9X1Z3B', project: 'prj_01HXMZ0K3RJ8QM2P5T7V9X1Z3B' };

let database: TestDatabase;
let stage: WebhookStage<FakeClock>;
let webhooks: WebhooksService;
let server: Server;
let base: string;

beforeAll(async () => {
	database = await openTestDatabase();
	stage = await openWebhookStage(database, createFakeClock());
	const { ids } = stage;
	const replica = stage.startReplica({
		working: false,
		holdings: {
			hasEnvironment: (_, id) => Promise.resolve(id !== FOREIGN.environment),
			hasProject: (_, id) => Promise.resolve(id !== FOREIGN.project),
		},
	});
	webhooks = replica.service;
	const organizations = new Map<string, OrganizationId>([
		['ours', stage.organization],
		['theirs', ids.next('organization')],
	]);
	server = createServer(
		createApp({
			...createPipelineParts(stage.clock),
			routes: replica.routes,
			mounts: {},
			authenticators: [
				byKey({
					authenticate: (token) => {
						const organization_id = organizations.get(token);
						if (organization_id === undefined) return Promise.resolve(null);
						const permissions = new Set(PERMISSIONS);
						return Promise.resolve(keyCaller({ organization_id, plan: 'free', permissions, actor: token }));
					},
					isOurs: () => false,
				}),
			],
			isAlive: () => true,
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
				environment_ids: null,
				project_ids: null,
				status: 'active',
				paused_reason: null,
				consecutive_failures: 0,
				previous_secret_expires_at: null,
				secret: expect.stringMatching(/^whsec_/),
				created_at: stage.clock.now().toISOString(),
			},
		});
	});

	it('takes the secret that was chosen', async () => {
		const secret = 'whsec_choose_a_long_random_string';
		expect(await create({ ...request, secret })).toMatchObject({ secret });
	});

	it.each(['slack', 'teams', 'discord'])('takes the documents’ request for %s', async (format) => {
		const body = {
			url: 'https://hooks.slack.com/services/T0000/B0000/xxxxx',
			format,
			events: ['deployment.succeeded', 'deployment.failed', 'environment.created', 'server.degraded'],
			secret: 'whsec_choose_a_long_random_string',
		};
		expect(await ask('POST', '', { body })).toMatchObject({ status: 201, json: body });
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
		['url', 'http://169.254.169.254/latest/meta-data'],
		['url', 'http://0xA9FEA9FE/latest/meta-data'],
		['url', 'https://[::ffff:10.0.0.1]/'],
		['url', 'http://10.1/'],
		['format', 'xml'],
		['events', []],
		['events', ['deployment.exploded']],
		['environment_ids', [FOREIGN.environment]],
		['project_ids', [FOREIGN.project]],
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

describe('a URL whose host is a private address', () => {
	it('is refused with what would be accepted', async () => {
		expect(await ask('POST', '', { body: { ...request, url: 'https://192.168.0.7:8443/hook' } })).toMatchObject({
			json: { detail: expect.stringMatching(/192\.168\.0\.7 .* OUTBOUND_ALLOWED_CIDRS/) },
		});
	});

	it('is taken where its range is open', async () => {
		expect(await ask('POST', '', { body: { ...request, url: 'http://127.8.0.1/' } })).toMatchObject({
			status: 201,
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
						replay_of: null,
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

const fanOut = async () => {
	const event = stage.makeEvent('deployment.failed');
	await webhooks.fanOut(event);
	return event;
};

const firstDelivery = async (id: string) => {
	const { json } = await ask('GET', `/${id}/deliveries`);
	const { data } = z.object({ data: z.array(z.looseObject({ id: z.string() })) }).parse(json);
	return data[0]?.id ?? '';
};

describe('the filters of GET /webhooks/{webhook_id}/deliveries', () => {
	it.each([
		['?status=pending', 1],
		['?status=held', 0],
		['?event_type=deployment.failed', 1],
		['?event_type=webhook.test', 0],
		['?since=2026-05-07T14:23:11.400Z', 1],
		['?since=2026-05-07T16:23:11.401%2B02:00', 0],
		['?status=pending&event_type=deployment.failed&since=2026-05-07T14:23:11.400Z', 1],
		['?status=pending&event_type=deployment.started', 0],
		['?status=failed&event_type=deployment.failed', 0],
	])('%s leaves %i of one that waits', async (query, count) => {
		const { id } = await create();
		await fanOut();
		expect((await ask('GET', `/${id}/deliveries${query}`)).json.data).toHaveLength(count);
	});

	it.each(['?status=lost', '?event_type=deployment.*', '?since=yesterday'])('%s is refused', async (query) => {
		const { id } = await create();
		expect(await ask('GET', `/${id}/deliveries${query}`)).toMatchObject({ status: 422 });
	});
});

describe('GET /webhooks/{webhook_id}/deliveries/{delivery_id}', () => {
	it('shows what was sent and what came back', async () => {
		const receiver = await startReceiver(answer(503, { 'X-Why': 'closed' }));
		const { id } = await create({ ...request, url: receiver.url });
		const { json } = await ask('POST', `/${id}/test`);
		await receiver.close();
		const sent = receiver.requests[0];
		expect(await ask('GET', `/${id}/deliveries/${String(json.id)}`)).toEqual({ status: 200, json });
		expect(json).toMatchObject({
			request_body: sent?.body,
			attempts: [
				{
					url: receiver.url,
					request_headers: {
						'Content-Type': 'application/json',
						'X-OECSH-Signature': sent?.headers['x-oecsh-signature'],
					},
					response_code: 503,
					response_headers: { 'x-why': 'closed' },
					response_body: 'status 503',
					error: 'The receiver answered 503.',
				},
			],
		});
	});

	it('shows every value of a header that came more than once', async () => {
		const receiver = await startReceiver((response) => {
			response.setHeader('Link', ['</a>', '</b>']);
			response.end();
		});
		const { id } = await create({ ...request, url: receiver.url });
		const { json } = await ask('POST', `/${id}/test`);
		await receiver.close();
		expect(json).toMatchObject({ attempts: [{ response_headers: { link: '</a>, </b>' } }] });
	});

	it('is 404 under another webhook', async () => {
		const [one, other] = [await create(), await create()];
		await fanOut();
		expect(await ask('GET', `/${other.id}/deliveries/${await firstDelivery(one.id)}`)).toMatchObject({
			status: 404,
		});
	});
});

describe('PATCH /webhooks/{webhook_id}', () => {
	it('changes what is named and nothing else', async () => {
		const { secret: _, ...webhook } = await create();
		const environment_ids = [stage.ids.next('environment')];
		const change = { url: 'https://other.example.com/', environment_ids };
		expect(await ask('PATCH', `/${webhook.id}`, { body: change })).toEqual({
			status: 200,
			json: { ...webhook, ...change },
		});
	});

	it('takes a limit away by null', async () => {
		const { id } = await create({ ...request, project_ids: [stage.ids.next('project')] });
		expect(await ask('PATCH', `/${id}`, { body: { project_ids: null } })).toMatchObject({
			json: { project_ids: null },
		});
	});

	it('changes nothing where nothing is named', async () => {
		const { secret: _, ...webhook } = await create();
		expect(await ask('PATCH', `/${webhook.id}`, { body: {} })).toEqual({ status: 200, json: webhook });
	});

	it.each([
		['secret', 'whsec_another_one'],
		['status', 'paused'],
		['url', 'ftp://hooks.example.com'],
		['url', 'http://10.0.0.1/'],
		['events', []],
		['environment_ids', []],
		['environment_ids', [FOREIGN.environment]],
		['project_ids', [FOREIGN.project]],
		['project_ids', ['env_01HXMZ0K3RJ8QM2P5T7V9X1Z3B']],
	])('refuses %s %j', async (field, value) => {
		const { id } = await create();
		expect(await ask('PATCH', `/${id}`, { body: { [field]: value } })).toMatchObject({ status: 422 });
	});
});

describe('POST /webhooks/{webhook_id}/pause and /resume', () => {
	it('answer the webhook as it is then', async () => {
		const { id } = await create();
		const paused = await ask('POST', `/${id}/pause`);
		const resumed = await ask('POST', `/${id}/resume`);
		expect([paused, resumed]).toMatchObject([
			{ status: 200, json: { id, status: 'paused', paused_reason: 'Paused by request.' } },
			{ status: 200, json: { id, status: 'active', paused_reason: null } },
		]);
	});
});

describe('POST /webhooks/{webhook_id}/rotate-secret', () => {
	it('shows the new secret, and until when the old one holds', async () => {
		const { id } = await create();
		const reply = await ask('POST', `/${id}/rotate-secret`, { body: { secret: 'whsec_chosen_anew' } });
		expect(reply).toMatchObject({
			status: 200,
			json: { id, secret: 'whsec_chosen_anew', previous_secret_expires_at: '2026-05-08T14:23:11.400Z' },
		});
	});
});

describe('replaying', () => {
	it('answers the new delivery', async () => {
		const { id } = await create();
		await fanOut();
		const replay_of = await firstDelivery(id);
		expect(await ask('POST', `/${id}/deliveries/${replay_of}/replay`)).toMatchObject({
			status: 202,
			json: { replay_of, status: 'pending', attempts: [] },
		});
	});

	it('of a time answers how many there are', async () => {
		const { id } = await create();
		await fanOut();
		const body = { since: '2026-05-07T00:00:00Z' };
		expect(await ask('POST', `/${id}/replay`, { body })).toEqual({ status: 202, json: { replayed: 0 } });
	});
});

describe('replaying a time', () => {
	it.each([
		['before its beginning', '2026-05-06T00:00:00Z'],
		['at its beginning', '2026-05-07T00:00:00Z'],
		['that is none', 'today'],
	])('refuses an end %s', async (_, until) => {
		const { id } = await create();
		const body = { since: '2026-05-07T00:00:00Z', until };
		expect(await ask('POST', `/${id}/replay`, { body })).toMatchObject({
			status: 422,
			json: { errors: [{ pointer: '/until' }] },
		});
	});

	it.each(['pending', 'held', 'lost'])('refuses the status %s, which no replay is for', async (status) => {
		const { id } = await create();
		const body = { since: '2026-05-07T00:00:00Z', status };
		expect(await ask('POST', `/${id}/replay`, { body })).toMatchObject({
			status: 422,
			json: { errors: [{ pointer: '/status' }] },
		});
	});
});

describe('a webhook that was deleted', () => {
	it('shows none of its deliveries any more', async () => {
		const { id } = await create();
		await fanOut();
		const delivery = await firstDelivery(id);
		await ask('DELETE', `/${id}`);
		const replies = [
			await ask('GET', `/${id}/deliveries`),
			await ask('GET', `/${id}/deliveries/${delivery}`),
			await ask('POST', `/${id}/deliveries/${delivery}/replay`),
		];
		expect(replies.map(({ status }) => status)).toEqual([404, 404, 404]);
	});
});

describe("another organization's webhook", () => {
	it.each([
		['GET', '', undefined],
		['DELETE', '', undefined],
		['PATCH', '', {}],
		['GET', '/deliveries', undefined],
		['GET', '/deliveries/dlv_01HXMZ0K3RJ8QM2P5T7V9X1Z3B', undefined],
		['POST', '/deliveries/dlv_01HXMZ0K3RJ8QM2P5T7V9X1Z3B/replay', undefined],
		['POST', '/replay', { since: '2026-05-07T00:00:00Z' }],
		['POST', '/pause', undefined],
		['POST', '/resume', undefined],
		['POST', '/test', undefined],
		['POST', '/rotate-secret', {}],
	])('is not there for %s %s', async (method, path, body) => {
		const { id } = await create();
		expect(await ask(method, `/${id}${path}`, { key: 'theirs', body })).toMatchObject({ status: 404 });
	});
});
