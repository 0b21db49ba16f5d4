import { createBatcher } from '../../core/batcher';
import type { Clock } from '../../core/clock';
import type { Change, TenantCollection } from '../../database/tenant-collection';
import type { AttemptResult } from '../../net/attempt';
import { retryDelay } from '../../net/retry-schedule';
import type { DeliveryDocument, WebhookDocument } from './model';
import type { Pause } from './pause';

/** So many failed attempts in a row pause a webhook (the documents' "after 5 consecutive failures"). */
const FAILURES_TO_PAUSE = 5;

/**
 * Writes down what became of an attempt: for the webhook, which it may pause, and for the delivery. The webhook's count
 * of failures as it was last read decides whether a success has to set it back.
 */
export type Settle = (webhook: WebhookDocument, delivery: DeliveryDocument, result: AttemptResult) => Promise<void>;

/** How many successes are written at a time. */
const BATCH = 100;

export function createSettlement({
	webhooks,
	deliveries,
	pause,
	clock,
	random,
}: {
	webhooks: TenantCollection<WebhookDocument>;
	deliveries: TenantCollection<DeliveryDocument>;
	pause: Pause;
	clock: Clock;
	/** From 0 to 1. */
	random: () => number;
}): Settle {
	const succeed = createBatcher({
		limit: BATCH,
		run: async (changes: readonly Change<DeliveryDocument>[]) => {
			await deliveries.everywhere.updateMany(...changes);
			return () => undefined;
		},
	});

	const setBack = ({ _id, organization_id }: WebhookDocument) =>
		webhooks.update(organization_id, { _id }, { $set: { consecutive_failures: 0 } });

	const countFailure = async (webhook: WebhookDocument, { verdict, attempt: { error } }: AttemptResult) => {
		const { _id, organization_id } = webhook;
		const active = { _id, status: 'active' } as const;
		const counted = await webhooks.update(organization_id, active, { $inc: { consecutive_failures: 1 } });
		if (counted === null) return;
		if (verdict === 'gone') await pause(counted, error ?? '');
		else if (counted.consecutive_failures >= FAILURES_TO_PAUSE) {
			await pause(counted, `${counted.consecutive_failures} attempts in a row failed. The last: ${error ?? ''}`);
		}
	};

	const isActive = async ({ _id, organization_id }: WebhookDocument) =>
		(await webhooks.findOne(organization_id, { _id, status: 'active' })) !== null;

	/** What the delivery becomes after this attempt. */
	const outcome = (
		{ attempts }: DeliveryDocument,
		{ verdict, retryAfterMs }: AttemptResult,
	): Pick<DeliveryDocument, 'status' | 'next_attempt_at'> => {
		switch (verdict) {
			case 'succeeded':
				return { status: 'succeeded', next_attempt_at: null };
			case 'gone':
				return { status: 'held', next_attempt_at: null };
			case 'refused':
				return { status: 'failed', next_attempt_at: null };
			case 'failed': {
				const delay = retryDelay({ retries: attempts.length, retryAfterMs, random });
				if (delay === null) return { status: 'failed', next_attempt_at: null };
				return { status: 'pending', next_attempt_at: new Date(clock.now().getTime() + delay) };
			}
		}
	};

	return async (webhook, delivery, result) => {
		const { _id, organization_id, attempts } = delivery;
		const becomes = outcome(delivery, result);
		const written = (change: Partial<Pick<DeliveryDocument, 'status' | 'next_attempt_at'>>) => ({
			$set: {
				...change,
				response_code: result.attempt.response_code,
				response_body: result.attempt.response_body,
				retry_count: attempts.length,
			},
			$push: { attempts: result.attempt },
		});
		const unsettled = { $in: ['pending', 'held'] } as const;
		if (result.verdict === 'succeeded') {
			if (webhook.consecutive_failures > 0) await setBack(webhook);
			const filter = { _id, organization_id, status: unsettled };
			await succeed({ filter, update: written(becomes) });
			return;
		}
		await countFailure(webhook, result);
		if (becomes.status !== 'pending') {
			await deliveries.update(organization_id, { _id, status: unsettled }, written(becomes));
			return;
		}
		const found = { _id, status: delivery.status };
		if ((await deliveries.update(organization_id, found, written(becomes))) === null) {
			// Paused since: what another attempt could still deliver stays held.
			await deliveries.update(organization_id, { _id, status: 'held' }, written({}));
		} else if (delivery.status === 'held' && !(await isActive(webhook))) {
			const released = { _id, status: 'pending' } as const;
			await deliveries.update(organization_id, released, { $set: { status: 'held', next_attempt_at: null } });
		}
	};
}
