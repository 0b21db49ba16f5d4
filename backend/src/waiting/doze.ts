import type { Clock } from '../core/clock';

/**
 * Waits of one who may be roused, one after the other. An `AbortController` for each would do the same, but Node.js 20
 * makes a hidden class for every signal, which only a full garbage collection takes away: too dear for what is done
 * thousands of times a second.
 */
export interface Doze {
	/** Resolves after that many milliseconds, or when roused. */
	readonly wait: (ms: number) => Promise<void>;
	/** Ends the wait that is on, if any. */
	readonly rouse: () => void;
}

export function createDoze(clock: Clock): Doze {
	let end = () => {};
	return {
		wait: (ms) =>
			new Promise((resolve) => {
				const callOff = clock.after(ms, resolve);
				end = () => {
					callOff();
					resolve();
				};
			}),
		rouse: () => end(),
	};
}
