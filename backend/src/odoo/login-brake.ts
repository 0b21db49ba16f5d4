import type { Clock } from '../core/clock';
import { ApiError } from '../core/errors';
import { Lru } from '../core/lru';
import { OdooError } from './errors';

const CAPACITY = 10_000;
/** Odoo refuses an address after five failures for a minute, and with it every call of the connections there. */
const FAILURES = 3;
const WINDOW_MS = 60_000;
/** Logins that wait for one server, the one under way among them: each may take as long as a server may be silent. */
const MAX_QUEUED = 20;
/** About how long a login takes, in seconds. */
const RETRY_AFTER_S = 1;

/** Keeps refused logins from making an Odoo refuse the whole platform. */
export interface LoginBrake {
	/**
	 * Logs in to a server, one after the other; null, without asking it, where it refused too many under that key of late.
	 * @throws {ApiError} 429 rate_limited where too many wait under that key
	 */
	attempt<T>(key: string, logIn: () => Promise<T>): Promise<T | null>;
}

/** Counts in this process's memory; replicas do not tell each other, and their addresses may differ as well. */
export function createLoginBrake(clock: Clock): LoginBrake {
	const refusals = new Lru<{ readonly count: number; readonly until: number }>(CAPACITY);
	/** The attempts at each server that has one under way. */
	const queues = new Map<string, { length: number; last: Promise<unknown> }>();

	const once = async <T>(key: string, logIn: () => Promise<T>): Promise<T | null> => {
		const now = clock.now().getTime();
		const known = refusals.get(key);
		const { count, until } = known && known.until > now ? known : { count: 0, until: now + WINDOW_MS };
		if (count >= FAILURES) return null;
		try {
			return await logIn();
		} catch (error) {
			const refused = error instanceof OdooError && error.kind === 'authentication_failed';
			if (refused) refusals.set(key, { count: count + 1, until });
			throw error;
		}
	};

	return {
		async attempt(key, logIn) {
			const queue = queues.get(key) ?? { length: 0, last: Promise.resolve() };
			if (queue.length >= MAX_QUEUED) throw tooManyWait();
			queues.set(key, queue);
			queue.length += 1;
			const turn = queue.last.then(() => once(key, logIn));
			queue.last = turn.catch(() => undefined);
			try {
				return await turn;
			} finally {
				queue.length -= 1;
				if (queue.length === 0) queues.delete(key);
			}
		},
	};
}

const tooManyWait = () =>
	new ApiError('rate_limited', 'Too many logins wait for this Odoo already. Wait a moment, then try again.', {
		headers: { 'Retry-After': String(RETRY_AFTER_S) },
	});
