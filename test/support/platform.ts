import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import mongoose from 'mongoose';
import { z } from 'zod';
import { type Config, readConfig } from '../../backend/src/config';
import { type Clock, systemClock } from '../../backend/src/core/clock';
import { createIds, idSchema, type OrganizationId } from '../../backend/src/core/ids';
import { createLogger } from '../../backend/src/core/log';
import { PERMISSIONS, type Plan } from '../../backend/src/core/permissions';
import { createSecrets, loadMasterKey } from '../../backend/src/core/secrets';
import { keyCollection } from '../../backend/src/features/keys/model';
import { createKeysService, type KeySpecification } from '../../backend/src/features/keys/service';
import { organizationCollection } from '../../backend/src/features/organizations/model';
import { createOrganizationsService } from '../../backend/src/features/organizations/service';
import { LIMITS, type Limits } from '../../backend/src/http/limits';
import type { NameRecords } from '../../backend/src/features/domains/proof';
import { type Platform, startPlatform } from '../../backend/src/platform';
import { type ApiReply, ask, type Asked } from './ask';
import { openTestDatabase, type TestDatabase } from './database';
import { checkReplies } from './reply-check';

const firstRunSchema = z.object({
	base_url: z.string(),
	organization_id: idSchema('organization'),
	owner: z.object({ email: z.string(), password: z.string() }),
	api_key: z.string(),
	webhook_key: z.object({ token: z.string(), hmac_secret: z.string() }),
	project_id: z.string(),
	environments: z.object({ production: z.string(), staging: z.string() }),
});

/** A whole service of a test's own, as a first start leaves it. */
export interface TestPlatform extends Platform {
	readonly config: Config;
	readonly firstRun: z.output<typeof firstRunSchema>;
	/** Asks with the first run's API key unless another is named. */
	api(method: string, path: string, body?: unknown, options?: Omit<Asked, 'body'>): Promise<ApiReply>;
	/** Stops the service and removes its data. */
	remove(): Promise<void>;
}

/** For tests that ask for more in a minute than clients may. */
export const WIDE_LIMITS: Limits = {
	platform: 1_000_000,
	webhook: 1_000_000,
	loginRequests: 1_000_000,
	refusedKeys: 1_000_000,
};

/**
 * Starts the service on an empty database of the test's own, with the limits of production unless others are named. What
 * it answers is held against its own OpenAPI document.
 */
export async function startTestPlatform(
	environment: Record<string, string> = {},
	{ limits = LIMITS, clock = systemClock, names }: { limits?: Limits; clock?: Clock; names?: NameRecords } = {},
): Promise<TestPlatform> {
	const dataDir = await mkdtemp(path.join(tmpdir(), 'odoo-platform-test-'));
	const database = await openTestDatabase();
	const config = readConfig({
		PORT: '0',
		LOG_LEVEL: 'error',
		DATA_DIR: dataDir,
		OUTBOUND_ALLOWED_CIDRS: '127.0.0.0/8',
		DOCKER_HOST: 'none',
		MONGODB_URI: databaseUri(database),
		...environment,
	});
	const log = createLogger(config.logLevel);
	const platform = await startPlatform(config, { log, limits, clock, ...(names === undefined ? {} : { names }) });
	const endChecks = await checkReplies(platform.url);
	const firstRun = firstRunSchema.parse(JSON.parse(await readFile(path.join(dataDir, 'first-run.json'), 'utf8')));
	return {
		...platform,
		config,
		firstRun,
		api: apiCaller(platform.url, firstRun.api_key),
		async remove() {
			endChecks();
			await platform.stop();
			await database.drop();
			await rm(dataDir, { recursive: true, force: true });
		},
	};
}

/** Asks a service, with that API key unless another is named. */
export const apiCaller =
	(url: string, apiKey: string): TestPlatform['api'] =>
	(method, route, body, { key = apiKey, headers } = {}) =>
		ask(url, method, route, { key, headers, body });

/** Another replica of that service: the same database and master key, a data directory of its own. */
export async function startReplica(
	{ config }: Pick<TestPlatform, 'config'>,
	{ limits = LIMITS, clock = systemClock }: { limits?: Limits; clock?: Clock } = {},
): Promise<Platform> {
	const dataDir = await mkdtemp(path.join(tmpdir(), 'odoo-platform-test-'));
	const secretKey = await loadMasterKey(config.dataDir);
	const replica = await startPlatform(
		{ ...config, dataDir, secretKey },
		{ log: createLogger(config.logLevel), limits, clock },
	);
	const endChecks = await checkReplies(replica.url);
	return {
		...replica,
		async stop() {
			endChecks();
			await replica.stop();
			await rm(dataDir, { recursive: true, force: true });
		},
	};
}

/** The connection string of one database on a server. */
export function databaseUri({ uri, name }: Pick<TestDatabase, 'uri' | 'name'>): string {
	const [server = '', options] = uri.split('?');
	return `${server.replace(/\/$/, '')}/${name}${options === undefined ? '' : `?${options}`}`;
}

/** Another tenant on the same database: its API key. */
export async function addOrganization(
	platform: Pick<TestPlatform, 'config'>,
	{ plan = 'agency', id }: { plan?: Plan; id?: OrganizationId } = {},
) {
	const organization_id = id ?? createIds(systemClock).next('organization');
	const connection = await mongoose.createConnection(platform.config.mongodbUri ?? '').asPromise();
	const organizations = createOrganizationsService({
		organizations: organizationCollection(connection),
		clock: systemClock,
	});
	await organizations.create({ id: organization_id, name: 'Other', plan });
	await connection.close();
	return { organization_id, api_key: await addKey(platform, { organization_id, name: 'other' }) };
}

/** The token of a key that nobody was asked for; unless told otherwise it may do everything in its organization. */
export async function addKey(
	{ config }: Pick<TestPlatform, 'config'>,
	asked: Partial<KeySpecification> & Pick<KeySpecification, 'organization_id'>,
) {
	const connection = await mongoose.createConnection(config.mongodbUri ?? '').asPromise();
	const clock = systemClock;
	const ids = createIds(clock);
	const keys = createKeysService({
		keys: keyCollection(connection),
		planOf: () => Promise.resolve(null),
		connectionExists: () => Promise.resolve(false),
		secrets: createSecrets(await loadMasterKey(config.dataDir)),
		clock,
		ids,
		log: createLogger('silent'),
	});
	const specification: KeySpecification = {
		id: ids.next('key'),
		name: 'test',
		scope: 'org',
		permissions: PERMISSIONS,
		connection_id: null,
		expires_at: null,
		hmac_secret: null,
		...asked,
	};
	const token = keys.mint(specification);
	await keys.store(specification, token);
	await connection.close();
	return token;
}
