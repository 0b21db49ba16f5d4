import { describe, expect, it } from '@jest/globals';
import { createMemory } from '../../backend/src/core/memory';
import { createFakeClock } from '../support/fake-clock';

function stage({ capacity = 10 }: { capacity?: number } = {}) {
	const clock = createFakeClock();
	const memory = createMemory<number>({ ms: 1_000, capacity, clock });
	let looks = 0;
	const look = async () => {
		await Promise.resolve();
		return ++looks;
	};
	return { clock, memory, look };
}

describe('a memory', () => {
	it('looks once for all who ask within its time, at the same moment or later', async () => {
		const { clock, memory, look } = stage();
		const answers = await Promise.all([memory.get('a', look), memory.get('a', look)]);
		await clock.advance(999);
		expect([...answers, await memory.get('a', look)]).toEqual([1, 1, 1]);
	});

	it('looks anew when its time is over', async () => {
		const { clock, memory, look } = stage();
		await memory.get('a', look);
		await clock.advance(1_000);
		expect(await memory.get('a', look)).toBe(2);
	});

	it('keeps what is asked for apart', async () => {
		const { memory, look } = stage();
		expect([await memory.get('a', look), await memory.get('b', look)]).toEqual([1, 2]);
	});

	it('looks anew after it was told to forget, even where it is still looking', async () => {
		const { memory, look } = stage();
		const before = memory.get('a', look);
		memory.forget();
		expect([await memory.get('a', look), await before]).toEqual([2, 1]);
		expect(await memory.get('a', look)).toBe(2);
	});

	it('does not keep a failure', async () => {
		const { memory, look } = stage();
		await expect(memory.get('a', () => Promise.reject(new Error('down')))).rejects.toThrow('down');
		expect(await memory.get('a', look)).toBe(1);
	});

	it('keeps no more than its capacity', async () => {
		const { memory, look } = stage({ capacity: 2 });
		for (const key of ['a', 'b', 'c']) await memory.get(key, look);
		expect(await memory.get('a', look)).toBe(4);
	});
});
