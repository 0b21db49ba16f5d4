import { STATUS_CODES } from 'node:http';
import { z } from 'zod';
import { errorCodes } from '../../core/error-codes';
import { ApiError } from '../../core/errors';
import type { ErrorReply, RenderError } from '../../http/route';
import type { OdooError, OdooErrorKind } from '../../odoo/errors';

/** What a failure at the Odoo is to the client: the sentence that `error` says. */
const ODOO_FAILURES: Readonly<Record<OdooErrorKind, string>> = {
	validation: 'Odoo refuses these values',
	user_error: 'Odoo refuses the call',
	unknown_field: 'The field does not exist',
	bad_arguments: 'The arguments do not fit the method',
	access_denied: 'Odoo denies access',
	missing_record: 'The record does not exist',
	unknown_model: 'The model does not exist',
	unknown_method: 'The method does not exist',
	authentication_failed: 'Odoo does not let the connection in',
	database_not_found: 'The Odoo database does not exist',
	not_odoo: 'No Odoo answers at the URL of the connection',
	busy: 'Odoo refuses more requests for now',
	proxy_denied: 'A proxy before Odoo lets nobody through',
	request_too_large: 'The request is too large for Odoo',
	unreachable: 'Odoo cannot be reached',
	tls_failed: 'The TLS certificate of Odoo is not accepted',
	refused_address: 'The URL of the connection leads where it may not',
	too_large: 'The answer is too large',
	server_error: 'Odoo failed',
	timeout: 'Odoo did not answer in time',
};

/** The failure of an Odoo as this API's own; its code is `odoo_` and the kind. */
export const odooFailure = ({ kind, message, exception, retryAfterMs }: OdooError) =>
	new ApiError(`odoo_${kind}`, message, {
		members: { odoo_exception: exception },
		...(retryAfterMs === null ? {} : { headers: { 'Retry-After': String(Math.ceil(retryAfterMs / 1000)) } }),
	});

const ERRORS: Readonly<Record<string, string>> = {
	...Object.fromEntries(Object.entries(ODOO_FAILURES).map(([kind, error]) => [`odoo_${kind}`, error])),
	authentication_required: 'Not authenticated',
	invalid_api_key: 'Not authenticated',
	invalid_session: 'Not authenticated',
	signature_missing: 'Not authenticated',
	signature_invalid: 'Not authenticated',
	no_odoo_connection: 'No Odoo configuration',
	assistant_unavailable: 'The language model did not answer',
	rate_limited: 'Rate limit exceeded',
	batch_stopped: 'Not run',
	malformed_json: 'The request is not valid',
	validation_failed: 'The request is not valid',
};

/** The gateway's documented shape: `error` says it in one line, `details` what happened and what to do. */
export function failureOf({ status, code, detail, more }: ApiError) {
	const { reset_at, ...members } = more.members ?? {};
	return {
		success: false as const,
		error: ERRORS[code] ?? STATUS_CODES[status] ?? 'Error',
		details: detail,
		code,
		...members,
		...(reset_at === undefined ? {} : { resetAt: reset_at }),
	};
}

export const renderGatewayError: RenderError = (error, requestId) => ({
	type: 'application/json',
	body: { ...failureOf(error), request_id: requestId },
});

/** What {@link renderGatewayError} answers; codes may add members of their own. */
export const gatewayErrorReply: ErrorReply = {
	type: 'application/json',
	schema: z
		.looseObject({
			success: z.literal(false).meta({ description: 'Always false here; true in a reply of 200' }),
			error: z.string().meta({ description: 'What happened, in one line' }),
			details: z.string().meta({ description: 'What happened and what to do about it' }),
			code: z.enum(errorCodes).meta({ description: 'Stable; what programs should look at' }),
			request_id: z.string().meta({ description: 'Names the request in our log; also in `X-Request-Id`' }),
		})
		.meta({ id: 'GatewayError', description: "The gateway's failures" }),
	badInput: 400,
};

/** What can go wrong at the gateway and nowhere else. */
export const gatewayErrors = [
	'signature_missing',
	'signature_invalid',
	'connection_bound',
	'not_found',
	'no_odoo_connection',
	'assistant_unavailable',
	'batch_stopped',
	...errorCodes.filter((code) => code.startsWith('odoo_')),
] as const;
