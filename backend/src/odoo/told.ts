import type { OdooClient } from './client';

/** What Odoos told of themselves, each by the client that was told. */
export interface Told<T> {
	/** What that client was told under a key, or is just being told; else what `ask` answers. A failure is not kept. */
	get(client: OdooClient, key: string, ask: () => Promise<ReadonlyMap<string, T>>): Promise<ReadonlyMap<string, T>>;
}

/**
 * Keeps answers within bounds of size, as any Odoo may answer anything: one of more than `limitOfOne` is not kept, and
 * when all together are more than `limit`, the oldest make room, be their clients still in use or not. Sizes are in characters
 * of JSON, which memory takes about one and a half times.
 */
export function createTold<T>({ limit, limitOfOne }: { limit: number; limitOfOne: number }): Told<T> {
	const answers = new WeakMap<OdooClient, Map<string, Promise<ReadonlyMap<string, T>>>>();
	/** How to forget each answer that has come, the oldest first. */
	const kept = new Map<() => void, number>();
	let total = 0;

	const keep = (forget: () => void, size: number) => {
		kept.set(forget, size);
		total += size;
		for (const [forgetOldest, sizeOfOldest] of kept) {
			if (total <= limit) return;
			forgetOldest();
			kept.delete(forgetOldest);
			total -= sizeOfOldest;
		}
	};

	return {
		get(client, key, ask) {
			const ofClient = answers.get(client) ?? new Map<string, Promise<ReadonlyMap<string, T>>>();
			answers.set(client, ofClient);
			const known = ofClient.get(key);
			if (known) return known;
			const answer = ask();
			ofClient.set(key, answer);
			const forget = () => {
				ofClient.delete(key);
			};
			answer.then((value) => {
				const size = JSON.stringify([...value]).length;
				if (size > limitOfOne) forget();
				else keep(forget, size);
			}, forget);
			return answer;
		},
	};
}
