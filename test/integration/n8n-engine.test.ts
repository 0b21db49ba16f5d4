import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { IDataObject, INodeParameters } from 'n8n-workflow';
import { z } from 'zod';
import { runWorkflow } from '../../scripts/n8n-engine';
import { exampleWorkflow, openInEditor, runNode, sources } from '../support/n8n-engine';
import { startTestPlatform, type TestPlatform } from '../support/platform';

const { ODOO_URL, ODOO_DB, ODOO_LOGIN, ODOO_API_KEY, ODOO_VERSION } = process.env;
let platform: TestPlatform;
let credentials: Record<'odooPlatformApi' | 'odooGatewayApi', Record<string, string>>;

beforeAll(async () => {
	platform = await startTestPlatform();
	const { api_key: apiKey, webhook_key: webhookKey } = platform.firstRun;
	credentials = {
		odooPlatformApi: { baseUrl: platform.url, apiKey },
		odooGatewayApi: { baseUrl: platform.url, apiKey: webhookKey.token, hmacSecret: webhookKey.hmac_secret },
	};
});
afterAll(() => platform.remove());

const environment = () => ({ __rl: true, mode: 'id', value: platform.firstRun.environments.production });

describe("the examples in n8n's engine against the service", () => {
	it('deploy-and-report deploys, then reads the confirmed sales', async () => {
		const { error, items } = await runWorkflow(exampleWorkflow('deploy-and-report'), sources, {
			credentials,
			parameters: { 'Deploy environment': { environment: environment() } },
		});
		expect(error).toBeUndefined();
		expect(items['Deploy environment']).toMatchObject([{ json: { status: 'succeeded' } }]);
		expect(items['Read confirmed sales']?.map(({ json }) => Object.keys(json))).toContainEqual(
			expect.arrayContaining(['name', 'partner_id', 'date_order', 'amount_total']),
		);
	});

	it('on-deployment-succeeded reads the companies when it is started', async () => {
		const { error, items } = await runWorkflow(exampleWorkflow('on-deployment-succeeded'), sources, {
			credentials,
		});
		expect(error).toBeUndefined();
		expect(items['Read companies']?.length).toBeGreaterThan(0);
	});

	it('customers-of-large-orders finds the customer of each order, and asks the assistant', async () => {
		const { error, items } = await runWorkflow(exampleWorkflow('customers-of-large-orders'), sources, {
			credentials,
		});
		expect(error).toBeUndefined();
		expect(items['Large orders']).toHaveLength(5);
		expect(items['Their customers']?.map(({ json }) => json.id)).toEqual(
			items['Large orders']?.map(({ json }) => z.tuple([z.number(), z.string()]).parse(json.partner_id)[0]),
		);
		expect(items['Ask about sales']).toMatchObject([{ json: { understood: true } }]);
	});
});

