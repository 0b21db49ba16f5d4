import { Cron } from 'croner';
import { z } from 'zod';

const HOUR_MS = 60 * 60 * 1000;
/** Expressions repeat from one day to the next but for rare ones: so many runs show how close they may come. */
const RUNS_LOOKED_AT = 200;

/** When nothing of a calendar's oddities is near. */
const SOME_MONDAY = new Date('2029-01-01T00:00:00Z');

/**
 * When the expression is due next after that moment, by the clocks of that time zone; null: never. In the hour that clocks
 * leave out in spring it is due right after; in the one that they repeat in autumn, once.
 */
export const nextRun = (cron: string, zone: string, after: Date): Date | null => parsed(cron, zone).nextRun(after);

// Paused: it only tells times, and runs nothing.
const parsed = (cron: string, timezone: string) => new Cron(cron, { mode: '5-part', timezone, paused: true });

/** A time zone of the IANA's list, e.g. `Europe/Brussels`. */
export const zoneSchema = z.string().refine((zone) => {
	try {
		new Intl.DateTimeFormat('en', { timeZone: zone });
		// Offsets such as +02:00 are taken, too, and know no summer.
		return !/^[+-]/.test(zone);
	} catch {
		return false;
	}
}, 'must be a time zone such as Europe/Brussels or UTC');

/** A cron expression of five fields that is due at times, and at most once an hour. */
export const cronSchema = z
	.string()
	.max(100)
	.superRefine((cron, context) => {
		const refuse = (message: string) => context.addIssue({ code: 'custom', message });
		// Names such as @daily are not of five fields.
		if (cron.trim().split(/\s+/).length !== 5 || !isReadable(cron)) {
			refuse('must be five fields (minute, hour, day of the month, month, day of the week), such as 30 2 * * *');
			return;
		}
		const runs = parsed(cron, 'UTC').nextRuns(RUNS_LOOKED_AT, SOME_MONDAY);
		if (runs.length === 0) refuse('is never due: there is no such day');
		const tooClose = runs.some((run, at) => run.getTime() - (runs[at - 1]?.getTime() ?? 0) < HOUR_MS);
		if (tooClose) refuse('may be due once an hour at most');
	});

function isReadable(cron: string): boolean {
	try {
		parsed(cron, 'UTC');
		return true;
	} catch {
		return false;
	}
}
