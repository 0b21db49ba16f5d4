import { notFound } from '../../core/errors';
import { EVENT_TYPES } from '../../core/events';
import { type EnvironmentId, type EventId, idBefore, type Tenant } from '../../core/ids';
import type { TenantCollection } from '../../database/tenant-collection';
import { wants } from './event-patterns';
import type { EventDocument } from './model';

/** Which events to show; what is unset shows all. */
export interface EventFilter {
	/** Types, or patterns such as `deployment.*`: events of any of them. */
	readonly type?: readonly string[] | undefined;
	/** Those of that moment or later. */
	readonly since?: Date | undefined;
	readonly environment_id?: EnvironmentId | undefined;
}

/** What happened to an organization in the last 30 days, whether a webhook was told of it or not. */
export interface EventsService {
	/** Newest first. */
	list(tenant: Tenant, filter: EventFilter, after: EventId | null, limit: number): Promise<EventDocument[]>;
	/** @throws {ApiError} 404 */
	get(tenant: Tenant, id: EventId): Promise<EventDocument>;
	/** Those of these ids that history still has. */
	thoseOf(tenant: Tenant, ids: readonly EventId[]): Promise<EventDocument[]>;
}

export const createEventsService = ({ events }: { events: TenantCollection<EventDocument> }): EventsService => ({
	list: (tenant, { type: patterns, since, environment_id }, after, limit) =>
		events.find(
			tenant,
			{
				...(patterns === undefined
					? {}
					: { type: { $in: EVENT_TYPES.filter((type) => wants(patterns, type)) } }),
				...(environment_id === undefined ? {} : { environment_id }),
				...(since === undefined ? {} : { created_at: { $gte: since } }),
				_id: {
					$gte: idBefore('event', since ?? new Date(0)),
					...(after === null ? {} : { $lt: after }),
				},
			},
			{ sort: { _id: -1 }, limit },
		),
	async get(tenant, id) {
		const event = await events.findOne(tenant, { _id: id });
		if (event === null) throw notFound('event');
		return event;
	},
	thoseOf: (tenant, ids) => events.find(tenant, { _id: { $in: ids } }),
});
