import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { z } from 'zod';
import { actAsGateway, Refused } from '../support/fake-gateway';
import type { FakePlatform } from '../support/fake-platform';
import { fakePlatformForTests } from '../support/fake-platform-tests';
import { runNode } from '../support/n8n-engine';

let platform: FakePlatform;

fakePlatformForTests((started) => (platform = started));

const create = {
	resource: 'record',
	operation: 'create',
	model: { __rl: true, mode: 'id', value: 'res.partner' },
	input: 'json',
	json: '={{ ({ nr: $json.nr, bad: $json.bad, text: "x".repeat($json.kilobytes * 1000) }) }}',
};
const valuesSchema = z.object({ nr: z.number(), bad: z.boolean() });

/** Values of a record; many are small, some are large, some are refused. */
const contact = fc.record({
	bad: fc.boolean(),
	kilobytes: fc.oneof({ weight: 5, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat({ max: 900 }) }),
});
const contacts = fc.array(contact, { minLength: 1, maxLength: 60 });

/** Creates them all by the node; what came out, and what was asked. */
async function createAll(
	given: { bad: boolean; kilobytes: number }[],
	onError: 'continueRegularOutput' | 'stopWorkflow',
) {
	platform.received.length = 0;
	const gateway = actAsGateway(platform, ({ method, args: [values] }) => {
		if (method === 'fields_get') return {};
		const { nr, bad } = valuesSchema.parse(values);
		return bad ? new Refused('No') : nr + 100;
	});
	const { error, items } = await runNode('odooGateway', create, {
		credentials: platform.credentials,
		input: given.map((one, nr) => ({ json: { ...one, nr } })),
		settings: { onError },
	});
	const asked = gateway.actions
		.filter(({ method }) => method === 'create')
		.map(({ args: [values] }) => valuesSchema.parse(values).nr);
	return { error, items, asked };
}

describe("the gateway node's rounds", () => {
	it('give each item its own result, in order, whatever the others are', async () => {
		await fc.assert(
			fc.asyncProperty(contacts, async (given) => {
				const { items, asked } = await createAll(given, 'continueRegularOutput');
				expect(asked).toEqual(given.map((_, nr) => nr));
				expect(items.map(({ json, pairedItem }) => [json, pairedItem])).toEqual(
					given.map(({ bad }, item) => [bad ? { error: `No [Item ${item}]` } : { id: item + 100 }, { item }]),
				);
			}),
			{ numRuns: 25 },
		);
	});

	it('send no request that the platform finds too large', async () => {
		await fc.assert(
			fc.asyncProperty(contacts, async (given) => {
				await createAll(given, 'continueRegularOutput');
				expect(Math.max(...platform.received.map(({ rawBody }) => rawBody.length))).toBeLessThan(1024 * 1024);
			}),
			{ numRuns: 25 },
		);
	});

	it('ask for nothing after the first item that fails, when the node is to stop then', async () => {
		await fc.assert(
			fc.asyncProperty(contacts, async (given) => {
				const { error, asked } = await createAll(given, 'stopWorkflow');
				const first = given.findIndex(({ bad }) => bad);
				const until = first < 0 ? given.length : first + 1;
				expect(asked).toEqual(given.slice(0, until).map((_, nr) => nr));
				expect(error?.message).toBe(first < 0 ? undefined : `No [Item ${first}]`);
			}),
			{ numRuns: 25 },
		);
	});
});
