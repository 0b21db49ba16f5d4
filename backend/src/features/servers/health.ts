/**
 * What can be wrong with a server. `unreachable`: its Engine does not answer; `disk`, `memory`: less than a twentieth is
 * free; `container`: one of the service's containers keeps dying.
 */
export const PROBLEMS = ['unreachable', 'disk', 'memory', 'container'] as const;
export type Problem = (typeof PROBLEMS)[number];

export const SERVER_STATUSES = ['ready', 'degraded'] as const;

/** How a server is, and how many looks in a row have spoken against that. */
export interface Health {
	readonly status: (typeof SERVER_STATUSES)[number];
	/** Why it is degraded; null where it is ready. */
	readonly reason: Problem | null;
	readonly streak: number;
}

export const HEALTHY: Health = { status: 'ready', reason: null, streak: 0 };

/** How many looks in a row it takes to leave a status, so that one look that failed alarms nobody. */
const LOOKS = { ready: 3, degraded: 2 } as const;

/** How a server is after one more look, which found that problem or none. */
export function assess({ status, reason, streak }: Health, problem: Problem | null): Health {
	const against = (status === 'ready') === (problem !== null);
	if (!against) return { status, reason: problem, streak: 0 };
	if (streak + 1 < LOOKS[status]) return { status, reason, streak: streak + 1 };
	return { status: status === 'ready' ? 'degraded' : 'ready', reason: problem, streak: 0 };
}
