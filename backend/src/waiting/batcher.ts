import { gather, GATHERING_MS } from './gather';

interface Waiting<Item, Result> {
	readonly item: Item;
	readonly resolve: (result: Result) => void;
	readonly reject: (error: unknown) => void;
}

/**
 * Collects items that many callers hand in at about the same time, and runs them as one batch. While a batch runs, the
 * next one gathers. A single item is run at once.
 */
export function createBatcher<Item, Result>({
	run,
	limit,
	gatheringMs = GATHERING_MS,
}: {
	/**
	 * Runs a batch, and answers a function that gives each item's result. If it rejects, every item of the batch does.
	 */
	run: (items: readonly Item[]) => Promise<(item: Item) => Result>;
	/** How many items a batch may have. */
	limit: number;
	/** How long the items that came during a batch go on gathering, in milliseconds. */
	gatheringMs?: number;
}): (item: Item) => Promise<Result> {
	const waiting: Waiting<Item, Result>[] = [];
	let running = false;

	const drain = async () => {
		while (waiting.length > 0) {
			// Items of the same turn of the event loop share a batch.
			await new Promise(setImmediate);
			const batch = waiting.splice(0, limit);
			try {
				const resultOf = await run(batch.map(({ item }) => item));
				for (const { item, resolve } of batch) resolve(resultOf(item));
			} catch (error) {
				for (const { reject } of batch) reject(error);
			}
			if (waiting.length > 0 && waiting.length < limit) await gather(gatheringMs);
		}
		running = false;
	};

	return (item) =>
		new Promise((resolve, reject) => {
			waiting.push({ item, resolve, reject });
			if (running) return;
			running = true;
			void drain();
		});
}
