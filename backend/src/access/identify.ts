import type { IncomingHttpHeaders } from 'node:http';
import type { Access } from './access';
import type { Authenticator } from './authenticators';
import type { Caller } from './caller';

/**
 * Who sends a request to a route, by the first of the ways there that the request uses; null where it uses none.
 * @param lookUp looks up whose a token is, within the bounds on refused ones
 * @throws {ApiError} 401 where a token is no good; 403 cross_site_refused
 */
export async function identify(
	headers: IncomingHttpHeaders,
	{ by }: Access,
	authenticators: readonly Authenticator[],
	lookUp: (token: string, authenticator: Authenticator) => Promise<Caller | null>,
): Promise<Caller | null> {
	for (const authenticator of authenticators) {
		const token = authenticator.at.includes(by) ? authenticator.tokenOf(headers) : undefined;
		if (token === undefined) continue;
		const caller = await lookUp(token, authenticator);
		if (caller === null) throw authenticator.refusal();
		return caller;
	}
	return null;
}
