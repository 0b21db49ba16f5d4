import type { IncomingHttpHeaders } from 'node:http';
import { ApiError } from '../core/errors';

/** The cookie of a session, by Odoo's name for it. */
const NAME = 'session_id';

/** The token of a session that a request carries; undefined where it carries none. */
export const sessionTokenOf = ({ cookie }: Pick<IncomingHttpHeaders, 'cookie'>): string | undefined =>
	new RegExp(`(?:^|;)\\s*${NAME}=([\\w-]+)\\s*(?:;|$)`).exec(cookie ?? '')?.[1];

/** `Set-Cookie` of a session (RFC 6265bis): no script reads it, and other sites' forms and scripts do not send it. */
export function sessionCookie(
	token: string,
	{ maxAge, secure }: { readonly maxAge: number; readonly secure: boolean },
) {
	const parts = [`${NAME}=${token}`, 'Path=/', `Max-Age=${maxAge}`, 'HttpOnly', 'SameSite=Lax'];
	return [...parts, ...(secure ? ['Secure'] : [])].join('; ');
}

/**
 * Browsers send cookies along with what other sites make them send. Such a request says where it is from
 * (`Sec-Fetch-Site`), or is no JSON: for JSON a browser would ask this service first, which allows no other site.
 * @throws {ApiError} 403 `cross_site_refused`
 */
export function requireSameSite(headers: IncomingHttpHeaders): void {
	const site = headers['sec-fetch-site'] ?? 'none';
	const isJson = /^application\/json\s*(;|$)/i.test(headers['content-type'] ?? '');
	if ((site === 'same-origin' || site === 'none') && isJson) return;
	const detail =
		'With a session cookie, requests must come from no other site and be of Content-Type application/json.';
	throw new ApiError('cross_site_refused', detail);
}