describe("the nodes in n8n's engine against the service", () => {
	const run = (resource: string, more = {}) =>
		runNode('odooPlatform', { resource, operation: 'getAll', ...more }, { credentials });

	it('list projects, environments and deployments', async () => {
		const projects = await run('project');
		const environments = await run('environment', {
			filters: { project: { __rl: true, mode: 'id', value: platform.firstRun.project_id } },
		});
		const deployments = await run('deployment', { filters: { environment: environment(), status: ['succeeded'] } });
		expect(projects.json.map(({ id }) => id)).toEqual([platform.firstRun.project_id]);
		expect(environments.json.map(({ id }) => id).sort()).toEqual(
			Object.values(platform.firstRun.environments).sort(),
		);
		expect(deployments.error).toBeUndefined();
	});

	it('show the deployment that failed, and why', async () => {
		const deploy = await run('environment', {
			operation: 'deploy',
			environment: environment(),
			ref: 'no-such-branch',
		});
		const id = /dep_\w+/.exec(deploy.error?.description ?? '')?.[0] ?? '';
		const { json } = await run('deployment', {
			operation: 'get',
			deployment: { __rl: true, mode: 'id', value: id },
		});
		expect(json).toMatchObject([
			{ id, status: 'failed', error: { message: expect.stringContaining('no-such-branch') } },
		]);
	});

	it('clone, back up and restore an environment, and take its backup away as a file', async () => {
		const { production, staging } = platform.firstRun.environments;
		const target = { __rl: true, mode: 'id', value: staging };
		await run('environment', { operation: 'deploy', environment: environment(), ref: 'main' });
		await run('environment', { operation: 'deploy', environment: target, ref: 'main' });
		const cloned = await run('environment', {
			operation: 'clone',
			environment: target,
			sourceEnvironment: environment(),
			options: { profile: 'contacts', attachments: 'none' },
		});
		const made = await run('backup', { operation: 'create', environment: target, options: { encrypt: false } });
		const backup = { __rl: true, mode: 'id', value: z.string().parse(made.json[0]?.backup_id) };
		const listed = await run('backup', { filters: { environment: target } });
		const got = await run('backup', { operation: 'get', backup });
		const restored = await run('backup', {
			operation: 'restore',
			environment: target,
			backup,
			confirm: 'staging',
			options: { neutralize: true },
		});
		const file = await run('backup', { operation: 'download', backup, format: 'tar' });
		const deleted = await run('backup', { operation: 'delete', backup });
		const left = await run('backup', { operation: 'get', backup });
		expect(cloned.json).toMatchObject([{ status: 'succeeded', job: { result: { source_env: production } } }]);
		expect(listed.json).toMatchObject([{ id: backup.value, status: 'succeeded', encrypted: false }]);
		expect(got.json).toEqual(listed.json);
		expect(restored.json).toMatchObject([{ status: 'succeeded', job: { kind: 'restore' } }]);
		const { data = '', ...about } = file.items[0]?.binary?.data ?? {};
		expect(about).toMatchObject({ fileName: `${backup.value}.tar`, mimeType: 'application/x-tar' });
		expect(Buffer.from(data, 'base64').toString('latin1')).toContain('manifest.json');
		expect(deleted.json).toEqual([{ deleted: true }]);
		expect(left.error).toMatchObject({ httpCode: '404' });
	});

	it('name what a restore or a clone is refused for', async () => {
		const target = { __rl: true, mode: 'id', value: platform.firstRun.environments.staging };
		const made = await run('backup', { operation: 'create', environment: environment() });
		const backup = { __rl: true, mode: 'id', value: z.string().parse(made.json[0]?.backup_id) };
		const restored = await run('backup', {
			operation: 'restore',
			environment: target,
			backup,
			confirm: 'production',
		});
		const onItself = await run('environment', {
			operation: 'clone',
			environment: target,
			sourceEnvironment: target,
		});
		const asZip = await run('backup', { operation: 'download', backup, format: 'odoo' });
		expect(restored.error?.description).toMatch(/"Confirm": /);
		expect(onItself.error?.description).toMatch(/"Source Environment": /);
		expect(asZip.error?.message).toContain('Ask for the format tar');
	});

	it('report what Odoo refuses', async () => {
		const { error } = await runNode(
			'odooGateway',
			{ resource: 'method', operation: 'execute', model: 'no.such.model', method: 'search_read' },
			{ credentials },
		);
		expect(error?.description).toContain('no.such.model');
	});

	it('test the connection', async () => {
		const { error, json } = await runNode(
			'odooGateway',
			{ resource: 'connection', operation: 'test' },
			{ credentials },
		);
		expect(error).toBeUndefined();
		expect(json).toHaveLength(1);
	});
});

