import type { IncomingHttpHeaders } from 'node:http';
import { ApiError } from '../core/errors';
import { planIncludes } from '../core/permissions';
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
 * Who sends the request, once sure that the route is open to them.
 * @throws {ApiError} 401 without a good key; 403 where the key lacks the scope, the permission or the plan.
 */
export async function authorize(
	headers: IncomingHttpHeaders,
	{ access }: Pick<Route, 'access'>,
	authenticate: Authenticate,
): Promise<Caller> {
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
	if (caller.scope !== access.scope) {
		const needed =
			access.scope === 'webhook' ? 'a key of scope webhook (sk_live_…)' : 'a platform key (oec_live_…)';
		throw new ApiError(403, 'wrong_key_scope', `This endpoint takes ${needed}.`);
	}
	if (!caller.permissions.has(access.permission)) {
		const detail = `The API key lacks the permission ${access.permission}. Use a key that has it.`;
		throw new ApiError(403, 'permission_denied', detail, { members: { required_permission: access.permission } });
	}
	if (!planIncludes(caller.plan, access.plan)) {
		const detail = `This needs the plan ${access.plan}; the organization is on ${caller.plan}.`;
		const members = { required_plan: access.plan, current_plan: caller.plan };
		throw new ApiError(403, 'plan_upgrade_required', detail, { members });
	}
	return caller;
}
