import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
// Before the service, which reads the registry once.
import '../support/placed-runtime';
import { startFakeDocker } from '../support/fake-docker';
import { startTestPlatform, type TestPlatform } from '../support/platform';

const DOMAIN = 'shop.example.com';

/** What the DNS says, by the names that are asked for. */
const records = { cname: new Map<string, string>(), txt: new Map<string, string>() };
let docker: Awaited<ReturnType<typeof startFakeDocker>>;
let platform: TestPlatform;
let named = 0;

beforeAll(async () => {
	docker = await startFakeDocker();
	const answer = (of: Map<string, string>) => (name: string) => Promise.resolve([of.get(name) ?? []].flat());
	platform = await startTestPlatform(
		{ DOCKER_HOST: docker.endpoint, BASE_DOMAIN: 'apps.example.com' },
		{ names: { cname: answer(records.cname), txt: answer(records.txt) } },
	);
});
afterAll(async () => {
	await platform.remove();
	await docker.close();
});

const placed = z.object({ id: z.string(), primary_url: z.string() });
/** An environment on a server, and its domains. */
async function addEnvironment(settings: object = { runtime: 'placed' }) {
	const request = { project_id: platform.firstRun.project_id, name: `shop-${++named}`, ...settings };
	const { id, primary_url } = placed.parse((await platform.api('POST', '/api/v1/environments', request)).json);
	const route = `/api/v1/environments/${id}/domains`;
	return {
		id,
		host: new URL(primary_url).hostname,
		add: (domain = DOMAIN) => platform.api('POST', route, { domain }),
		remove: (domain = DOMAIN) => platform.api('DELETE', `${route}/${domain}`),
		list: async () => (await platform.api('GET', route)).json,
		delete: () => platform.api('DELETE', `/api/v1/environments/${id}`),
	};
}

describe('a domain', () => {
	it('is refused while the DNS does not show that it is to lead there, with the records that would', async () => {
		const { id, host, add, list } = await addEnvironment();
		const { status, json } = await add();
		expect(status).toBe(409);
		expect(json).toMatchObject({
			code: 'domain_not_proven',
			cname: host,
			txt_name: '_odoo-platform.shop.example.com',
			txt: id,
		});
		expect(await list()).toEqual({ domains: [] });
	});

	it.each([
		['is a CNAME of its environment’s host', (_id: string, host: string) => records.cname.set(DOMAIN, `${host}.`)],
		['names its environment in a TXT record', (id: string) => records.txt.set(`_odoo-platform.${DOMAIN}`, id)],
	])('is taken where it %s, asked twice as well, and goes again', async (_what, prove) => {
		const { id, host, add, list, remove } = await addEnvironment();
		prove(id, host);
		expect((await add()).status).toBe(201);
		expect((await add()).status).toBe(201);
		expect(await list()).toEqual({ domains: [{ domain: DOMAIN, created_at: expect.any(String) }] });
		expect((await remove()).status).toBe(204);
		expect((await remove()).status).toBe(404);
		expect(await list()).toEqual({ domains: [] });
		records.cname.clear();
		records.txt.clear();
	});

	it('leads to one environment, until that is deleted', async () => {
		const [one, other] = [await addEnvironment(), await addEnvironment()];
		records.cname.set(DOMAIN, one.host);
		expect((await one.add()).status).toBe(201);
		records.cname.set(DOMAIN, other.host);
		expect(await other.add()).toMatchObject({ status: 409, json: { code: 'domain_taken' } });
		await one.delete();
		expect((await other.add()).status).toBe(201);
	});

	it.each(['Shop.example.com', 'shop', '127.0.0.1', 'shop.example.com.', '*.example.com', 'a b.example.com'])(
		'is never %j',
		async (domain) => {
			const { add } = await addEnvironment();
			expect((await add(domain)).status).toBe(422);
		},
	);

	it('is for environments on servers alone', async () => {
		const { add } = await addEnvironment({ runtime: 'sandbox' });
		expect((await add()).status).toBe(422);
	});
});
