import { beforeEach, describe, expect, it } from '@jest/globals';
import type { INodeParameters } from 'n8n-workflow';
import { actAsGateway, Refused, type FakeGateway, type GatewayAction } from '../support/fake-gateway';
import type { FakePlatform } from '../support/fake-platform';
import { fakePlatformForTests } from '../support/fake-platform-tests';
import { openInEditor } from '../support/n8n-engine';

let platform: FakePlatform;
let gateway: FakeGateway;

fakePlatformForTests((started) => (platform = started));

const serve = (act: (action: GatewayAction) => unknown) => {
	gateway = actAsGateway(platform, act);
};
const open = (parameters: INodeParameters = {}) =>
	openInEditor('odooGateway', { credentials: platform.credentials }, parameters);
const partner = { resource: 'record', operation: 'create', model: { __rl: true, mode: 'id', value: 'res.partner' } };

describe("Odoo Gateway's editor: models and records", () => {
	const models = (count: number) =>
		Array.from({ length: count }, (_, n) => ({ name: `Model ${n}`, model: `x.m${n}` }));

	it('lists models by name, with the technical one', async () => {
		serve(() => [{ id: 1, name: 'Contact', model: 'res.partner' }]);
		expect(await open().search('searchModels')).toEqual({
			results: [{ name: 'Contact (res.partner)', value: 'res.partner' }],
			paginationToken: undefined,
		});
		expect(gateway.actions).toMatchObject([{ model: 'ir.model', args: [[['transient', '=', false]]] }]);
	});

	it('finds models by either name', async () => {
		serve(() => []);
		await open().search('searchModels', 'part');
		expect(gateway.actions[0]?.args).toEqual([
			[['transient', '=', false], '|', ['name', 'ilike', 'part'], ['model', 'ilike', 'part']],
		]);
	});

	it("finds models in Odoo's own lists where the user may not read all of them", async () => {
		serve(({ method }) =>
			method === 'get_available_models'
				? [
						{ model: 'res.partner', display_name: 'Contact' },
						{ model: 'res.company', display_name: 'Companies' },
					]
				: new Refused('Odoo denies access', 'odoo_access_denied'),
		);
		expect((await open().search('searchModels', 'CONT')).results).toEqual([
			{ name: 'Contact (res.partner)', value: 'res.partner' },
		]);
	});

	it('goes on from a full page', async () => {
		serve(({ kwargs: { offset } }) => models(offset === 0 ? 100 : 3));
		const { paginationToken } = await open().search('searchModels');
		const next = await open().search('searchModels', '', String(paginationToken));
		expect(paginationToken).toBe('100');
		expect(gateway.actions[1]?.kwargs).toMatchObject({ offset: 100 });
		expect(next.results).toHaveLength(3);
		expect(next.paginationToken).toBeUndefined();
	});

	it('lists records of the chosen model by what Odoo shows as their name', async () => {
		serve(() => [{ id: 7, display_name: 'Azure Interior' }]);
		const { results } = await open(partner).search('searchRecords');
		expect(gateway.actions).toMatchObject([{ model: 'res.partner', kwargs: { fields: ['display_name'] } }]);
		expect(results).toEqual([{ name: 'Azure Interior', value: 7 }]);
	});

	it('finds records by that name', async () => {
		serve(() => [[7, 'Azure Interior']]);
		const { results } = await open(partner).search('searchRecords', 'azu');
		expect(gateway.actions).toMatchObject([{ method: 'name_search', kwargs: { name: 'azu', operator: 'ilike' } }]);
		expect(results).toEqual([{ name: 'Azure Interior', value: 7 }]);
	});

	it('lists no records while no model is chosen', async () => {
		serve(() => []);
		const { results } = await open({ resource: 'record', operation: 'get' }).search('searchRecords');
		expect([results, gateway.actions]).toEqual([[], []]);
	});

	it('lists attachments', async () => {
		serve(() => [{ id: 7, display_name: 'contract.pdf' }]);
		await open({ resource: 'attachment', operation: 'download' }).search('searchAttachments');
		expect(gateway.actions[0]?.model).toBe('ir.attachment');
	});

	it('asks the connection that the options name', async () => {
		serve(() => []);
		await open({ ...partner, options: { connection: 'other' } }).search('searchModels');
		expect(gateway.actions[0]).toMatchObject({ connection: 'other' });
	});

	it('reports a refusal', async () => {
		serve(() => new Refused('Odoo denies access', 'odoo_access_denied'));
		await expect(open().search('searchModels')).rejects.toThrow('Odoo denies access');
	});
});

