import { afterEach, describe, expect, it } from '@jest/globals';
import type { INodeParameters } from 'n8n-workflow';
import { signatureHeaders } from '../../backend/src/net/webhook-signature';
import { problem, type FakePlatform } from '../support/fake-platform';
import { fakePlatformForTests } from '../support/fake-platform-tests';
import { startTrigger, type TestTrigger } from '../support/n8n-engine';

const ENVIRONMENT = 'env_01HXMZ0K3RJ8QM2P5T7V9X1Z3B';
const SECRET = 'whsec_dGhpcnR5LXR3byBieXRlcyBvZiByYW5kb21uZXNzIQ==';
/** Where n8n would listen for the trigger. */
const OWN_URL = 'https://n8n.example.com/webhook/workflow/odooplatformtrigger/webhook';
const registered = { webhookId: 'whk_1', events: ['deployment.succeeded'], secret: SECRET };

let platform: FakePlatform;
let trigger: TestTrigger;

fakePlatformForTests((opened) => {
	platform = opened;
	platform.answer = () => ({ status: 201, body: { id: 'whk_1' } });
});
afterEach(() => trigger.close());

const start = async (kept: object = {}, parameters: INodeParameters = {}) => {
	const credentials = { odooPlatformApi: { baseUrl: platform.url, apiKey: 'oec_live_key' } };
	trigger = await startTrigger(
		{ events: ['deployment.succeeded'], options: {}, ...parameters },
		{ credentials, webhookBaseUrl: 'https://n8n.example.com/webhook' },
	);
	Object.assign(trigger.staticData, kept);
};

const asked = () => platform.received.map(({ method, path }) => `${method} ${path}`);

/** The registration as the platform shows it, unless told otherwise just as the trigger wants it. */
const webhook = (other: object = {}) => ({
	id: 'whk_1',
	url: OWN_URL,
	format: 'generic',
	events: ['deployment.succeeded'],
	status: 'active',
	paused_reason: null,
	...other,
});

