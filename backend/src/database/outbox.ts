import type { IndexDefinition, IndexOptions } from 'mongoose';
import type { PlatformEvent } from '../core/events';
import { anything, type Fields, optional } from './fields';

/**
 * The transactional outbox of a single document: a change and its events are one write, so that neither exists without
 * the other. The relay carries the events on and then takes them out of the outbox.
 */
export interface WithOutbox {
	readonly outbox: readonly PlatformEvent[];
	/** Present while `outbox` has events, so that an index finds the few documents that have some. */
	readonly outbox_pending?: true;
}

/** The fields to add to a collection's definition. */
export const outboxFields: Fields<WithOutbox> = { outbox: [anything], outbox_pending: optional(Boolean) };

/** The indexes to add to a collection's definition. */
export const outboxIndexes: readonly (readonly [IndexDefinition, IndexOptions])[] = [
	[{ outbox_pending: 1 }, { sparse: true }],
];

/** The fields of a new document that causes these events. */
export const outboxOf = (events: readonly PlatformEvent[]): WithOutbox =>
	events.length > 0 ? { outbox: events, outbox_pending: true } : { outbox: [] };
