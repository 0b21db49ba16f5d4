import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { type Clock, systemClock } from '../core/clock';
import { systemCode } from '../core/errors';
import { withTimeLimit } from '../waiting/time-limit';
import { type Blocks, gather, sizeOf } from '../net/blocks';
import { OutboundError, readLimited, tooLarge, type Fetch } from '../net/outbound';
import { parseRetryAfter } from '../net/retry-schedule';
import type { CallOptions } from './client';
import { networkError, OdooError } from './errors';
import { parseJson, type JsonObject, type JsonValue } from './json';
import { LargeResult } from './large/large-result';
import { createLargeReader } from './large/reader';
import type { LargeAnswer } from './large/reading';
import { createTurns, type EndTurn } from './large/turns';

const DEFAULT_TIMEOUT_MS = 60_000;
const MAX_RESPONSE_BYTES = 32 * 1024 * 1024;
/** A larger answer is read by a thread of its own: at its worst, to read this many bytes takes 30 ms. */
const LARGE_BYTES = 128 * 1024;
/** So many large answers are in memory at a time, one of each organization. */
const LARGE_AT_ONCE = 8;

/** Of the whole process. */
const turns = createTurns(LARGE_AT_ONCE);
const largeReader = createLargeReader({ clock: systemClock });

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
	/** What stands about the result in its answer. */
	readonly protocol: LargeAnswer['protocol'];
}

export interface OdooReply {
	readonly status: number;
	/** Where a redirect, which is not followed, leads. */
	readonly location: string | null;
	/** How long it asks to wait; null where it does not say. */
	readonly retryAfterMs: number | null;
	/** Undefined where the body is not JSON, or there is a large result. */
	readonly json: JsonValue | undefined;
	/** The result of a large answer; null of one that is small or has none. */
	readonly large: LargeResult | null;
}

/** Sends to one Odoo, within limits of time and size; rejects with an `OdooError`, or the signal's reason. */
export type OdooHttp = (request: OdooRequest, options?: CallOptions) => Promise<OdooReply>;

/** The base URL may have a path, and may end in a slash; a query or fragment of it is dropped. */
export function createOdooHttp({ url, fetch, clock }: { url: string; fetch: Fetch; clock: Clock }): OdooHttp {
	const base = url.replace(/[?#].*$/s, '').replace(/\/+$/, '');

	const sendOnce = async (
		{ path, headers, body, protocol }: OdooRequest,
		{ signal, tenant = base }: Sending,
	): Promise<OdooReply> => {
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
		const { status } = response;
		const endTurn: EndTurn[] = [];
		// The sender of a large answer waits with what is left of it.
		const waitForTurn = async () => {
			endTurn.push(await turns.take(tenant, signal));
		};
		const onSize = (size: number) => (size > LARGE_BYTES && endTurn.length === 0 ? waitForTurn() : undefined);
		try {
			const blocks = await unpack(await readLimited(response, MAX_RESPONSE_BYTES, onSize), onSize);
			return {
				status,
				location: response.headers.get('location'),
				retryAfterMs: parseRetryAfter(response.headers.get('retry-after'), clock.now()),
				...(sizeOf(blocks) > LARGE_BYTES
					? await readLarge({ blocks, protocol, status }, signal)
					: { json: jsonOf(Buffer.concat(blocks).toString()), large: null }),
			};
		} finally {
			for (const end of endTurn) end();
		}
	};

	/** A request that changes nothing is sent once more, after the time that was asked for, where that is short. */
	const sendPatiently = async (request: OdooRequest, sending: Sending): Promise<OdooReply> => {
		const reply = await sendOnce(request, sending);
		const wait = [429, 503].includes(reply.status) ? reply.retryAfterMs : null;
		if (!request.repeatable || wait === null || wait > MAX_RETRY_AFTER_MS) return reply;
		await clock.sleep(wait, sending.signal);
		return sendOnce(request, sending);
	};

	const send: OdooHttp = async (request, { signal, tenant, timeoutMs: ms = DEFAULT_TIMEOUT_MS } = {}) => {
		const perhapsDone = request.repeatable ? '' : ' What was asked for may have been carried out all the same.';
		const reason = () => new OdooError('timeout', `Odoo did not answer within ${ms / 1000} seconds.${perhapsDone}`);
		try {
			return await withTimeLimit({ clock, ms, reason, signal }, async (limited) => {
				const sending = { signal: limited, tenant };
				try {
					return await sendPatiently(request, sending);
				} catch (error) {
					if (!request.repeatable || !isLost(error)) throw error;
					return await sendOnce(request, sending);
				}
			});
		} catch (error) {
			throw networkError(error, isLost(error) ? perhapsDone : '');
		}
	};
	return send;
}

/** How one request is sent: until when, and for whom. */
interface Sending {
	readonly signal: AbortSignal;
	readonly tenant: string | undefined;
}

async function readLarge(answer: LargeAnswer, signal: AbortSignal): Promise<Pick<OdooReply, 'json' | 'large'>> {
	const reading = await largeReader.read(answer, signal);
	if (reading.kind === 'too_large') throw new OdooError('too_large', reading.why);
	if (reading.kind === 'refusal') return { json: reading.json, large: null };
	return { json: undefined, large: new LargeResult(reading) };
}

/** What an answer says that was packed by gzip (RFC 1952), be it a bomb; others are as they came. */
async function unpack(blocks: Blocks, onSize: (size: number) => Promise<void> | undefined): Promise<Blocks> {
	const [first] = blocks;
	if (first?.[0] !== 0x1f || first[1] !== 0x8b) return blocks;
	try {
		return await pipeline(blocks, createGunzip(), (chunks: AsyncIterable<Uint8Array>) =>
			gather(chunks, (size) => {
				if (size > MAX_RESPONSE_BYTES) throw tooLarge(MAX_RESPONSE_BYTES);
				return onSize(size);
			}),
		);
	} catch (cause) {
		if (!isBrokenGzip(cause)) throw cause;
		throw new OutboundError('outbound_connection_lost', 'The host packed its answer by a gzip that is broken.', {
			cause,
		});
	}
}

/** As zlib names what is wrong with what it reads. */
const isBrokenGzip = (error: unknown) => /^Z_/.test(String(systemCode(error)));

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
