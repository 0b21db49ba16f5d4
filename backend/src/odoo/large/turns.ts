/** Whoever has a turn ends it by this. */
export type EndTurn = () => void;

export interface Turns {
	/** Resolves when it is the owner's turn. Rejects with the signal's reason. */
	take(owner: string, signal: AbortSignal): Promise<EndTurn>;
}

interface Waiting {
	readonly begin: () => void;
}

/** One turn at a time for each owner and `atOnce` for all; owners that wait take turns, whoever has asked for how many. */
export function createTurns(atOnce: number): Turns {
	const having = new Set<string>();
	/** By owner; whose turn was longest ago comes first. */
	const waiting = new Map<string, Waiting[]>();

	const beginNext = () => {
		for (const [owner, queue] of waiting) {
			if (having.size >= atOnce) return;
			if (having.has(owner)) continue;
			having.add(owner);
			queue.shift()?.begin();
			if (queue.length === 0) waiting.delete(owner);
		}
	};

	const end = (owner: string) => {
		having.delete(owner);
		const queue = waiting.get(owner);
		waiting.delete(owner);
		if (queue) waiting.set(owner, queue);
		beginNext();
	};

	return {
		take: (owner, signal) =>
			new Promise((resolve, reject) => {
				const queue = waiting.get(owner) ?? [];
				const leave = () => {
					queue.splice(queue.indexOf(one), 1);
					if (queue.length === 0) waiting.delete(owner);
					reject(signal.reason instanceof Error ? signal.reason : new Error('aborted'));
				};
				const one: Waiting = {
					begin: () => {
						signal.removeEventListener('abort', leave);
						resolve(() => end(owner));
					},
				};
				queue.push(one);
				waiting.set(owner, queue);
				signal.addEventListener('abort', leave, { once: true });
				if (signal.aborted) leave();
				else beginNext();
			}),
	};
}
