import type { Clock } from '../core/clock';

/**
 * Runs work with a signal that is aborted after `ms` milliseconds, with `reason`, or when `signal` is aborted. The work
 * itself must heed the signal.
 */
export async function withTimeLimit<T>(
	{ clock, ms, reason, signal }: { clock: Clock; ms: number; reason: () => Error; signal?: AbortSignal | undefined },
	work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
	const limited = new AbortController();
	const leave = () => limited.abort(signal?.reason);
	if (signal?.aborted) leave();
	signal?.addEventListener('abort', leave);
	const callOff = clock.after(ms, () => limited.abort(reason()));
	try {
		return await work(limited.signal);
	} finally {
		callOff();
		signal?.removeEventListener('abort', leave);
	}
}
