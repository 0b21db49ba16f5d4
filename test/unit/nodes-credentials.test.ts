import { createHmac } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { type FakePlatform, startFakePlatform } from '../support/fake-platform';
import { fakePlatformForTests } from '../support/fake-platform-tests';
import { runNode, testCredential } from '../support/n8n-engine';

let platform: FakePlatform;

fakePlatformForTests((started) => {
	platform = started;
	platform.answer = () => ({ body: { success: true, data: [] } });
});

describe('credential tests', () => {
	it('a platform key is tried by reading one project', async () => {
		await testCredential('odooPlatformApi', { baseUrl: `${platform.url}/`, apiKey: 'oec_live_key' });
		expect(platform.received).toMatchObject([
			{
				method: 'GET',
				path: '/api/v1/projects',
				query: { limit: '1' },
				headers: { authorization: 'Bearer oec_live_key' },
			},
		]);
	});

	it('a gateway key is tried by testing its connection, signed', async () => {
		const hmacSecret = 'a secret';
		await testCredential('odooGatewayApi', { baseUrl: platform.url, apiKey: 'sk_live_key', hmacSecret });
		const [request] = platform.received;
		expect(request).toMatchObject({ method: 'POST', path: '/api/n8n/webhook' });
		expect(request?.rawBody).toBe('{"action":"test_connection"}');
		expect(request?.headers['x-hmac-signature']).toBe(
			createHmac('sha256', hmacSecret).update('{"action":"test_connection"}').digest('hex'),
		);
	});

	it('a refused key fails', async () => {
		platform.answer = () => ({ status: 401, body: {} });
		const attempt = testCredential('odooPlatformApi', { baseUrl: platform.url, apiKey: 'oec_live_key' });
		await expect(attempt).rejects.toMatchObject({ httpCode: '401' });
	});

	it.each(['odooPlatformApi', 'odooGatewayApi'] as const)('%s without a key sends nothing', async (type) => {
		const attempt = testCredential(type, { baseUrl: platform.url, apiKey: '' });
		await expect(attempt).rejects.toThrow('"API Key"');
		expect(platform.received).toEqual([]);
	});
});

describe('a key of the wrong kind', () => {
	it('is refused by the platform node with a hint to the other credential', async () => {
		const credentials = { odooPlatformApi: { baseUrl: platform.url, apiKey: 'sk_live_key' } };
		const { error } = await runNode('odooPlatform', { resource: 'project' }, { credentials });
		expect(error?.message).toContain('must begin with oec_live_');
		expect(error?.description).toContain('Odoo Gateway API');
	});

	it('is refused by the gateway node with a hint to the other credential', async () => {
		const credentials = { odooGatewayApi: { baseUrl: platform.url, apiKey: 'oec_live_key' } };
		const { error } = await runNode('odooGateway', { resource: 'connection', operation: 'test' }, { credentials });
		expect(error?.message).toContain('must begin with sk_live_');
		expect(error?.description).toContain('Odoo Platform API');
	});

	it('never leaves n8n', async () => {
		const credentials = { odooPlatformApi: { baseUrl: platform.url, apiKey: 'sk_live_key' } };
		await runNode('odooPlatform', { resource: 'project' }, { credentials });
		expect(platform.received).toEqual([]);
	});
});

it('blanks and line ends that were copied along do no harm', async () => {
	const credentials = { odooPlatformApi: { baseUrl: ` ${platform.url}/ `, apiKey: 'oec_live_key\n' } };
	await runNode('odooPlatform', { resource: 'project' }, { credentials });
	expect(platform.received[0]).toMatchObject({
		path: '/api/v1/projects',
		headers: { authorization: 'Bearer oec_live_key' },
	});
});

it('an address below another site keeps its path', async () => {
	const credentials = { odooPlatformApi: { baseUrl: `${platform.url}/odoo/`, apiKey: 'oec_live_key' } };
	await runNode('odooPlatform', { resource: 'project' }, { credentials });
	expect(platform.received[0]?.path).toBe('/odoo/api/v1/projects');
});

it('a base URL that is none is refused by name', async () => {
	const credentials = { odooPlatformApi: { baseUrl: 'platform.example.com', apiKey: 'oec_live_key' } };
	const { error } = await runNode('odooPlatform', { resource: 'project' }, { credentials });
	expect(error?.message).toContain('"Base URL"');
});

it.each([
	['odooPlatform' as const, { resource: 'project' }],
	['odooGateway' as const, { resource: 'record', operation: 'delete', model: 'res.partner', record: 7 }],
])('%s follows no redirect, which could carry secrets along, and says where it leads', async (node, parameters) => {
	const other = await startFakePlatform();
	platform.answer = () => ({ status: 307, headers: { location: `${other.url}/elsewhere` } });
	const { error } = await runNode(node, parameters, { credentials: platform.credentials });
	await other.close();
	expect(other.received).toEqual([]);
	expect(error?.message).toContain(`${other.url}/elsewhere`);
	expect(error?.description).toContain('"Base URL"');
});
