import type { Clock } from './clock';

/** One for all, as `abort()` would make an error with a stack each time, for nobody to see. */
const DONE = new Error('done');

/**
 * Runs work under a signal that is aborted with `reason` after `ms` milliseconds, or with `signal`, whichever is first.
 * The work itself must heed it.
 */
export async function withTimeLimit<T>(
	{ clock, ms, reason, signal }: { clock: Clock; ms: number; reason: () => Error; signal?: AbortSignal | undefined },
	work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
	const timer = new AbortController();
	const done = new AbortController();
	clock.sleep(ms, done.signal).then(
		() => timer.abort(reason()),
		() => undefined,
	);
	try {
		return await work(signal ? AbortSignal.any([signal, timer.signal]) : timer.signal);
	} finally {
		done.abort(DONE);
	}
}
