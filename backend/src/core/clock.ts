import { setTimeout as delay } from 'node:timers/promises';

/** Time, as the rest of the service sees it; tests pass one of their own. */
export interface Clock {
	now(): Date;
	/** Resolves after `ms` milliseconds; rejects with the signal's reason when aborted earlier. */
	sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
	now: () => new Date(),
	sleep: async (ms, signal) => {
		await delay(ms, undefined, { signal });
	},
};
