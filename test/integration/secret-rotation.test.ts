import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import mongoose, { type Connection } from 'mongoose';
import { systemClock } from '../../backend/src/core/clock';
import { type CallbackId, createIds } from '../../backend/src/core/ids';
import { createLogger } from '../../backend/src/core/log';
import { createSecrets, type Secrets } from '../../backend/src/core/secrets';
import type { SealedField } from '../../backend/src/database/reencrypt';
import type { TenantCollection, TenantDocument } from '../../backend/src/database/tenant-collection';
import { connectionCollection, sealedInConnection } from '../../backend/src/features/connections/model';
import { sealedInVariables, variablesCollection } from '../../backend/src/features/environments/variables';
import { claimCollection, sealedInClaim } from '../../backend/src/features/idempotency/claims';
import { keyCollection, sealedInKey } from '../../backend/src/features/keys/model';
import { type CallbackDocument, callbackCollection } from '../../backend/src/features/odoo-routes/callbacks/model';
import { sealedInOdooLogin, odooLoginCollection } from '../../backend/src/features/odoo-logins/model';
import { HEALTHY } from '../../backend/src/features/servers/health';
import { sealedInServer, type ServerDocument, serverCollection } from '../../backend/src/features/servers/model';
import { sealedInWebhook, webhookCollection } from '../../backend/src/features/webhooks/model';
import { type Platform, startPlatform } from '../../backend/src/platform';
import { ask } from '../support/ask';
import { outsideAccess } from '../support/connections';
import { loggedLines } from '../support/logged-lines';
import { startTestPlatform, type TestPlatform } from '../support/platform';

const OLD = Buffer.alloc(32, 1);
const NEW = Buffer.alloc(32, 2);

let platform: TestPlatform;
/** The same service, started again under the new key. */
let rotated: Platform;
let connection: Connection;
let callbacks: TenantCollection<CallbackDocument>;
let servers: TenantCollection<ServerDocument>;

const ids = createIds(systemClock);
const [damaged, sound] = [ids.next('callback'), ids.next('callback')];
const { lines, destination } = loggedLines();

beforeAll(async () => {
	platform = await startTestPlatform({ SECRET_KEY: OLD.toString('hex') });
	await fill();
	await platform.stop();
	connection = await mongoose.createConnection(platform.config.mongodbUri ?? '').asPromise();
	callbacks = callbackCollection(connection);
	servers = serverCollection(connection);
	await keepCallbacks();
	await keepServer();
	const config = { ...platform.config, secretKey: NEW, previousSecretKeys: [OLD] };
	rotated = await startPlatform(config, { log: createLogger('error', destination) });
});

afterAll(async () => {
	await connection.close();
	await rotated.stop();
	await platform.remove();
});

/** One secret of every kind that is kept. */
async function fill() {
	const { production, staging } = platform.firstRun.environments;
	const access = await outsideAccess(platform, staging);
	await platform.api('POST', '/api/v1/odoo-connections', { name: 'erp', ...access });
	await platform.api('PUT', `/api/v1/environments/${production}/variables`, {
		variables: [
			{ name: 'OPEN', value: 'open' },
			{ name: 'SECRET', value: 'hidden', secret: true },
		],
	});
	const webhook = { url: 'https://hooks.example.com/', events: ['*'] };
	const { json } = await platform.api('POST', '/api/v1/webhooks', webhook);
	await platform.api('POST', `/api/v1/webhooks/${String(json.id)}/rotate-secret`);
	await platform.api('POST', `/api/v1/webhooks/${String(json.id)}/rotate-secret`);
	const key = { name: 'signed', scope: 'webhook', permissions: [], hmac: true };
	await platform.api('POST', '/api/v1/api-keys', key, { headers: { 'Idempotency-Key': 'one' } });
	const params = { db: access.database, login: access.login, password: access.api_key };
	await ask(platform.url, 'POST', '/web/session/authenticate', { body: { params } });
}

