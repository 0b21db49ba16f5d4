import { createBatcher } from '../../waiting/batcher';
import type { Clock } from '../../core/clock';
import { groupBy } from '../../core/group-by';
import type { Change } from '../../database/collection';
import type { TenantCollection } from '../../database/tenant-collection';
import type { AttemptResult } from '../../net/attempt';
import { nextRetry } from '../../net/retry-schedule';
import { createHold, HELD } from './hold';
import type { DeliveryDocument, WebhookDocument } from './model';
import type { Pause } from './pause';

/** How many failed attempts in a row pause a webhook (the documents' "after 5 consecutive failures"). */
const FAILURES_TO_PAUSE = 5;

/** An attempt that has ended, with a response or without. */
interface Answered {
	readonly webhook: WebhookDocument;
	readonly delivery: DeliveryDocument;
	readonly result: AttemptResult;
	/**
	 * Whether the result changes the webhook's count of failures. Every failure does, and a success that follows one.
	 */
	readonly counts: boolean;
}

/**
 * Writes the result of an attempt down, in its webhook, which it may pause, and in its delivery. Answers when the
 * delivery is due again, provided that the webhook is not paused; null if no other attempt follows.
 */
export type Settle = (answered: Answered) => Promise<Date | null>;

interface Attempted extends Answered {
	readonly becomes: Pick<DeliveryDocument, 'status' | 'next_attempt_at'>;
}

/** How many results are written down at a time. */
const BATCH = 100;
/** How long failures are gathered before they are written down together, in milliseconds. */
const FAILURES_GATHER_MS = 100;

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
	const holdWherePaused = createHold({ webhooks, deliveries });

	const countFailures = async (failed: readonly Attempted[]) => {
		const ofEach = groupBy(failed, ({ webhook }) => webhook._id);
		await webhooks.everywhere.updateMany(
			...[...ofEach].map(([_id, ofOne]) => {
				const $inc = { consecutive_failures: ofOne.length };
				const rests = ofOne.flatMap((one) => restAfter(one)?.getTime() ?? []);
				const rest_until = new Date(Math.max(...rests));
				return {
					filter: { _id, status: 'active' as const },
					update: rests.length > 0 ? { $inc, $max: { rest_until } } : { $inc },
				};
			}),
		);
		const gone = failed.filter(({ result }) => result.verdict === 'gone');
		const worn = await webhooks.everywhere.find({
			_id: { $in: [...ofEach.keys()] },
			status: 'active',
			consecutive_failures: { $gte: FAILURES_TO_PAUSE },
		});
		await pause([
			...gone.map(({ webhook, result }) => ({ webhook, reason: result.attempt.error ?? '' })),
			...worn.map((webhook) => {
				const last = ofEach.get(webhook._id)?.at(-1)?.result.attempt.error ?? '';
				return {
					webhook,
					reason: `${webhook.consecutive_failures} attempts in a row failed. The last: ${last}`,
				};
			}),
		]);
	};

	/** The state of the delivery after this attempt. */
	const outcome = (
		{ attempts }: DeliveryDocument,
		{ verdict, retryAfterMs }: AttemptResult,
	): Attempted['becomes'] => {
		switch (verdict) {
			case 'succeeded':
				return { status: 'succeeded', next_attempt_at: null };
			case 'gone':
				return HELD;
			case 'refused':
				return { status: 'failed', next_attempt_at: null };
			case 'failed': {
				const next_attempt_at = nextRetry({ now: clock.now(), retries: attempts.length, retryAfterMs, random });
				return { status: next_attempt_at === null ? 'failed' : 'pending', next_attempt_at };
			}
		}
	};

	/** Changes a delivery that is in one of these states. It matches nothing if the attempt is written down already. */
	const changeOf = (
		{ delivery: { _id, attempts }, result }: Attempted,
		states: readonly DeliveryDocument['status'][],
		becomes: Partial<Attempted['becomes']>,
	): Change<DeliveryDocument> => ({
		filter: { _id, attempts: { $size: attempts.length }, status: { $in: states } },
		update: {
			$set: {
				response_code: result.attempt.response_code,
				response_body: result.attempt.response_body,
				retry_count: attempts.length,
				...becomes,
			},
			$push: { attempts: result.attempt },
		},
	});

	const writeDown = async (attempted: readonly Attempted[]) => {
		const written = await deliveries.everywhere.updateMany(
			...attempted.map((one) =>
				changeOf(
					one,
					one.becomes.status === 'pending' ? [one.delivery.status] : ['pending', 'held'],
					one.becomes,
				),
			),
		);
		if (written === attempted.length) return;
		// A webhook may have been paused meanwhile. Its deliveries that await a retry stay held.
		const retried = attempted.filter(({ becomes }) => becomes.status === 'pending');
		await deliveries.everywhere.updateMany(...retried.map((one) => changeOf(one, ['held'], {})));
	};

	const settleSucceeded = createBatcher({
		limit: BATCH,
		run: async (succeeded: readonly Attempted[]) => {
			const recovered = succeeded.filter(({ counts }) => counts);
			await webhooks.everywhere.updateMany(
				...recovered.map(({ webhook: { _id } }) => ({
					filter: { _id },
					update: { $set: { consecutive_failures: 0 } },
				})),
			);
			await writeDown(succeeded);
			return () => null;
		},
	});

	/** Failures gather for longer: nobody waits for them, and fewer writes leave more for receivers that answer. */
	const settleFailed = createBatcher({
		limit: BATCH,
		gatheringMs: FAILURES_GATHER_MS,
		run: async (failed: readonly Attempted[]) => {
			await countFailures(failed);
			await writeDown(failed);
			const released = failed.filter(({ delivery }) => delivery.status === 'held');
			// The retry has made held deliveries pending. Their webhook may have been paused again meanwhile.
			if (released.length > 0) await holdWherePaused(released.map(({ webhook }) => webhook._id));
			return ({ becomes }) => becomes.next_attempt_at;
		},
	});

	return (answered) => {
		const { webhook, delivery, result, counts } = answered;
		const settle = result.verdict === 'succeeded' ? settleSucceeded : settleFailed;
		return settle({ webhook, delivery, result, counts, becomes: outcome(delivery, result) });
	};
}

/** `Retry-After` is about all requests to the receiver (RFC 9110, 10.2.3; RFC 6585, 4), as with Slack and Discord. */
const restAfter = ({ result, becomes }: Attempted) => (result.retryAfterMs === null ? null : becomes.next_attempt_at);
