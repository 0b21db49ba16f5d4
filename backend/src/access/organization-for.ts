import { ApiError, invalidInput } from '../core/errors';
import { idSchema, type OrganizationId, type Tenant } from '../core/ids';
import type { Caller } from './caller';

/** The field by which a request says whose the thing is that it makes; needed with a key of several organizations. */
export const organizationField = {
	org_id: idSchema('organization').optional().meta({
		description: 'Whose it is: needed with a key of several organizations; left out, that of the key',
	}),
};

/** Whether a key that sees `tenant` sees that organization. */
export const sees = (tenant: Tenant, organization: OrganizationId) =>
	typeof tenant === 'string' ? tenant === organization : tenant.includes(organization);

/**
 * The organization that a made thing belongs to: the one that is named, or the only one that the key sees.
 * @throws {ApiError} 403 `organization_denied` for one that the key does not see, whether it exists or not; 422 where
 * the key sees several and none is named.
 */
export function organizationFor({ tenant }: Pick<Caller, 'tenant'>, named: OrganizationId | undefined): OrganizationId {
	if (named !== undefined) {
		if (sees(tenant, named)) return named;
		const detail = `The API key cannot act for the organization ${named}. Name one that GET /api/v1/me lists.`;
		throw new ApiError('organization_denied', detail, { members: { organization_id: named } });
	}
	if (typeof tenant === 'string') return tenant;
	throw invalidInput('/org_id', 'must say for which of its organizations this key acts');
}
