import type { Clock } from '../core/clock';
import { Lru } from '../core/lru';
import { OdooError } from './errors';

const CAPACITY = 10_000;
/** Odoo refuses an address after five failures for a minute, and with it every call of the connections there. */
const FAILURES = 3;
const WINDOW_MS = 60_000;

/** Keeps refused logins from making an Odoo refuse the whole platform. */
export interface LoginBrake {
	/** Logs in to a server, one after the other; null, without asking it, where it refused too many under that key of late. */
	attempt<T>(key: string, logIn: () => Promise<T>): Promise<T | null>;
}

/** Counts in this process's memory; replicas do not tell each other, and their addresses may differ as well. */
export function createLoginBrake(clock: Clock): LoginBrake {
	const refusals = new Lru<{ readonly count: number; readonly until: number }>(CAPACITY);
	/** The last attempt at each server that has one under way. */
	const last = new Map<string, Promise<unknown>>();

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
			const turn = (last.get(key) ?? Promise.resolve()).then(() => once(key, logIn));
			const over = turn.catch(() => undefined);
			last.set(key, over);
			try {
				return await turn;
			} finally {
				if (last.get(key) === over) last.delete(key);
			}
		},
	};
}
