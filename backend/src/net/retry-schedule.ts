const SECOND = 1_000;
const MINUTE = 60 * SECOND;

/** The pauses before the retries, in milliseconds (the documents' "1s, 5s, 30s, 2m, 10m, 1h"). */
export const RETRY_DELAYS_MS = [
	1 * SECOND,
	5 * SECOND,
	30 * SECOND,
	2 * MINUTE,
	10 * MINUTE,
	60 * MINUTE,
] as const satisfies readonly number[];

/** The longest that chance adds to a pause, so that receivers are not asked by everybody at the same moment. */
const JITTER = 0.1;
/** Retries fall on such moments, so that many that are due at about the same time are found together. */
const SLOT_MS = 0.1 * SECOND;

/**
 * When the next retry is due; null where the schedule has ended. A `Retry-After` lengthens the wait, up to the schedule's
 * next step.
 */
export function nextRetry({
	now,
	retries,
	retryAfterMs,
	random,
}: {
	now: Date;
	/** How many there were already. */
	retries: number;
	/** What the receiver asked for. */
	retryAfterMs: number | null;
	/** From 0 to 1. */
	random: () => number;
}): Date | null {
	const step = RETRY_DELAYS_MS[retries];
	if (step === undefined) return null;
	const longest = RETRY_DELAYS_MS[retries + 1] ?? step;
	const wait = Math.min(Math.max(step, retryAfterMs ?? 0), longest);
	const first = Math.ceil((now.getTime() + wait) / SLOT_MS);
	const last = Math.floor((now.getTime() + wait * (1 + JITTER)) / SLOT_MS);
	return new Date((first + Math.floor((last - first + 1) * random())) * SLOT_MS);
}

/** The wait that a `Retry-After` header asks for (RFC 9110, 10.2.3: seconds or a date); null where it says nothing. */
export function parseRetryAfter(header: string | null, now: Date): number | null {
	if (header === null) return null;
	const text = header.trim();
	if (/^\d+$/.test(text)) return Number(text) * SECOND;
	const date = Date.parse(text);
	return Number.isNaN(date) ? null : Math.max(0, date - now.getTime());
}
