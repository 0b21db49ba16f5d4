import type { Request } from 'express';

/** Some proxies write the port that a client had beside its address. */
const WITH_PORT = /^(?:\[(?<v6>[^\]]+)\]|(?<v4>\d+(?:\.\d+){3}))(?::\d+)?$/;

/**
 * The network address that a request came from: that of the socket, or, where it is a trusted proxy's, the nearest one in
 * `X-Forwarded-For` that is no trusted proxy's.
 */
export function addressOf({ ip = '' }: Pick<Request, 'ip'>): string {
	const { v4, v6 } = WITH_PORT.exec(ip)?.groups ?? {};
	return v4 ?? v6 ?? ip;
}
