import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import mongoose, { type Connection } from 'mongoose';
import { z } from 'zod';
import type { Platform } from '../../backend/src/platform';
import { ask } from '../support/ask';
import { codeOf } from '../support/code-of';
import { addKey, startReplica, startTestPlatform, type TestPlatform, WIDE_LIMITS } from '../support/platform';
import { signatureOf } from '../support/signed-request';
import { until } from '../support/until';

let platform: TestPlatform;
let replica: Platform;
let database: Connection;

beforeAll(async () => {
	platform = await startTestPlatform({}, { limits: WIDE_LIMITS });
	replica = await startReplica(platform, { limits: WIDE_LIMITS });
	database = await mongoose.createConnection(platform.config.mongodbUri ?? '').asPromise();
});

afterAll(async () => {
	await database.close();
	await replica.stop();
	await platform.remove();
});

interface Sent {
	to?: Platform;
	method?: string;
	key?: string;
	headers?: Record<string, string>;
}

function send(
	path: string,
	body: object | undefined,
	idempotencyKey: string,
	{ to = platform, method = 'POST', key = platform.firstRun.api_key, headers = {} }: Sent = {},
) {
	return ask(to.url, method, path, { key, headers: { 'Idempotency-Key': idempotencyKey, ...headers }, body });
}

const deploy = () => `/api/v1/environments/${platform.firstRun.environments.staging}/deploy`;
const deployments = async () => {
	const { environments } = platform.firstRun;
	const { json } = await platform.api('GET', `/api/v1/environments/${environments.staging}/deployments?limit=200`);
	return z.array(z.looseObject({ id: z.string(), status: z.string() })).parse(json.data);
};
const settled = () =>
	until(async () => (await deployments()).every(({ status }) => status !== 'queued' && status !== 'running'));

const claims = () => database.collection('idempotency_claims');

/** Leaves the newest claim as a process leaves it that dies after its work and before its reply is kept. */
async function crashBeforeReply() {
	const [newest] = await claims().find().sort({ expires_at: -1 }).limit(1).toArray();
	await claims().updateOne({ _id: newest?._id }, { $set: { reply: null, lease_until: new Date(0) } });
}

