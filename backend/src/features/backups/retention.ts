import type { BackupReason, BackupStatus, Keep } from './model';

/** What retention knows of a backup. */
export interface KeptBackup<Id extends string = string> {
	readonly id: Id;
	readonly created_at: Date;
	readonly reason: BackupReason;
	readonly status: BackupStatus;
}

const DAY_MS = 24 * 60 * 60 * 1000;

/** How long one that failed is shown. */
const FAILED_DAYS = 7;

/**
 * The backups that retention removes: of those that were made by schedule, before an update or a restore, what nothing in `keep` keeps,
 * and what failed a week ago. The newest that succeeded always stays, and so does what is still being made.
 */
export function expired<Id extends string>(backups: readonly KeptBackup<Id>[], keep: Keep, now: Date): readonly Id[] {
	const newestFirst = backups
		.filter(({ status }) => status === 'succeeded')
		.sort((a, b) => b.created_at.getTime() - a.created_at.getTime() || (a.id < b.id ? 1 : -1));
	const made = newestFirst.filter(isMadeByItself);
	const isYoung = (backup: KeptBackup, days: number) => now.getTime() - backup.created_at.getTime() < days * DAY_MS;
	const kept = new Set<Id>(
		[
			...newestFirst.slice(0, 1),
			...made.slice(0, keep.last),
			...made.filter((backup) => isYoung(backup, keep.days)),
			...newestOfEach(made, weekOf, weekOf(now) - keep.weekly),
			...newestOfEach(made, monthOf, monthOf(now) - keep.monthly),
		].map(({ id }) => id),
	);
	const failed = backups.filter((backup) => backup.status === 'failed' && !isYoung(backup, FAILED_DAYS));
	return [...made.filter(({ id }) => !kept.has(id)), ...failed.filter(isMadeByItself)].map(({ id }) => id);
}

/** Whoever made or uploaded a backup removes it, too. */
const isMadeByItself = ({ reason }: KeptBackup) => reason !== 'manual' && reason !== 'uploaded';

/** The first of each time after `after`, of backups that are sorted with the newest first. */
function newestOfEach<Id extends string>(
	newestFirst: readonly KeptBackup<Id>[],
	timeOf: (date: Date) => number,
	after: number,
): readonly KeptBackup<Id>[] {
	const seen = new Set<number>();
	return newestFirst.filter(({ created_at }) => {
		const time = timeOf(created_at);
		if (time <= after || seen.has(time)) return false;
		seen.add(time);
		return true;
	});
}

/** Weeks since one that began on a Monday: the first day of 1970 was a Thursday. */
const weekOf = (date: Date) => Math.floor((date.getTime() / DAY_MS + 3) / 7);

const monthOf = (date: Date) => date.getUTCFullYear() * 12 + date.getUTCMonth();