describe('Odoo Platform Trigger: on activation', () => {
	it('registers for the chosen events with a secret of its own', async () => {
		await start({}, { events: ['deployment.failed', 'webhook.paused'] });
		expect(await trigger.hook('create')).toBe(true);
		const [request] = platform.received;
		expect(request).toMatchObject({ method: 'POST', path: '/api/v1/webhooks' });
		const body: unknown = JSON.parse(request?.rawBody ?? '');
		expect(body).toEqual({
			url: expect.stringMatching(/^https:\/\/n8n\.example\.com\/webhook\/.+/),
			format: 'generic',
			events: ['deployment.failed', 'webhook.paused'],
			secret: expect.stringMatching(/^whsec_[A-Za-z0-9+/]{43}=$/),
		});
		expect(trigger.staticData).toMatchObject({
			webhookId: 'whk_1',
			events: ['deployment.failed', 'webhook.paused'],
			secret: expect.stringMatching(/^whsec_/),
		});
	});

	it('makes another secret each time', async () => {
		await start();
		await trigger.hook('create');
		const first = trigger.staticData.secret;
		await trigger.hook('create');
		expect(trigger.staticData.secret).not.toBe(first);
	});

	it('keeps nothing of a registration that was refused', async () => {
		await start();
		platform.answer = () => problem(422, { detail: 'url: must not be a private address' });
		await expect(trigger.hook('create')).rejects.toThrow('url: must not be a private address');
		expect(trigger.staticData).toEqual({});
	});

	it('knows that it has not registered yet, without asking', async () => {
		await start();
		expect(await trigger.hook('checkExists')).toBe(false);
		expect(platform.received).toEqual([]);
	});

	it('finds its registration again', async () => {
		await start(registered);
		platform.answer = () => ({ body: webhook() });
		expect(await trigger.hook('checkExists')).toBe(true);
		expect(asked()).toEqual(['GET /api/v1/webhooks/whk_1']);
	});

	it('resumes a registration that failures paused while n8n was down', async () => {
		await start(registered);
		platform.answer = () => ({ body: webhook({ status: 'paused', paused_reason: '5 attempts in a row failed.' }) });
		expect(await trigger.hook('checkExists')).toBe(true);
		expect(asked()).toEqual(['GET /api/v1/webhooks/whk_1', 'POST /api/v1/webhooks/whk_1/resume']);
	});

	it('leaves a registration paused that was paused by request', async () => {
		await start(registered);
		platform.answer = () => ({ body: webhook({ status: 'paused', paused_reason: 'Paused by request.' }) });
		expect(await trigger.hook('checkExists')).toBe(true);
		expect(asked()).toEqual(['GET /api/v1/webhooks/whk_1']);
	});

	it.each([
		['another address', { url: 'https://old.example.com/webhook/x' }],
		['other events', { events: ['deployment.failed'] }],
		['another format', { format: 'slack' }],
	])('changes a registration with %s to what it wants, and keeps the secret', async (_what, other) => {
		await start(registered);
		platform.answer = ({ method }) => ({ body: webhook(method === 'GET' ? other : {}) });
		expect(await trigger.hook('checkExists')).toBe(true);
		expect(asked()).toEqual(['GET /api/v1/webhooks/whk_1', 'PATCH /api/v1/webhooks/whk_1']);
		expect(JSON.parse(platform.received[1]?.rawBody ?? '')).toEqual({
			url: OWN_URL,
			format: 'generic',
			events: ['deployment.succeeded'],
		});
		expect(trigger.staticData).toMatchObject(registered);
	});

	it('changes the address before it resumes, so that nothing more goes to the old one', async () => {
		await start(registered);
		const paused = { status: 'paused', paused_reason: '5 attempts in a row failed.' };
		platform.answer = ({ method }) => ({
			body: webhook(method === 'GET' ? { ...paused, url: 'https://old.example.com/webhook/x' } : paused),
		});
		await trigger.hook('checkExists');
		expect(asked()).toEqual([
			'GET /api/v1/webhooks/whk_1',
			'PATCH /api/v1/webhooks/whk_1',
			'POST /api/v1/webhooks/whk_1/resume',
		]);
	});

	it('does not mind the order of the events', async () => {
		await start(registered, { events: ['deployment.succeeded', 'webhook.paused'] });
		platform.answer = () => ({ body: webhook({ events: ['webhook.paused', 'deployment.succeeded'] }) });
		await trigger.hook('checkExists');
		expect(asked()).toEqual(['GET /api/v1/webhooks/whk_1']);
	});

	it('starts from then on for the events that the node has now', async () => {
		await start(registered, { events: ['deployment.failed'] });
		platform.answer = () => ({ body: webhook() });
		await trigger.hook('checkExists');
		expect(trigger.staticData).toMatchObject({ ...registered, events: ['deployment.failed'] });
	});

	it('forgets a registration that vanishes while it is taken up', async () => {
		await start(registered);
		platform.answer = ({ method }) =>
			method === 'GET'
				? { body: webhook({ status: 'paused', paused_reason: '5 attempts in a row failed.' }) }
				: problem(404, { detail: 'There is no such webhook.' });
		expect(await trigger.hook('checkExists')).toBe(false);
		expect(trigger.staticData).toEqual({});
	});

	it('reports an address that the platform refuses, and keeps the registration', async () => {
		await start(registered);
		platform.answer = ({ method }) =>
			method === 'GET'
				? { body: webhook({ url: 'https://old.example.com/webhook/x' }) }
				: problem(422, { detail: 'url: must not be a private address' });
		await expect(trigger.hook('checkExists')).rejects.toThrow('url: must not be a private address');
		expect(trigger.staticData).toEqual(registered);
	});

	it('forgets a registration that is gone', async () => {
		await start(registered);
		platform.answer = () => problem(404, { detail: 'There is no such webhook.' });
		expect(await trigger.hook('checkExists')).toBe(false);
		expect(trigger.staticData).toEqual({});
	});

	it('does not take any other failure for an answer', async () => {
		await start(registered);
		platform.answer = () => problem(503, { detail: 'The database does not answer.' });
		await expect(trigger.hook('checkExists')).rejects.toThrow('The database does not answer.');
		expect(trigger.staticData).toEqual(registered);
	});
});

