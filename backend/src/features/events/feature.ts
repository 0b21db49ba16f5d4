import type { Clock } from '../../core/clock';
import type { PlatformEvent } from '../../core/events';
import type { Logger } from '../../core/log';
import type { TenantCollection } from '../../database/tenant-collection';
import type { Pager } from '../../http/page';
import type { Signals } from '../../signals';
import type { EventDocument } from './model';
import { type OutboxDocument, outboxSource, type OutboxSource } from './outbox-source';
import { createRelay, type Relay } from './relay';
import { eventRoutes } from './routes';
import { createEventsService } from './service';

/** Must bear being called again with the same events. */
export type EventConsumer = (...events: readonly PlatformEvent[]) => Promise<void>;

/** What features that cause events, or act on them, ask of this one. */
export interface EventCarriage extends Pick<Relay, 'carry'> {
	/** From now on carries what this collection's documents hold in their outboxes. */
	readonly carryFrom: (collection: Pick<TenantCollection<OutboxDocument>, 'everywhere'>) => void;
	/** From now on tells of every event, after those who were added before. */
	readonly carryTo: (consumer: EventConsumer) => void;
}

/** The history of events, and what carries them there and on to those who act on them. */
export function createEvents({
	events,
	signals,
	clock,
	log,
	pager,
}: {
	events: TenantCollection<EventDocument>;
	signals: Pick<Signals, 'outboxFilled'>;
	clock: Clock;
	log: Logger;
	pager: Pager;
}) {
	const sources: OutboxSource[] = [];
	const consumers: EventConsumer[] = [];
	const service = createEventsService({ events });
	const relay = createRelay({
		sources,
		events,
		onEvents: async (...carried) => {
			for (const consume of consumers) await consume(...carried);
		},
		clock,
		log,
	});
	signals.outboxFilled.on(relay.wake);
	const carriage: EventCarriage = {
		carry: relay.carry,
		carryFrom: (collection) => {
			sources.push(outboxSource(collection));
		},
		carryTo: (consumer) => {
			consumers.push(consumer);
		},
	};
	return { service, carriage, routes: eventRoutes({ events: service, pager }), worker: relay };
}
