import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { startTestPlatform, type TestPlatform } from '../support/platform';

let platform: TestPlatform;

beforeAll(async () => {
	platform = await startTestPlatform();
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

async function send(request: object, { url = platform.url, key }: Target = {}) {
	const { token, hmac_secret } = platform.firstRun.webhook_key;
	const body = JSON.stringify(request);
	const response = await fetch(`${url}/api/n8n/webhook`, {
		method: 'POST',
		headers: {
			Authorization: `Bearer ${key ?? token}`,
			'X-HMAC-Signature': createHmac('sha256', hmac_secret).update(body).digest('hex'),
			'Content-Type': 'application/json',
		},
		body,
	});
	const json = z.record(z.string(), z.unknown()).parse(await response.json());
	return { status: response.status, json };
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
