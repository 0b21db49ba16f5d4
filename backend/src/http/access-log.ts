import type { RequestHandler } from 'express';
import type { Logger } from '../core/log';
import { requestIdOf } from './request-id';

/** One line a request, when its reply has left or its client has. Paths only: a query may hold what is not for logs. */
export const accessLog =
	(log: Logger): RequestHandler =>
	(request, response, next) => {
		const start = performance.now();
		const { method, path } = request;
		response.once('close', () => {
			log.info(
				{
					request_id: requestIdOf(response.locals),
					method,
					path,
					status: response.writableFinished ? response.statusCode : 'aborted',
					duration_ms: Math.round((performance.now() - start) * 10) / 10,
				},
				'request',
			);
		});
		next();
	};
