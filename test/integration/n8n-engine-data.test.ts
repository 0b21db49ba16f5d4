import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { IDataObject, INodeParameters } from 'n8n-workflow';
import { runNode } from '../support/n8n-engine';
import { startTestPlatform, type TestPlatform, WIDE_LIMITS } from '../support/platform';

const { ODOO_URL, ODOO_DB, ODOO_LOGIN, ODOO_API_KEY, ODOO_VERSION } = process.env;
/** In the names of the records of these tests. */
const MARK = 'Silent';
let platform: TestPlatform;
let credentials: Record<'odooGatewayApi', Record<string, string>>;

beforeAll(async () => {
	platform = await startTestPlatform({}, { limits: WIDE_LIMITS });
	const { token, hmac_secret } = platform.firstRun.webhook_key;
	credentials = { odooGatewayApi: { baseUrl: platform.url, apiKey: token, hmacSecret: hmac_secret } };
});
afterAll(() => platform.remove());

describe.each(['the sandbox', ...(ODOO_VERSION === undefined ? [] : [`Odoo ${ODOO_VERSION}`])])(
	"what n8n's engine writes to and reads from %s",
	(odoo) => {
		beforeAll(async () => {
			if (odoo === 'the sandbox') return;
			const access = { url: ODOO_URL, database: ODOO_DB, login: ODOO_LOGIN, api_key: ODOO_API_KEY };
			await platform.api('POST', '/api/v1/odoo-connections', { name: 'real', ...access, default: true });
		});

		const locator = (value: string) => ({ __rl: true, mode: 'id', value });
		const run = (
			operation: string,
			parameters: INodeParameters,
			input: IDataObject[] = [{}],
			model = 'res.partner',
		) =>
			runNode(
				'odooGateway',
				{ resource: 'record', operation, model: locator(model), input: 'json', ...parameters },
				{ credentials, input: input.map((json) => ({ json })) },
			);
		const call = async (model: string, method: string, args: unknown[], kwargs: object = {}) => {
			const parameters = { args: JSON.stringify(args), kwargs: JSON.stringify(kwargs) };
			const { error, json } = await runNode(
				'odooGateway',
				{ resource: 'method', operation: 'execute', model: locator(model), method, ...parameters },
				{ credentials },
			);
			if (error !== undefined) throw error;
			return json;
		};
		const create = async (values: IDataObject, model?: string) => {
			const { error, json } = await run('create', { json: '={{ $json }}' }, [values], model);
			if (error !== undefined) throw error;
			return Number(json[0]?.id);
		};
		const read = async (id: number, field: string, model = 'res.partner') =>
			(await call(model, 'read', [[id], [field]]))[0]?.[field];
		const all = {
			returnAll: true,
			filters: { conditions: [{ field: 'name', operator: 'startsWith', value: MARK }] },
		};

		afterEach(async () => {
			for (const model of ['ir.attachment', 'sale.order', 'res.partner']) {
				const field = model === 'sale.order' ? 'client_order_ref' : 'name';
				const filters = { conditions: [{ field, operator: 'startsWith', value: MARK }] };
				const { items } = await run('getAll', { returnAll: true, filters, fields: [field] }, [{}], model);
				if (items.length === 0) continue;
				const gone = {
					resource: 'record',
					operation: 'delete',
					model: locator(model),
					record: locator('={{ $json.id }}'),
				};
				await runNode('odooGateway', gone, { credentials, input: items });
			}
		});

		it('matches no record on a value that is empty', async () => {
			const id = await create({ name: `${MARK} other` });
			const upsert = { json: '={{ $json }}', matchingFields: 'ref' };
			for (const ref of [undefined, null, '', false]) {
				const { error } = await run('upsert', upsert, [
					{ name: `${MARK} renamed`, ...(ref === undefined ? {} : { ref }) },
				]);
				expect(error?.message).toMatch(/ref.* is empty/);
			}
			expect(await read(id, 'name')).toBe(`${MARK} other`);
			expect((await run('getAll', all)).json).toHaveLength(1);
		});

		it.each([
			['FALSE', false],
			['no', false],
			['0', false],
			['True', true],
		])('stores the text %s as %s, and finds by it', async (text, stored) => {
			const id = await create({ name: `${MARK} switch`, is_company: text });
			expect(await read(id, 'is_company')).toBe(stored);
			const conditions = [...all.filters.conditions, { field: 'is_company', operator: 'equals', value: text }];
			expect((await run('getAll', { ...all, filters: { conditions } })).json.map((found) => found.id)).toEqual([
				id,
			]);
		});

		it.each([
			['2026-07-14', '2026-07-14'],
			['2026-07-14T10:00:00Z', '2026-07-14'],
			['={{ new Date(1784023200000) }}', '2026-07-14'],
			['={{ DateTime.fromMillis(1784023200000) }}', '2026-07-14'],
		])('stores the date %s as the day that it is', async (given, stored) => {
			const partner = await create({ name: `${MARK} customer` });
			const value = { partner_id: partner, client_order_ref: MARK, validity_date: given };
			const values = { mappingMode: 'defineBelow', value, matchingColumns: [], schema: [] };
			const made = await run('create', { input: 'fields', values }, [{}], 'sale.order');
			expect(made.error).toBeUndefined();
			expect(await read(Number(made.json[0]?.id), 'validity_date', 'sale.order')).toBe(stored);
		});

		it.each(['07/14/2026', '14.07.2026', 1784023200000])('stores no date that can mean two: %s', async (given) => {
			const { error } = await run(
				'create',
				{ json: '={{ $json }}' },
				[{ partner_id: 1, client_order_ref: MARK, validity_date: given }],
				'sale.order',
			);
			expect(error?.message).toMatch(/validity_date|Expiration/);
		});

		it('pages by offset through records that sort alike, each once', async () => {
			const names = Array.from({ length: 30 }, (_, index) => ({ name: `${MARK} ${index}`, color: index % 2 }));
			const created = await run('create', { json: '={{ $json }}' }, names);
			const sort = { rules: [{ field: 'color', direction: 'asc' }] };
			const ids: unknown[] = [];
			for (let offset = 0; offset < 30; offset += 7) {
				const page = await run('getAll', {
					...all,
					returnAll: false,
					limit: 7,
					sort,
					options: { offset: String(offset) },
				});
				ids.push(...page.json.map(({ id }) => id));
			}
			expect(ids).toHaveLength(30);
			expect(new Set(ids)).toEqual(new Set(created.json.map(({ id }) => id)));
		});

		it('attaches to the record that an id as text names', async () => {
			const id = await create({ name: `${MARK} with a file` });
			const file = { name: `${MARK} file`, res_model: 'res.partner', res_id: String(id), datas: 'AAAA' };
			const attachment = await create(file, 'ir.attachment');
			expect(await read(attachment, 'res_id', 'ir.attachment')).toBe(id);
		});

		it.each(['contains', 'startsWith', 'notIn'])(
			'reads nothing by the filter %s with an empty value',
			async (operator) => {
				const filters = { conditions: [{ field: 'name', operator, value: '' }] };
				const { error, items } = await run('getAll', { returnAll: true, filters });
				expect([error?.message, items]).toEqual(['The filter on "name" has an empty value [Item 0]', []]);
			},
		);

		it('takes no command without its list, and no id that is none', async () => {
			for (const category_id of [[4, 12, 0], [[4, 0, 0]], [1, -2]]) {
				const { error } = await run('create', { json: '={{ $json }}' }, [
					{ name: `${MARK} tags`, category_id },
				]);
				expect(error?.message).toMatch(/category_id|Tags/);
			}
			expect((await run('getAll', all)).json).toEqual([]);
		});
	},
);
