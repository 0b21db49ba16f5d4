import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import mongoose from 'mongoose';
import { z } from 'zod';
import { createFakeClock, type FakeClock } from '../support/fake-clock';
import { addKey, startReplica, startTestPlatform, type TestPlatform } from '../support/platform';
import { postSigned } from '../support/signed-request';

let platform: TestPlatform;
let clock: FakeClock;

beforeAll(async () => {
	clock = createFakeClock();
	platform = await startTestPlatform({}, { clock });
});
afterAll(() => platform.remove());

const callSchema = z.strictObject({
	model: z.string(),
	method: z.string(),
	args: z.array(z.unknown()),
	kwargs: z.record(z.string(), z.unknown()),
});
const dataSchema = z.strictObject({
	answer: z.string(),
	understood: z.boolean(),
	records: z.array(z.record(z.string(), z.unknown())).optional(),
	plan: z.array(callSchema).optional(),
	confirm_token: z.string().optional(),
	expires_at: z.string().optional(),
	results: z.array(z.unknown()).optional(),
	queries: z.array(callSchema),
	planner: z.literal('rules'),
});

interface Target {
	readonly url?: string;
	/** A key without an HMAC secret. */
	readonly key?: string;
}

function send(request: object, { url = platform.url, key }: Target = {}) {
	const { token, hmac_secret } = platform.firstRun.webhook_key;
	return postSigned(url, '/api/n8n/webhook', { token: key ?? token, hmac_secret }, JSON.stringify(request));
}

async function chat(request: object, target?: Target) {
	const { status, json } = await send({ action: 'chat', ...request }, target);
	if (status !== 200) throw new Error(JSON.stringify(json));
	return dataSchema.parse(json.data);
}

describe('the chat action', () => {
	it("answers the document's question with the records and the queries", async () => {
		const data = await chat({ message: 'List all customers with outstanding invoices over $1000' });
		expect(data).toMatchObject({ understood: true, planner: 'rules' });
		expect(data.records?.length).toBeGreaterThan(0);
		expect(data.queries.map(({ model }) => model)).toEqual(['account.move', 'res.partner']);
	});

	it.each([
		'List all customers with outstanding invoices over $1000',
		'confirmed sales orders today',
		'products with qty_available < 10',
		'quotations from Brightwater Foods',
	])('answers the records that its last query brings again: %s', async (message) => {
		const { records, queries } = await chat({ message });
		const again = await send({ action: 'execute_method', ...queries.at(-1) });
		expect(records).toEqual(again.json.data);
	});

	it('asks the environment that is named', async () => {
		const { staging } = platform.firstRun.environments;
		const make = { model: 'res.partner', method: 'create', args: [{ name: 'Only in Staging' }] };
		await send({ action: 'execute_method', ...make, environment_id: staging });
		const message = 'contacts named "Only in Staging"';
		expect((await chat({ message })).records).toEqual([]);
		expect((await chat({ message, environment_id: staging })).records).toHaveLength(1);
	});

	it('says what it did not understand, and asks Odoo nothing', async () => {
		const data = await chat({ message: 'Sing me a song about wool' });
		expect(data).toMatchObject({ understood: false, queries: [] });
		expect(data.answer).toContain('I can answer questions such as');
	});
});

/** Another webhook key of the organization, with those permissions. */
const webhookKey = (permissions: readonly ('odoo:read' | 'odoo:write')[]) =>
	addKey(platform, { organization_id: platform.firstRun.organization_id, scope: 'webhook', permissions });

const countPartners = async (name: string) => {
	const call = { model: 'res.partner', method: 'search_count', args: [[['name', '=', name]]] };
	return (await send({ action: 'execute_method', ...call })).json.data;
};

/** A plan to create a contact of that name. */
async function planContact(name: string, target?: Target) {
	const message = `create a contact named "${name}"`;
	const data = await chat({ message, allow_writes: true }, target);
	if (data.confirm_token === undefined) throw new Error(data.answer);
	return { message, confirm: data.confirm_token, data };
}

