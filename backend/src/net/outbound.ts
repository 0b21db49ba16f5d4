import { promises as dns } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';
import { Agent, buildConnector, type Dispatcher, errors, fetch as undiciFetch } from 'undici';
import { BAD_PORTS } from './bad-ports';
import { type Blocks, gather } from './blocks';

/** The part of a request that this service uses; both undici's `fetch` and `new Request(url, init)` take it. */
export interface FetchInit {
	method?: string;
	headers?: Record<string, string>;
	body?: string | Uint8Array<ArrayBuffer>;
	signal?: AbortSignal;
}

/** The part of a response that this service uses; undici's and the platform's own `Response` both have it. */
export interface FetchResponse {
	readonly status: number;
	readonly headers: { get(name: string): string | null; entries(): IterableIterator<[string, string]> };
	readonly body: AsyncIterable<Uint8Array> | null;
}

/** Sends one HTTP request. Redirects are answers like any other: status 3xx, never followed. */
export type Fetch = (url: string, init?: FetchInit) => Promise<FetchResponse>;

export type OutboundErrorCode =
	| 'outbound_url_invalid'
	| 'outbound_address_refused'
	| 'outbound_unreachable'
	| 'outbound_tls_failed'
	| 'outbound_connection_lost'
	| 'outbound_timeout'
	| 'outbound_too_large';

/** A request to the outside that got no whole answer. The message is for people and names no address. */
export class OutboundError extends Error {
	override readonly name: string = 'OutboundError';

	constructor(
		readonly code: OutboundErrorCode,
		message: string,
		options?: ErrorOptions,
	) {
		super(message, options);
	}
}

/** The host's address is one that this service does not connect to. Trying again is of no use. */
export class OutboundRefusedError extends OutboundError {
	override readonly name = 'OutboundRefusedError';

	constructor(readonly host: string) {
		super(
			'outbound_address_refused',
			`${host} is at an address that this service does not connect to: it is not on the public internet, and ` +
				'OUTBOUND_ALLOWED_CIDRS does not open it.',
		);
	}
}

export interface Address {
	address: string;
	family: 4 | 6;
}

export interface Outbound {
	/** Rejects with an `OutboundError`, or with the reason of an aborted `signal`. */
	readonly fetch: Fetch;
	/**
	 * The same at a fraction of the cost, for many small requests: nothing is added to the headers, and a body is not
	 * decompressed.
	 */
	readonly plainFetch: Fetch;
	/** Whether this service may connect to that IP address. */
	readonly checkAddress: (ip: string) => boolean;
	/**
	 * False where a URL alone shows that its requests will be refused: its host is an address, in whatever notation, or
	 * `localhost` (RFC 6761, 6.3). What a name leads to is known when a socket connects, and checked then.
	 */
	readonly mayReach: (url: URL) => boolean;
	/**
	 * The first permitted address of a host, for programs that connect by themselves (git) and must be held to it.
	 * Rejects with an `OutboundError`.
	 */
	readonly resolve: (hostname: string) => Promise<Address>;
	/**
	 * The permitted addresses of a host, for sockets of other agents. These must ask {@link checkAddress} themselves where
	 * the host is an address already.
	 */
	readonly lookup: LookupFunction;
	/** Ends every connection; requests still running fail. */
	readonly close: () => Promise<void>;
}

export interface OutboundOptions {
	/** Ranges opened although they are not public, e.g. `10.0.0.0/8`. Throws where one is not a CIDR. */
	allowedCidrs: readonly string[];
	/** Every address of a name; the system's resolver by default. */
	lookup?: (hostname: string) => Promise<readonly { address: string }[]>;
}

const CONNECT_TIMEOUT_MS = 10_000;
/** The last resort against a host that stays silent; callers set shorter limits with a signal. */
const SILENCE_TIMEOUT_MS = 120_000;

/** Answers such as 103 that may precede the one that counts: hosts send one or two, and a flood of them is work. */
const MAX_INTERIM = 20;

/** The one metadata address in a public range: Azure's WireServer. */
const AZURE_WIRE_SERVER = '168.63.129.16';
/** Where `localhost` leads. */
const LOOPBACK = ['127.0.0.1', '::1'];
/** All of IPv6 that IANA has given out as global unicast; outside of it live old IPv4 embeddings and the unassigned. */
const GLOBAL_UNICAST = ipaddr.IPv6.parseCIDR('2000::/3');

/**
 * Outgoing HTTP whose destination is checked when the socket connects, on the address really used: a name that
 * answers differently the second time gains nothing. IPv4 addresses within IPv6 (mapped, NAT64, 6to4, Teredo) are
 * refused as they are, whatever they hold.
 */
