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
	const limited = new AbortController();
	const done = new AbortController();
	const leave = () => limited.abort(signal?.reason);
	if (signal?.aborted) leave();
	signal?.addEventListener('abort', leave);
	clock.sleep(ms, done.signal).then(
		() => limited.abort(reason()),
		() => undefined,
	);
	try {
		return await work(limited.signal);
	} finally {
		done.abort(DONE);
		signal?.removeEventListener('abort', leave);
	}
}
