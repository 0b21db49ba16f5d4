import type { Clock } from '../core/clock';
import { createDoze } from './doze';
import { gather } from './gather';

/**
 * Work that is done in rounds: when somebody wakes the loop, and from time to time by itself, to find work that a crash
 * or another replica has left.
 */
export interface WakeableLoop {
	readonly start: () => void;
	/** Resolves when the current round has ended. No other round begins. */
	readonly stop: () => Promise<void>;
	/** Runs a round now, or, if one is running, another one after it. */
	readonly wake: () => void;
}

/** A reason for `abort()` where nobody looks at it. Without a reason, each call would make an error with its stack. */
export const ENDED = new Error('Nobody waits for it any more.');

const PAUSE_AFTER_ERROR_MS = 1_000;

export function createWakeableLoop({
	round,
	onError,
	clock,
}: {
	/** Answers after how many milliseconds the next round is due if nobody wakes the loop before. */
	round: () => Promise<number>;
	onError: (error: unknown) => void;
	clock: Clock;
}): WakeableLoop {
	let stopping = false;
	let wakes = 0;
	const doze = createDoze(clock);
	let running = Promise.resolve();

	const run = async () => {
		while (!stopping) {
			const before = wakes;
			const pause = await round().catch((error: unknown) => {
				onError(error);
				return PAUSE_AFTER_ERROR_MS;
			});
			if (wakes > before) await gather();
			else if (pause > 0) await doze.wait(pause);
		}
	};
	const wake = () => {
		wakes++;
		doze.rouse();
	};

	return {
		start: () => {
			running = run();
		},
		stop: async () => {
			stopping = true;
			wake();
			await running;
		},
		wake,
	};
}

/** Sleeps until the time is over or the signal is aborted. */
export async function nap(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
	try {
		await clock.sleep(ms, signal);
	} catch (error) {
		if (!signal.aborted) throw error;
	}
}
