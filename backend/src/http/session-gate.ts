import { ApiError } from '../core/errors';
import type { SessionId } from '../core/ids';
import type { Limits } from './limits';

/** Sessions have no limit a minute; this bounds how much of the service one of them can have at a time. */
export interface SessionGate {
	/** Counts a request of that session in; what it answers counts it out again. @throws {ApiError} 429 rate_limited */
	enter(session: SessionId): () => void;
}

/** Counts in this process's memory: each replica lets so many through. */
export function createSessionGate({ limits }: { limits: Pick<Limits, 'sessionRequests'> }): SessionGate {
	const underWay = new Map<SessionId, number>();
	return {
		enter(session) {
			const before = underWay.get(session) ?? 0;
			if (before >= limits.sessionRequests) {
				const detail = `A session may have ${limits.sessionRequests} requests under way at once. Wait for one to end.`;
				throw new ApiError(429, 'rate_limited', detail, { headers: { 'Retry-After': '1' } });
			}
			underWay.set(session, before + 1);
			return () => {
				const now = underWay.get(session) ?? 0;
				if (now > 1) underWay.set(session, now - 1);
				else underWay.delete(session);
			};
		},
	};
}
