import type { RequestHandler } from 'express';
import { readBody } from './read-body';
import { sendError } from './send-error';
import type { Logger } from '../core/log';

/**
 * Serves what speaks in `Request` and `Response` (WHATWG Fetch) behind Express: `handle` sees the URL below the path at
 * which it is mounted.
 */
export const fetchHandler =
	(handle: (request: Request) => Promise<Response>, log: Logger): RequestHandler =>
	async (request, response) => {
		try {
			const headers = new Headers();
			for (const [name, value] of Object.entries(request.headersDistinct)) {
				for (const single of value ?? []) headers.append(name, single);
			}
			const body = ['GET', 'HEAD'].includes(request.method)
				? null
				: new Uint8Array(await readBody(request, response));
			const answer = await handle(
				new Request(new URL(request.url, 'http://localhost'), { method: request.method, headers, body }),
			);
			response.status(answer.status);
			for (const [name, value] of answer.headers) response.append(name, value);
			response.end(Buffer.from(await answer.arrayBuffer()));
		} catch (error) {
			sendError(error, response, log);
		}
	};
