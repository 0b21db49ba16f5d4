import type { Clock } from '../../core/clock';
import type { Ids } from '../../core/ids';
import { isDuplicateKey } from '../../database/connection';
import type { TenantCollection } from '../../database/tenant-collection';
import type { DeliveryDocument, WebhookDocument } from './model';

/** What differs from one new delivery to another. */
export type NewDelivery = Pick<
	DeliveryDocument,
	'_id' | 'event_id' | 'message_id' | 'replay_of' | 'event_type' | 'body'
> & {
	/** Earlier ones are sent first. */
	readonly next_attempt_at: Date;
};

/**
 * Puts a delivery into a webhook's queue, where that holds it while the webhook is paused. The same message again
 * changes nothing.
 */
export type Enqueue = (webhook: WebhookDocument, delivery: NewDelivery) => Promise<void>;

export function createQueue({
	webhooks,
	deliveries,
	clock,
}: {
	webhooks: TenantCollection<WebhookDocument>;
	deliveries: TenantCollection<DeliveryDocument>;
	clock: Clock;
}): Enqueue {
	return async ({ _id: webhook_id, organization_id }, delivery) => {
		const now = clock.now();
		try {
			await deliveries.insert({
				...unattempted({ webhook_id, organization_id, created_at: now }),
				...delivery,
				status: 'pending',
			});
		} catch (error) {
			if (!isDuplicateKey(error)) throw error;
		}
		const active = await webhooks.update(
			organization_id,
			{ _id: webhook_id, status: 'active' },
			{ $min: { due_at: now } },
		);
		if (active !== null) return;
		const { event_id, message_id } = delivery;
		const waiting = { webhook_id, event_id, message_id, status: 'pending' } as const;
		await deliveries.update(organization_id, waiting, { $set: { status: 'held', next_attempt_at: null } });
	};
}

/** The part of a delivery that says what became of it, before anything did. */
export const unattempted = (
	whose: Pick<DeliveryDocument, 'webhook_id' | 'organization_id' | 'created_at'>,
): Omit<DeliveryDocument, keyof NewDelivery | 'status'> => ({
	...whose,
	response_code: null,
	response_body: null,
	retry_count: 0,
	attempts: [],
});

/** The ids of a new delivery of that event's message. */
export const firstDelivery = (ids: Ids, event_id: DeliveryDocument['event_id']) => ({
	_id: ids.next('delivery'),
	event_id,
	message_id: event_id,
	replay_of: null,
});
