import type { EventId } from '../../core/ids';
import type { WithOutbox } from '../../database/outbox';
import type { TenantCollection, TenantDocument } from '../../database/tenant-collection';

/** A document that may hold events. */
export type OutboxDocument = TenantDocument & WithOutbox;

/** A document with something in its outbox. */
export type Pending = Pick<OutboxDocument, '_id' | 'organization_id' | 'outbox'>;

/** A collection whose documents hold events that have to be carried on. */
export interface OutboxSource {
	/** Up to `limit` documents with something in their outbox, the oldest first; those after a document's id, if given. */
	pending(limit: number, after?: string): Promise<readonly Pending[]>;
	/** Takes carried events out of their documents' outboxes; those that came since remain. */
	remove(carried: readonly Carried[]): Promise<void>;
}

/** Events that left a document's outbox for where they go. */
interface Carried {
	readonly _id: string;
	readonly events: readonly EventId[];
}

/** The outboxes of one feature's collection. */
export const outboxSource = ({ everywhere }: Pick<TenantCollection<OutboxDocument>, 'everywhere'>): OutboxSource => ({
	pending: (limit, after) =>
		everywhere.find(
			{ outbox_pending: true, ...(after === undefined ? {} : { _id: { $gt: after } }) },
			{ sort: { _id: 1 }, limit },
		),
	async remove(carried) {
		const emptied = await everywhere.updateMany(
			...carried.map(({ _id, events }) => ({
				filter: { _id, outbox: { $not: { $elemMatch: { id: { $nin: events } } } } },
				update: { $set: { outbox: [] }, $unset: { outbox_pending: 1 } },
			})),
		);
		if (emptied === carried.length) return;
		await everywhere.updateMany(
			...carried.map(({ _id, events }) => ({
				filter: { _id },
				update: { $pull: { outbox: { id: { $in: events } } } },
			})),
		);
	},
});
