import { describe, expect, it } from '@jest/globals';
import type { OdooClient } from '../../backend/src/odoo/client';
import type { JsonValue } from '../../backend/src/odoo/json';
import { createFieldCatalogs } from '../../backend/src/odoo/records/fields';
import { createFakeClock } from '../support/fake-clock';

const char = { type: 'char', readonly: false, searchable: true };

/** A client that counts its calls, and answers what it is told to. */
function fakeClient(answer: (model: string, method: string) => JsonValue = () => ({ name: char })) {
	const asked: string[] = [];
	const client: OdooClient = {
		version: { major: 19, minor: 0, text: '19.0' },
		transport: 'json-2',
		call: ({ model, method }) => {
			asked.push(`${model} ${method}`);
			return Promise.resolve().then(() => answer(model, method));
		},
		forward: () => Promise.reject(new Error('not asked here')),
		whoAmI: () => Promise.reject(new Error('not asked here')),
	};
	return { client, asked };
}

describe('the catalog of fields', () => {
	it('asks once for a model, whoever else asks meanwhile', async () => {
		const { client, asked } = fakeClient();
		const catalogs = createFieldCatalogs({ clock: createFakeClock() });
		await Promise.all([
			catalogs.of('a', client).fields('res.partner'),
			catalogs.of('a', client).fields('res.partner'),
		]);
		await catalogs.of('a', client).fields('res.partner', ['name']);
		expect(asked).toEqual(['res.partner fields_get']);
	});

	it('keeps connections apart', async () => {
		const { client, asked } = fakeClient();
		const catalogs = createFieldCatalogs({ clock: createFakeClock() });
		for (const key of ['a', 'b']) {
			await catalogs.of(key, client).fields('res.partner');
			await catalogs.of(key, client).company();
		}
		expect(asked).toHaveLength(4);
	});

	it('asks anew, once, for a field that it does not know', async () => {
		let fields: Record<string, JsonValue> = { name: char };
		const { client, asked } = fakeClient(() => fields);
		const catalog = createFieldCatalogs({ clock: createFakeClock() }).of('a', client);
		await catalog.fields('res.partner');
		await expect(catalog.fields('res.partner', ['x_new'])).rejects.toThrow("res.partner has no field 'x_new'.");
		expect(asked).toHaveLength(2);
		fields = { ...fields, x_new: char };
		expect([...(await catalog.fields('res.partner', ['x_new'])).keys()]).toEqual(['name', 'x_new']);
		expect(asked).toHaveLength(3);
	});

	it('asks again after ten minutes', async () => {
		const { client, asked } = fakeClient();
		const clock = createFakeClock();
		const catalog = createFieldCatalogs({ clock }).of('a', client);
		await catalog.fields('res.partner');
		await clock.advance(10 * 60_000 - 1);
		await catalog.fields('res.partner');
		expect(asked).toHaveLength(1);
		await clock.advance(1);
		await catalog.fields('res.partner');
		expect(asked).toHaveLength(2);
	});

	it('forgets an answer that failed', async () => {
		let works = false;
		const { client } = fakeClient(() => {
			if (works) return { name: char };
			throw new Error('down');
		});
		const catalog = createFieldCatalogs({ clock: createFakeClock() }).of('a', client);
		await expect(catalog.fields('res.partner')).rejects.toThrow('down');
		works = true;
		expect([...(await catalog.fields('res.partner')).keys()]).toEqual(['name']);
	});

	it('keeps at most 500 models, and lets the oldest go', async () => {
		const { client, asked } = fakeClient();
		const catalog = createFieldCatalogs({ clock: createFakeClock() }).of('a', client);
		for (let number = 0; number <= 500; number++) await catalog.fields(`model.${number}`);
		await catalog.fields('model.500');
		await catalog.fields('model.1');
		expect(asked).toHaveLength(501);
		await catalog.fields('model.0');
		expect(asked).toHaveLength(502);
	});

	it('says which company the user works in', async () => {
		const { client, asked } = fakeClient(() => ({ company_id: 3 }));
		const catalog = createFieldCatalogs({ clock: createFakeClock() }).of('a', client);
		expect([await catalog.company(), await catalog.company()]).toEqual([3, 3]);
		expect(asked).toEqual(['res.users default_get']);
	});

	it('refuses an answer that describes no fields', async () => {
		const { client } = fakeClient(() => []);
		const catalog = createFieldCatalogs({ clock: createFakeClock() }).of('a', client);
		await expect(catalog.fields('res.partner')).rejects.toThrow('Odoo did not describe the fields of the model.');
	});
});