export function createOutbound({ allowedCidrs, lookup = systemLookup }: OutboundOptions): Outbound {
	const allowed = allowedCidrs.map((cidr) => ipaddr.parseCIDR(cidr));

	const checkAddress = (ip: string): boolean => {
		if (ip.includes('%') || !ipaddr.isValid(ip)) return false;
		const address = ipaddr.parse(ip);
		if (allowed.some(([network, bits]) => network.kind() === address.kind() && address.match(network, bits))) {
			return true;
		}
		if (address.range() !== 'unicast') return false;
		return address.kind() === 'ipv6' ? address.match(GLOBAL_UNICAST) : address.toString() !== AZURE_WIRE_SERVER;
	};

	const addressesOf = async (host: string) => {
		try {
			return await lookup(host);
		} catch (cause) {
			throw new OutboundError('outbound_unreachable', `${host} could not be reached: its name was not found.`, {
				cause,
			});
		}
	};

	const permittedAddresses = async (host: string): Promise<[Address, ...Address[]]> => {
		const found = isIP(host) === 0 ? await addressesOf(host) : [{ address: host }];
		const [first, ...others] = found
			.filter(({ address }) => checkAddress(address))
			.map(({ address }): Address => ({ address, family: isIP(address) === 6 ? 6 : 4 }));
		if (!first) throw new OutboundRefusedError(host);
		return [first, ...others];
	};

	const lookupPermitted: LookupFunction = (hostname, { all }, callback) => {
		permittedAddresses(hostname).then(
			(addresses) => {
				if (all) callback(null, addresses);
				else callback(null, addresses[0].address, addresses[0].family);
			},
			(error: unknown) =>
				callback(error instanceof OutboundError ? error : new OutboundRefusedError(hostname), []),
		);
	};

	const connect = buildConnector({ lookup: lookupPermitted, timeout: CONNECT_TIMEOUT_MS });
	const agent = new Agent({
		headersTimeout: SILENCE_TIMEOUT_MS,
		bodyTimeout: SILENCE_TIMEOUT_MS,
		connect: (options, callback) => {
			// Sockets ask no lookup about a host that is an address already.
			if (isIP(options.hostname) !== 0 && !checkAddress(options.hostname)) {
				callback(new OutboundRefusedError(options.hostname), null);
			} else {
				connect(options, callback);
			}
		},
	});

	return {
		fetch: fetchThrough(agent),
		plainFetch: async (url, { method = 'GET', ...init } = {}) => {
			const { hostname, origin, port, pathname, search } = parseHttpUrl(url);
			if (BAD_PORTS.has(Number(port))) {
				const why = `${hostname} could not be reached: port ${port} is for another protocol than HTTP.`;
				throw new OutboundError('outbound_unreachable', why);
			}
			let interim = 0;
			const onInfo = () => {
				if (++interim <= MAX_INTERIM) return;
				const why = `${hostname} could not be reached: it sends interim answers (1xx) without end.`;
				throw new OutboundError('outbound_connection_lost', why);
			};
			try {
				const path = pathname + search;
				const { statusCode, headers, body } = await agent.request({ origin, path, method, onInfo, ...init });
				return { status: statusCode, headers: fieldsOf(headers), body };
			} catch (error) {
				throw outboundError(error, hostname);
			}
		},
		checkAddress,
		mayReach: ({ hostname }) => {
			const host = withoutBrackets(hostname);
			if (isIP(host) !== 0) return checkAddress(host);
			return !/(^|\.)localhost\.?$/.test(host) || LOOPBACK.some(checkAddress);
		},
		resolve: async (hostname) => {
			const [first] = await permittedAddresses(withoutBrackets(hostname));
			return first;
		},
		lookup: lookupPermitted,
		close: () => agent.destroy(),
	};
}

/** Sends requests through that dispatcher; what goes wrong is an `OutboundError`. */
export const fetchThrough =
	(dispatcher: Dispatcher): Fetch =>
	async (url, init) => {
		const { hostname } = parseHttpUrl(url);
		try {
			return await undiciFetch(url, { ...init, redirect: 'manual', dispatcher });
		} catch (error) {
			throw outboundError(error, hostname);
		}
	};

/**
 * The whole body, which may have `maxBytes` bytes at most (after decompression). `onSize` may hold it up.
 * Rejects with an `OutboundError`: `outbound_too_large`, or the connection's fate.
 */
export async function readLimited(
	response: FetchResponse,
	maxBytes: number,
	onSize: (size: number) => Promise<void> | undefined = () => undefined,
): Promise<Blocks> {
	try {
		// Leaving the loop cancels the stream, and with it the transfer.
		return await gather(response.body ?? nothing(), (size) => {
			if (size > maxBytes) throw tooLarge(maxBytes);
			return onSize(size);
		});
	} catch (error) {
		throw outboundError(error, 'The host');
	}
}

async function* nothing(): AsyncGenerator<Uint8Array> {}

