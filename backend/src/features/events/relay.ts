import type { Clock } from '../../core/clock';
import type { PlatformEvent } from '../../core/events';
import type { OrganizationId } from '../../core/ids';
import type { Logger } from '../../core/log';
import { createWakeableLoop, type WakeableLoop } from '../../core/wakeable-loop';
import { isDuplicateKey } from '../../database/connection';
import type { TenantCollection } from '../../database/tenant-collection';
import type { EventDocument } from './model';
import type { OutboxSource } from './outbox-source';

const POLL_MS = 1_000;
const BATCH = 100;

type Waiting = Awaited<ReturnType<OutboxSource['pending']>>[number] & { readonly source: OutboxSource };

/**
 * Carries events from the outboxes into the history and on to `onEvent`, those of one organization in the order of
 * their ids. An event leaves its outbox last, so that a crash at any point repeats steps and skips none; every step can
 * be repeated, also by two replicas at the same time.
 */
export function createRelay({
	sources,
	events,
	onEvent,
	clock,
	log,
}: {
	sources: readonly OutboxSource[];
	events: TenantCollection<EventDocument>;
	/** Must bear being called again with the same event. */
	onEvent: (event: PlatformEvent) => Promise<void>;
	clock: Clock;
	log: Logger;
}): WakeableLoop {
	const record = async ({ id, ...event }: PlatformEvent) => {
		try {
			await events.insert({ _id: id, ...event });
		} catch (error) {
			if (!isDuplicateKey(error)) throw error;
		}
	};

	const carry = async (documents: readonly Waiting[]) => {
		const outboxes = documents.flatMap(({ outbox }) => outbox);
		for (const event of outboxes.sort((one, other) => (one.id < other.id ? -1 : 1))) {
			await Promise.all([record(event), onEvent(event)]);
		}
		for (const { source, _id, outbox } of documents) {
			await source.remove(
				_id,
				outbox.map(({ id }) => id),
			);
		}
	};

	return createWakeableLoop({
		clock,
		onError: (error) => log.error({ err: error }, 'events could not be carried on; trying again'),
		async round() {
			const pending = await Promise.all(
				sources.map(async (source) =>
					(await source.pending(BATCH)).map((document) => ({ ...document, source })),
				),
			);
			const carried = await Promise.allSettled([...byOrganization(pending.flat()).values()].map(carry));
			const failed = carried.find((result) => result.status === 'rejected');
			if (failed) throw failed.reason;
			return pending.some(({ length }) => length === BATCH) ? 0 : POLL_MS;
		},
	});
}

function byOrganization(documents: readonly Waiting[]): Map<OrganizationId, Waiting[]> {
	const groups = new Map<OrganizationId, Waiting[]>();
	for (const document of documents) {
		const group = groups.get(document.organization_id);
		if (group) group.push(document);
		else groups.set(document.organization_id, [document]);
	}
	return groups;
}
