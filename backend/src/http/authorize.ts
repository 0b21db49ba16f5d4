import type { IncomingHttpHeaders } from 'node:http';
import { ApiError } from '../core/errors';
import { type Plan, planIncludes } from '../core/permissions';
import type { Authenticate, Caller } from './caller';
import type { Route } from './route';

const UNAUTHENTICATED = { headers: { 'WWW-Authenticate': 'Bearer' } };

/** The token of `Authorization: Bearer` (RFC 6750) or `X-API-Key`. */
function tokenOf(headers: IncomingHttpHeaders): string | undefined {
	const bearer = /^bearer +(\S+) *$/i.exec(headers.authorization ?? '')?.[1];
	const apiKey = headers['x-api-key'];
	return bearer ?? (typeof apiKey === 'string' && apiKey !== '' ? apiKey : undefined);
}

/**
 * Who sends the request.
 * @throws {ApiError} 401 without a good key
 */
export async function identify(headers: IncomingHttpHeaders, authenticate: Authenticate): Promise<Caller> {
	const token = tokenOf(headers);
	if (token === undefined) {
		const detail = 'No API key was sent. Send one as "Authorization: Bearer <key>" or in the header X-API-Key.';
		throw new ApiError(401, 'authentication_required', detail, UNAUTHENTICATED);
	}
	const caller = await authenticate(token);
	if (caller === null) {
		const detail = 'The API key is not valid: it is unknown, revoked, expired or was altered. Use another one.';
		throw new ApiError(401, 'invalid_api_key', detail, UNAUTHENTICATED);
	}
	return caller;
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
