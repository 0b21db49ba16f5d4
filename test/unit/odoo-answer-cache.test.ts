import { describe, expect, it } from '@jest/globals';
import { createAnswerCache } from '../../backend/src/odoo/answer-cache';
import type { OdooClient } from '../../backend/src/odoo/client';

const client = (): OdooClient => ({
	version: { major: 19, minor: 0, text: '19.0' },
	transport: 'json-2',
	forward: () => Promise.reject(new Error('nobody asks')),
	whoAmI: () => Promise.reject(new Error('nobody asks')),
	call: () => Promise.reject(new Error('nobody calls')),
});

/** A store for answers of 100 characters, two of them; `get` answers whether the Odoo had to be asked. */
function stage() {
	const cache = createAnswerCache<string>({ limit: 250, limitOfOne: 150 });
	const one = client();
	const get = async (key: string, { of = one, size = 100 }: { of?: OdooClient; size?: number } = {}) => {
		let asked = false;
		await cache.get(of, key, () => {
			asked = true;
			return Promise.resolve(new Map([['name', 'x'.repeat(size - '[["name",""]]'.length)]]));
		});
		return asked;
	};
	return { cache, one, get };
}

describe('the answer of an Odoo', () => {
	it('is asked for once', async () => {
		const { get } = stage();
		expect([await get('a'), await get('a')]).toEqual([true, false]);
	});

	it('is of one client alone', async () => {
		const { get } = stage();
		await get('a');
		expect(await get('a', { of: client() })).toBe(true);
	});

	it('is kept until newer answers need its room, whoever asked for them', async () => {
		const { get } = stage();
		await get('a');
		await get('b', { of: client() });
		expect(await get('a')).toBe(false);
		await get('c');
		expect([await get('c'), await get('a')]).toEqual([false, true]);
	});

	it('is not kept where it is larger than an answer may be, and takes nobody else the room', async () => {
		const { get } = stage();
		await get('a');
		await get('large', { size: 151 });
		expect([await get('a'), await get('large', { size: 151 })]).toEqual([false, true]);
	});

	it('is asked for anew after a failure', async () => {
		const { cache, one, get } = stage();
		await expect(cache.get(one, 'a', () => Promise.reject(new Error('no answer')))).rejects.toThrow('no answer');
		expect(await get('a')).toBe(true);
	});
});
