/** What copying data between environments can fail of, besides what any job can. */
export const COPY_FAILURES = {
	snapshot_refused: 'The data cannot be copied, or does not fit the environment; nothing was changed.',
	sanitizing_failed: 'The copy could not be sanitized; it was thrown away, and nothing was changed.',
} as const;
