import { ERROR_CODES, type ErrorCode } from './error-codes';

/** One input that was refused; `pointer` is a JSON pointer (RFC 6901) into the body, or names a parameter. */
export interface InputError {
	readonly pointer: string;
	readonly detail: string;
}

/**
 * A refusal or failure that the caller is told of. Everything else that is thrown answers 500 without details.
 * `code` is stable and documented; `detail` says what happened and what to do about it.
 */
export class ApiError extends Error {
	override readonly name = 'ApiError';
	/** The status that usually carries the code; a route may say another. */
	readonly status: number;

	constructor(
		readonly code: ErrorCode,
		readonly detail: string,
		readonly more: {
			readonly errors?: readonly InputError[];
			/** Further members of the reply, e.g. `job_id` of `environment_busy`. */
			readonly members?: Readonly<Record<string, string | number | null>>;
			readonly headers?: Readonly<Record<string, string>>;
		} = {},
	) {
		super(detail);
		this.status = ERROR_CODES[code].status;
	}
}

/** 404, the same whether a thing does not exist or belongs to somebody else. */
export const notFound = (what: string) =>
	new ApiError('not_found', `There is no such ${what}, or this key cannot see it.`);

/** 422 for an input that has the right form and still cannot be. */
export const invalidInput = (pointer: string, detail: string) =>
	new ApiError('validation_failed', `${pointer}: ${detail}`, { errors: [{ pointer, detail }] });

/** 500 for what is no fault of the caller's and went to the log. */
export const internalError = () =>
	new ApiError('internal_error', 'Something failed on our side. Try again, and quote the request_id if it stays.');

/** The code of an error that Node.js or a library threw, e.g. `EEXIST`; undefined where it has none. */
export const systemCode = (error: unknown) =>
	typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
