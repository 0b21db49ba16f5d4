import type { Clock } from '../../core/clock';
import type { Ids, OrganizationId } from '../../core/ids';
import type { Logger } from '../../core/log';
import type { Secrets } from '../../core/secrets';
import type { TenantCollection } from '../../database/tenant-collection';
import type { Pager } from '../../http/page';
import type { Outbound } from '../../net/outbound';
import type { Signals } from '../../signals';
import type { EventCarriage } from '../events/feature';
import { createEngines } from './engines';
import type { ServerDocument } from './model';
import { createHeartbeat } from './heartbeat';
import { addLocalServer } from './local';
import { serverRoutes } from './routes';
import { createServersService } from './service';

/** Servers, and what environments are placed on. */
export function createServers({
	events,
	signals,
	installation,
	pager,
	...parts
}: {
	servers: TenantCollection<ServerDocument>;
	events: Pick<EventCarriage, 'carry' | 'carryFrom'>;
	outbound: Pick<Outbound, 'resolve' | 'lookup' | 'checkAddress'>;
	signals: Pick<Signals, 'outboxFilled'>;
	installation: () => Promise<string>;
	log: Logger;
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
	return {
		service,
		routes: serverRoutes({ servers: service, pager }),
		worker: createHeartbeat({ ...parts, engines, installation, notify: signals.outboxFilled.notify }),
		/** Has the Docker Engine of this machine among the servers, where one answers. */
		addLocal: (place: Pick<Parameters<typeof addLocalServer>[0], 'sockets' | 'ingress'>) =>
			addLocalServer({ ...parts, ...place, engines, create: (...request) => service.create(...request) }),
	};
}
