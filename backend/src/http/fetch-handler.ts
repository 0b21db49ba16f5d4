import type { RequestHandler } from 'express';
import { ApiError } from '../core/errors';
import type { Logger } from '../core/log';
import { addressOf } from './address';
import { refuseInexact } from './json-body';
import { type BodySize, readBody } from './read-body';
import { sendError } from './send-error';

/** Who sends a request, and whether they still wait. */
interface FetchContext {
	/** The network address that the request came from. */
	readonly address: string;
	/** Aborted when the client leaves before it has its reply. */
	readonly signal: AbortSignal;
}

export type FetchHandle = (
	params: Readonly<Record<string, string | string[]>>,
	request: Request,
	context: FetchContext,
) => Promise<Response>;

/**
 * Serves what speaks in `Request` and `Response` (WHATWG Fetch) behind Express: `handle` is given the parameters of the
 * path at which it is mounted, and sees the URL below that path. Bodies are JSON.
 */
export const fetchHandler =
	(handle: FetchHandle, log: Logger, bodySize?: BodySize): RequestHandler =>
	async (request, response) => {
		const gone = new AbortController();
		response.once('close', () => gone.abort());
		try {
			// The one method that reaches a server and that Fetch forbids.
			if (request.method === 'TRACE') throw new ApiError('method_not_allowed', 'TRACE is not served here.');
			const headers = new Headers();
			for (const [name, values] of Object.entries(request.headersDistinct)) {
				for (const value of values ?? []) headers.append(name, value);
			}
			const bodyless = request.method === 'GET' || request.method === 'HEAD';
			const body = bodyless ? null : new Uint8Array(await readBody(request, response, bodySize));
			if (body !== null) refuseInexact(new TextDecoder().decode(body));
			const answer = await handle(
				request.params,
				new Request(`http://localhost${request.url}`, {
					method: request.method,
					headers,
					body,
				}),
				{ address: addressOf(request), signal: gone.signal },
			);
			response.status(answer.status);
			answer.headers.forEach((value, name) => response.setHeader(name, value));
			response.end(Buffer.from(await answer.arrayBuffer()));
		} catch (error) {
			// Who has left wants no answer, and that they left is no failure.
			if (!gone.signal.aborted || error !== gone.signal.reason) sendError(error, response, log);
		}
	};
