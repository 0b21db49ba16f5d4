import type { IncomingHttpHeaders } from 'node:http';
import { ApiError } from '../core/errors';
import type { AccessBy } from './access';
import type { Caller, KeyCaller, OdooLoginCaller } from './caller';
import { requireSameSite, sessionTokenOf } from './session-cookie';

/** Finds out who a token belongs to; null where it is not, or no longer, good for anything. */
export type Authenticate<C extends Caller> = (token: string) => Promise<C | null>;

/** One of the ways in which requests tell who sends them. */
export interface Authenticator {
	/** The routes that look for it. */
	readonly at: readonly AccessBy[];
	/** The token that a request carries; undefined where it carries none. @throws {ApiError} 403 cross_site_refused */
	readonly tokenOf: (headers: IncomingHttpHeaders) => string | undefined;
	readonly authenticate: Authenticate<Caller>;
	/** Whether a token was made here, told by itself: such a one is looked up even where its address is blocked. */
	readonly isOurs: (token: string) => boolean;
	/** What is said of a token that is good for nothing. */
	readonly refusal: () => ApiError;
}

/** By which method one proves who one is, told with every 401. */
export const CHALLENGE = { headers: { 'WWW-Authenticate': 'Bearer' } };

/** By an API key, in `Authorization: Bearer` (RFC 6750) or `X-API-Key`. A route that takes another one refuses it. */
export const byKey = ({
	authenticate,
	isOurs,
}: {
	readonly authenticate: Authenticate<KeyCaller>;
	readonly isOurs: Authenticator['isOurs'];
}): Authenticator => ({
	at: ['key', 'webhook_key', 'user'],
	tokenOf(headers) {
		const bearer = /^bearer +(\S+) *$/i.exec(headers.authorization ?? '')?.[1];
		const apiKey = headers['x-api-key'];
		return bearer ?? (typeof apiKey === 'string' && apiKey !== '' ? apiKey : undefined);
	},
	authenticate,
	isOurs,
	refusal: () =>
		new ApiError(
			'invalid_api_key',
			'The API key is not valid: it is unknown, revoked, expired or was altered. Use another one.',
			CHALLENGE,
		),
});

/** By the cookie of a login to an Odoo. */
export const byOdooLogin = (authenticate: Authenticate<OdooLoginCaller>): Authenticator => ({
	at: ['webhook_key'],
	tokenOf(headers) {
		const token = sessionTokenOf(headers);
		if (token !== undefined) requireSameSite(headers);
		return token;
	},
	authenticate,
	// Nothing in it tells that.
	isOurs: () => false,
	refusal: () =>
		new ApiError(
			'invalid_session',
			'The session is unknown or over. Log in at /web/session/authenticate, or use an API key.',
			CHALLENGE,
		),
});
