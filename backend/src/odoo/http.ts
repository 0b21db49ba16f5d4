import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { Clock } from '../core/clock';
import { systemCode } from '../core/errors';
import { withTimeLimit } from '../waiting/time-limit';
import { OutboundError, readLimited, type Fetch } from '../net/outbound';
import { parseRetryAfter } from '../net/retry-schedule';
import type { CallOptions } from './client';
import { networkError, OdooError } from './errors';
import { parseJson, type JsonObject, type JsonValue } from './json';

const gunzipped = promisify(gunzip);

const DEFAULT_TIMEOUT_MS = 60_000;
const MAX_RESPONSE_BYTES = 32 * 1024 * 1024;
/** The longest `Retry-After` that is waited for before a request is sent once more. */
const MAX_RETRY_AFTER_MS = 10_000;

export interface OdooRequest {
	/** Below the base URL, with a leading slash. */
	readonly path: string;
	readonly headers?: Readonly<Record<string, string>>;
	/** Set: a POST of that as JSON; else a GET. */
	readonly body?: JsonObject;
	/** Whether it may be sent again when the connection broke, as nothing changes by it. */
	readonly repeatable: boolean;
}

export interface OdooReply {
	readonly status: number;
	/** Where a redirect, which is not followed, leads. */
	readonly location: string | null;
	/** How long it asks to wait; null where it does not say. */
	readonly retryAfterMs: number | null;
	/** Undefined where the body is not JSON. */
	readonly json: JsonValue | undefined;
}

/** Sends to one Odoo, within limits of time and size; rejects with an `OdooError`, or the signal's reason. */
export type OdooHttp = (request: OdooRequest, options?: CallOptions) => Promise<OdooReply>;

/** The base URL may have a path, and may end in a slash; a query or fragment of it is dropped. */
export function createOdooHttp({ url, fetch, clock }: { url: string; fetch: Fetch; clock: Clock }): OdooHttp {
	const base = url.replace(/[?#].*$/s, '').replace(/\/+$/, '');

	const sendOnce = async ({ path, headers, body }: OdooRequest, signal: AbortSignal): Promise<OdooReply> => {
		const response = await fetch(`${base}${path}`, {
			method: body ? 'POST' : 'GET',
			headers: {
				Accept: 'application/json',
				'Accept-Encoding': 'gzip',
				'User-Agent': 'odoo-platform',
				...(body && { 'Content-Type': 'application/json' }),
				...headers,
			},
			...(body && { body: JSON.stringify(body) }),
			signal,
		});
		const bytes = await unpack(await readLimited(response, MAX_RESPONSE_BYTES));
		return {
			status: response.status,
			location: response.headers.get('location'),
			retryAfterMs: parseRetryAfter(response.headers.get('retry-after'), clock.now()),
			json: jsonOf(bytes.toString()),
		};
	};

	/** A request that changes nothing is sent once more, after the time that was asked for, where that is short. */
	const sendPatiently = async (request: OdooRequest, signal: AbortSignal): Promise<OdooReply> => {
		const reply = await sendOnce(request, signal);
		const wait = [429, 503].includes(reply.status) ? reply.retryAfterMs : null;
		if (!request.repeatable || wait === null || wait > MAX_RETRY_AFTER_MS) return reply;
		await clock.sleep(wait, signal);
		return sendOnce(request, signal);
	};

	const send: OdooHttp = async (request, { signal, timeoutMs: ms = DEFAULT_TIMEOUT_MS } = {}) => {
		const perhapsDone = request.repeatable ? '' : ' What was asked for may have been carried out all the same.';
		const reason = () => new OdooError('timeout', `Odoo did not answer within ${ms / 1000} seconds.${perhapsDone}`);
		try {
			return await withTimeLimit({ clock, ms, reason, signal }, async (limited) => {
				try {
					return await sendPatiently(request, limited);
				} catch (error) {
					if (!request.repeatable || !isLost(error)) throw error;
					return await sendOnce(request, limited);
				}
			});
		} catch (error) {
			throw networkError(error, isLost(error) ? perhapsDone : '');
		}
	};
	return send;
}

/** What an answer says that was packed by gzip (RFC 1952), be it a bomb; others are as they came. */
async function unpack(bytes: Buffer): Promise<Buffer> {
	if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
	try {
		return await gunzipped(bytes, { maxOutputLength: MAX_RESPONSE_BYTES });
	} catch (cause) {
		if (systemCode(cause) === 'ERR_BUFFER_TOO_LARGE') {
			throw new OutboundError('outbound_too_large', `The answer is larger than ${MAX_RESPONSE_BYTES} bytes.`);
		}
		throw new OutboundError('outbound_connection_lost', 'The host packed its answer by a gzip that is broken.', {
			cause,
		});
	}
}

/** Whether the connection broke when the request may have been on its way already. */
const isLost = (error: unknown) => error instanceof OutboundError && error.code === 'outbound_connection_lost';

function jsonOf(text: string): JsonValue | undefined {
	try {
		return parseJson(text);
	} catch {
		return undefined;
	}
}

/** The error of a reply that Odoo does not give itself: a proxy's, a server's that failed, or somebody else's. */
export function notOdoo({ status, location, retryAfterMs }: OdooReply): OdooError {
	const later = (kind: 'busy' | 'unreachable', what: string) => {
		const wait = retryAfterMs === null ? 'in a moment' : `after ${Math.ceil(retryAfterMs / 1000)} seconds`;
		return new OdooError(kind, `${what} Try again ${wait}.`, null, { retryAfterMs });
	};
	if (location !== null && status >= 300 && status < 400) {
		return new OdooError('not_odoo', `The URL redirects to ${location}; use the address that Odoo itself has.`);
	}
	if ([502, 503, 504].includes(status)) {
		return later('unreachable', `Odoo is not available at the moment: its proxy answers ${status}.`);
	}
	if (status === 429) {
		return later('busy', 'Odoo, or a proxy before it, refuses more requests for now (HTTP status 429).');
	}
	if ([401, 403, 407].includes(status)) {
		return new OdooError(
			'proxy_denied',
			`What stands before Odoo (a proxy or a firewall) does not let this service through: HTTP status ${status}. ` +
				'Have it allow requests to /jsonrpc, /json/2 and /web/version from here.',
		);
	}
	if (status === 413) {
		return new OdooError(
			'request_too_large',
			'The request is larger than the proxy before Odoo lets through (HTTP status 413). Send less at a time.',
		);
	}
	if (status >= 500) {
		return new OdooError(
			'server_error',
			`Odoo failed (HTTP status ${status}) and did not say why; its log has the details.`,
		);
	}
	return new OdooError('not_odoo', `What answers at the URL is not Odoo (HTTP status ${status}). Check the URL.`);
}
