import type { Response } from 'express';
import { z } from 'zod';
import { ApiError, internalError } from '../core/errors';
import type { Logger } from '../core/log';
import { problem } from './problem';
import { BODY_LIMITS } from './read-body';
import { requestIdOf } from './request-id';
import type { Route } from './route';
import { statusOf } from './status-of';

/** What express and its body reader throw at a request they cannot read. */
const clientError = z.object({
	status: z.int().min(400).max(499),
	type: z.string().optional(),
	limit: z.int().optional(),
});

/** Puts a failure into words: what a client did in its terms, everything else as 500 with the details in the log. */
export function sendError(
	error: unknown,
	response: Response,
	log: Logger,
	route: Pick<Route, 'renderError' | 'errorReply' | 'statuses'> = {},
): void {
	const id = requestIdOf(response.locals);
	const known = toApiError(error);
	if (known === undefined) log.error({ err: error, request_id: id }, 'request failed');
	if (response.headersSent || response.destroyed) {
		response.destroy();
		return;
	}
	const shown = known ?? internalError();
	const status = statusOf(shown.code, route);
	const { type, body } = (route.renderError ?? problem)(shown, id, status);
	response
		.status(status)
		.set(shown.more.headers ?? {})
		.type(type)
		.send(JSON.stringify(body));
}

function toApiError(error: unknown): ApiError | undefined {
	if (error instanceof ApiError) return error;
	const client = clientError.safeParse(error);
	if (!client.success) return undefined;
	const { type, limit } = client.data;
	if (type === 'entity.too.large') {
		return new ApiError(
			'body_too_large',
			`The body is larger than ${limit ?? BODY_LIMITS.usual} bytes; send less at a time.`,
		);
	}
	if (type === 'encoding.unsupported') {
		return new ApiError('unsupported_encoding', 'The body is compressed in a way that is not read here.');
	}
	return new ApiError('bad_request', 'The request could not be read. Check its path, headers and body.');
}