/** Two callbacks whose secrets are under the key before; that of the first is cut short. */
async function keepCallbacks() {
	const secrets = createSecrets(OLD);
	const keep = (_id: CallbackId, secret: string) =>
		callbacks.insert({
			_id,
			organization_id: ids.next('organization'),
			url: 'https://hooks.example.com/',
			secret,
			body: null,
			status: 'failed',
			attempts: [],
			created_at: new Date(),
		});
	await keep(damaged, secrets.encrypt('a secret', damaged).slice(0, -4));
	await keep(sound, secrets.encrypt('a secret', sound));
}

/** A server with credentials; it is not to be looked at before this test is over. */
async function keepServer() {
	const _id = ids.next('server');
	const now = new Date();
	await servers.insert({
		_id,
		organization_id: ids.next('organization'),
		...{ name: 'docker-1', endpoint: 'tcp://docker-1.example.com:2376', labels: {}, capacity: null, drain: false },
		...{ base_domain: null, ingress: { host: 'docker-1.example.com', http_port: 80, https_port: 443 } },
		credentials: createSecrets(OLD).encrypt('credentials', _id),
		...HEALTHY,
		...{ status: 'degraded' as const, reason: 'unreachable' as const },
		...{ engine_version: '', cpus: 1, memory_bytes: 0, free_memory_bytes: null, disk_free_bytes: null },
		...{ checked_at: now, created_at: now, due_at: new Date(now.getTime() + 3_600_000), outbox: [] },
	});
}

/** How many secrets of a collection there are, and which of them cannot be opened. */
async function opened<T extends TenantDocument>(
	secrets: Secrets,
	collection: TenantCollection<T>,
	sealedIn: (document: T) => readonly SealedField[],
) {
	const fields = (await collection.everywhere.find({})).flatMap((document) => [...sealedIn(document)]);
	return fields.map(({ cipher, context }) => secrets.decrypt(cipher, context).length > 0);
}

const good = (count: number): boolean[] => Array.from({ length: count }, () => true);

describe('a service that starts under a new master key', () => {
	it('has encrypted everything anew, so that the key before is no longer needed', async () => {
		const secrets = createSecrets(NEW);
		expect({
			connections: await opened(secrets, connectionCollection(connection), sealedInConnection),
			variables: await opened(secrets, variablesCollection(connection), sealedInVariables),
			webhooks: await opened(secrets, webhookCollection(connection), sealedInWebhook),
			keys: await opened(secrets, keyCollection(connection), sealedInKey),
			servers: await opened(secrets, servers, sealedInServer),
			claims: await opened(secrets, claimCollection(connection), sealedInClaim),
			odooLogins: await opened(secrets, odooLoginCollection(connection), sealedInOdooLogin),
		}).toEqual({
			connections: good(1),
			variables: good(1),
			webhooks: good(3),
			keys: good(2),
			servers: good(1),
			claims: good(1),
			odooLogins: good(1),
		});
	});

	it('has left a damaged secret as it is, told of it without showing it, and gone on', async () => {
		const secretOf = async (_id: CallbackId) => (await callbacks.everywhere.findOne({ _id }))?.secret ?? '';
		const damagedSecret = await secretOf(damaged);
		expect(createSecrets(NEW).decrypt(await secretOf(sound), sound)).toBe('a secret');
		expect(createSecrets(OLD).ageOf(damagedSecret)).toBe('current');
		expect(lines()).toEqual([
			expect.objectContaining({ collection: 'callbacks', document_id: damaged, path: 'secret' }),
			expect.objectContaining({ collection: 'callbacks', renewed: 1, unreadable: 1 }),
		]);
		expect(JSON.stringify(lines())).not.toContain(damagedSecret);
	});

	it('lets in the keys that were made before', async () => {
		expect((await ask(rotated.url, 'GET', '/api/v1/me', { key: platform.firstRun.api_key })).status).toBe(200);
	});
});
