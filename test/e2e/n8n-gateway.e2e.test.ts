import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { INodeParameters } from 'n8n-workflow';
import type { WorkflowJson } from '../../scripts/n8n-engine';
import { N8n, n8nFromEnvironment } from '../support/n8n';
import { startTestPlatform, type TestPlatform, WIDE_LIMITS } from '../support/platform';

const settings = n8nFromEnvironment();
const { ODOO_URL, ODOO_DB, ODOO_LOGIN, ODOO_API_KEY } = process.env;
const TYPE = 'n8n-nodes-odoo-platform.odooGateway';

/** On the real Odoo that the environment names, else on the sandbox. */
(settings === null ? describe.skip : describe)('the gateway node in a whole n8n', () => {
	let n8n: N8n;
	let platform: TestPlatform;
	let credentials: Record<string, { id: string; name: string }>;

	beforeAll(async () => {
		if (settings === null) throw new Error('There is no n8n');
		n8n = await N8n.login(settings);
		platform = await startTestPlatform({}, { limits: WIDE_LIMITS });
		if (ODOO_URL !== undefined) {
			const odoo = { url: ODOO_URL, database: ODOO_DB, login: ODOO_LOGIN, api_key: ODOO_API_KEY };
			await platform.api('POST', '/api/v1/odoo-connections', { name: 'e2e', ...odoo, default: true });
		}
		const { token, hmac_secret } = platform.firstRun.webhook_key;
		const data = { baseUrl: platform.url, apiKey: token, hmacSecret: hmac_secret };
		credentials = { odooGatewayApi: await n8n.saveCredential('odooGatewayApi', 'Gateway e2e', data) };
	}, 60_000);
	afterAll(() => platform.remove());

	const model = { __rl: true, mode: 'id', value: 'res.partner' };
	const record = { __rl: true, mode: 'id', value: '={{ $json.id }}' };
	const mapped = (value: INodeParameters, matchingColumns: string[] = []): INodeParameters => ({
		mappingMode: 'defineBelow',
		value,
		matchingColumns,
		schema: [],
	});
	const node = (name: string, type: string, typeVersion: number, parameters: INodeParameters) => ({
		id: name,
		name,
		type,
		typeVersion,
		position: [0, 0] as [number, number],
		parameters,
		...(type === TYPE && { credentials }),
	});
	/** A workflow that hands these items to gateway nodes, one after the other. */
	const chain = (items: object[], operations: Record<string, INodeParameters>): WorkflowJson => {
		const nodes = [
			node('Start', 'n8n-nodes-base.manualTrigger', 1, {}),
			node('List', 'n8n-nodes-base.set', 3.4, {
				mode: 'raw',
				jsonOutput: JSON.stringify({ items }),
				options: {},
			}),
			node('Items', 'n8n-nodes-base.splitOut', 1, { fieldToSplitOut: 'items', options: {} }),
			...Object.entries(operations).map(([name, parameters]) =>
				node(name, TYPE, 1, { resource: 'record', model, ...parameters }),
			),
		];
		const links = nodes.slice(1).map(({ name }, index) => {
			const main = [[{ node: name, type: 'main' as const, index: 0 }]];
			return [nodes[index]?.name ?? '', { main }] as const;
		});
		return {
			name: 'Gateway e2e',
			nodes,
			connections: Object.fromEntries(links),
			settings: { executionOrder: 'v1' },
		};
	};
	const run = async (workflow: WorkflowJson) => {
		const id = await n8n.importWorkflow(workflow);
		try {
			return await n8n.execute(id, 'Start');
		} finally {
			await n8n.deleteWorkflow(id);
		}
	};

	it('creates, finds, changes and deletes contacts', async () => {
		const names = Array.from({ length: 15 }, (_, index) => ({ name: `Gateway e2e ${index}`, color: index % 10 }));
		const value = { name: '={{ $json.name }}', color: '={{ $json.color }}' };
		const { errors, items } = await run(
			chain(names, {
				Create: { operation: 'create', values: mapped(value) },
				Update: { operation: 'update', record, values: mapped({ phone: '=+32 2 {{ $json.id }}' }) },
				Get: { operation: 'get', record, fields: ['name', 'color', 'phone'] },
				Delete: { operation: 'delete', record },
			}),
		);
		expect(errors).toEqual({});
		expect(items.Get).toEqual(
			names.map((contact, index) => {
				const id = items.Create?.[index]?.id;
				return { id, ...contact, phone: `+32 2 ${String(id)}` };
			}),
		);
		expect(items.Delete).toEqual(names.map(() => ({ deleted: true })));
	}, 60_000);

	it('updates what matches, also when an earlier item made it', async () => {
		// Of this run alone: an earlier one that was broken off may have left its contact.
		const ref = `gateway-e2e-${randomUUID()}`;
		const people = [
			{ name: 'Gateway e2e A', ref },
			{ name: 'Gateway e2e B', ref },
		];
		const values = mapped({ name: '={{ $json.name }}', ref: '={{ $json.ref }}' }, ['ref']);
		const { errors, items } = await run(
			chain(people, {
				Upsert: { operation: 'upsert', values, options: { outputFields: ['name'] } },
				Find: {
					operation: 'getAll',
					filters: { conditions: [{ field: 'ref', operator: 'equals', value: ref }] },
					fields: ['name'],
					options: {},
				},
			}),
		);
		await run(chain([{ id: items.Upsert?.[0]?.id }], { Delete: { operation: 'delete', record } }));
		expect(errors).toEqual({});
		expect(items.Upsert).toMatchObject([{ created: true }, { created: false }]);
		expect(items.Find?.map(({ name }) => name)).toEqual(['Gateway e2e B', 'Gateway e2e B']);
	}, 60_000);

	it('says of the item that Odoo refuses why', async () => {
		const { status, errors } = await run(
			chain([{ name: 'Gateway e2e' }], { Create: { operation: 'create', input: 'json', json: '{"nmae": "x"}' } }),
		);
		expect(status).toBe('error');
		expect(errors.Create).toMatch(/field.*\[Item 0\]/i);
	}, 60_000);

	it('fills the lists of the editor from Odoo', async () => {
		const parameters = { resource: 'record', operation: 'create', model };
		const models = await n8n.searchList(TYPE, 'searchModels', credentials, parameters);
		const fields = await n8n.mappedFields(TYPE, 'getFieldsToCreate', credentials, parameters);
		expect(models.map(({ value }) => value)).toContain('res.partner');
		expect(fields).toContain('name');
	});
});
