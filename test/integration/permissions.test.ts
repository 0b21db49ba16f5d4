import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Algorithm, decode, type Secret, sign as signJwt } from 'jsonwebtoken';
import { z } from 'zod';
import { systemClock } from '../../backend/src/core/clock';
import { createIds, ID_PREFIXES, type IdKind, type OrganizationId } from '../../backend/src/core/ids';
import { PERMISSIONS, planIncludes, PLANS } from '../../backend/src/core/permissions';
import { createSecrets, loadMasterKey } from '../../backend/src/core/secrets';
import type { Route } from '../../backend/src/http/route';
import { ask } from '../support/ask';
import { codeOf } from '../support/code-of';
import { addKey, addOrganization, startTestPlatform, type TestPlatform, WIDE_LIMITS } from '../support/platform';

let platform: TestPlatform;
let own: OrganizationId;
const ids = createIds(systemClock);

beforeAll(async () => {
	platform = await startTestPlatform({}, { limits: WIDE_LIMITS });
	const { organization_id, environments } = platform.firstRun;
	own = organization_id;
	await platform.api('POST', `/api/v1/environments/${environments.production}/deploy`, { ref: 'main', wait: true });
	await platform.api('POST', '/api/v1/webhooks', { url: 'https://hooks.example.com/', events: ['deployment.*'] });
});

afterAll(() => platform.remove());

const kinds = Object.entries(ID_PREFIXES);
const isKind = (name: string): name is IdKind => name in ID_PREFIXES;

/** The path with ids: those that are given, by prefix, or else ids of the right kind that name nothing. */
const pathOf = ({ path }: Route, given: ReadonlyMap<string, string> = new Map()) =>
	path.replace(/\{(\w+)_id\}/g, (_, name: string) => {
		if (!isKind(name)) throw new Error(`no kind of id for ${path}`);
		return given.get(ID_PREFIXES[name]) ?? ids.next(name);
	});

/** What a route is asked with, so that it looks for the thing that its path names. */
const BODIES: Readonly<Record<string, object>> = { deployEnvironment: { ref: 'main' } };

/** A route's answer to a request that names nothing: let in, it is 404 or 422 where it would change things. */
async function knock(route: Route, key: string, given?: ReadonlyMap<string, string>) {
	const body = route.method === 'get' ? undefined : (BODIES[route.operationId] ?? {});
	const reply = await platform.api(route.method.toUpperCase(), pathOf(route, given), body, { key });
	return { status: reply.status, code: codeOf(reply.json), text: reply.text };
}

interface SigningOptions {
	readonly typ?: string;
	readonly alg?: Algorithm;
	readonly by?: Secret;
}

const isLetIn = ({ status }: { status: number }) => status !== 401 && status !== 403;

/** What every route answers to every key. */
async function walk(keys: Readonly<Record<string, string>>, routes = platform.routes) {
	const answers = [];
	for (const route of routes) {
		for (const [name, key] of Object.entries(keys)) {
			answers.push(knock(route, key).then((answer) => ({ route, name, ...answer })));
		}
		await Promise.all(answers);
	}
	return Promise.all(answers);
}

async function keysOf<T extends string>(names: readonly T[], make: (name: T) => Promise<string>) {
	const keys: Record<string, string> = {};
	for (const name of names) keys[name] = await make(name);
	return keys;
}

/** The scopes of keys, and by what a route is open to them. */
const SCOPES = [
	['org', 'key'],
	['webhook', 'webhook_key'],
] as const;

