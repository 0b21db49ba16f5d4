import { STATUS_CODES } from 'node:http';
import { z } from 'zod';
import type { RenderError } from './route';

/** A failure as `application/problem+json` (RFC 9457), with a stable `code` and the request's id. */
export const problem: RenderError = (error, requestId) => ({
	type: 'application/problem+json',
	body: {
		type: 'about:blank',
		title: STATUS_CODES[error.status] ?? 'Error',
		status: error.status,
		code: error.code,
		detail: error.detail,
		...(error.more.errors ? { errors: error.more.errors } : {}),
		...error.more.members,
		request_id: requestId,
	},
});

/** The shape that {@link problem} answers; codes may add members of their own. */
export const problemSchema = z.looseObject({
	type: z.string(),
	title: z.string(),
	status: z.int(),
	code: z.string(),
	detail: z.string(),
	errors: z.array(z.object({ pointer: z.string(), detail: z.string() })).optional(),
	request_id: z.string(),
});
