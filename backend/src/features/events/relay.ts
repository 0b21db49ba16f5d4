import type { Clock } from '../../core/clock';
import type { PlatformEvent } from '../../core/events';
import { groupBy } from '../../core/group-by';
import type { Logger } from '../../core/log';
import { createWakeableLoop, type WakeableLoop } from '../../waiting/wakeable-loop';
import type { TenantCollection } from '../../database/tenant-collection';
import type { EventDocument } from './model';
import type { OutboxSource, Pending } from './outbox-source';

const POLL_MS = 1_000;
/** Documents read from a source at a time. */
const PAGE = 200;
/**
 * Documents of a source that a round takes. An old document may hold a late event, so the order of events needs all that
 * wait; where more do than memory should hold, after hours without a relay, it holds among the oldest documents.
 */
const MOST = 5_000;
/** Events carried on at a time: each may become many deliveries. */
const CHUNK = 500;

type Waiting = Pending & { readonly source: OutboxSource };

/** What waits in a source; `isAll`: nothing else does. */
async function waitingIn(source: OutboxSource): Promise<{ found: Waiting[]; isAll: boolean }> {
	const found: Waiting[] = [];
	for (;;) {
		const page = await source.pending(PAGE, found.at(-1)?._id);
		found.push(...page.map((document) => ({ source, ...document })));
		const isAll = page.length < PAGE;
		if (isAll || found.length >= MOST) return { found, isAll };
	}
}

/** What carries events on: whatever waits in outboxes, again and again. */
export interface Relay extends WakeableLoop {
	/** Carries these on at once, for an outbox that is about to go. */
	readonly carry: (...events: readonly PlatformEvent[]) => Promise<void>;
}

/**
 * Carries events from the outboxes into the history and on to `onEvents`, those of one organization in the order of
 * their ids. An event leaves its outbox last, so that a crash at any point repeats steps and skips none; every step can
 * be repeated, also by two replicas at the same time.
 */
export function createRelay({
	sources,
	events,
	onEvents,
	clock,
	log,
}: {
	sources: readonly OutboxSource[];
	events: TenantCollection<EventDocument>;
	/** Must bear being called again with the same events. */
	onEvents: (...events: readonly PlatformEvent[]) => Promise<void>;
	clock: Clock;
	log: Logger;
}): Relay {
	const carryEvents: Relay['carry'] = async (...waiting) => {
		await Promise.all([
			events.insertNew(waiting.map(({ id, ...event }) => ({ _id: id, ...event }))),
			onEvents(...waiting),
		]);
	};

	const carry = async (documents: readonly Waiting[]) => {
		const waiting = documents.flatMap(({ outbox }) => outbox).sort((one, other) => (one.id < other.id ? -1 : 1));
		for (let from = 0; from < waiting.length; from += CHUNK) {
			await carryEvents(...waiting.slice(from, from + CHUNK));
		}
		const carried = documents.map(({ _id, outbox }) => ({ _id, events: outbox.map(({ id }) => id) }));
		await Promise.all(
			sources.map((source) => source.remove(carried.filter((_, index) => documents[index]?.source === source))),
		);
	};

	const loop = createWakeableLoop({
		clock,
		onError: (error) => log.error({ err: error }, 'events could not be carried on; trying again'),
		async round() {
			const waiting = await Promise.all(sources.map(waitingIn));
			const documents = waiting.flatMap(({ found }) => found);
			try {
				if (documents.length > 0) await carry(documents);
			} catch {
				// One organization's events may be what fails: the others' do not wait for them.
				const carried = await Promise.allSettled(
					[...groupBy(documents, ({ organization_id }) => organization_id).values()].map(carry),
				);
				const failed = carried.find((result) => result.status === 'rejected');
				if (failed) throw failed.reason;
			}
			return waiting.every(({ isAll }) => isAll) ? POLL_MS : 0;
		},
	});
	return { ...loop, carry: carryEvents };
}
