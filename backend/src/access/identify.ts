import type { IncomingHttpHeaders } from 'node:http';
import { ApiError } from '../core/errors';
import type { Access } from './access';
import { type Authenticate, type Authenticator, CHALLENGE } from './authenticators';
import type { Caller } from './caller';

/**
 * Who sends a request to a route, by the first of the ways there that the request uses.
 * @param lookUp looks up whose a token is, within the bounds on refused ones
 * @throws {ApiError} 401 without a good token; 403 cross_site_refused
 */
export async function identify(
	headers: IncomingHttpHeaders,
	{ by }: Access,
	authenticators: readonly Authenticator[],
	lookUp: (token: string, authenticate: Authenticate<Caller>) => Promise<Caller | null>,
): Promise<Caller> {
	for (const { at, tokenOf, authenticate, refusal } of authenticators) {
		const token = at.includes(by) ? tokenOf(headers) : undefined;
		if (token === undefined) continue;
		const caller = await lookUp(token, authenticate);
		if (caller === null) throw refusal();
		return caller;
	}
	const detail = 'No API key was sent. Send one as "Authorization: Bearer <key>" or in the header X-API-Key.';
	throw new ApiError('authentication_required', detail, CHALLENGE);
}
