import type { IncomingHttpHeaders } from 'node:http';
import { ApiError } from '../core/errors';
import { type Plan, planIncludes } from '../core/permissions';
import type { Authenticate, AuthenticateSession, Caller, KeyCaller } from './caller';
import type { Route } from '../http/route';
import { requireSameSite, sessionTokenOf } from './session-cookie';

/** What finds out who a token belongs to. */
export interface Authenticators {
	readonly authenticate: Authenticate;
	readonly authenticateSession: AuthenticateSession;
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
	{ access }: Pick<Route, 'access'>,
	{ authenticate, authenticateSession, lookUp }: Authenticators & { readonly lookUp: LookUp },
): Promise<Caller> {
	const token = tokenOf(headers);
	if (token !== undefined) {
		const caller = await lookUp(token, authenticate);
		if (caller !== null) return caller;
		const detail = 'The API key is not valid: it is unknown, revoked, expired or was altered. Use another one.';
		throw new ApiError(401, 'invalid_api_key', detail, UNAUTHENTICATED);
	}
	const session = access.scope === 'webhook' ? sessionTokenOf(headers) : undefined;
	if (session !== undefined) {
		requireSameSite(headers);
		const caller = await lookUp(session, authenticateSession);
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

/**
 * Makes sure that a route is open to who sends the request.
 * @throws {ApiError} 403 where the key lacks the scope, the permission or the plan
 */
export function authorize(caller: Caller, { access }: Pick<Route, 'access'>): void {
	if ((caller.scope === 'webhook') !== (access.scope === 'webhook')) {
		const needed =
			access.scope === 'webhook' ? 'a key of scope webhook (sk_live_…)' : 'a platform key (oec_live_…)';
		throw new ApiError(403, 'wrong_key_scope', `This endpoint takes ${needed}.`);
	}
	if (access.permission !== null && !caller.permissions.has(access.permission)) {
		const detail = `The API key lacks the permission ${access.permission}. Use a key that has it.`;
		throw new ApiError(403, 'permission_denied', detail, { members: { required_permission: access.permission } });
	}
	requirePlan(caller, access.plan);
	if (caller.scope === 'multi_org') requirePlan(caller, 'agency');
}

/** Refuses what the plan does not have. @throws {ApiError} 403 plan_upgrade_required */
export function requirePlan({ plan }: Pick<Caller, 'plan'>, required: Plan): void {
	if (planIncludes(plan, required)) return;
	const detail = `This needs the plan ${required}; the organization is on ${plan}.`;
	const members = { required_plan: required, current_plan: plan };
	throw new ApiError(403, 'plan_upgrade_required', detail, { members });
}
