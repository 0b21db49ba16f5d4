import type { Clock } from '../core/clock';

/**
 * Waits that can be ended early, one after the other. An `AbortController` for each wait would do the same. But Node.js
 * 20 makes a hidden class for every signal, and only a full garbage collection removes it. That costs too much for what
 * happens thousands of times a second.
 */
export interface Doze {
	/** Resolves after that many milliseconds, or when `rouse` is called. */
	readonly wait: (ms: number) => Promise<void>;
	/** Ends the current wait, if there is one. */
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
