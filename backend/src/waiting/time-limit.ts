import type { Clock } from '../core/clock';

/**
 * Runs work under a signal that is aborted with `reason` after `ms` milliseconds, or with `signal`, whichever is first.
 * The work itself must heed it.
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
