import type { Pager } from '../../http/page';
import type { Signals } from '../../signals';
import { rememberConnections } from './remember';
import { connectionRoutes } from './routes';
import { createConnectionsService } from './service';

/** Connections to Odoos: those that were added, and every environment's own. */
export function createConnections({
	signals,
	pager,
	...parts
}: Parameters<typeof createConnectionsService>[0] & { signals: Pick<Signals, 'outboxFilled'>; pager: Pager }) {
	const service = rememberConnections(createConnectionsService(parts), parts.clock);
	// Connections lead to environments, and every change of those has events.
	signals.outboxFilled.on(() => service.forget());
	return { service, routes: connectionRoutes({ connections: service, pager }) };
}
