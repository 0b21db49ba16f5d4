import type { Clock } from '../core/clock';
import { Lru } from '../core/lru';
import { nap } from './wakeable-loop';

/** What failed of late from one source: how often, and when last, in milliseconds of the clock. */
interface Failures {
	readonly count: number;
	readonly last: number;
}

/** Counts failures by where they come from, and lets each one wait longer than the one before, so that guessing is slow. */
export interface SlowDown {
	of(source: string): Failures | undefined;
	/** Counts one more, and resolves when it may be told, or when the signal comes. */
	failed(source: string, signal: AbortSignal): Promise<void>;
}

/** Failures further apart than this begin to count anew, in milliseconds. */
const QUIET_MS = 60_000;
/** Every failure beyond the free ones waits so much longer than the one before, in milliseconds. */
const STEP_MS = 100;
const LONGEST_MS = 5_000;
/** Sources that are remembered; the one not heard of for longest goes first. */
const CAPACITY = 10_000;

/** Counts in this process's memory; replicas do not tell each other. `free` failures wait for nothing. */
export function createSlowDown(clock: Clock, free: number): SlowDown {
	const failures = new Lru<Failures>(CAPACITY);
	return {
		of: (source) => failures.get(source),
		async failed(source, signal) {
			const now = clock.now().getTime();
			const known = failures.get(source);
			const count = known && now - known.last <= QUIET_MS ? known.count + 1 : 1;
			failures.set(source, { count, last: now });
			if (count > free) await nap(clock, Math.min((count - free) * STEP_MS, LONGEST_MS), signal);
		},
	};
}
