import { gather, GATHERING_MS } from './gather';

interface Waiting<Item, Result> {
	readonly item: Item;
	readonly resolve: (result: Result) => void;
	readonly reject: (error: unknown) => void;
}

/**
 * Does together what many ask for at about the same time: while one batch is under way, the next gathers. An item that
 * comes alone goes at once.
 */
export function createBatcher<Item, Result>({
	run,
	limit,
	gatheringMs = GATHERING_MS,
}: {
	/** Answers what tells each item's result. When it rejects, everybody of the batch is told. */
	run: (items: readonly Item[]) => Promise<(item: Item) => Result>;
	/** How many items a batch may have. */
	limit: number;
	/** How long items gather that came while a batch was under way, in milliseconds. */
	gatheringMs?: number;
}): (item: Item) => Promise<Result> {
	const waiting: Waiting<Item, Result>[] = [];
	let running = false;

	const drain = async () => {
		while (waiting.length > 0) {
			// Those who ask in the same turn of the event loop travel together.
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
