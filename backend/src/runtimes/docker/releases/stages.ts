import type { Applied, RuntimeContext } from '../../runtime';

/** What of an `apply` has run when, of all of it: for its progress. */
export const STAGES = { prepared: 0.1, laid_out: 0.2, rehearsed: 0.5, updated: 0.8 } as const;

/** Progress of a part, as progress of the whole. */
export const within = (context: RuntimeContext, from: number, to: number): RuntimeContext => ({
	...context,
	progress: (fraction) => context.progress(from + fraction * (to - from)),
});

/** What a release took that changed nothing. */
export const NOTHING_DONE: Applied = { downtime_ms: 0, modules_installed: [], modules_updated: [], writes_lost: 0 };
