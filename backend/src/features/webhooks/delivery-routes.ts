import { z } from 'zod';
import type { Clock } from '../../core/clock';
import { invalidInput } from '../../core/errors';
import { pathId } from '../../http/fields';
import { listRoute } from '../../http/list-route';
import type { Pager } from '../../http/page';
import { defineRoute, reply, type Route } from '../../http/route';
import { timeSchema } from '../../http/time';
import type { DeliveryLog } from './delivery-log';
import { DELIVERED_TYPES, DELIVERY_STATUSES } from './model';
import { deliveryDetailSchema, deliverySchema, presentDelivery, presentDeliveryDetail } from './schemas';

const params = z.strictObject({ webhook_id: pathId('webhook') });
const ofDelivery = params.extend({
	delivery_id: pathId('delivery').describe('A delivery of that webhook; any other id answers 404'),
});
const read = { by: 'key', permission: 'webhooks:read', plan: 'free' } as const;
const write = { by: 'key', permission: 'webhooks:write', plan: 'free' } as const;

/** `/api/v1/webhooks/{webhook_id}/deliveries`, and replaying */
export const deliveryRoutes = ({
	deliveryLog,
	pager,
	clock,
}: {
	deliveryLog: DeliveryLog;
	pager: Pager;
	clock: Clock;
}): Route[] => [
	listRoute(pager, {
		path: '/api/v1/webhooks/{webhook_id}/deliveries',
		operationId: 'listWebhookDeliveries',
		summary: "List a webhook's deliveries, newest first",
		access: read,
		params,
		filters: {
			status: z.enum(DELIVERY_STATUSES).optional().describe('Only deliveries that have this status now'),
			event_type: z.enum(DELIVERED_TYPES).optional().describe('Only deliveries of events of this type'),
			since: timeSchema.optional().describe('Only deliveries that were created at this time or later'),
		},
		kind: 'delivery',
		item: deliverySchema,
		present: presentDelivery,
		list: ({ caller, params: { webhook_id }, query }, after, limit) =>
			deliveryLog.list(caller.tenant, webhook_id, query, after, limit),
	}),
	defineRoute({
		method: 'get',
		path: '/api/v1/webhooks/{webhook_id}/deliveries/{delivery_id}',
		operationId: 'getWebhookDelivery',
		summary: 'Get a delivery with all its requests and responses',
		access: read,
		input: { params: ofDelivery },
		responses: { 200: deliveryDetailSchema },
		handle: async ({ params: { webhook_id, delivery_id }, caller }) =>
			reply(200, presentDeliveryDetail(await deliveryLog.get(caller.tenant, webhook_id, delivery_id))),
	}),
	defineRoute({
		method: 'post',
		path: '/api/v1/webhooks/{webhook_id}/deliveries/{delivery_id}/replay',
		operationId: 'replayWebhookDelivery',
		summary: 'Send a delivery again, as a new delivery with ids of its own',
		access: write,
		input: { params: ofDelivery },
		responses: { 202: deliverySchema },
		handle: async ({ params: { webhook_id, delivery_id }, caller }) =>
			reply(202, presentDelivery(await deliveryLog.replay(caller.tenant, webhook_id, delivery_id))),
	}),
	defineRoute({
		method: 'post',
		path: '/api/v1/webhooks/{webhook_id}/replay',
		operationId: 'replayWebhook',
		summary: 'Send again the events of a period that failed, or that succeeded',
		access: write,
		input: {
			params,
			body: z.strictObject({
				since: timeSchema.describe('Only events that happened at this time or later'),
				until: timeSchema
					.optional()
					.describe(
						'Only events that happened before this time, which must be later than `since`; by default, now',
					),
				status: z
					.enum(['failed', 'succeeded'])
					.default('failed')
					.describe(
						'`failed`: events of which no delivery has succeeded, is pending or is held; ' +
							'`succeeded`: events of which one has',
					),
			}),
		},
		responses: {
			202: z.object({
				replayed: z.int().min(0).describe('How many deliveries were created; 0 if no event matched'),
			}),
		},
		handle: async ({ params: { webhook_id }, body, caller }) => {
			if (body.until !== undefined && body.until <= body.since) {
				throw invalidInput('/until', 'must be later than since');
			}
			const filter = { ...body, until: body.until ?? clock.now() };
			return reply(202, { replayed: await deliveryLog.replayMany(caller.tenant, webhook_id, filter) });
		},
	}),
];
