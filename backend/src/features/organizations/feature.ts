import type { Clock } from '../../core/clock';
import type { TenantCollection } from '../../database/tenant-collection';
import type { Pager } from '../../http/page';
import type { OrganizationDocument, UserDocument } from './model';
import { organizationRoutes } from './routes';
import { createOrganizationsService } from './service';

/** Organizations and their members. */
export function createOrganizations({
	pager,
	...parts
}: {
	organizations: TenantCollection<OrganizationDocument>;
	users: TenantCollection<UserDocument>;
	clock: Clock;
	pager: Pager;
}) {
	const service = createOrganizationsService(parts);
	return { service, routes: organizationRoutes({ organizations: service, pager }) };
}
