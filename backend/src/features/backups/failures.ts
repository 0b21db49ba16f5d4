/** What backups can fail of, besides what any job and any copy can. */
export const BACKUP_FAILURES = {
	store_failed: 'The store of backups did not take or give the data.',
} as const;
