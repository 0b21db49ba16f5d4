import type { Clock } from '../../core/clock';
import type { Ids, WebhookId } from '../../core/ids';
import type { Change } from '../../database/collection';
import type { TenantCollection } from '../../database/tenant-collection';
import { createHold, HELD } from './hold';
import { isFree, isLeased } from './lease';
import type { DeliveryDocument, WebhookDocument } from './model';

/** The fields that differ from one new delivery to another. */
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
 * Queues deliveries: pending, or held where the webhook is paused. A message that is queued already is not queued
 * again.
 */
export type EnqueueAll = (queued: readonly Queued[]) => Promise<void>;

/** Wakes the workers of this process: something has changed for these webhooks. */
export type NotifyWorker = (webhooks: readonly WebhookId[]) => void;

interface QueueOptions {
	webhooks: TenantCollection<WebhookDocument>;
	deliveries: TenantCollection<DeliveryDocument>;
	clock: Clock;
	notify: NotifyWorker;
}

/** How many deliveries are written at a time. */
const CHUNK = 200;

export function createBulkQueue({ webhooks, deliveries, clock, notify }: QueueOptions): EnqueueAll {
	const holdWherePaused = createHold({ webhooks, deliveries });
	const whileLeased = ($in: readonly WebhookId[], now: Date): Change<WebhookDocument> => ({
		filter: { _id: { $in }, status: 'active', ...isLeased(now) },
		update: { $inc: { queued: 1 } },
	});
	const whileFree = ($in: readonly WebhookId[], now: Date): Change<WebhookDocument> => ({
		filter: { _id: { $in }, status: 'active', ...isFree(now) },
		update: { $inc: { queued: 1 }, $min: { due_at: now } },
	});

	/**
	 * Tells the senders of active webhooks that something waits. If a webhook is leased, its sender sees by `queued`
	 * that it must look again; if it is free, it becomes due. A worker may claim it between the two changes. It then
	 * looks after its claim, and so sees what was written before this call.
	 */
	const announce = async (ids: readonly WebhookId[]): Promise<void> => {
		const now = clock.now();
		await webhooks.everywhere.updateMany(whileLeased(ids, now), whileFree(ids, now));
	};

	/**
	 * The same at half the cost. It works for webhooks that have not changed since they were read; false if one has.
	 */
	const announceAsRead = async (read: readonly WebhookDocument[]): Promise<boolean> => {
		const now = clock.now();
		const active = read.filter(({ status }) => status === 'active');
		const wasLeased = ({ lease_until }: WebhookDocument) => lease_until !== undefined && lease_until > now;
		const leased = active.filter(wasLeased).map(({ _id }) => _id);
		const free = active.filter((webhook) => !wasLeased(webhook)).map(({ _id }) => _id);
		const changes = [
			...(leased.length > 0 ? [whileLeased(leased, now)] : []),
			...(free.length > 0 ? [whileFree(free, now)] : []),
		];
		if ((await webhooks.everywhere.updateMany(...changes)) < active.length) return false;
		if (active.length === read.length) return true;
		const paused = read.flatMap(({ _id, status }) => (status === 'paused' ? _id : []));
		return (await webhooks.everywhere.findOne({ _id: { $in: paused }, status: 'active' })) === null;
	};

	const enqueueChunk = async (queued: readonly Queued[]) => {
		const created_at = clock.now();
		await deliveries.insertNew(
			queued.map(({ webhook: { _id: webhook_id, organization_id, status }, delivery }) => ({
				webhook_id,
				organization_id,
				created_at,
				...UNATTEMPTED,
				...delivery,
				...(status === 'active' ? { status: 'pending' } : HELD),
			})),
		);
		const read = [...new Map(queued.map(({ webhook }) => [webhook._id, webhook])).values()];
		const ids = read.map(({ _id }) => _id);
		if (!(await announceAsRead(read))) {
			await holdWherePaused(ids);
			// Some webhook was claimed, given back, paused or resumed meanwhile, or DocumentDB missed it, because
			// another command changed it at the same moment.
			await announce(ids);
		}
		notify(ids);
	};

	return async (queued) => {
		for (let from = 0; from < queued.length; from += CHUNK) await enqueueChunk(queued.slice(from, from + CHUNK));
	};
}

/** The outcome of a delivery that was not attempted yet. */
export const UNATTEMPTED = {
	response_code: null,
	response_body: null,
	retry_count: 0,
	attempts: [],
} satisfies Partial<DeliveryDocument>;

/** The ids of a delivery that is no replay. */
export const firstDelivery = (ids: Ids, event_id: DeliveryDocument['event_id']) => ({
	_id: ids.next('delivery'),
	event_id,
	message_id: event_id,
	replay_of: null,
});
