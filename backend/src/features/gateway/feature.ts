import type { Clock } from '../../core/clock';
import type { Logger } from '../../core/log';
import type { OdooClients } from '../../odoo/clients';
import type { Planner } from '../assistant/planner';
import { createAssistantService } from '../assistant/service';
import type { ConnectionsService } from '../connections/service';
import { gatewayRoutes } from './routes';
import { createGatewayService } from './service';

/** The gateway to Odoos, with the assistant behind it. */
export function createGateway({
	proposals,
	connections,
	clients,
	planner,
	clock,
	log,
}: {
	proposals: Parameters<typeof createAssistantService>[0]['proposals'];
	connections: Pick<ConnectionsService, 'open'>;
	clients: OdooClients;
	planner: Planner;
	clock: Clock;
	log: Logger;
}) {
	const assistant = createAssistantService({ proposals, planner, clock });
	return {
		routes: gatewayRoutes({ gateway: createGatewayService({ connections, clients, assistant, clock, log }) }),
	};
}
