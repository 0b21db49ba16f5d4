/** Time, as the engine sees it. Tests pass a clock of their own. */
export interface Clock {
	now(): Date;
	/** Resolves after `ms` milliseconds; rejects when the signal is aborted earlier. */
	sleep(ms: number, signal: AbortSignal): Promise<void>;
}