describe('the Idempotency-Key', () => {
	it('lets a hundred identical deploys over two replicas be one', async () => {
		const before = (await deployments()).length;
		const all = await Promise.all(
			Array.from({ length: 100 }, (_, index) =>
				send(deploy(), { ref: 'main', wait: false }, 'gh-1', { to: index % 2 ? replica : platform }),
			),
		);
		const accepted = all.filter(({ status }) => status === 202);
		const waiting = all.filter(({ json }) => json.code === 'idempotency_in_progress');
		expect(accepted.length + waiting.length).toBe(100);
		expect(new Set(accepted.map(({ text }) => text)).size).toBe(1);
		expect(waiting.every(({ headers }) => headers.get('retry-after') !== null)).toBe(true);
		await settled();
		expect(await deployments()).toHaveLength(before + 1);
	});

	it('brings the first reply again from any replica, and says so', async () => {
		const first = await send('/api/v1/api-keys', { name: 'ci', permissions: ['projects:read'] }, 'key-1');
		const again = await send('/api/v1/api-keys', { name: 'ci', permissions: ['projects:read'] }, 'key-1', {
			to: replica,
		});
		expect([first.status, first.headers.get('idempotency-replayed')]).toEqual([201, null]);
		expect(again).toMatchObject({ status: 201, text: first.text });
		expect(again.headers.get('idempotency-replayed')).toBe('true');
		expect(again.headers.get('x-request-id')).not.toBe(first.headers.get('x-request-id'));
	});

	it('leaves no token in clear in the database', async () => {
		const { json } = await send('/api/v1/api-keys', { name: 'ci', permissions: ['projects:read'] }, 'key-2');
		expect(JSON.stringify(await claims().find().toArray())).not.toContain(json.token);
	});

	it('does not deploy again where the first one was waited for strictly and failed', async () => {
		const before = (await deployments()).length;
		const strictly = () => send(deploy(), { ref: 'nowhere', wait: 'strict' }, 'strict');
		const first = await strictly();
		expect([first.status, first.json.code]).toEqual([409, 'deployment_failed']);
		expect((await strictly()).json).toMatchObject({ code: 'deployment_failed', job_id: first.json.job_id });
		expect(await deployments()).toHaveLength(before + 1);
	});

	it('is refused with another body', async () => {
		await send('/api/v1/api-keys', { name: 'ci', permissions: ['projects:read'] }, 'key-3');
		const other = await send('/api/v1/api-keys', { name: 'other', permissions: ['projects:read'] }, 'key-3');
		expect(other.json).toMatchObject({ status: 422, code: 'idempotency_key_reused' });
	});

	it('keeps no refusal', async () => {
		const refused = await send('/api/v1/api-keys', { name: '' }, 'key-4');
		const mended = await send('/api/v1/api-keys', { name: 'ci', permissions: ['projects:read'] }, 'key-4');
		expect([refused.status, mended.status]).toEqual([422, 201]);
	});

	it('finds the deploy again that a process queued before it died, though that has ended', async () => {
		await settled();
		const first = await send(deploy(), { ref: 'main' }, 'gh-2');
		await settled();
		const before = await deployments();
		await crashBeforeReply();
		const again = await send(deploy(), { ref: 'main' }, 'gh-2', { to: replica });
		expect(again.json.deployment_id).toBe(first.json.deployment_id);
		expect(await deployments()).toHaveLength(before.length);
	});

	it('does not do again what a process may have done before it died', async () => {
		const body = { name: 'ci', permissions: ['projects:read'] };
		await send('/api/v1/api-keys', body, 'key-5');
		await crashBeforeReply();
		expect((await send('/api/v1/api-keys', body, 'key-5')).json).toMatchObject({
			status: 409,
			code: 'idempotency_interrupted',
		});
	});

	it('opens no reply of the gateway to who cannot sign the request', async () => {
		const { token, hmac_secret } = platform.firstRun.webhook_key;
		const body = { action: 'get_config' };
		const signedBy = (secret: string) => {
			const headers = signatureOf(secret, JSON.stringify(body));
			return send('/api/n8n/webhook', body, 'n8n-1', { key: token, headers });
		};
		const first = await signedBy(hmac_secret);
		expect(first.status).toBe(200);
		expect((await signedBy('guessed')).status).toBe(401);
		expect((await signedBy(hmac_secret)).text).toBe(first.text);
	});

	it('tells that a read was carried out whose reply is too large to be kept', async () => {
		const { organization_id } = platform.firstRun;
		const key = await addKey(platform, { organization_id, scope: 'webhook' });
		const call = (method: string, args: unknown[], idempotencyKey: string) =>
			send(
				'/api/n8n/webhook',
				{ action: 'execute_method', model: 'ir.attachment', method, args },
				idempotencyKey,
				{ key },
			);
		const datas = Buffer.alloc(700_000, 'picture').toString('base64');
		const ids: unknown[] = [];
		for (let file = 0; file < 10; file += 1) {
			const made = await call('create', [{ name: 'picture', datas }], `file ${file}`);
			ids.push(made.json.data);
		}
		const read = () => call('read', [ids, ['datas']], 'large');
		expect((await read()).text.length).toBeGreaterThan(8_000_000);
		expect((await read()).json).toMatchObject({ code: 'idempotency_reply_too_large' });
	});

	it('is refused at every route that changes something, where it is not a key', async () => {
		for (const route of platform.routes.filter(({ method }) => method !== 'get')) {
			const path = route.path.replace(/\{\w+\}/g, 'nothing');
			const key =
				route.access.by === 'webhook_key' ? platform.firstRun.webhook_key.token : platform.firstRun.api_key;
			const { json } = await send(path, {}, 'x'.repeat(256), { method: route.method.toUpperCase(), key });
			expect([route.path, codeOf(json)]).toEqual([route.path, 'invalid_idempotency_key']);
		}
	});

	it('is forgotten by the database after a day', async () => {
		const indexes = await claims().indexes();
		expect(indexes).toContainEqual(expect.objectContaining({ key: { expires_at: 1 }, expireAfterSeconds: 0 }));
		const kept = await claims().findOne();
		expect(Math.abs(new Date(String(kept?.expires_at)).getTime() - Date.now() - 86_400_000)).toBeLessThan(60_000);
	});
});
