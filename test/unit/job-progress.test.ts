import { describe, expect, it } from '@jest/globals';
import { createProgress } from '../../backend/src/features/jobs/progress';

/** Writes that end when the test says so. */
function createSlowWrites() {
	const written: number[] = [];
	let end = () => {};
	const write = (percent: number) => {
		written.push(percent);
		return new Promise<void>((resolve) => (end = resolve));
	};
	return { written, write, endWrite: () => end() };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('progress', () => {
	it('is written at once when nothing is under way', () => {
		const { written, write } = createSlowWrites();
		void createProgress(write)(40);
		expect(written).toEqual([40]);
	});

	it('of thousands of calls during a write is written once more, as the furthest', async () => {
		const { written, write, endWrite } = createSlowWrites();
		const progress = createProgress(write);
		const calls = Array.from({ length: 5_000 }, (_, call) => progress((call + 1) / 100));
		await turn();
		endWrite();
		await turn();
		endWrite();
		await Promise.all(calls);
		expect(written).toEqual([0.01, 50]);
	});

	it('does not write what is written already', async () => {
		const written: number[] = [];
		const progress = createProgress((percent) => Promise.resolve(written.push(percent)));
		for (const percent of [10, 10, 10, 11]) await progress(percent);
		expect(written).toEqual([10, 11]);
	});

	it('never goes back', async () => {
		const written: number[] = [];
		const progress = createProgress((percent) => Promise.resolve(written.push(percent)));
		for (const percent of [50, 20, 60]) await progress(percent);
		expect(written).toEqual([50, 60]);
	});

	it('tells who called that a write failed, and tries again at the next call', async () => {
		const written: number[] = [];
		let broken = true;
		const progress = createProgress((percent) => {
			if (broken) return Promise.reject(new Error('the database is away'));
			return Promise.resolve(written.push(percent));
		});
		await expect(progress(10)).rejects.toThrow('the database is away');
		broken = false;
		await progress(10);
		expect(written).toEqual([10]);
	});
});
