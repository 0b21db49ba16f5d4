import type { UndeclaredOperation } from '../../http/openapi';
import { callSchema, loginReplySchema, loginSchema, logoutReplySchema } from './schemas';

const common = {
	tag: 'Sessions',
	errors: [
		'malformed_json',
		'bad_request',
		'cross_site_refused',
		'body_too_large',
		'unsupported_encoding',
		'validation_failed',
		'database_unavailable',
		'internal_error',
	],
} as const;

/** What the endpoint of logins serves, for the OpenAPI document. */
export const odooLoginOperations: readonly UndeclaredOperation[] = [
	{
		...common,
		path: '/web/session/authenticate',
		operationId: 'beginSession',
		summary: 'Log in with your own login in a connected Odoo, for trying things out',
		description:
			'Takes no key, and speaks as Odoo does: a login that is not accepted is 200 with an `error`. The reply sets the ' +
			'cookie `session_id`, with which the gateway and the five routes do what they do for a key of scope `webhook`, as ' +
			'that user: for an hour without use, eight hours at most. Needs `Content-Type: application/json`.',
		security: [],
		body: loginSchema,
		reply: loginReplySchema,
		errors: [...common.errors, 'rate_limited', 'too_many_refused_keys'],
	},
	{
		...common,
		path: '/web/session/destroy',
		operationId: 'endSession',
		summary: 'End the session of the cookie',
		description:
			'Takes the cookie `session_id`; without one, or with one that is over, it does nothing. Needs `Content-Type: ' +
			'application/json`.',
		security: [{ session: [] }, {}],
		body: callSchema,
		reply: logoutReplySchema,
	},
];
