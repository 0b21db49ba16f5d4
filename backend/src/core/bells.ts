import type { Clock } from './clock';
import { nap } from './wakeable-loop';

/** One who waits for something to happen to a thing; what happened since the last wait ends the next one at once. */
export interface BellListener {
	/** Resolves when the bell rings, or when the time is over. */
	wait(ms: number): Promise<void>;
	close(): void;
}

/** Wakes, within this process, who waits for things by their ids. */
export interface Bells<Id extends string> {
	/** Close the listener when it is done. */
	listen(id: Id): BellListener;
	ring(id: Id): void;
	/** Ends every wait, now and from now on. */
	stop(): void;
	readonly stopped: boolean;
}

export function createBells<Id extends string>(clock: Clock): Bells<Id> {
	const listeners = new Map<Id, Set<() => void>>();
	let stopped = false;
	return {
		listen(id) {
			let rung = new AbortController();
			const ring = () => rung.abort();
			const others = listeners.get(id) ?? new Set();
			listeners.set(id, others.add(ring));
			return {
				async wait(ms) {
					if (stopped) return;
					if (!rung.signal.aborted) await nap(clock, ms, rung.signal);
					rung = new AbortController();
				},
				close() {
					others.delete(ring);
					if (others.size === 0) listeners.delete(id);
				},
			};
		},
		ring(id) {
			for (const ring of listeners.get(id) ?? []) ring();
		},
		stop() {
			stopped = true;
			for (const ring of [...listeners.values()].flatMap((others) => [...others])) ring();
		},
		get stopped() {
			return stopped;
		},
	};
}
