import { ApiError } from '../core/errors';
import type { Limits } from './limits';

/** Logins have no limit a minute; this bounds how much of the service one of them can have at a time. */
export interface LoginGate {
	/**
	 * Counts a request of the caller with that id in; what it answers counts it out again.
	 * @throws {ApiError} 429 rate_limited
	 */
	enter(login: string): () => void;
}

/** Counts in this process's memory: each replica lets so many through. */
export function createLoginGate({ limits }: { limits: Pick<Limits, 'loginRequests'> }): LoginGate {
	const underWay = new Map<string, number>();
	return {
		enter(login) {
			const before = underWay.get(login) ?? 0;
			if (before >= limits.loginRequests) {
				const detail = `A session may have ${limits.loginRequests} requests under way at once. Wait for one to end.`;
				throw new ApiError('rate_limited', detail, { headers: { 'Retry-After': '1' } });
			}
			underWay.set(login, before + 1);
			return () => {
				const now = underWay.get(login) ?? 0;
				if (now > 1) underWay.set(login, now - 1);
				else underWay.delete(login);
			};
		},
	};
}
