import { ApiError } from '../../core/errors';
import type { Caller } from '../../access/caller';
import { isRead } from '../../odoo/methods';

/**
 * Makes sure that a key may have a method called: only those that are known to read do with `odoo:read`.
 * @throws {ApiError} 403 `permission_denied`
 */
export function requireMethodPermission({ permissions }: Pick<Caller, 'permissions'>, method: string): void {
	if (isRead(method) || permissions.has('odoo:write')) return;
	const detail = `The API key lacks the permission odoo:write, which ${method} needs. Use a key that has it.`;
	throw new ApiError('permission_denied', detail, { members: { required_permission: 'odoo:write' } });
}
