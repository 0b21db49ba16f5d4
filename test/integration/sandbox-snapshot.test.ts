import { tmpdir } from 'node:os';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import mongoose, { type Connection } from 'mongoose';
import { z } from 'zod';
import { createIds } from '../../backend/src/core/ids';
import { createSecrets } from '../../backend/src/core/secrets';
import { DEFAULT_SETTINGS } from '../../backend/src/features/environments/site';
import { createOutbound, readLimited } from '../../backend/src/net/outbound';
import type { Runtime, RuntimeContext, RuntimeParts, RuntimeSite } from '../../backend/src/runtimes/runtime';
import { dockerSiteCollection } from '../../backend/src/runtimes/docker/model';
import { createRuntimes } from '../../backend/src/runtimes/runtimes';
import { SnapshotError } from '../../backend/src/runtimes/snapshot';
import { openTestDatabase, type TestDatabase } from '../support/database';
import { noServers } from '../support/no-servers';
import { createFakeClock } from '../support/fake-clock';
import { createMemoryStore } from '../support/snapshot-store';

const clock = createFakeClock();
const ids = createIds(clock);
let database: TestDatabase;
let connection: Connection;
let sandbox: Runtime;
let dockerSites: RuntimeParts['dockerSites'];
let sites: RuntimeSite[];

const addSite = (odoo_version = '19.0') => {
	const site = {
		id: ids.next('environment'),
		organization_id: ids.next('organization'),
		odoo_version,
		settings: DEFAULT_SETTINGS,
		placement: null,
	};
	sites.push(site);
	return site;
};

beforeAll(async () => {
	database = await openTestDatabase();
	connection = await mongoose
		.createConnection(database.uri, { dbName: database.name, autoIndex: false, autoCreate: false })
		.asPromise();
	dockerSites = dockerSiteCollection(connection);
});

afterAll(async () => {
	await connection.close();
	await database.drop();
});

beforeEach(() => {
	sites = [];
	sandbox = createRuntimes({
		connection,
		baseUrl: () => 'https://platform.example.com',
		findSite: (_kind, id) => {
			const found = sites.find((site) => site.id === id);
			return Promise.resolve(found === undefined ? null : { ...found, stopped: false });
		},
		servers: noServers,
		installation: () => Promise.resolve('org_01HXMW8QPK3R5T7V9X1Z3B5C7D'),
		dockerSites,
		outbound: createOutbound({ allowedCidrs: [] }),
		scratchDir: tmpdir(),
		images: { odoo: 'odoo:{version}', postgres: 'postgres:17', caddy: 'caddy:2' },
		secrets: createSecrets(Buffer.alloc(32, 7)),
		clock,
	}).of('sandbox');
});

const contextOf = (overrides: Partial<RuntimeContext> = {}): RuntimeContext => ({
	signal: new AbortController().signal,
	log: () => Promise.resolve(),
	progress: () => Promise.resolve(),
	...overrides,
});

/** Calls a method of the site's Odoo, as its administrator. */
async function call(site: RuntimeSite, method: string, body: unknown): Promise<unknown> {
	const { url, database: db, secret, fetch } = await sandbox.access(site);
	const response = await fetch(`${url}/json/2/res.partner/${method}`, {
		method: 'POST',
		headers: { authorization: `bearer ${secret}`, 'content-type': 'application/json', 'x-odoo-database': db },
		body: JSON.stringify(body),
	});
	return JSON.parse(Buffer.concat(await readLimited(response, 1_000_000)).toString());
}

const addPartner = (site: RuntimeSite, name: string) => call(site, 'create', { vals_list: [{ name }] });
const names = async (site: RuntimeSite) =>
	z
		.array(z.object({ name: z.string() }))
		.parse(await call(site, 'search_read', { domain: [], fields: ['name'] }))
		.map(({ name }) => name);

async function snapshotOf(site: RuntimeSite, context = contextOf()) {
	const store = createMemoryStore();
	await sandbox.snapshot(site, store, context);
	return store;
}

describe('a snapshot of a sandbox', () => {
	it('brings another sandbox to what the first one was', async () => {
		const [from, to] = [addSite(), addSite()];
		await addPartner(from, 'Before');
		const store = await snapshotOf(from);
		await addPartner(from, 'After');
		await addPartner(to, 'Its own');
		await sandbox.restore(to, store, contextOf());
		expect(await names(to)).toContain('Before');
		expect(await names(to)).not.toContain('After');
		expect(await names(to)).not.toContain('Its own');
	});

	it('puts a sandbox back to what it was', async () => {
		const site = addSite();
		const before = await names(site);
		const store = await snapshotOf(site);
		await addPartner(site, 'A mistake');
		await sandbox.restore(site, store, contextOf());
		expect(await names(site)).toEqual(before);
	});

	it('leaves the secret of the sandbox that it is restored to alone', async () => {
		const [from, to] = [addSite(), addSite()];
		const { secret } = await sandbox.access(to);
		await sandbox.restore(to, await snapshotOf(from), contextOf());
		expect((await sandbox.access(to)).secret).toBe(secret);
	});

	it('tells how far it is', async () => {
		const told: number[] = [];
		await snapshotOf(addSite(), contextOf({ progress: (fraction) => Promise.resolve(void told.push(fraction)) }));
		expect(told.at(-1)).toBe(1);
	});

	it('ends when it is aborted, and is no whole snapshot then', async () => {
		const site = addSite();
		const store = createMemoryStore();
		const signal = AbortSignal.abort(new Error('enough'));
		await expect(sandbox.snapshot(site, store, contextOf({ signal }))).rejects.toThrow('enough');
		await expect(sandbox.restore(site, store, contextOf())).rejects.toThrow(SnapshotError);
	});

	it.each([
		['is damaged', 'records.jsonl', 'no record at all'],
		['is not whole', 'manifest.json', ''],
	])('that %s changes nothing where it is restored', async (_, part, content) => {
		const site = addSite();
		const store = await snapshotOf(site);
		store.parts.set(part, Buffer.from(content));
		await addPartner(site, 'Later');
		const before = await names(site);
		await expect(sandbox.restore(site, store, contextOf())).rejects.toThrow(SnapshotError);
		expect(await names(site)).toEqual(before);
	});

	it('of another version of Odoo is refused', async () => {
		const store = await snapshotOf(addSite('18.0'));
		await expect(sandbox.restore(addSite('19.0'), store, contextOf())).rejects.toThrow('Odoo 18.0');
	});
});
