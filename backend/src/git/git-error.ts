export type GitErrorCode =
	/** The URL is of a kind, or at a place, that this service does not read from. */
	| 'repository_not_allowed'
	/** The repository did not answer, refused, or is not there. */
	| 'repository_unreachable'
	/** The repository is larger than what is read here. */
	| 'repository_too_large'
	/** The repository has no such branch, tag or commit. */
	| 'ref_not_found'
	/** A `__manifest__.py` is not one that Odoo could load. */
	| 'manifest_invalid'
	/** The machine that the service runs on has no git, or one that is too old. */
	| 'git_unavailable';

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
