import { pathId } from '../../../http/fields';
import { listRoute } from '../../../http/list-route';
import type { Pager } from '../../../http/page';
import { defineRoute, reply, type Route } from '../../../http/route';
import { z } from 'zod';
import type { CallbacksService } from '../callbacks/service';
import { logDetailSchema, logFilters, logSchema, presentLog, presentLogDetail } from './schemas';
import type { LogsService } from './service';

const read = { by: 'key', permission: 'odoo_logs:read', plan: 'free' } as const;

/** `/api/v1/odoo-logs` */
export const odooLogRoutes = ({
	logs,
	callbacks,
	pager,
}: {
	logs: LogsService;
	callbacks: Pick<CallbacksService, 'find'>;
	pager: Pager;
}): Route[] => [
	listRoute(pager, {
		path: '/api/v1/odoo-logs',
		operationId: 'listOdooLogs',
		summary: 'List the calls of the five routes, newest first',
		notes: 'Logs are kept for 30 days.',
		access: read,
		filters: logFilters,
		kind: 'log',
		item: logSchema,
		present: presentLog,
		list: ({ caller, query }, after, limit) => logs.list(caller.tenant, query, after, limit),
	}),
	defineRoute({
		method: 'get',
		path: '/api/v1/odoo-logs/{log_id}',
		operationId: 'getOdooLog',
		summary: 'Get the log of a call, with its whole payloads',
		access: read,
		input: { params: z.strictObject({ log_id: pathId('log') }) },
		responses: { 200: logDetailSchema },
		handle: async ({ params: { log_id }, caller }) => {
			const { log, payloads } = await logs.get(caller.tenant, log_id);
			const { callback_id } = log;
			const callback = callback_id === null ? null : await callbacks.find(caller.tenant, callback_id);
			return reply(200, presentLogDetail(log, payloads, callback));
		},
	}),
];
