import type { Clock } from '../core/clock';
import { createDoze } from './doze';

/** Waits for the bell of one id. If it has rung since the last wait, the next wait ends at once. */
export interface BellListener {
	/** Resolves when the bell rings or the time is over. */
	wait(ms: number): Promise<void>;
	close(): void;
}

/** One bell for each id, by which one part of this process wakes another. */
export interface Bells<Id extends string> {
	/** The caller must close the listener in the end. */
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
