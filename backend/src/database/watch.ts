import type { Clock } from '../core/clock';
import type { Logger } from '../core/log';
import { withTimeLimit } from '../waiting/time-limit';
import { unlessAborted } from '../waiting/unless-aborted';
import { createWakeableLoop, ENDED, type WakeableLoop } from '../waiting/wakeable-loop';

/** How often the connection is tried, in milliseconds. */
const LOOK_MS = 2_000;
/** How long a step may take. The driver has limits of its own, but is what is not trusted here. */
const STEP_MS = 10_000;
/** How long the connection may be stuck until the process counts as broken. */
const STUCK_MS = 60_000;

interface Watched {
	/** Rejects where the connection does not answer. */
	readonly ping: () => Promise<unknown>;
	/** Rejects where a connection of its own does not reach the database either. */
	readonly reach: () => Promise<unknown>;
	/** Puts another connection in the place of this one. */
	readonly renew: () => Promise<unknown>;
	readonly clock: Clock;
	readonly log: Logger;
}

/** Looks after a connection. */
export interface Watch extends Pick<WakeableLoop, 'start' | 'stop'> {
	/** Whether the database could be reached for long, and this connection to it did not answer all the same. */
	readonly isStuck: () => boolean;
}

/**
 * Connects anew where the driver does not do so by itself. A socket that is destroyed while the driver writes to it lets
 * the driver wait for ever: in its monitor, which then finds no server any more, and for connections of its pool.
 * `docs/decisions/outages.md` says more.
 */
export function createWatch({ ping, reach, renew, clock, log }: Watched): Watch {
	let answers = true;
	let stuckSince: Date | null = null;
	const over = new AbortController();
	const { signal } = over;

	const succeeds = async (step: () => Promise<unknown>) => {
		const reason = () => new Error(`The database did not answer within ${STEP_MS / 1_000} seconds.`);
		try {
			await withTimeLimit({ clock, ms: STEP_MS, reason, signal }, (limited) => unlessAborted(step, limited));
			return true;
		} catch (error) {
			if (answers && !signal.aborted) log.warn({ err: error }, 'the database does not answer');
			answers = false;
			return false;
		}
	};

	const answering = () => {
		if (!answers) log.info('the database answers again');
		answers = true;
		stuckSince = null;
	};

	const mend = async () => {
		if (!(await succeeds(reach))) {
			stuckSince = null;
			return;
		}
		// It may have come back in the meantime.
		if (await succeeds(ping)) {
			answering();
			return;
		}
		if (signal.aborted) return;
		stuckSince ??= clock.now();
		log.warn('the database can be reached, but not over the connection that was; connecting anew');
		if ((await succeeds(renew)) && (await succeeds(ping))) answering();
	};

	const loop = createWakeableLoop({
		clock,
		onError: (error) => log.error({ err: error }, 'the connection to the database could not be looked after'),
		async round() {
			if (await succeeds(ping)) answering();
			else await mend();
			return LOOK_MS;
		},
	});
	return {
		start: loop.start,
		stop: () => {
			over.abort(ENDED);
			return loop.stop();
		},
		isStuck: () => stuckSince !== null && clock.now().getTime() - stuckSince.getTime() >= STUCK_MS,
	};
}