describe('Odoo Platform Trigger: in a copy of its workflow', () => {
	const OWNER = 'engine workflow /webhook/workflow/odooplatformtrigger/webhook';

	it.each([
		['another n8n', `other ${OWNER.slice(7)}`],
		['another workflow', OWNER.replace(' workflow ', ' original ')],
		['another path', OWNER.replace('odooplatformtrigger', 'other')],
	])('neither takes up nor deletes the registration of %s', async (_, owner) => {
		for (const hook of ['checkExists', 'delete'] as const) {
			await start({ ...registered, owner });
			expect(await trigger.hook(hook)).toBe(hook === 'delete');
			expect([trigger.staticData, platform.received]).toEqual([{}, []]);
			await trigger.close();
		}
	});

	it('knows its own registration again', async () => {
		await start({ ...registered, owner: OWNER });
		platform.answer = () => ({ body: webhook() });
		expect(await trigger.hook('checkExists')).toBe(true);
		await trigger.hook('delete');
		expect(asked()).toEqual(['GET /api/v1/webhooks/whk_1', 'DELETE /api/v1/webhooks/whk_1']);
	});

	it('notes whose a registration is', async () => {
		await start();
		await trigger.hook('create');
		expect(trigger.staticData).toMatchObject({ owner: OWNER });
	});
});

describe('Odoo Platform Trigger: on deactivation', () => {
	it('deletes its registration', async () => {
		await start(registered);
		platform.answer = () => ({ status: 204, body: '' });
		expect(await trigger.hook('delete')).toBe(true);
		expect(platform.received).toMatchObject([{ method: 'DELETE', path: '/api/v1/webhooks/whk_1' }]);
		expect(trigger.staticData).toEqual({});
	});

	it('takes a registration that is gone for deleted', async () => {
		await start(registered);
		platform.answer = () => problem(404, { detail: 'There is no such webhook.' });
		expect(await trigger.hook('delete')).toBe(true);
		expect(trigger.staticData).toEqual({});
	});

	it('reports any other failure, and keeps the registration', async () => {
		await start(registered);
		platform.answer = () => problem(403, { detail: 'This key may not change webhooks.' });
		await expect(trigger.hook('delete')).rejects.toThrow('This key may not change webhooks.');
		expect(trigger.staticData).toEqual(registered);
	});

	it('has nothing to do where nothing was registered', async () => {
		await start();
		expect(await trigger.hook('delete')).toBe(true);
		expect(platform.received).toEqual([]);
	});
});

