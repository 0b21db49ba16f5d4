/** What a deletion can fail of, besides what any job can. */
export const DELETE_FAILURES = {
	deletion_failed: 'The environment could not be removed.',
} as const;