describe('every route', () => {
	it.each(SCOPES)('lets in keys of scope %s by the permission that it declares alone', async (scope, by) => {
		const routes = platform.routes.filter(({ access }) => access.by === by);
		expect(routes.length).toBeGreaterThan(0);
		const specification = { organization_id: own, scope };
		const keys = await keysOf(PERMISSIONS, (permission) =>
			addKey(platform, { ...specification, permissions: [permission] }),
		);
		keys.none = await addKey(platform, { ...specification, permissions: [] });
		for (const { route, name, ...answer } of await walk(keys, routes)) {
			const { permission } = route.access;
			const intended = permission === null || permission === name;
			const seen = [route.operationId, name, isLetIn(answer), answer.code === 'permission_denied'];
			expect(seen).toEqual([route.operationId, name, intended, !intended]);
			expect(answer.status).toBeLessThan(500);
		}
	});

	it('refuses keys of the other scope, whatever they may do', async () => {
		const keys = {
			org: await addKey(platform, { organization_id: own }),
			multi_org: await addKey(platform, { organization_id: own, organization_ids: [own], scope: 'multi_org' }),
			webhook: await addKey(platform, { organization_id: own, scope: 'webhook' }),
		};
		for (const { route, name, ...answer } of await walk(keys)) {
			const refused = (name === 'webhook') !== (route.access.by === 'webhook_key');
			expect([route.operationId, name, answer.code === 'wrong_key_scope' || answer.status === 403]).toEqual([
				route.operationId,
				name,
				refused,
			]);
		}
	});

	it('is open from the plan on that it declares', async () => {
		const organizations = new Map<string, OrganizationId>();
		for (const plan of PLANS) organizations.set(plan, (await addOrganization(platform, { plan })).organization_id);
		for (const [scope, by] of SCOPES) {
			const routes = platform.routes.filter(({ access }) => access.by === by);
			const keys = await keysOf(PLANS, (plan) => {
				return addKey(platform, { organization_id: organizations.get(plan) ?? own, scope });
			});
			for (const { route, name, ...answer } of await walk(keys, routes)) {
				const offered = planIncludes(z.enum(PLANS).parse(name), route.access.plan);
				const seen = [route.operationId, name, isLetIn(answer), answer.code === 'plan_upgrade_required'];
				expect(seen).toEqual([route.operationId, name, offered, !offered]);
			}
		}
	});

	it('refuses every token that is not, or no longer, a key', async () => {
		const good = platform.firstRun.api_key;
		const jwt = good.replace('oec_live_', '');
		const claims = z.looseObject({}).parse(decode(jwt));
		const [header = '', payload = '', signature = ''] = jwt.split('.');
		const secret = createSecrets(await loadMasterKey(platform.config.dataDir)).derive('api-keys');
		const sign = (change: object, { typ = 'api-key+jwt', alg = 'HS256', by = secret }: SigningOptions = {}) =>
			`oec_live_${signJwt({ ...claims, ...change }, by, { algorithm: alg, header: { alg, typ } })}`;
		const revoked = await platform.api('POST', '/api/v1/api-keys', { name: 'revoked', permissions: PERMISSIONS });
		await platform.api('DELETE', `/api/v1/api-keys/${String(revoked.json.id)}`);
		const answers = await walk({
			revoked: String(revoked.json.token),
			expired: await addKey(platform, { organization_id: own, expires_at: new Date(Date.now() - 1_000) }),
			'with a broken signature': `oec_live_${header}.${payload}.${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`,
			'without a signature': `oec_live_${header}.${payload}.`,
			'of alg none': sign({}, { alg: 'none', by: '' }),
			'of another algorithm': sign({}, { alg: 'HS512' }),
			'of another type': sign({}, { typ: 'JWT' }),
			'for another audience': sign({ aud: 'somebody-else' }),
			'of another issuer': sign({ iss: 'somebody-else' }),
			'signed by another': sign({}, { by: Buffer.alloc(32, 7) }),
			'for a key that does not exist': sign({ jti: ids.next('key') }),
			'signed anew for a key that exists': sign({ iat: 1 }),
			'with the other prefix': `sk_live_${jwt}`,
			'without a prefix': jwt,
			'that is no token': 'oec_live_nothing',
		});
		for (const { route, name, status, code } of answers) {
			expect([route.operationId, name, status, code]).toEqual([route.operationId, name, 401, expect.any(String)]);
		}
	});

	it('refuses requests without a key', async () => {
		for (const route of platform.routes) {
			const { status } = await ask(platform.url, route.method.toUpperCase(), pathOf(route));
			expect([route.operationId, status]).toEqual([route.operationId, 401]);
		}
	});
});

describe('what belongs to another organization', () => {
	/** An id of everything that the owner's lists show, by prefix. */
	async function belongings(key: string): Promise<Map<string, string>> {
		const found = new Map<string, string>();
		for (const route of platform.routes) {
			if (route.method !== 'get' || route.path.includes('{') || route.access.by !== 'key') continue;
			const { text } = await knock(route, key);
			for (const [, prefix] of kinds) {
				const id = new RegExp(`${prefix}_[0-9A-HJKMNP-TV-Z]{26}`).exec(text)?.[0];
				if (id !== undefined && !found.has(prefix)) found.set(prefix, id);
			}
		}
		return found;
	}

	it.each(['org', 'multi_org'] as const)('is 404 for a key of scope %s, and in none of its lists', async (scope) => {
		const first = (await addOrganization(platform)).organization_id;
		const second = (await addOrganization(platform)).organization_id;
		const ours = await belongings(platform.firstRun.api_key);
		expect([...ours.keys()]).toEqual(
			expect.arrayContaining(['org', 'prj', 'env', 'dep', 'job', 'key', 'whk', 'aud']),
		);
		// That a key is kept in an organization does not open it where the key is for others.
		const specification =
			scope === 'org'
				? { organization_id: first }
				: { organization_id: own, organization_ids: [first, second], scope };
		const key = await addKey(platform, specification);
		for (const route of platform.routes.filter(({ access }) => access.by === 'key')) {
			const { status, text } = await knock(route, key, ours);
			if (route.path.includes('{')) {
				const unread = 'body' in route.input && BODIES[route.operationId] === undefined;
				expect([route.operationId, unread && status === 422 ? 404 : status]).toEqual([route.operationId, 404]);
			} else if (route.operationId !== 'getMe') {
				const leaked = [...ours.values()].filter((id) => text.includes(id));
				expect([route.operationId, leaked]).toEqual([route.operationId, []]);
			}
		}
	});
});
