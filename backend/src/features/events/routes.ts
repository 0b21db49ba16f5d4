import { z } from 'zod';
import { idSchema } from '../../core/ids';
import { pathId } from '../../http/fields';
import { listRoute } from '../../http/list-route';
import type { Pager } from '../../http/page';
import { defineRoute, reply, type Route } from '../../http/route';
import { timeSchema } from '../../http/time';
import { eventPatternSchema } from './event-patterns';
import { eventSchema, presentEvent } from './schemas';
import type { EventsService } from './service';

const read = { by: 'key', permission: 'events:read', plan: 'starter' } as const;

const eventFilters = {
	type: z
		.string()
		.transform((text) => text.split(','))
		.pipe(z.array(eventPatternSchema))
		.describe('Types, or patterns such as `deployment.*`, with commas between them')
		.optional(),
	since: timeSchema.optional().describe('Nothing before this time'),
	environment_id: idSchema('environment').optional().describe('Only events about this environment'),
};

/** `/api/v1/events` */
export const eventRoutes = ({ events, pager }: { events: EventsService; pager: Pager }): Route[] => [
	listRoute(pager, {
		path: '/api/v1/events',
		operationId: 'listEvents',
		summary: 'List what happened in the last 30 days, newest first, whether a webhook was told of it or not',
		access: read,
		filters: eventFilters,
		kind: 'event',
		item: eventSchema,
		present: presentEvent,
		list: ({ caller, query }, after, limit) => events.list(caller.tenant, query, after, limit),
	}),
	defineRoute({
		method: 'get',
		path: '/api/v1/events/{event_id}',
		operationId: 'getEvent',
		summary: 'Get an event',
		access: read,
		input: { params: z.strictObject({ event_id: pathId('event') }) },
		responses: { 200: eventSchema },
		handle: async ({ params, caller }) =>
			reply(200, presentEvent(await events.get(caller.tenant, params.event_id))),
	}),
];
