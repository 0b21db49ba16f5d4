import { defineRoute, reply, type Route } from '../../http/route';
import { gatewayErrorReply, gatewayErrors, renderGatewayError } from './gateway-reply';
import { gatewayReply, gatewayRequest } from './schemas';
import type { GatewayService } from './service';

/** `POST /api/n8n/webhook`, as the n8n integration document has it. */
export const gatewayRoutes = ({ gateway }: { gateway: GatewayService }): Route[] => [
	defineRoute({
		method: 'post',
		path: '/api/n8n/webhook',
		operationId: 'runGatewayAction',
		summary: 'Run an action in Odoo',
		notes:
			'Methods that may change something need the permission `odoo:write` too. A key with an HMAC secret takes signed ' +
			'requests alone: `X-HMAC-Signature` is the hexadecimal HMAC-SHA256 of the body, exactly as it is sent.',
		access: { by: 'webhook_key', permission: 'odoo:read', plan: 'free' },
		bodySize: 'large',
		renderError: renderGatewayError,
		errorReply: gatewayErrorReply,
		errors: gatewayErrors,
		input: { body: gatewayRequest },
		responses: { 200: gatewayReply },
		handle: async ({ body, caller, requestId, signal }) =>
			reply(200, { success: true, data: await gateway.run(caller, body, { requestId, signal }) }),
	}),
];