describe("Odoo Gateway's editor: fields", () => {
	const fields = {
		name: { string: 'Name', type: 'char', required: true },
		company_id: { string: 'Company', type: 'many2one', relation: 'res.company', required: true },
		type: {
			string: 'Type',
			type: 'selection',
			selection: [['contact', 'Contact']],
			required: true,
			depends: ['name'],
		},
		category_id: { string: 'Tags', type: 'many2many', relation: 'res.partner.category', sortable: false },
		icon: { string: 'Icon', type: 'char', searchable: false },
		met_at: { string: 'Met at', type: 'datetime', help: 'When we met' },
		create_date: { string: 'Created on', type: 'datetime', readonly: true },
	};
	beforeEach(() => serve(({ method }) => (method === 'default_get' ? { company_id: 1 } : fields)));

	it('are listed by label', async () => {
		const listed = await open(partner).options('getFields');
		expect(listed.map(({ name }) => name)).toEqual([
			'Company (company_id)',
			'Created on (create_date)',
			'Icon (icon)',
			'Met at (met_at)',
			'Name (name)',
			'Tags (category_id)',
			'Type (type)',
		]);
	});

	it.each([
		['getSearchableFields', 'icon'],
		['getSortableFields', 'category_id'],
	])('are left out by %s where they do not serve: %s', async (method, field) => {
		const listed = await open(partner).options(method);
		expect(listed).toHaveLength(6);
		expect(listed.map(({ value }) => value)).not.toContain(field);
	});

	it('are none while no model is chosen', async () => {
		expect(await open().options('getFields')).toEqual([]);
	});

	it('must be given to create a record where Odoo has no default and computes nothing', async () => {
		const mapped = await open(partner).fields('getFieldsToCreate');
		expect(mapped[0]).toMatchObject({ id: 'name', displayName: 'Name (name)', required: true, type: 'string' });
		expect(mapped.filter(({ required }) => required)).toHaveLength(1);
	});

	it('can be written where some state of the record lets them be', async () => {
		const states = { draft: [['readonly', false]], done: [['invisible', true]] };
		const closed = { cancel: [['readonly', true]] };
		serve(() => ({
			partner_id: { string: 'Customer', type: 'many2one', readonly: true, states },
			amount: { string: 'Amount', type: 'monetary', readonly: true, states: closed },
		}));
		const mapped = await open(partner).fields('getFieldsToUpdate');
		expect(mapped.map(({ id }) => id)).toEqual(['partner_id']);
	});

	it('need not be given to update one', async () => {
		const mapped = await open(partner).fields('getFieldsToUpdate');
		expect(mapped.filter(({ required }) => required)).toEqual([]);
	});

	it('are mapped by their types, and only those that can be written', async () => {
		const mapped = await open(partner).fields('getFieldsToUpdate');
		expect(mapped.map(({ id, type }) => [id, type])).toEqual([
			['company_id', 'string'],
			['icon', 'string'],
			['met_at', 'dateTime'],
			['name', 'string'],
			['category_id', 'array'],
			['type', 'options'],
		]);
		expect(mapped.at(-1)?.options).toEqual([{ name: 'Contact', value: 'contact' }]);
	});

	it('can be matched on where they can be compared and searched', async () => {
		const mapped = await open(partner).fields('getFieldsToCreate');
		expect(mapped.filter(({ canBeUsedToMatch }) => !canBeUsedToMatch).map(({ id }) => id)).toEqual([
			'icon',
			'category_id',
		]);
	});
});
