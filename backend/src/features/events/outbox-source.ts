import type { EventId } from '../../core/ids';
import type { WithOutbox } from '../../database/outbox';
import type { TenantCollection, TenantDocument } from '../../database/tenant-collection';

type OutboxDocument = TenantDocument & WithOutbox;

/** A collection whose documents hold events that have to be carried on. */
export interface OutboxSource {
	/** Up to `limit` documents with something in their outbox, the oldest first. */
	pending(limit: number): Promise<readonly Pick<OutboxDocument, '_id' | 'organization_id' | 'outbox'>[]>;
	/** Takes carried events out of a document's outbox; those that came since remain. */
	remove(documentId: string, events: readonly EventId[]): Promise<void>;
}

/** The outboxes of one feature's collection. */
export const outboxSource = ({ everywhere }: Pick<TenantCollection<OutboxDocument>, 'everywhere'>): OutboxSource => ({
	pending: (limit) => everywhere.find({ outbox_pending: true }, { sort: { _id: 1 }, limit }),
	async remove(documentId, events) {
		const nothingElse = { $not: { $elemMatch: { id: { $nin: events } } } };
		const emptied = await everywhere.update(
			{ _id: documentId, outbox: nothingElse },
			{ $set: { outbox: [] }, $unset: { outbox_pending: 1 } },
		);
		if (emptied) return;
		await everywhere.update({ _id: documentId }, { $pull: { outbox: { id: { $in: events } } } });
	},
});
