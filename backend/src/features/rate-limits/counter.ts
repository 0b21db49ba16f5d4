import type { Connection } from 'mongoose';
import { type TenantCollection, tenantCollection } from '../../database/tenant-collection';
import type { TenantDocument } from '../../database/tenant-collection';
import type { RateCounter } from '../../http/rate-limit';

/** How many requests the replicas took of one key's window. */
export interface WindowDocument extends TenantDocument {
	/** The key's id and the start of the window. */
	readonly _id: string;
	readonly taken: number;
	/** A minute after the window's end, so that a clock that is slow finds it still. */
	readonly expires_at: Date;
}

export const windowCollection = (connection: Connection) =>
	tenantCollection<WindowDocument>(connection, {
		name: 'rate_windows',
		fields: { taken: Number, expires_at: Date },
		indexes: [[{ expires_at: 1 }, { expireAfterSeconds: 0 }]],
	});

/** Counts for the request pipeline in the database: a feature without routes, as the pipeline knows none. */
export function createRateCounter(windows: TenantCollection<WindowDocument>): RateCounter {
	return {
		async take({ key_id, organization_id }, { start, end }, count) {
			const sum = await windows.update(
				organization_id,
				{ _id: `${key_id} ${start.toISOString()}` },
				{ $inc: { taken: count }, $setOnInsert: { expires_at: new Date(end.getTime() + 60_000) } },
				{ upsert: true },
			);
			if (sum === null) throw new Error('an upsert made no document');
			return sum.taken;
		},
	};
}