describe.each(['the sandbox', ...(ODOO_VERSION === undefined ? [] : [`Odoo ${ODOO_VERSION}`])])(
	"the gateway node in n8n's engine against the service and %s",
	(odoo) => {
		beforeAll(async () => {
			if (odoo === 'the sandbox') return;
			const access = { url: ODOO_URL, database: ODOO_DB, login: ODOO_LOGIN, api_key: ODOO_API_KEY };
			await platform.api('POST', '/api/v1/odoo-connections', { name: 'real', ...access, default: true });
		});
		const model = { __rl: true, mode: 'id', value: 'res.partner' };
		const run = (operation: string, parameters: INodeParameters, input: IDataObject[] = [{}]) =>
			runNode(
				'odooGateway',
				{ resource: 'record', operation, model, input: 'json', ...parameters },
				{ credentials, input: input.map((json) => ({ json })) },
			);
		const record = { __rl: true, mode: 'id', value: '={{ $json.id }}' };
		const idsOf = (items: IDataObject[]) => items.map(({ id }) => ({ id: Number(id) }));

		it('creates, finds, changes, reads and deletes records', async () => {
			const names = Array.from({ length: 20 }, (_, index) => ({ name: `Engine ${index}`, color: index % 3 }));
			const created = await run('create', { json: '={{ $json }}' }, names);
			const ids = idsOf(created.json);
			const filters = { conditions: [{ field: 'name', operator: 'startsWith', value: 'Engine ' }] };
			const found = await run('getAll', { returnAll: true, filters, fields: ['name', 'color'] });
			const updated = await run('update', { record, json: '{"color": 7}' }, ids);
			const read = await run('get', { record, fields: ['color'] }, ids);
			const deleted = await run('delete', { record }, ids);
			const left = await run('getAll', { returnAll: true, filters });
			expect(new Set(ids.map(({ id }) => id)).size).toBe(20);
			expect(found.json.map(({ name }) => name)).toEqual(names.map(({ name }) => name));
			expect(updated.json).toEqual(ids);
			expect(read.json).toEqual(ids.map(({ id }) => ({ id, color: 7 })));
			expect(deleted.json).toEqual(ids.map(() => ({ deleted: true })));
			expect(left.json).toEqual([]);
		});

		it('maps fields by their types, and updates what an earlier item created', async () => {
			const values: INodeParameters = {
				mappingMode: 'defineBelow',
				value: { name: '={{ $json.name }}', ref: '={{ $json.ref }}', color: '7', category_id: '' },
				matchingColumns: ['ref'],
				schema: [],
			};
			const input = [
				{ name: 'Engine A', ref: 'engine-1' },
				{ name: 'Engine B', ref: 'engine-1' },
			];
			const { json } = await run(
				'upsert',
				{ input: 'fields', values, options: { outputFields: ['name', 'color'] } },
				input,
			);
			await run('delete', { record }, idsOf(json).slice(0, 1));
			expect(json).toMatchObject([
				{ name: 'Engine A', color: 7, created: true },
				{ name: 'Engine B', color: 7, created: false },
			]);
			expect(json[0]?.id).toBe(json[1]?.id);
		});

		it('puts out a file that it attached, byte by byte', async () => {
			const file = {
				data: Buffer.from([0, 255, 10, 13, 128]).toString('base64'),
				mimeType: 'application/x-test',
			};
			const attach = { resource: 'attachment', operation: 'upload', model, record: { ...record, value: '1' } };
			const uploaded = await runNode('odooGateway', attach, {
				credentials,
				input: [{ json: {}, binary: { data: { ...file, fileName: 'bytes.bin' } } }],
			});
			const download = { resource: 'attachment', operation: 'download', record };
			const { items } = await runNode('odooGateway', download, { credentials, input: uploaded.items });
			await run('delete', { record, model: { ...model, value: 'ir.attachment' } }, idsOf(uploaded.json));
			expect(items[0]?.binary?.data).toMatchObject({ ...file, fileName: 'bytes.bin' });
		});

		it('says of a file that is too large that it is', async () => {
			const attach = { resource: 'attachment', operation: 'upload', model, record: { ...record, value: '1' } };
			const file = { data: Buffer.alloc(5_000_000).toString('base64'), mimeType: 'application/x-test' };
			const { error } = await runNode('odooGateway', attach, {
				credentials,
				input: [{ json: {}, binary: { data: file } }],
			});
			expect(error?.message).toContain('[Item 0]');
			expect(error?.description).toMatch(/larger than \d+ bytes.*\nSend less at once/);
		});

		it('goes on after what Odoo refuses, item by item', async () => {
			const { items } = await runNode(
				'odooGateway',
				{ resource: 'record', operation: 'create', model, input: 'json', json: '={{ $json }}' },
				{
					credentials,
					input: [{ json: { nmae: 'Engine' } }, { json: { name: 'Engine' } }],
					settings: { onError: 'continueRegularOutput' },
				},
			);
			await run('delete', { record }, idsOf(items.map(({ json }) => json)).slice(1));
			expect(items.map(({ json, pairedItem }) => [json, pairedItem])).toEqual([
				[{ error: expect.stringContaining('[Item 0]') }, { item: 0 }],
				[{ id: expect.any(Number) }, { item: 1 }],
			]);
		});

		it('looks relations up by name, and creates those that are missing when told to', async () => {
			const values: INodeParameters = {
				mappingMode: 'defineBelow',
				value: { name: 'Engine', country_id: '={{ $json.country }}', category_id: '["Engine tag"]' },
				matchingColumns: [],
				schema: [],
			};
			const autoCreate = '{"category_id": [{"name": "Engine tag"}]}';
			const options = { lookUp: true, autoCreate, outputFields: ['country_id', 'category_id'] };
			const created = await run('create', { input: 'fields', values, options }, [{ country: 'Belgium' }]);
			const missing = await run('create', { input: 'fields', values, options }, [{ country: 'Nowhere' }]);
			await run('delete', { record }, idsOf(created.json));
			const tag = { record: { ...record, value: '={{ $json.category_id[0] }}' } };
			await run('delete', { ...tag, model: { ...model, value: 'res.partner.category' } }, created.json);
			expect(created.error).toBeUndefined();
			expect(created.json).toMatchObject([
				{ country_id: [expect.any(Number), 'Belgium'], category_id: [expect.any(Number)] },
			]);
			expect(missing.error?.message).toMatch(/'Nowhere' found no match.*\[Item 0\]/);
		});

		it('answers questions in plain words with records and queries', async () => {
			const ask = { resource: 'assistant', operation: 'ask', message: 'Confirmed sales orders' };
			const { error, json } = await runNode('odooGateway', ask, { credentials });
			expect(error).toBeUndefined();
			expect(json).toMatchObject([
				{ answer: expect.any(String), records: expect.any(Array), queries: [{ model: 'sale.order' }] },
			]);
		});

		it('fills its lists from Odoo', async () => {
			const editor = openInEditor(
				'odooGateway',
				{ credentials },
				{ resource: 'record', operation: 'create', model: { ...model, value: 'sale.order' } },
			);
			const models = await editor.search('searchModels', 'res.partner');
			const records = await editor.search('searchRecords');
			const fields = await editor.fields('getFieldsToCreate');
			expect(models.results).toContainEqual({ name: expect.any(String), value: 'res.partner' });
			expect(records.results.length).toBeGreaterThan(0);
			expect(fields.filter(({ required }) => required).map(({ id }) => id)).toContain('partner_id');
		});
	},
);
