import type { Clock } from '../../core/clock';
import type { TenantCollection } from '../../database/tenant-collection';
import type { AttemptResult } from '../../net/attempt';
import { retryDelay } from '../../net/retry-schedule';
import type { DeliveryDocument, WebhookDocument } from './model';
import type { Pause } from './pause';

/** So many failed attempts in a row pause a webhook (the documents' "after 5 consecutive failures"). */
const FAILURES_TO_PAUSE = 5;

/** Writes down what became of an attempt: for the webhook, which it may pause, and for the delivery. */
export type Settle = (webhook: WebhookDocument, delivery: DeliveryDocument, result: AttemptResult) => Promise<void>;

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
	const count = async (webhook: WebhookDocument, { verdict, attempt: { error } }: AttemptResult) => {
		const { _id, organization_id } = webhook;
		if (verdict === 'succeeded') {
			const failing = { _id, consecutive_failures: { $gt: 0 } };
			await webhooks.update(organization_id, failing, { $set: { consecutive_failures: 0 } });
			return;
		}
		const active = { _id, status: 'active' } as const;
		const counted = await webhooks.update(organization_id, active, { $inc: { consecutive_failures: 1 } });
		if (counted === null) return;
		if (verdict === 'gone') await pause(counted, error ?? '');
		else if (counted.consecutive_failures >= FAILURES_TO_PAUSE) {
			await pause(counted, `${counted.consecutive_failures} attempts in a row failed. The last: ${error ?? ''}`);
		}
	};

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
		await count(webhook, result);
		const { _id, organization_id, attempts } = delivery;
		const becomes = outcome(delivery, result);
		const write = (
			status: DeliveryDocument['status'],
			change: Partial<Pick<DeliveryDocument, 'status' | 'next_attempt_at'>>,
		) =>
			deliveries.update(
				organization_id,
				{ _id, status },
				{
					$set: {
						...change,
						response_code: result.attempt.response_code,
						response_body: result.attempt.response_body,
						retry_count: attempts.length,
					},
					$push: { attempts: result.attempt },
				},
			);
		if ((await write('pending', becomes)) !== null) return;
		// Paused since: what another attempt could still deliver stays held.
		await write('held', becomes.status === 'pending' ? {} : becomes);
	};
}
