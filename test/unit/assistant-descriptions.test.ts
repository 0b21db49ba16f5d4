import { describe, expect, it } from '@jest/globals';
import { describeOdoo } from '../../backend/src/features/assistant/descriptions';
import type { OdooClient } from '../../backend/src/odoo/client';
import type { JsonValue } from '../../backend/src/odoo/json';

/** A client of an Odoo that answers when it is told to, and heeds the signal of whoever asks. */
function stage() {
	let answer: (value: JsonValue) => void = () => {};
	const answered = new Promise<JsonValue>((resolve) => (answer = resolve));
	const client: OdooClient = {
		version: { major: 19, minor: 0, text: '19.0' },
		transport: 'json-2',
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
