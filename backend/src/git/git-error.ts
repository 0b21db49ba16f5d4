/** What can be wrong with a repository, by its code. */
export const GIT_FAILURES = {
	repository_not_allowed: 'The URL is of a kind, or at a place, that this service does not read from.',
	repository_unreachable: 'The repository did not answer, refused, or is not there.',
	repository_too_large: 'The repository is larger than what is read here.',
	ref_not_found: 'The repository has no such branch, tag or commit.',
	manifest_invalid: 'A `__manifest__.py` is not one that Odoo could load.',
	git_unavailable: 'The machine that the service runs on has no git, or one that is too old.',
} as const;

export type GitErrorCode = keyof typeof GIT_FAILURES;

/**
 * Something about a repository that its owner can understand and mend. The message is for people: it names neither
 * secrets nor places on this machine; what git itself said is the `cause`, for the log.
 */
export class GitError extends Error {
	override readonly name = 'GitError';

	constructor(
		readonly code: GitErrorCode,
		message: string,
		options?: ErrorOptions,
	) {
		super(message, options);
	}
}
