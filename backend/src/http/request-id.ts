import { randomUUID } from 'node:crypto';
import type { RequestHandler } from 'express';

/** Names the request in the reply (`X-Request-Id`), in every error and in every line of the log. */
export const requestId: RequestHandler = (_request, response, next) => {
	const id = `req_${randomUUID()}`;
	response.locals.requestId = id;
	response.setHeader('X-Request-Id', id);
	next();
};

/** The id that {@link requestId} gave. */
export const requestIdOf = (locals: Readonly<Record<string, unknown>>) =>
	typeof locals.requestId === 'string' ? locals.requestId : 'req_unknown';
