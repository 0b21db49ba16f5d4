/** Time, as the rest of the service sees it. Tests pass a clock of their own. */
export interface Clock {
	now(): Date;
	/** Runs `run` after `ms` milliseconds. The function that it returns calls that off. */
	after(ms: number, run: () => void): () => void;
	/** Resolves after `ms` milliseconds; rejects with the signal's reason when aborted earlier. */
	sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
	now: () => new Date(),
	after: (ms, run) => {
		const timer = setTimeout(run, ms);
		return () => clearTimeout(timer);
	},
	// `setTimeout` of node:timers/promises makes an error, with its stack, for every sleep that is aborted.
	sleep: (ms, signal) =>
		new Promise((resolve, reject) => {
			const stop = () => {
				clearTimeout(timer);
				const reason: unknown = signal?.reason;
				reject(reason instanceof Error ? reason : new Error('The sleep was broken off.', { cause: reason }));
			};
			const timer = setTimeout(() => {
				signal?.removeEventListener('abort', stop);
				resolve();
			}, ms);
			if (signal?.aborted) stop();
			else signal?.addEventListener('abort', stop, { once: true });
		}),
};
