import { describe, expect, it } from '@jest/globals';
import type { OdooClient } from '../../backend/src/odoo/client';
import type { JsonObject } from '../../backend/src/odoo/json';
import type { FieldCatalog, FieldInfo } from '../../backend/src/odoo/records/fields';
import { parseSearchFields } from '../../backend/src/odoo/search-fields';
import { searchRecords } from '../../backend/src/odoo/search-records';

const CHILDREN = 200;

const relation = (type: string): FieldInfo => ({
	...{ type, relation: 'res.partner', relationField: null, readonly: false, required: false, searchable: true },
});
const catalog: FieldCatalog = {
	fields: () =>
		Promise.resolve(
			new Map([
				['child_ids', relation('one2many')],
				['parent_id', relation('many2one')],
			]),
		),
	company: () => Promise.resolve(null),
};

/** A company, which is record 1, and its contacts. */
const partners: readonly JsonObject[] = Array.from({ length: CHILDREN + 1 }, (_, index) => ({
	id: index + 1,
	parent_id: index === 0 ? false : [1, 'Azure Interior'],
	child_ids: index === 0 ? Array.from({ length: CHILDREN }, (_item, child) => child + 2) : [],
}));

const client: OdooClient = {
	version: { major: 19, minor: 0, text: '19.0' },
	transport: 'json-2',
	forward: () => Promise.reject(new Error('nobody asks')),
	whoAmI: () => Promise.reject(new Error('nobody asks')),
	call: ({ method, args }) => {
		const [ids] = args;
		const wanted = Array.isArray(ids) ? ids : [];
		return Promise.resolve(
			method === 'search_read' ? partners.slice(0, 1) : partners.filter(({ id }) => wanted.includes(id ?? null)),
		);
	},
};

const search = (...texts: string[]) =>
	searchRecords(
		{ client, catalog },
		{ model: 'res.partner', fields: parseSearchFields(texts), domain: [], limit: null, order: null },
	);

describe('a search along relations that lead back', () => {
	it('shows a record wherever one leads to it', async () => {
		const [company] = await search('child_ids{parent_id{id}}');
		expect(company?.child_ids).toEqual(
			Array.from({ length: CHILDREN }, () => expect.objectContaining({ parent_id: [partners[0]] })),
		);
	});

	it('is refused where the reply would grow with every level', async () => {
		const levels = 'child_ids{parent_id{child_ids{parent_id{child_ids{parent_id{child_ids{id}}}}}}}';
		await expect(search(levels)).rejects.toMatchObject({ name: 'RecordsError', kind: 'too_large' });
	});
});
