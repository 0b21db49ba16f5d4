import { z } from 'zod';
import type { Clock } from '../../core/clock';
import type { PlatformEvent } from '../../core/events';
import { groupBy } from '../../core/group-by';
import type { Ids } from '../../core/ids';
import type { TenantCollection } from '../../database/tenant-collection';
import { wants } from '../events/event-patterns';
import type { DeliveryDocument, WebhookDocument } from './model';
import { payloads } from './payload';
import { createBulkQueue, firstDelivery, type NotifyWorker } from './queue';

/** Makes the deliveries of events. Repeating a call makes no delivery twice. */
export type FanOut = (...events: readonly PlatformEvent[]) => Promise<void>;

export function createFanOut({
	webhooks,
	deliveries,
	clock,
	ids,
	notify,
}: {
	webhooks: TenantCollection<WebhookDocument>;
	deliveries: TenantCollection<DeliveryDocument>;
	clock: Clock;
	ids: Ids;
	notify: NotifyWorker;
}): FanOut {
	const enqueueAll = createBulkQueue({ webhooks, deliveries, clock, notify });

	return async (...events) => {
		const registered = await webhooks.find([...new Set(events.map((event) => event.organization_id))], {});
		const webhooksOf = groupBy(registered, (webhook) => webhook.organization_id);
		const now = clock.now();
		const queued = events.flatMap((event) =>
			(webhooksOf.get(event.organization_id) ?? [])
				.filter((webhook) => wants(webhook.events, event.type) && concerns(webhook, event))
				.map((webhook) => ({
					webhook,
					delivery: {
						event_type: event.type,
						body: payloads[webhook.format](event),
						...firstDelivery(ids, event.id),
						// The time of the event keeps events in order that arrive late or at the same time.
						next_attempt_at: event.created_at < now ? event.created_at : now,
					},
				})),
		);
		await enqueueAll(queued);
	};
}

/** The data of `webhook.paused`. */
const aboutWebhook = z.object({ webhook: z.object({ id: z.string() }) });

/** Whether a webhook is to be told of an event: not of its own pause, nor of what its owner has left out. */
const concerns = (
	{ _id, environment_ids, project_ids }: WebhookDocument,
	{ type, data, environment_id, project_id }: PlatformEvent,
): boolean =>
	!(type === 'webhook.paused' && aboutWebhook.safeParse(data).data?.webhook.id === _id) &&
	(environment_ids === null || (environment_id !== null && environment_ids.includes(environment_id))) &&
	(project_ids === null || (project_id !== null && project_ids.includes(project_id)));
