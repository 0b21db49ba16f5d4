import type { OdooClient } from './client';

/** Answers of Odoos that rarely change, such as their fields, for each client. */
export interface AnswerCache<T> {
	/** The answer that is kept for this client and key, or is under way; else that of `ask`. A failure is not kept. */
	get(client: OdooClient, key: string, ask: () => Promise<ReadonlyMap<string, T>>): Promise<ReadonlyMap<string, T>>;
}

/**
 * Keeps answers within bounds, as any Odoo may answer anything: one larger than `limitOfOne` is not kept, and when all
 * together are larger than `limit`, the oldest are dropped, whether or not their clients are still in use. Sizes are in
 * characters of JSON; the memory they take is about one and a half times that in bytes.
 */
export function createAnswerCache<T>({ limit, limitOfOne }: { limit: number; limitOfOne: number }): AnswerCache<T> {
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