describe('a wish to change something, in a chat', () => {
	it('is answered with a plan and a token, and nothing is written', async () => {
		const { data } = await planContact('Planned Only');
		expect(data).toMatchObject({
			understood: true,
			plan: [{ model: 'res.partner', method: 'create', args: [{ name: 'Planned Only' }], kwargs: {} }],
			expires_at: new Date(clock.now().getTime() + 600_000).toISOString(),
		});
		expect(await countPartners('Planned Only')).toBe(0);
	});

	it('is done when it is confirmed, once', async () => {
		const { confirm } = await planContact('Done Once');
		const done = await chat({ confirm });
		expect(done).toMatchObject({ understood: true, results: [expect.any(Number)] });
		expect(done.answer).toBe('Done: Create a contact with Name “Done Once”.');
		const again = await send({ action: 'chat', confirm });
		expect([again.status, again.json.code]).toEqual([404, 'not_found']);
		expect(await countPartners('Done Once')).toBe(1);
	});

	it('is said afterwards with what was there before, not with what is there now', async () => {
		const { confirm } = await planContact('Rung Once');
		await chat({ confirm });
		const message = 'set the phone of contact "Rung Once" to +1 555 0199';
		const planned = await chat({ message, allow_writes: true });
		expect(planned.answer).toContain('Phone “+1 555 0199” (now: none).');
		const done = await chat({ confirm: planned.confirm_token });
		expect(done.answer).toMatch(/^Done: .* Phone “\+1 555 0199” \(before: none\)\.$/);
	});

	it('may be confirmed with the same message, and with no other', async () => {
		const { confirm, message } = await planContact('Same Message');
		const other = await send({ action: 'chat', confirm, message: 'delete product Oak Desk', allow_writes: true });
		expect([other.status, other.json.code]).toEqual([404, 'not_found']);
		expect((await chat({ confirm, message, allow_writes: true })).understood).toBe(true);
	});

	it('is done once, though two replicas are told so at the same time', async () => {
		const replica = await startReplica(platform, { clock });
		try {
			for (const name of ['Race 1', 'Race 2', 'Race 3']) {
				const { confirm } = await planContact(name);
				const targets = [platform.url, replica.url, platform.url, replica.url];
				const replies = await Promise.all(targets.map((url) => send({ action: 'chat', confirm }, { url })));
				expect(replies.map(({ status }) => status).sort()).toEqual([200, 404, 404, 404]);
				expect(await countPartners(name)).toBe(1);
			}
		} finally {
			await replica.stop();
		}
	});

	it('waits for ten minutes', async () => {
		const { confirm } = await planContact('Too Late');
		await clock.advance(600_000);
		expect((await send({ action: 'chat', confirm })).status).toBe(404);
		expect(await countPartners('Too Late')).toBe(0);
	});

	it('is confirmed by the key that asked alone', async () => {
		const { confirm } = await planContact('Other Key');
		const key = await webhookKey(['odoo:read', 'odoo:write']);
		expect((await send({ action: 'chat', confirm }, { key })).status).toBe(404);
		expect((await chat({ confirm })).understood).toBe(true);
	});

	it('is confirmed for the Odoo that it was made for alone', async () => {
		const { confirm } = await planContact('Other Odoo');
		const { staging } = platform.firstRun.environments;
		expect((await send({ action: 'chat', confirm, environment_id: staging })).status).toBe(404);
		expect(await countPartners('Other Odoo')).toBe(0);
	});

	it('says that it must be allowed to write', async () => {
		const data = await chat({ message: 'delete product Oak Desk' });
		expect(data).not.toHaveProperty('confirm_token');
		expect(data.answer).toMatch(/Nothing was changed: the request must say "allow_writes": true\.$/);
	});

	it('says that the key may not write, whether it asks or confirms', async () => {
		const key = await webhookKey(['odoo:read']);
		const data = await chat({ message: 'delete product Oak Desk', allow_writes: true }, { key });
		expect(data).not.toHaveProperty('confirm_token');
		expect(data.answer).toMatch(/the API key lacks the permission odoo:write\.$/);
		const { confirm } = await planContact('No Permission');
		const reply = await send({ action: 'chat', confirm }, { key });
		expect([reply.status, reply.json.required_permission]).toEqual([403, 'odoo:write']);
	});

	it('answers what Odoo says where it refuses', async () => {
		const make = { model: 'sale.order', method: 'search', args: [[['state', '=', 'sale']]], kwargs: { limit: 1 } };
		const [id] = z.array(z.number()).parse((await send({ action: 'execute_method', ...make })).json.data);
		const { confirm_token: confirm } = await chat({ message: `delete order id ${id ?? 0}`, allow_writes: true });
		const reply = await send({ action: 'chat', confirm });
		expect([reply.status, reply.json.code]).toEqual([400, 'odoo_user_error']);
	});

	it('is kept without its token', async () => {
		const { confirm } = await planContact('Kept Hashed');
		const connection = await mongoose.createConnection(platform.config.mongodbUri ?? '').asPromise();
		const stored = await connection.collection('proposals').find({}).toArray();
		await connection.close();
		expect(stored.length).toBeGreaterThan(0);
		expect(JSON.stringify(stored)).not.toContain(confirm);
	});
});
