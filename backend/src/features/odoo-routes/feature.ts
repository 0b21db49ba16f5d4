import type { Clock } from '../../core/clock';
import type { Ids } from '../../core/ids';
import type { Logger } from '../../core/log';
import type { Secrets } from '../../core/secrets';
import type { TenantCollection } from '../../database/tenant-collection';
import type { Pager } from '../../http/page';
import type { Outbound } from '../../net/outbound';
import type { OdooClients } from '../../odoo/clients';
import { createFieldCatalogs } from '../../odoo/records/fields';
import type { Signals } from '../../signals';
import type { ConnectionsService } from '../connections/service';
import type { CallbackDocument } from './callbacks/model';
import { createCallbacksService } from './callbacks/service';
import { createCallbackWorker } from './callbacks/worker';
import type { LogDocument, PayloadDocument } from './logs/model';
import { odooLogRoutes } from './logs/routes';
import { createLogsService } from './logs/service';
import { odooRoutes } from './routes';
import { createOdooRoutesService } from './service';
import type { SettingsDocument } from './settings/model';
import { odooSettingsRoutes } from './settings/routes';
import { createOdooSettingsService } from './settings/service';

/** The five routes of the webhook-routes module, with their settings, logs and callbacks. */
export function createOdooRoutes({
	connections,
	clients,
	outbound,
	secrets,
	signals,
	clock,
	ids,
	random,
	log,
	pager,
	...collections
}: {
	odooSettings: TenantCollection<SettingsDocument>;
	odooLogs: TenantCollection<LogDocument>;
	odooPayloads: TenantCollection<PayloadDocument>;
	odooCallbacks: TenantCollection<CallbackDocument>;
	connections: Pick<ConnectionsService, 'open'>;
	clients: OdooClients;
	outbound: Pick<Outbound, 'fetch' | 'mayReach'>;
	secrets: Secrets;
	signals: Pick<Signals, 'callbackQueued'>;
	clock: Clock;
	ids: Ids;
	/** From 0 to 1. */
	random: () => number;
	log: Logger;
	pager: Pager;
}) {
	const { odooSettings, odooLogs, odooPayloads, odooCallbacks } = collections;
	const settings = createOdooSettingsService({ settings: odooSettings });
	const logs = createLogsService({ logs: odooLogs, payloads: odooPayloads, settings, ids, log });
	const callbacks = createCallbacksService({
		callbacks: odooCallbacks,
		mayReach: outbound.mayReach,
		secrets,
		clock,
		ids,
		notify: signals.callbackQueued.notify,
		log,
	});
	const worker = createCallbackWorker({
		callbacks: odooCallbacks,
		fetch: outbound.fetch,
		secrets,
		clock,
		random,
		log,
	});
	signals.callbackQueued.on(worker.wake);
	const odoo = createOdooRoutesService({ connections, clients, catalogs: createFieldCatalogs({ clock }), settings });
	return {
		callbacks,
		routes: [
			...odooRoutes({ odoo, callbacks, logs, clock }),
			...odooSettingsRoutes({ settings }),
			...odooLogRoutes({ logs, callbacks, pager }),
		],
		worker,
	};
}
