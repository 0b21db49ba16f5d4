import type { Clock } from '../../core/clock';
import type { Ids } from '../../core/ids';
import type { Change } from '../../database/collection';
import type { TenantCollection } from '../../database/tenant-collection';
import type { PausedEvent } from '../events/payloads';
import { createHold } from './hold';
import type { DeliveryDocument, WebhookDocument } from './model';
import { presentWebhook } from './schemas';

/** A webhook to pause, and the reason that its owner is told. */
interface Pausing {
	readonly webhook: WebhookDocument;
	readonly reason: string;
}

/** Pauses those of the webhooks that are active, and announces each to the other webhooks of its organization. */
export type Pause = (pausing: readonly Pausing[]) => Promise<void>;

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
	const holdWherePaused = createHold({ webhooks, deliveries });

	const eventOf = ({ webhook, reason }: Pausing): PausedEvent => {
		const { url: _, ...announced } = presentWebhook({ ...webhook, status: 'paused', paused_reason: reason });
		return {
			id: ids.next('event'),
			type: 'webhook.paused',
			created_at: clock.now(),
			organization_id: webhook.organization_id,
			project_id: null,
			environment_id: null,
			data: { webhook: announced },
		};
	};

	const changeOf = (one: Pausing): Change<WebhookDocument> => ({
		filter: { _id: one.webhook._id, status: 'active' },
		update: {
			$set: { status: 'paused', paused_reason: one.reason, outbox_pending: true },
			// The lease stays: its sender gives it back when the attempts under way have ended.
			$unset: { due_at: 1 },
			$push: { outbox: eventOf(one) },
		},
	});

	return async (pausing) => {
		if (pausing.length === 0) return;
		const ids = pausing.map(({ webhook }) => webhook._id);
		for (let left = pausing; left.length > 0;) {
			const matched = await webhooks.everywhere.updateMany(...left.map(changeOf));
			if (matched === left.length) break;
			// DocumentDB misses documents that another command changes at the same moment. Those are tried again.
			const active = await webhooks.everywhere.find({ _id: { $in: ids }, status: 'active' });
			const missed = new Set(active.map(({ _id }) => _id));
			left = left.filter(({ webhook }) => missed.has(webhook._id));
		}
		notify();
		await holdWherePaused(ids);
	};
}
