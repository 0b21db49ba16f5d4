import type { Clock } from '../../core/clock';
import type { PlatformEvent } from '../../core/events';
import type { Ids } from '../../core/ids';
import type { TenantCollection } from '../../database/tenant-collection';
import type { DeliveryDocument, WebhookDocument } from './model';
import { presentWebhook } from './schemas';

/** Pauses a webhook that is active, and announces it to the organization's others; `reason` is told to its owner. */
export type Pause = (webhook: WebhookDocument, reason: string) => Promise<void>;

export function createPause({
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
	/** Tells the relay that an outbox has something. */
	notify: () => void;
}): Pause {
	return async (webhook, reason) => {
		const { _id, organization_id } = webhook;
		const { url: _, ...announced } = presentWebhook({ ...webhook, status: 'paused', paused_reason: reason });
		const event: PlatformEvent = {
			id: ids.next('event'),
			type: 'webhook.paused',
			created_at: clock.now(),
			organization_id,
			project_id: null,
			environment_id: null,
			data: { webhook: announced },
		};
		const paused = await webhooks.update(
			organization_id,
			{ _id, status: 'active' },
			{
				$set: { status: 'paused', paused_reason: reason, outbox_pending: true },
				$unset: { due_at: 1, lease_until: 1, lease_owner: 1 },
				$push: { outbox: event },
			},
		);
		if (paused === null) return;
		notify();
		await deliveries.updateMany(
			organization_id,
			{ webhook_id: _id, status: 'pending' },
			{ $set: { status: 'held', next_attempt_at: null } },
		);
	};
}
