import type { Clock } from '../../core/clock';
import type { Collection } from '../../database/collection';
import type { TenantCollection } from '../../database/tenant-collection';
import type { Pager } from '../../http/page';
import { createMembersService } from './members';
import type { MemberDocument, OrganizationDocument, UserDocument } from './model';
import { organizationRoutes } from './routes';
import { createOrganizationsService } from './service';

/** Organizations, and the users who are their members. */
export function createOrganizations({
	pager,
	...parts
}: {
	organizations: TenantCollection<OrganizationDocument>;
	members: TenantCollection<MemberDocument>;
	users: Collection<UserDocument>;
	clock: Clock;
	pager: Pager;
}) {
	const service = createOrganizationsService(parts);
	const members = createMembersService({ ...parts, organizations: service });
	return { service, members, routes: organizationRoutes({ organizations: service, members, pager }) };
}
