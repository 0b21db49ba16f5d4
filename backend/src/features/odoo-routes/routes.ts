import type { z } from 'zod';
import type { Clock } from '../../core/clock';
import type { Permission } from '../../core/permissions';
import { withTimeLimit } from '../../waiting/time-limit';
import { defineRoute, reply, type Route } from '../../http/route';
import { OdooError } from '../../odoo/errors';
import type { CallbacksService } from './callbacks/service';
import { withCallback } from './callbacks/with-callback';
import { envelopeSchema, renderRpcError, type RpcId, rpcErrorReply } from './envelope';
import type { LogsService } from './logs/service';
import { recorded } from './recorded';
import { callRequest, createRequest, searchRequest, updateRequest } from './schemas';
import type { Act, OdooRoutesService } from './service';
import type { OdooRoute } from './settings/parameters';

/** How long a call may take, in milliseconds. It must be shorter than `CALL_LIMIT_MS` of the callbacks. */
const TIME_LIMIT_MS = 10 * 60_000;

const timeOver = () => {
	const detail = `The call took longer than ${TIME_LIMIT_MS / 60_000} minutes. What was asked for may have been carried out all the same.`;
	return new OdooError('timeout', detail);
};

/** The five routes of the webhook-routes module. */
export function odooRoutes({
	odoo,
	callbacks,
	logs,
	clock,
}: {
	odoo: OdooRoutesService;
	callbacks: CallbacksService;
	logs: Pick<LogsService, 'write'>;
	clock: Clock;
}): Route[] {
	/** Declares a route, with what all five have in common. */
	const declare = <P extends { readonly vals: { readonly callback_url?: string | undefined } }>(
		name: OdooRoute,
		{
			body,
			act,
			permission,
			...words
		}: {
			operationId: string;
			summary: string;
			notes?: string;
			permission: Permission;
			body: z.ZodType<{ readonly id?: RpcId | undefined; readonly params: P }>;
			act: Act<P>;
		},
	) =>
		recorded(
			name,
			defineRoute({
				...words,
				method: 'post',
				path: `/api/${name}`,
				access: { by: 'webhook_key', permission, plan: 'free' },
				bodySize: 'large',
				renderError: renderRpcError,
				errorReply: rpcErrorReply,
				errors: [
					'signature_missing',
					'signature_invalid',
					'connection_bound',
					'not_found',
					'no_odoo_connection',
				],
				input: { body },
				responses: { 200: envelopeSchema },
				handle: async ({ body: { id = null, params }, caller, requestId, notes, effect_id, signal }) => {
					const { callback_url: url } = params.vals;
					// With a callback, the call goes on when the client leaves. With an Idempotency-Key it does so
					// anyway.
					const lasting = url !== undefined && effect_id === null ? new AbortController().signal : signal;
					const call = { caller, id, requestId, url, notes };
					const limits = { clock, ms: TIME_LIMIT_MS, reason: timeOver, signal: lasting };
					const envelope = await withCallback(callbacks, call, () =>
						withTimeLimit(limits, (limited) => act(caller, params, { signal: limited, notes })),
					);
					return reply(200, envelope);
				},
			}),
			{ logs, clock },
		);

	return [
		declare('create_data', {
			operationId: 'createData',
			summary: 'Create a record in Odoo; related records are found by their field values',
			permission: 'odoo:write',
			body: createRequest,
			act: odoo.create,
		}),
		declare('update_data', {
			operationId: 'updateData',
			summary: 'Change the records in Odoo that a search key finds',
			notes: 'The lines of a one2many field are deleted and created anew.',
			permission: 'odoo:write',
			body: updateRequest,
			act: odoo.update,
		}),
		declare('create_update_data', {
			operationId: 'createUpdateData',
			summary: 'Change the records in Odoo that a search key finds, or create one where it finds none',
			notes:
				'A new record has the values of the payload alone: name the fields of the search key there too, or the same call ' +
				'creates another one. With the setting `webhook.create_with_search_key` they are written by themselves.',
			permission: 'odoo:write',
			body: updateRequest,
			act: odoo.createOrUpdate,
		}),
		declare('search_data', {
			operationId: 'searchData',
			summary: 'Find records in Odoo and read their fields and those of related records',
			permission: 'odoo:read',
			body: searchRequest,
			act: odoo.search,
		}),
		declare('call_function', {
			operationId: 'callFunction',
			summary: 'Call a public method on the records in Odoo that a search key finds',
			notes: 'Methods that may change data also need the permission `odoo:write`.',
			permission: 'odoo:read',
			body: callRequest,
			act: odoo.call,
		}),
	];
}
