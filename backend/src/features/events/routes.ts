import { z } from 'zod';
import { idSchema } from '../../core/ids';
import { pathId } from '../../http/fields';
import { type Pager, pageOf, pageQuery } from '../../http/page';
import { defineRoute, reply, type Route } from '../../http/route';
import { timeSchema } from '../../http/time';
import { eventPatternSchema } from './event-patterns';
import { eventSchema, presentEvent } from './schemas';
import type { EventsService } from './service';

const read = { by: 'key', permission: 'events:read', plan: 'starter' } as const;

const eventFilter = {
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
	defineRoute({
		method: 'get',
		path: '/api/v1/events',
		operationId: 'listEvents',
		summary: 'List what happened in the last 30 days, newest first, whether a webhook was told of it or not',
		access: read,
		input: { query: z.strictObject({ ...pageQuery, ...eventFilter }) },
		responses: { 200: pageOf(eventSchema) },
		handle: async ({ query, caller }) => {
			const { items, next_cursor } = await pager.page({
				query,
				kind: 'event',
				scope: ['events', query.type?.join(), query.since?.toISOString(), query.environment_id],
				fetch: (after, limit) => events.list(caller.tenant, query, after, limit),
			});
			return reply(200, { data: items.map(presentEvent), next_cursor });
		},
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