/** What becomes of a body of more bytes than are read. */
export const tooLarge = (maxBytes: number) =>
	new OutboundError('outbound_too_large', `The answer is larger than ${maxBytes} bytes.`);

/** Response headers as undici's `request` gives them: fields that came more than once are lists. */
function fieldsOf(headers: Readonly<Record<string, string | string[] | undefined>>): FetchResponse['headers'] {
	const entries = Object.entries(headers).flatMap(([name, values]) =>
		[values ?? []].flat().map((value): [string, string] => [name, value]),
	);
	return {
		get: (wanted) => {
			const values = entries.flatMap(([name, value]) => (name === wanted.toLowerCase() ? [value] : []));
			return values.length > 0 ? values.join(', ') : null;
		},
		entries: () => entries.values(),
	};
}

/** An IPv6 address without the brackets that it has in URLs. */
const withoutBrackets = (host: string) => host.replace(/^\[(.*)\]$/, '$1');

const systemLookup = (hostname: string) => dns.lookup(hostname, { all: true });

/** The URL, where it is of http or https and has neither a user nor a password; else null. */
export function plainHttpUrl(text: string): URL | null {
	const url = URL.canParse(text) ? new URL(text) : null;
	return url && ['http:', 'https:'].includes(url.protocol) && url.username === '' && url.password === '' ? url : null;
}

function parseHttpUrl(text: string): URL {
	const url = plainHttpUrl(text);
	if (!url) {
		throw new OutboundError(
			'outbound_url_invalid',
			'The URL must be an http or https URL without a user or password.',
		);
	}
	return url;
}

/** What the error codes of Node.js and undici mean to somebody who typed in a host. */
const FAILURES: readonly [pattern: RegExp, code: OutboundErrorCode, reason: string][] = [
	[/^ECONNREFUSED$/, 'outbound_unreachable', 'it refused the connection'],
	[/^(EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL)$/, 'outbound_unreachable', 'there is no way to its network'],
	[/^(UND_ERR_CONNECT_TIMEOUT|ETIMEDOUT)$/, 'outbound_timeout', 'it did not accept the connection in time'],
	[/^UND_ERR_(HEADERS|BODY)_TIMEOUT$/, 'outbound_timeout', 'it did not answer in time'],
	[/^(UND_ERR_SOCKET|ECONNRESET|EPIPE)$/, 'outbound_connection_lost', 'it broke the connection off'],
	[
		/SELF_SIGNED/,
		'outbound_tls_failed',
		'its TLS certificate is self-signed, not by an authority that is trusted here',
	],
	[/^CERT_HAS_EXPIRED$/, 'outbound_tls_failed', 'its TLS certificate has expired'],
	[/^ERR_TLS_CERT_ALTNAME_INVALID$/, 'outbound_tls_failed', 'its TLS certificate is for another name'],
	[
		/^UNABLE_TO_(VERIFY_LEAF_SIGNATURE|GET_ISSUER_CERT)/,
		'outbound_tls_failed',
		'its TLS certificate is not signed by an authority that is trusted here, or a certificate between is missing',
	],
	[/CERT|^UNABLE_TO_|^ERR_TLS/, 'outbound_tls_failed', 'its TLS certificate was not accepted'],
	[/^ERR_SSL|^EPROTO$/, 'outbound_tls_failed', 'no TLS is spoken there that is accepted here; is it http?'],
	[/^UND_ERR_HEADERS_OVERFLOW$/, 'outbound_too_large', 'the headers of its answer were too large'],
	[/^(HPE_|Z_|UND_ERR_RES_CONTENT_LENGTH_MISMATCH$)/, 'outbound_connection_lost', 'its answer was not valid HTTP'],
];
const UNKNOWN_FAILURE = [
	/^/,
	'outbound_unreachable',
	'the request could not be sent, or its answer not be read',
] as const;

/**
 * What happened, where the error is one of the network's (`fetch failed` and `terminated` hide it in their cause);
 * any other error, such as the reason of an aborted signal, as it is.
 */
function outboundError(error: unknown, host: string): unknown {
	const isHidden = error instanceof TypeError && error.cause !== undefined;
	const cause = isHidden ? error.cause : error;
	const isNetwork = isHidden || error instanceof errors.UndiciError;
	if (cause instanceof OutboundError) return cause;
	const failure =
		FAILURES.find(([pattern]) => pattern.test(failureCode(cause))) ?? (isNetwork ? UNKNOWN_FAILURE : undefined);
	if (!failure) return error;
	const [, code, reason] = failure;
	return new OutboundError(code, `${host} could not be reached: ${reason}.`, { cause });
}

function failureCode(cause: unknown): string {
	// undici knows no code for some of the ways in which an answer is not HTTP.
	if (cause instanceof errors.HTTPParserError) return 'HPE_INVALID';
	return typeof cause === 'object' && cause !== null && 'code' in cause ? String(cause.code) : '';
}
