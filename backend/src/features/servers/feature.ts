import type { Clock } from '../../core/clock';
import type { Ids, OrganizationId } from '../../core/ids';
import type { Secrets } from '../../core/secrets';
import type { TenantCollection } from '../../database/tenant-collection';
import type { Pager } from '../../http/page';
import type { Outbound } from '../../net/outbound';
import type { EventCarriage } from '../events/feature';
import { createEngines } from './engines';
import type { ServerDocument } from './model';
import { serverRoutes } from './routes';
import { createServersService, type ServerUse } from './service';

/** Servers, and what environments are placed on. */
export function createServers({
	events,
	pager,
	...parts
}: {
	servers: TenantCollection<ServerDocument>;
	events: Pick<EventCarriage, 'carry' | 'carryFrom'>;
	outbound: Pick<Outbound, 'resolve' | 'lookup' | 'checkAddress'>;
	useOf: Parameters<typeof createServersService>[0]['useOf'];
	operatorOf: () => Promise<OrganizationId | null>;
	baseDomain: string | null;
	secrets: Secrets;
	clock: Clock;
	ids: Ids;
	pager: Pager;
}) {
	const engines = createEngines(parts);
	const service = createServersService({ ...parts, engines, carry: events.carry });
	events.carryFrom(parts.servers);
	return { service, routes: serverRoutes({ servers: service, pager }) };
}

export type { ServerUse };
