import { describe, expect, it } from '@jest/globals';
import { createBatcher } from '../../backend/src/waiting/batcher';

/** A batcher that notes its batches, doubles its items, and cannot bear 13. */
function doubling(limit = 10) {
	const batches: (readonly number[])[] = [];
	const double = createBatcher<number, number>({
		limit,
		run: (items) => {
			batches.push(items);
			return items.includes(13) ? Promise.reject(new Error('13')) : Promise.resolve((item) => item * 2);
		},
	});
	return { batches, double };
}

describe('a batcher', () => {
	it('does together what is asked for at the same time, and tells each its own', async () => {
		const { batches, double } = doubling();
		const results = await Promise.all([1, 2, 3].map(double));
		expect({ batches, results }).toEqual({ batches: [[1, 2, 3]], results: [2, 4, 6] });
	});

	it('lets what comes meanwhile gather for the next batch', async () => {
		const batches: (readonly number[])[] = [];
		let finish: () => void = () => undefined;
		const take = createBatcher({
			limit: 10,
			run: async (items: readonly number[]) => {
				batches.push(items);
				if (batches.length === 1) await new Promise<void>((resolve) => (finish = resolve));
				return () => undefined;
			},
		});
		const first = take(1);
		while (batches.length === 0) await new Promise(setImmediate);
		const others = Promise.all([take(2), take(3)]);
		finish();
		await Promise.all([first, others]);
		expect(batches).toEqual([[1], [2, 3]]);
	});

	it('makes no batch larger than it may be', async () => {
		const { batches, double } = doubling(2);
		await Promise.all([1, 2, 3, 4, 5].map(double));
		expect(batches).toEqual([[1, 2], [3, 4], [5]]);
	});

	it('tells everybody of a batch that failed, and nobody of the next', async () => {
		const { double } = doubling(2);
		const outcomes = await Promise.allSettled([12, 13, 14].map(double));
		expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'fulfilled']);
	});
});
