import type { Clock } from '../../core/clock';
import type { Ids } from '../../core/ids';
import type { Logger } from '../../core/log';
import type { Secrets } from '../../core/secrets';
import type { TenantCollection } from '../../database/tenant-collection';
import type { Pager } from '../../http/page';
import type { Outbound } from '../../net/outbound';
import type { Signals } from '../../signals';
import type { EventCarriage } from '../events/feature';
import type { EventsService } from '../events/service';
import { createDeliveryLog } from './delivery-log';
import { deliveryRoutes } from './delivery-routes';
import { createDeliveryWorker } from './delivery-worker';
import type { DeliveryDocument, WebhookDocument } from './model';
import { type Holdings, webhookRoutes } from './routes';
import { createWebhooksService } from './service';

/** Webhooks, the log of their deliveries, and the worker that sends them. */
export function createWebhooks({
	webhooks,
	deliveries,
	history,
	events,
	holdings,
	outbound,
	secrets,
	signals,
	clock,
	ids,
	random,
	log,
	pager,
}: {
	webhooks: TenantCollection<WebhookDocument>;
	deliveries: TenantCollection<DeliveryDocument>;
	history: Pick<EventsService, 'thoseOf'>;
	events: EventCarriage;
	holdings: Holdings;
	outbound: Pick<Outbound, 'plainFetch' | 'mayReach'>;
	secrets: Secrets;
	signals: Signals;
	clock: Clock;
	ids: Ids;
	/** From 0 to 1. */
	random: () => number;
	log: Logger;
	pager: Pager;
}) {
	const { outboxFilled, deliveriesQueued, webhooksChanged } = signals;
	const parts = { webhooks, deliveries, fetch: outbound.plainFetch, secrets, clock, ids, log };
	const notify = deliveriesQueued.notify;
	const service = createWebhooksService({
		...parts,
		notify,
		noteChange: webhooksChanged.notify,
		announce: outboxFilled.notify,
		carry: events.carry,
	});
	const deliveryLog = createDeliveryLog({ ...parts, webhooksService: service, history, notify });
	const worker = createDeliveryWorker({ ...parts, random, notify: outboxFilled.notify });
	events.carryFrom(webhooks);
	events.carryTo(service.fanOut);
	deliveriesQueued.on(worker.wake);
	webhooksChanged.on(worker.noteChange);
	return {
		service,
		deliveryLog,
		routes: [
			...webhookRoutes({ webhooks: service, pager, outbound, holdings }),
			...deliveryRoutes({ deliveryLog, pager, clock }),
		],
		worker,
	};
}
