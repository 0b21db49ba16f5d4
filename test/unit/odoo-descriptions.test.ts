import { describe, expect, it } from '@jest/globals';
import { describeOdoo } from '../../backend/src/odoo/descriptions';
import type { OdooClient } from '../../backend/src/odoo/client';
import { OdooError } from '../../backend/src/odoo/errors';
import type { JsonObject, JsonValue } from '../../backend/src/odoo/json';

/** A client of an Odoo that answers when it is told to, and heeds the signal of whoever asks. */
function stage() {
	let answer: (value: JsonValue) => void = () => {};
	const answered = new Promise<JsonValue>((resolve) => (answer = resolve));
	const client: OdooClient = {
		version: { major: 19, minor: 0, text: '19.0' },
		transport: 'json-2',
		forward: () => Promise.reject(new Error('nobody asks')),
		whoAmI: () => Promise.reject(new Error('nobody asks')),
		call: (_call, { signal } = {}) =>
			new Promise((resolve, reject) => {
				void answered.then(resolve);
				signal?.addEventListener('abort', () => reject(new Error('broken off')));
			}),
	};
	return { descriptions: describeOdoo(client), answer };
}

describe('the models of an Odoo', () => {
	it('are told to those who wait, though the one who asked first has left', async () => {
		const { descriptions, answer } = stage();
		const client = new AbortController();
		const first = descriptions.models({ signal: client.signal });
		const second = descriptions.models({ signal: new AbortController().signal });
		client.abort(new Error('left'));
		await expect(first).rejects.toThrow('left');
		answer([{ model: 'res.partner', name: 'Contact' }]);
		expect(await second).toEqual(new Map([['res.partner', 'Contact']]));
	});
});

describe('the models that a user with few rights sees', () => {
	const denied = new OdooError('access_denied', 'You may not read ir.model.');
	const models = (answers: Readonly<Record<string, JsonValue | OdooError>>) => {
		const client: OdooClient = {
			version: { major: 19, minor: 0, text: '19.0' },
			transport: 'json-2',
			forward: () => Promise.reject(new Error('nobody asks')),
			whoAmI: () => Promise.reject(new Error('nobody asks')),
			call: ({ method }) => {
				const answer = answers[method] ?? null;
				return answer instanceof OdooError ? Promise.reject(answer) : Promise.resolve(answer);
			},
		};
		return describeOdoo(client).models();
	};

	it("are those that Odoo's own lists show", async () => {
		const get_available_models = [{ model: 'res.partner', display_name: 'Contact' }];
		expect(await models({ search_read: denied, get_available_models })).toEqual(
			new Map([['res.partner', 'Contact']]),
		);
	});

	it('are denied where Odoo has no such lists', async () => {
		const none = new OdooError('unknown_method', 'There is no such method.');
		await expect(models({ search_read: denied, get_available_models: none })).rejects.toBe(denied);
	});

	it('are not asked for again where Odoo failed otherwise', async () => {
		const failed = new OdooError('timeout', 'No answer.');
		await expect(models({ search_read: failed, get_available_models: [] })).rejects.toBe(failed);
	});
});

describe('the fields of a model', () => {
	/** How often an Odoo with that field is asked for its fields, when two questions need them. */
	async function timesAsked(field: JsonObject): Promise<number> {
		let asked = 0;
		const client: OdooClient = {
			version: { major: 19, minor: 0, text: '19.0' },
			transport: 'json-2',
			forward: () => Promise.reject(new Error('nobody asks')),
			whoAmI: () => Promise.reject(new Error('nobody asks')),
			call: ({ method }) => {
				if (method !== 'fields_get') return Promise.resolve([]);
				asked += 1;
				return Promise.resolve({ name: field });
			},
		};
		for (let question = 0; question < 2; question += 1) await describeOdoo(client).describe('res.partner');
		return asked;
	}
	const huge = 'x'.repeat(2 * 1024 * 1024);

	it('are asked for once', async () => {
		expect(await timesAsked({ type: 'char', string: 'Name' })).toBe(1);
	});

	it('are kept without what was not asked for, however much that is', async () => {
		expect(await timesAsked({ type: 'char', string: 'Name', help: huge })).toBe(1);
	});

	it('are not kept where they are more than any Odoo has', async () => {
		expect(await timesAsked({ type: 'char', string: huge })).toBe(2);
	});
});
