import type { IncomingHttpHeaders } from 'node:http';
import { ApiError } from '../core/errors';
import type { Access, AccessBy } from './access';
import type { Authenticate, AuthenticateOdooLogin, Caller, KeyCaller } from './caller';
import { requirePlan } from './require-plan';
import { requireSameSite, sessionTokenOf } from './session-cookie';

/** What finds out who a token belongs to. */
export interface Authenticators {
	readonly authenticate: Authenticate;
	readonly authenticateOdooLogin: AuthenticateOdooLogin;
}

const UNAUTHENTICATED = { headers: { 'WWW-Authenticate': 'Bearer' } };

/** The token of `Authorization: Bearer` (RFC 6750) or `X-API-Key`. */
function tokenOf(headers: IncomingHttpHeaders): string | undefined {
	const bearer = /^bearer +(\S+) *$/i.exec(headers.authorization ?? '')?.[1];
	const apiKey = headers['x-api-key'];
	return bearer ?? (typeof apiKey === 'string' && apiKey !== '' ? apiKey : undefined);
}

/** Looks up who a token belongs to, within the bounds on refused ones. */
type LookUp = <T>(token: string, authenticate: (token: string) => Promise<T | null>) => Promise<T | null>;

/**
 * Who sends the request: by a key, or, where webhook keys may, by a session's cookie.
 * @throws {ApiError} 401 without a good one; 403 cross_site_refused
 */
export async function identify(
	headers: IncomingHttpHeaders,
	{ by }: Access,
	{ authenticate, authenticateOdooLogin, lookUp }: Authenticators & { readonly lookUp: LookUp },
): Promise<Caller> {
	const token = tokenOf(headers);
	if (token !== undefined) {
		const caller = await lookUp(token, authenticate);
		if (caller !== null) return caller;
		const detail = 'The API key is not valid: it is unknown, revoked, expired or was altered. Use another one.';
		throw new ApiError(401, 'invalid_api_key', detail, UNAUTHENTICATED);
	}
	const session = by === 'webhook_key' ? sessionTokenOf(headers) : undefined;
	if (session !== undefined) {
		requireSameSite(headers);
		const caller = await lookUp(session, authenticateOdooLogin);
		if (caller !== null) return caller;
		const detail = 'The session is unknown or over. Log in at /web/session/authenticate, or use an API key.';
		throw new ApiError(401, 'invalid_session', detail, UNAUTHENTICATED);
	}
	const detail = 'No API key was sent. Send one as "Authorization: Bearer <key>" or in the header X-API-Key.';
	throw new ApiError(401, 'authentication_required', detail, UNAUTHENTICATED);
}

/** The holder of a key; whatever concerns keys themselves is closed to sessions. @throws {ApiError} 403 wrong_key_scope */
export function requireKey(caller: Caller): KeyCaller {
	if ('key_id' in caller) return caller;
	throw new ApiError(403, 'wrong_key_scope', 'This endpoint takes an API key, and no session.');
}

/** What a route takes, in the words of its refusals. */
const WANTED: Readonly<Record<AccessBy, string>> = {
	key: 'a platform key (oec_live_…)',
	webhook_key: 'a key of scope webhook (sk_live_…)',
	user: 'somebody who is logged in',
};

/**
 * Makes sure that a route is open to who sends the request.
 * @throws {ApiError} 403 where the key lacks the scope, the permission or the plan
 */
export function authorize(caller: Caller, { by, permission, plan }: Access): void {
	if ((caller.scope === 'webhook' ? 'webhook_key' : 'key') !== by) {
		throw new ApiError(403, 'wrong_key_scope', `This endpoint takes ${WANTED[by]}.`);
	}
	if (permission !== null && !caller.permissions.has(permission)) {
		const detail = `The API key lacks the permission ${permission}. Use a key that has it.`;
		throw new ApiError(403, 'permission_denied', detail, { members: { required_permission: permission } });
	}
	requirePlan(caller, plan);
	if (caller.scope === 'multi_org') requirePlan(caller, 'agency');
}