describe('Odoo Platform Trigger: on a delivery', () => {
	const event = {
		id: 'evt_1',
		type: 'deployment.succeeded',
		created_at: '2026-05-07T14:23:11.421Z',
		data: { deployment: { id: 'dep_1', environment_id: ENVIRONMENT }, environment: { name: 'production — Köln' } },
	};
	const nowInSeconds = () => Math.floor(Date.now() / 1000);
	const signed = (body: string, secret = SECRET, timestamp = nowInSeconds()) =>
		signatureHeaders({ secret, messageId: 'evt_1', timestamp, body });
	const rotated = (body: string, previousSecret: string, timestamp = nowInSeconds()) =>
		signatureHeaders({
			secret: 'whsec_new',
			previousSecrets: [previousSecret],
			messageId: 'evt_1',
			timestamp,
			body,
		});
	const deliver = (body: string, headers: Record<string, string>) =>
		fetch(trigger.url, { method: 'POST', body, headers: { 'content-type': 'application/json', ...headers } });

	it('starts the workflow with the event, signed as the platform signs', async () => {
		await start(registered);
		const body = JSON.stringify(event);
		expect((await deliver(body, signed(body))).status).toBe(200);
		expect(trigger.starts).toEqual([[{ json: event }]]);
	});

	it('starts the workflow while its secret is the one before a rotation', async () => {
		await start(registered);
		const body = JSON.stringify(event);
		expect((await deliver(body, rotated(body, SECRET))).status).toBe(200);
		expect(trigger.starts).toEqual([[{ json: event }]]);
	});

	it('starts the workflow while its secret is one of several from before rotations', async () => {
		await start(registered);
		const body = JSON.stringify(event);
		const secrets = { secret: 'whsec_new', previousSecrets: ['whsec_between', SECRET] };
		const headers = signatureHeaders({ ...secrets, messageId: 'evt_1', timestamp: nowInSeconds(), body });
		expect((await deliver(body, headers)).status).toBe(200);
		expect(trigger.starts).toEqual([[{ json: event }]]);
	});

	it.each([
		['a forged signature', (body: string) => signed(body, 'another secret')],
		['the signature of another body', () => signed('{}')],
		['a signature that is older than five minutes', (body: string) => signed(body, SECRET, nowInSeconds() - 302)],
		['a signature from the future', (body: string) => signed(body, SECRET, nowInSeconds() + 302)],
		['forged signatures of two secrets', (body: string) => rotated(body, 'another secret')],
		[
			'a signature of the secret before that is older than five minutes',
			(body: string) => rotated(body, SECRET, nowInSeconds() - 302),
		],
		['no signature', () => ({ 'X-OECSH-Timestamp': String(nowInSeconds()) })],
		['no timestamp', (body: string) => ({ 'X-OECSH-Signature': signed(body)['X-OECSH-Signature'] ?? '' })],
	])('refuses %s', async (_what, headersOf) => {
		await start(registered);
		const body = JSON.stringify(event);
		const response = await deliver(body, headersOf(body));
		expect([response.status, await response.text()]).toEqual([401, 'Unauthorized']);
		expect(trigger.starts).toEqual([]);
	});

	it('starts the workflow once for a request that is sent again as it was', async () => {
		await start(registered);
		const body = JSON.stringify(event);
		const headers = signed(body);
		const forgeries: Record<string, string>[] = [
			{},
			{},
			{ 'webhook-id': 'evt_another' },
			{ 'webhook-signature': '' },
		];
		for (const forged of forgeries) {
			expect((await deliver(body, { ...headers, ...forged })).status).toBe(200);
		}
		expect(trigger.starts).toHaveLength(1);
	});

	it('starts the workflow once for a message that the platform sends again', async () => {
		await start(registered);
		const body = JSON.stringify(event);
		for (const ago of [2, 0]) await deliver(body, signed(body, SECRET, nowInSeconds() - ago));
		expect(trigger.starts).toHaveLength(1);
	});

	it('starts the workflow again for an event that somebody has replayed', async () => {
		await start(registered);
		const body = JSON.stringify(event);
		const headers = signed(body);
		await deliver(body, headers);
		// In the same second, so that the documents' signature, which does not cover the id, is the same.
		const timestamp = Number(headers['X-OECSH-Timestamp']);
		await deliver(body, signatureHeaders({ secret: SECRET, messageId: 'dlv_1', timestamp, body }));
		expect(trigger.starts).toHaveLength(2);
	});

	it('remembers no longer than a signature holds', async () => {
		await start({ ...registered, seen: { old: Date.now() - 1, recent: Date.now() + 60_000 } });
		const body = JSON.stringify(event);
		await deliver(body, signed(body));
		const { seen } = trigger.staticData;
		expect(Object.keys(seen ?? {})).toEqual(['recent', 'evt_1', expect.stringMatching(/^[0-9a-f]{64}$/)]);
	});

	it('refuses everything where it has no secret', async () => {
		await start({ ...registered, secret: '' });
		const body = JSON.stringify(event);
		expect((await deliver(body, signed(body, ''))).status).toBe(401);
	});

	it('acknowledges an event it did not ask for, and starts nothing', async () => {
		await start(registered);
		const body = JSON.stringify({ ...event, type: 'deployment.failed' });
		expect((await deliver(body, signed(body))).status).toBe(200);
		expect(trigger.starts).toEqual([]);
	});

	it('starts for every event when it asked for all', async () => {
		await start({ ...registered, events: ['*'] });
		const body = JSON.stringify({ ...event, type: 'environment.created' });
		await deliver(body, signed(body));
		expect(trigger.starts).toHaveLength(1);
	});

	it.each([
		[ENVIRONMENT, 1],
		['env_01HXMZ0K3RJ8QM2P5T7V9X1Z3C', 0],
	])('of one environment starts only for that one (%s)', async (value, starts) => {
		await start(registered, { options: { environment: { __rl: true, mode: 'id', value } } });
		const body = JSON.stringify(event);
		expect((await deliver(body, signed(body))).status).toBe(200);
		expect(trigger.starts).toHaveLength(starts);
	});
});
