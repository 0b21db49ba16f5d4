import { createBatcher } from '../../waiting/batcher';
import type { Clock } from '../../core/clock';
import { groupBy } from '../../core/group-by';
import type { WebhookId } from '../../core/ids';
import type { TenantCollection } from '../../database/tenant-collection';
import { NO_LEASE } from './lease';
import type { DeliveryDocument, WebhookDocument } from './model';

/** How many deliveries of a webhook are read at a time. */
const MANY = 50;
/** How many webhooks one query is about. */
const BATCH = 100;
/** How many deliveries one query reads for several webhooks. If there are more, each webhook gets its own query. */
const FEW = 500;

interface Question {
	readonly webhook_id: WebhookId;
	/** The deliveries that are being sent already. */
	readonly busy: ReadonlySet<DeliveryDocument['_id']>;
	/** Whether the answer is probably long. */
	readonly hadMany: boolean;
}

/** What waits for a webhook. */
interface Answer {
	/** The deliveries to send now, in this order. */
	readonly due: readonly DeliveryDocument[];
	/** When the next of the other deliveries is due. */
	readonly next: Date | null;
	/** Whether `due` is all that is due now. */
	readonly isAll: boolean;
}

const waiting = { $in: ['pending', 'held'] } as const;

/** The queries of those who serve webhooks. Queries that are made at about the same time are sent as one. */
export function createLaneStore({
	webhooks,
	deliveries,
	clock,
}: {
	webhooks: TenantCollection<WebhookDocument>;
	deliveries: TenantCollection<DeliveryDocument>;
	clock: Clock;
}) {
	const lookAlone = (webhook_id: WebhookId) =>
		deliveries.everywhere.find(
			{ webhook_id, status: waiting },
			{ sort: { next_attempt_at: 1, event_id: 1 }, limit: MANY },
		);

	const lookTogether = createBatcher({
		limit: BATCH,
		run: async (asked: readonly WebhookId[]) => {
			const found =
				asked.length > 1
					? await deliveries.everywhere.find({ webhook_id: { $in: asked }, status: waiting }, { limit: FEW })
					: [];
			const isAll = asked.length > 1 && found.length < FEW;
			const all = isAll ? found.sort(bySending) : (await Promise.all(asked.map(lookAlone))).flat();
			const ofEach = groupBy(all, ({ webhook_id }) => webhook_id);
			return (id) => ofEach.get(id) ?? [];
		},
	});

	return {
		look: async ({ webhook_id, busy, hadMany }: Question): Promise<Answer> => {
			const now = clock.now();
			const found = await (hadMany ? lookAlone(webhook_id) : lookTogether(webhook_id));
			const idle = found.filter(({ _id }) => !busy.has(_id));
			const isDue = ({ next_attempt_at }: DeliveryDocument) => next_attempt_at === null || next_attempt_at <= now;
			const next = idle.find((delivery) => !isDue(delivery))?.next_attempt_at ?? null;
			return { due: idle.filter(isDue), next, isAll: found.length < MANY || next !== null };
		},

		/** The webhook as it is now; null if it is paused or deleted, or another sender has it. */
		reread: createBatcher({
			limit: BATCH,
			run: async (served: readonly WebhookDocument[]) => {
				const found = await webhooks.everywhere.find({ _id: { $in: idsOf(served) }, status: 'active' });
				const byId = new Map(found.map((webhook) => [webhook._id, webhook]));
				return ({ _id, lease_owner }): WebhookDocument | null => {
					const webhook = byId.get(_id);
					return webhook?.lease_owner === lease_owner ? (webhook ?? null) : null;
				};
			},
		}),

		/**
		 * Gives a webhook back that is next due at that time, unless a delivery was queued since the webhook was read.
		 * False if the webhook must still be served.
		 */
		giveBack: createBatcher({
			limit: BATCH,
			run: async (returned: readonly { webhook: WebhookDocument; next: Date | null }[]) => {
				const matched = await webhooks.everywhere.updateMany(
					...returned.map(({ webhook: { _id, lease_owner, queued }, next }) => ({
						filter: { _id, lease_owner, queued },
						update:
							next === null
								? { $unset: { due_at: 1, ...NO_LEASE } }
								: { $set: { due_at: next }, $unset: NO_LEASE },
					})),
				);
				if (matched === returned.length) return () => true;
				const ids = idsOf(returned.map(({ webhook }) => webhook));
				const found = await webhooks.everywhere.find({ _id: { $in: ids } });
				const owners = new Map(found.map(({ _id, lease_owner }) => [_id, lease_owner]));
				return ({ webhook }) => owners.get(webhook._id) !== webhook.lease_owner;
			},
		}),
	};
}

const idsOf = (webhooks: readonly WebhookDocument[]) => webhooks.map(({ _id }) => _id);

/** Held deliveries have no time and go first. */
const bySending = (one: DeliveryDocument, other: DeliveryDocument) =>
	(one.next_attempt_at?.getTime() ?? 0) - (other.next_attempt_at?.getTime() ?? 0) ||
	(one.event_id < other.event_id ? -1 : 1);
