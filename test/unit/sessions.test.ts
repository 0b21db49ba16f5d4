import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import mongoose, { type Connection } from 'mongoose';
import { createIds, type OrganizationId } from '../../backend/src/core/ids';
import { createLogger } from '../../backend/src/core/log';
import type { Plan } from '../../backend/src/core/permissions';
import { createSecrets } from '../../backend/src/core/secrets';
import type { TenantCollection } from '../../backend/src/database/tenant-collection';
import type { OdooPlace } from '../../backend/src/features/connections/places';
import { type OdooLoginDocument, odooLoginCollection } from '../../backend/src/features/odoo-logins/model';
import { createOdooLoginsService, type OdooLoginsService } from '../../backend/src/features/odoo-logins/service';
import { LIMITS } from '../../backend/src/http/limits';
import { createLoginGate } from '../../backend/src/http/login-gate';
import type { Fetch } from '../../backend/src/net/outbound';
import { openTestDatabase, type TestDatabase } from '../support/database';
import { createFakeClock, type FakeClock } from '../support/fake-clock';
import { openSandbox, SANDBOX_KEY } from '@odoo-platform/odoo-sandbox/testing';
import { until } from '../support/until';

let database: TestDatabase;
let connection: Connection;
let collection: TenantCollection<OdooLoginDocument>;
let clock: FakeClock;
let organization: OrganizationId;
let plan: Plan | null;
/** The servers that were asked to log somebody in. */
let asked: string[];
let places: OdooPlace[];
let service: OdooLoginsService;

beforeAll(async () => {
	database = await openTestDatabase();
	connection = await mongoose.createConnection(database.uri, { dbName: database.name }).asPromise();
	collection = odooLoginCollection(connection);
});

afterAll(async () => {
	await connection.close();
	await database.drop();
});

/** An Odoo that lets in who knows that password. */
function place(url: string, opens: boolean): OdooPlace {
	const sandbox = openSandbox();
	const fetch: Fetch = (target, init) => {
		if (target.endsWith('/web/version')) asked.push(url);
		return opens
			? sandbox.fetch(target.slice(url.length), init)
			: Promise.resolve(new Response('', { status: 404 }));
	};
	const connection_id = createIds(clock).next('connection');
	return { connection_id, organization_id: organization, url, database: 'sandbox', fetch };
}

beforeEach(() => {
	clock = createFakeClock();
	const ids = createIds(clock);
	organization = ids.next('organization');
	plan = 'free';
	asked = [];
	places = [place('http://odoo.example.com', true)];
	service = createOdooLoginsService({
		odooLogins: collection,
		findPlaces: () => Promise.resolve(places),
		planOf: () => Promise.resolve(plan),
		secrets: createSecrets(Buffer.alloc(32, 7)),
		clock,
		ids,
		log: createLogger('silent'),
	});
});

const credentials = { db: 'sandbox', login: 'admin', password: SANDBOX_KEY };
const signal = new AbortController().signal;

async function begin(): Promise<string> {
	const begun = await service.begin(credentials, { signal });
	if (begun === null) throw new Error('not let in');
	return begun.token;
}

const isGood = async (token: string) => (await service.authenticate(token)) !== null;

/** A request now, and what it puts off. */
async function use(token: string) {
	const good = await isGood(token);
	const ends = clock.now().getTime() + 60 * 60_000;
	if (good) {
		await until(async () => {
			const session = await collection.findOne(organization, {});
			return session !== null && session.ends_at.getTime() >= Math.min(ends, session.expires_at.getTime());
		});
	}
	return good;
}

const HOUR = 60 * 60_000;

describe('logging in', () => {
	it('keeps neither the token nor the password in clear', async () => {
		const token = await begin();
		const kept = JSON.stringify(await collection.findOne(organization, {}));
		expect([kept.includes(token), kept.includes(SANDBOX_KEY)]).toEqual([false, false]);
	});

	it('goes on to the next server where one does not let the user in', async () => {
		places = [place('http://first.example.com', false), place('http://second.example.com', true)];
		await begin();
		expect(asked).toEqual(['http://first.example.com', 'http://second.example.com']);
	});

	it('asks no more servers once one lets the user in', async () => {
		places = [place('http://first.example.com', true), place('http://second.example.com', true)];
		await begin();
		expect(asked).toEqual(['http://first.example.com']);
	});

	it('asks a server no more for a minute after three failures, so that it does not refuse the platform', async () => {
		const guess = () => service.begin({ ...credentials, password: 'guess' }, { signal });
		await Promise.all(Array.from({ length: 20 }, guess));
		expect(asked).toHaveLength(3);
		asked = [];
		expect(await service.begin(credentials, { signal })).toBeNull();
		expect(asked).toEqual([]);
		await clock.advance(60_000);
		await begin();
	});
});

describe('a session', () => {
	it('is over after an hour without use', async () => {
		const token = await begin();
		await clock.advance(HOUR - 1);
		expect(await isGood(token)).toBe(true);
		const unused = await begin();
		await clock.advance(HOUR);
		expect(await isGood(unused)).toBe(false);
	});

	it('goes on while it is used, for eight hours', async () => {
		const token = await begin();
		for (let minutes = 0; minutes < 8 * 60; minutes += 59) {
			expect(await use(token)).toBe(true);
			await clock.advance(59 * 60_000);
		}
		expect(await isGood(token)).toBe(false);
	});

	it('is over with its organization', async () => {
		const token = await begin();
		plan = null;
		expect(await isGood(token)).toBe(false);
	});

	it('is found in its own organization alone', async () => {
		const token = await begin();
		const caller = await service.authenticate(token);
		if (caller === null) throw new Error('no session');
		expect(await service.find(organization, caller.login_id)).toMatchObject({ login: 'admin' });
		expect(await service.find(createIds(clock).next('organization'), caller.login_id)).toBeNull();
	});
});

describe('the bound on a session', () => {
	it('is on requests at once, not on requests', () => {
		const gate = createLoginGate({ limits: LIMITS });
		const session = createIds(clock).next('odoo_login');
		const leave = Array.from({ length: LIMITS.loginRequests }, () => gate.enter(session));
		expect(() => gate.enter(session)).toThrow(expect.objectContaining({ status: 429, code: 'rate_limited' }));
		leave[0]?.();
		expect(() => gate.enter(session)).not.toThrow();
	});

	it('is on each by itself', () => {
		const gate = createLoginGate({ limits: { loginRequests: 1 } });
		const ids = createIds(clock);
		gate.enter(ids.next('odoo_login'));
		expect(() => gate.enter(ids.next('odoo_login'))).not.toThrow();
	});
});
