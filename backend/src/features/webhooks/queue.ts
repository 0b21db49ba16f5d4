import type { Clock } from '../../core/clock';
import type { Ids, WebhookId } from '../../core/ids';
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

/** A delivery for the queue of a webhook. */
export interface Queued {
	readonly webhook: WebhookDocument;
	readonly delivery: NewDelivery;
}

/**
 * Puts deliveries into webhooks' queues, where they are held while the webhook is paused. The same message again changes
 * nothing.
 */
export type EnqueueAll = (queued: readonly Queued[]) => Promise<void>;

interface QueueOptions {
	webhooks: TenantCollection<WebhookDocument>;
	deliveries: TenantCollection<DeliveryDocument>;
	clock: Clock;
}

/** How many deliveries are written at a time. */
const CHUNK = 200;

export function createBulkQueue({ webhooks, deliveries, clock }: QueueOptions): EnqueueAll {
	/**
	 * Tells the senders of active webhooks that something waits: one that holds the webhook sees by the count that it has
	 * to look again; where nobody does, the webhook is due. One that claims it between the two changes looks after the
	 * claim, and so after what was written before this call. Answers whether all of them are active.
	 */
	const announce = async (ids: readonly WebhookId[]): Promise<boolean> => {
		const now = clock.now();
		const active = { _id: { $in: ids }, status: 'active' } as const;
		const told = await webhooks.everywhere.updateMany(
			{ filter: { ...active, lease_until: { $gt: now } }, update: { $inc: { queued: 1 } } },
			{
				filter: { ...active, lease_until: { $not: { $gt: now } } },
				update: { $inc: { queued: 1 }, $min: { due_at: now } },
			},
		);
		return told >= ids.length;
	};

	const enqueueChunk = async (queued: readonly Queued[]) => {
		const created_at = clock.now();
		await deliveries.insertNew(
			queued.map(({ webhook: { _id: webhook_id, organization_id, status }, delivery }) => ({
				...unattempted({ webhook_id, organization_id, created_at }),
				...delivery,
				...(status === 'active' ? { status: 'pending' } : { status: 'held', next_attempt_at: null }),
			})),
		);
		const ids = [...new Set(queued.map(({ webhook }) => webhook._id))];
		if (await announce(ids)) return;
		const paused = await webhooks.everywhere.find({ _id: { $in: ids }, status: 'paused' });
		const wereActive = new Set(queued.flatMap(({ webhook }) => (webhook.status === 'active' ? webhook._id : [])));
		const since = paused.flatMap(({ _id }) => (wereActive.has(_id) ? _id : []));
		await deliveries.everywhere.updateMany({
			filter: { webhook_id: { $in: since }, status: 'pending' },
			update: { $set: { status: 'held', next_attempt_at: null } },
		});
		// Whoever was resumed meanwhile, or changed at that very moment (which DocumentDB may miss), is told as well.
		await announce(ids);
	};

	return async (queued) => {
		for (let from = 0; from < queued.length; from += CHUNK) await enqueueChunk(queued.slice(from, from + CHUNK));
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
