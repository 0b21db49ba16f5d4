import type { Clock } from '../../core/clock';
import type { PlatformEvent } from '../../core/events';
import type { Ids } from '../../core/ids';
import type { TenantCollection } from '../../database/tenant-collection';
import type { AttemptResult } from './attempt';
import type { DeliveryDocument, WebhookDocument } from './model';
import { retryDelay } from './retry-schedule';
import { presentWebhook } from './schemas';

/** So many failed attempts in a row pause a webhook (the documents' "after 5 consecutive failures"). */
const FAILURES_TO_PAUSE = 5;

/** Writes down what became of an attempt: for the webhook, which it may pause, and for the delivery. */
export type Settle = (webhook: WebhookDocument, delivery: DeliveryDocument, result: AttemptResult) => Promise<void>;

export function createSettlement({
	webhooks,
	deliveries,
	clock,
	ids,
	random,
	notify,
}: {
	webhooks: TenantCollection<WebhookDocument>;
	deliveries: TenantCollection<DeliveryDocument>;
	clock: Clock;
	ids: Ids;
	/** From 0 to 1. */
	random: () => number;
	/** Tells the relay that an outbox has something. */
	notify: () => void;
}): Settle {
	const pause = async (webhook: WebhookDocument, reason: string) => {
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
		const waiting = { webhook_id: _id, status: 'pending' } as const;
		while (await deliveries.update(organization_id, waiting, { $set: { status: 'held', next_attempt_at: null } }));
	};

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
						response_body: result.response_body,
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
