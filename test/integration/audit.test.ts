import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import type { OrganizationId } from '../../backend/src/core/ids';
import { addKey, addOrganization, startTestPlatform, type TestPlatform } from '../support/platform';
import { until } from '../support/until';

let platform: TestPlatform;
let own: OrganizationId;

beforeAll(async () => {
	platform = await startTestPlatform();
	own = platform.firstRun.organization_id;
});

afterAll(() => platform.remove());

const hook = { url: 'https://hooks.example.com/', format: 'generic', events: ['deployment.succeeded'] };
const entries = async (query = '', key?: string) =>
	(await platform.api('GET', `/api/v1/audit-log${query}`, undefined, key === undefined ? {} : { key })).json.data;

describe('the audit log', () => {
	it('tells who changed what, when and from where', async () => {
		const made = await platform.api('POST', '/api/v1/webhooks', hook);
		await platform.api('DELETE', `/api/v1/webhooks/${String(made.json.id)}`);
		const common = {
			id: expect.stringMatching(/^aud_/),
			org_id: own,
			at: expect.any(String),
			actor: 'owner',
			key_id: expect.stringMatching(/^key_/),
			on_behalf_of: null,
			resource_id: made.json.id,
			address: expect.stringContaining('127.0.0.1'),
		};
		expect(await entries('?limit=2')).toEqual([
			{ ...common, action: 'deleteWebhook', request_id: expect.any(String) },
			{ ...common, action: 'createWebhook', request_id: made.headers.get('x-request-id') },
		]);
	});

	it('tells of a webhook that was paused', async () => {
		const { json } = await platform.api('POST', '/api/v1/webhooks', hook);
		await platform.api('POST', `/api/v1/webhooks/${String(json.id)}/pause`);
		const noted = await until(async () => {
			const found = z.array(z.unknown()).parse(await entries('?action=webhook.paused'));
			return found.length > 0 && found;
		});
		expect(noted).toMatchObject([
			{ org_id: own, actor: 'platform', key_id: null, resource_id: json.id, address: null, request_id: null },
		]);
	});

	it('holds neither reads nor what was refused', async () => {
		const before = await entries();
		await platform.api('GET', '/api/v1/webhooks');
		await platform.api('POST', '/api/v1/webhooks', { url: 'nowhere' });
		await platform.api('DELETE', '/api/v1/webhooks/whk_01HXMW8QPK3R5T7V9X1Z3B5C7D');
		expect(await entries()).toEqual(before);
	});

	it('holds a repeated request once', async () => {
		const before = [await entries('?action=createWebhook')].flat().length;
		const headers = { 'Idempotency-Key': 'once' };
		const send = () => platform.api('POST', '/api/v1/webhooks', hook, { headers });
		expect([(await send()).status, (await send()).status]).toEqual([201, 201]);
		expect(await entries('?action=createWebhook')).toHaveLength(before + 1);
	});

	it('is filtered by actor, by action and by time', async () => {
		const key = await addKey(platform, { organization_id: own, name: 'ci' });
		const start = new Date();
		await platform.api('POST', '/api/v1/webhooks', hook, { key });
		const [entry] = [await entries('?actor=ci')].flat();
		expect(entry).toMatchObject({ actor: 'ci', action: 'createWebhook' });
		const { key_id } = z.object({ key_id: z.string() }).parse(entry);
		expect(await entries(`?actor=${key_id}&action=createWebhook&since=${start.toISOString()}`)).toEqual([entry]);
		expect(await entries('?actor=ci&action=deleteWebhook')).toEqual([]);
		expect(await entries('?since=2100-01-01T00:00:00Z')).toEqual([]);
	});

	it('holds what a key of several organizations does where the thing belongs', async () => {
		const client = await addOrganization(platform);
		const { organization_id } = client;
		const key = await addKey(platform, {
			organization_id: own,
			organization_ids: [own, organization_id],
			scope: 'multi_org',
			name: 'agency',
		});
		const made = await platform.api('POST', '/api/v1/webhooks', { ...hook, org_id: organization_id }, { key });
		await platform.api('DELETE', `/api/v1/webhooks/${String(made.json.id)}`, undefined, { key });
		const mine = { actor: 'agency', org_id: organization_id, resource_id: made.json.id };
		expect(await entries('', client.api_key)).toMatchObject([
			{ ...mine, action: 'deleteWebhook' },
			{ ...mine, action: 'createWebhook' },
		]);
		expect(await entries('?actor=agency')).toEqual([]);
	});
});
