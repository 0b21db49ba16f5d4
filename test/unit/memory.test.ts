import { beforeEach, describe, expect, it } from '@jest/globals';
import { createMemory, type Memory } from '../../backend/src/core/memory';
import { createFakeClock, type FakeClock } from '../support/fake-clock';

let clock: FakeClock;
let memory: Memory<number>;
let looks: number;

beforeEach(() => {
	clock = createFakeClock();
	memory = createMemory(clock);
	looks = 0;
});

const look = async () => {
	await Promise.resolve();
	return { value: ++looks };
};
const fail = () => Promise.reject(new Error('down'));

describe('a memory', () => {
	it('looks once for all who ask within half a second, at the same moment or later', async () => {
		const answers = await Promise.all([memory.get('a', look), memory.get('a', look)]);
		await clock.advance(499);
		expect([...answers, await memory.get('a', look), looks]).toEqual([1, 1, 1, 1]);
	});

	it('looks anew beside who asks later, once', async () => {
		await memory.get('a', look);
		await clock.advance(500);
		expect(await Promise.all([memory.get('a', look), memory.get('a', look)])).toEqual([1, 1]);
		expect(await memory.get('a', look)).toBe(2);
	});

	it('looks anew when its second is over', async () => {
		await memory.get('a', look);
		await clock.advance(1_000);
		expect(await memory.get('a', look)).toBe(2);
	});

	it('remembers nothing for longer than it holds', async () => {
		const until = clock.now().getTime() + 100;
		await memory.get('a', async () => ({ ...(await look()), until }));
		await clock.advance(99);
		expect(await memory.get('a', look)).toBe(1);
		await clock.advance(1);
		expect(await memory.get('a', look)).toBe(2);
	});

	it('keeps what is asked for apart', async () => {
		expect([await memory.get('a', look), await memory.get('b', look)]).toEqual([1, 2]);
	});

	it('looks anew after it was told to forget, even where it is still looking', async () => {
		const before = memory.get('a', look);
		memory.forget();
		expect([await memory.get('a', look), await before]).toEqual([2, 1]);
		expect(await memory.get('a', look)).toBe(2);
	});

	it('does not keep a failure', async () => {
		await expect(memory.get('a', fail)).rejects.toThrow('down');
		expect(await memory.get('a', look)).toBe(1);
	});

	it('tells of a failure only who waits for it', async () => {
		await memory.get('a', look);
		await clock.advance(600);
		expect(await memory.get('a', fail)).toBe(1);
		await clock.advance(400);
		await expect(memory.get('a', fail)).rejects.toThrow('down');
	});

	it('keeps no more than its capacity', async () => {
		for (let key = 0; key <= 10_000; key++) await memory.get(`${key}`, look);
		expect(await memory.get('0', look)).toBe(10_002);
	});
});
