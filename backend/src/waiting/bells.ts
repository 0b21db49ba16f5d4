import type { Clock } from '../core/clock';
import { createDoze } from './doze';

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
			let rung = false;
			const doze = createDoze(clock);
			const ring = () => {
				rung = true;
				doze.rouse();
			};
			const others = listeners.get(id) ?? new Set();
			listeners.set(id, others.add(ring));
			return {
				async wait(ms) {
					if (stopped) return;
					if (!rung) await doze.wait(ms);
					rung = false;
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
