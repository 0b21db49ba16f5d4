import type { IndexDefinition, IndexOptions } from 'mongoose';
import type { PlatformEvent } from '../core/events';
import { anything, type Fields, optional } from './fields';

/**
 * The transactional outbox, one document at a time: a change and the events it causes are one write, so that neither
 * exists without the other. A worker carries the events on and empties the outbox.
 */
export interface WithOutbox {
	readonly outbox: readonly PlatformEvent[];
	/** Present while `outbox` holds something, so that an index finds the few documents that wait. */
	readonly outbox_pending?: true;
}

/** The fields to add to a collection's definition. */
export const outboxFields: Fields<WithOutbox> = { outbox: [anything], outbox_pending: optional(Boolean) };

/** The indexes to add to a collection's definition. */
export const outboxIndexes: readonly (readonly [IndexDefinition, IndexOptions])[] = [
	[{ outbox_pending: 1 }, { sparse: true }],
];

/** The outbox of a document that is made together with these events. */
export const outboxOf = (events: readonly PlatformEvent[]): WithOutbox =>
	events.length > 0 ? { outbox: events, outbox_pending: true } : { outbox: [] };
