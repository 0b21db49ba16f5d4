import type { WebhookId } from '../../core/ids';
import type { TenantCollection } from '../../database/tenant-collection';
import type { DeliveryDocument, WebhookDocument } from './model';

/** What a delivery becomes whose webhook is paused. */
export const HELD = { status: 'held', next_attempt_at: null } as const;

/** Holds what waits for those of these webhooks that are paused. It is sent when they are resumed. */
export type HoldWherePaused = (ids: readonly WebhookId[]) => Promise<void>;

export const createHold =
	({
		webhooks,
		deliveries,
	}: {
		webhooks: TenantCollection<WebhookDocument>;
		deliveries: TenantCollection<DeliveryDocument>;
	}): HoldWherePaused =>
	async (ids) => {
		const paused = await webhooks.everywhere.find({ _id: { $in: ids }, status: 'paused' });
		if (paused.length === 0) return;
		await deliveries.everywhere.updateMany({
			filter: { webhook_id: { $in: paused.map(({ _id }) => _id) }, status: 'pending' },
			update: { $set: HELD },
		});
	};
