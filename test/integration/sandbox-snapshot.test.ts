import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { readLimited } from '../../backend/src/net/outbound';
import type { RuntimeSite } from '../../backend/src/runtimes/runtime';
import { SnapshotError } from '../../backend/src/runtimes/snapshot';
import { openBareRuntimes, untold } from '../support/bare-runtimes';
import { createMemoryStore } from '../support/snapshot-store';
import { use } from '../support/use';

const opened = use(async () => {
	const bare = await openBareRuntimes();
	return { ...bare, sandbox: bare.open('sandbox') };
});
const asItIs = { id: 'restore', sanitize: null, isCopy: false };
const addSite = (odoo_version = '19.0') => opened().addSite({ odoo_version });

/** Calls a method of the site's Odoo, as its administrator. */
async function call(site: RuntimeSite, method: string, body: unknown): Promise<unknown> {
	const { url, database: db, secret, fetch } = await opened().sandbox.access(site);
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

async function snapshotOf(site: RuntimeSite, context = untold()) {
	const store = createMemoryStore();
	await opened().sandbox.snapshot(site, store, context);
	return store;
}

describe('a snapshot of a sandbox', () => {
	it('brings another sandbox to what the first one was', async () => {
		const [from, to] = [addSite(), addSite()];
		await addPartner(from, 'Before');
		const store = await snapshotOf(from);
		await addPartner(from, 'After');
		await addPartner(to, 'Its own');
		await opened().sandbox.restore(to, store, asItIs, untold());
		expect(await names(to)).toContain('Before');
		expect(await names(to)).not.toContain('After');
		expect(await names(to)).not.toContain('Its own');
	});

	it('puts a sandbox back to what it was', async () => {
		const site = addSite();
		const before = await names(site);
		const store = await snapshotOf(site);
		await addPartner(site, 'A mistake');
		await opened().sandbox.restore(site, store, asItIs, untold());
		expect(await names(site)).toEqual(before);
	});

	it('leaves the secret of the sandbox that it is restored to alone', async () => {
		const [from, to] = [addSite(), addSite()];
		const { secret } = await opened().sandbox.access(to);
		await opened().sandbox.restore(to, await snapshotOf(from), asItIs, untold());
		expect((await opened().sandbox.access(to)).secret).toBe(secret);
	});

	it('tells how far it is', async () => {
		const told: number[] = [];
		await snapshotOf(addSite(), untold({ progress: (fraction) => Promise.resolve(void told.push(fraction)) }));
		expect(told.at(-1)).toBe(1);
	});

	it('ends when it is aborted, and is no whole snapshot then', async () => {
		const site = addSite();
		const store = createMemoryStore();
		const signal = AbortSignal.abort(new Error('enough'));
		await expect(opened().sandbox.snapshot(site, store, untold({ signal }))).rejects.toThrow('enough');
		await expect(opened().sandbox.restore(site, store, asItIs, untold())).rejects.toThrow(SnapshotError);
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
		await expect(opened().sandbox.restore(site, store, asItIs, untold())).rejects.toThrow(SnapshotError);
		expect(await names(site)).toEqual(before);
	});

	it('of another version of Odoo is refused', async () => {
		const store = await snapshotOf(addSite('18.0'));
		await expect(opened().sandbox.restore(addSite('19.0'), store, asItIs, untold())).rejects.toThrow('Odoo 18.0');
	});
});
