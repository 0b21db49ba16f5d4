import { ApiError } from '../core/errors';
import type { Permission } from '../core/permissions';
import type { Access, AccessBy } from './access';
import type { Caller, KeyCaller } from './caller';
import { requirePlan } from './require-plan';

/** What a route takes, in the words of its refusals. */
const WANTED: Readonly<Record<AccessBy, string>> = {
	key: 'a platform key (oec_live_…)',
	webhook_key: 'a key of scope webhook (sk_live_…)',
	user: 'somebody who is logged in',
};

/** By what a caller comes. */
function comesBy(caller: Caller): AccessBy {
	switch (caller.kind) {
		case 'key':
			return caller.scope === 'webhook' ? 'webhook_key' : 'key';
		case 'odoo_login':
			return 'webhook_key';
		case 'user':
		case 'acting':
			return 'user';
	}
}

/**
 * Makes sure that a route is open to who sends the request.
 * @throws {ApiError} 403 where the key lacks the scope, the permission or the plan
 */
export function authorize(caller: Caller, { by, permission, plan }: Access): void {
	if (comesBy(caller) !== by) throw new ApiError('wrong_key_scope', `This endpoint takes ${WANTED[by]}.`);
	if (permission !== null) requirePermission(caller, permission);
	requirePlan(caller, plan);
	if (caller.kind === 'key' && caller.scope === 'multi_org') requirePlan(caller, 'agency');
}

/** For what a request asks beyond what its route always does. @throws {ApiError} 403 permission_denied */
export function requirePermission(caller: Caller, permission: Permission): void {
	if (caller.permissions.has(permission)) return;
	const detail = `The API key lacks the permission ${permission}. Use a key that has it.`;
	throw new ApiError('permission_denied', detail, { members: { required_permission: permission } });
}

/** The holder of a key; what concerns keys themselves is for them alone. @throws {ApiError} 403 wrong_key_scope */
export function requireKey(caller: Caller): KeyCaller {
	if (caller.kind === 'key') return caller;
	throw new ApiError('wrong_key_scope', 'This endpoint takes an API key, and no session.');
}
