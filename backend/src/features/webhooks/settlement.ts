import { createBatcher } from '../../core/batcher';
import type { Clock } from '../../core/clock';
import { groupBy } from '../../core/group-by';
import type { Change, TenantCollection } from '../../database/tenant-collection';
import type { AttemptResult } from '../../net/attempt';
import { retryDelay } from '../../net/retry-schedule';
import type { DeliveryDocument, WebhookDocument } from './model';
import type { Pause } from './pause';

/** So many failed attempts in a row pause a webhook (the documents' "after 5 consecutive failures"). */
const FAILURES_TO_PAUSE = 5;

/**
 * Writes down what became of an attempt: for the webhook, which it may pause, and for the delivery. The webhook's count
 * of failures as it was last read decides whether a success has to set it back. Answers when the delivery is due again,
 * unless the webhook is paused; null where no other attempt follows.
 */
export type Settle = (
	webhook: WebhookDocument,
	delivery: DeliveryDocument,
	result: AttemptResult,
) => Promise<Date | null>;

interface Attempted {
	readonly webhook: WebhookDocument;
	readonly delivery: DeliveryDocument;
	readonly result: AttemptResult;
	readonly becomes: Pick<DeliveryDocument, 'status' | 'next_attempt_at'>;
}

/** How many attempts are written down at a time. */
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
	const countFailures = async (failed: readonly Attempted[]) => {
		const ofEach = groupBy(failed, ({ webhook }) => webhook._id);
		await webhooks.everywhere.updateMany(
			...[...ofEach].map(([_id, { length }]) => ({
				filter: { _id, status: 'active' as const },
				update: { $inc: { consecutive_failures: length } },
			})),
		);
		const counted = await webhooks.everywhere.find({ _id: { $in: [...ofEach.keys()] }, status: 'active' });
		await Promise.all(
			counted.map(async (webhook) => {
				const results = (ofEach.get(webhook._id) ?? []).map(({ result }) => result);
				const gone = results.find(({ verdict }) => verdict === 'gone');
				const why = (gone ?? results.at(-1))?.attempt.error ?? '';
				const { consecutive_failures: count } = webhook;
				if (gone) await pause(webhook, why);
				else if (count >= FAILURES_TO_PAUSE) {
					await pause(webhook, `${count} attempts in a row failed. The last: ${why}`);
				}
			}),
		);
	};

	/** What the delivery becomes after this attempt. */
	const outcome = (
		{ attempts }: DeliveryDocument,
		{ verdict, retryAfterMs }: AttemptResult,
	): Attempted['becomes'] => {
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

	const changesOf = ({ delivery, result, becomes }: Attempted): readonly Change<DeliveryDocument>[] => {
		const { _id, status, attempts } = delivery;
		const written = (change: Partial<Pick<DeliveryDocument, 'status' | 'next_attempt_at'>>) => ({
			$set: {
				...change,
				response_code: result.attempt.response_code,
				response_body: result.attempt.response_body,
				retry_count: attempts.length,
			},
			$push: { attempts: result.attempt },
		});
		// Once: the attempt is not written down yet.
		const once = { _id, attempts: { $size: attempts.length } };
		if (becomes.status !== 'pending') {
			return [{ filter: { ...once, status: { $in: ['pending', 'held'] } }, update: written(becomes) }];
		}
		return [
			{ filter: { ...once, status }, update: written(becomes) },
			// Paused since: what another attempt could still deliver stays held.
			{ filter: { ...once, status: 'held' }, update: written({}) },
		];
	};

	/** What was held is released by its first failure; where the webhook was paused again by then, it is held again. */
	const holdAgain = async (released: readonly Attempted[]) => {
		const ids = released.map(({ webhook }) => webhook._id);
		const paused = await webhooks.everywhere.find({ _id: { $in: ids }, status: 'paused' });
		await deliveries.everywhere.updateMany(
			...paused.map(({ _id }) => ({
				filter: { webhook_id: _id, status: 'pending' as const },
				update: { $set: { status: 'held' as const, next_attempt_at: null } },
			})),
		);
	};

	const settle = createBatcher({
		limit: BATCH,
		run: async (attempted: readonly Attempted[]) => {
			const recovered = attempted.filter(
				({ webhook, result }) => result.verdict === 'succeeded' && webhook.consecutive_failures > 0,
			);
			const failed = attempted.filter(({ result }) => result.verdict !== 'succeeded');
			await webhooks.everywhere.updateMany(
				...recovered.map(({ webhook: { _id } }) => ({
					filter: { _id },
					update: { $set: { consecutive_failures: 0 } },
				})),
			);
			if (failed.length > 0) await countFailures(failed);
			await deliveries.everywhere.updateMany(...attempted.flatMap(changesOf));
			const released = failed.filter(({ delivery }) => delivery.status === 'held');
			if (released.length > 0) await holdAgain(released);
			return ({ becomes }) => becomes.next_attempt_at;
		},
	});

	return (webhook, delivery, result) => settle({ webhook, delivery, result, becomes: outcome(delivery, result) });
}
