import type { Server, ServerResponse } from 'node:http';
import type { Clock } from '../core/clock';
import { nap } from '../waiting/wakeable-loop';

/** How long requests under way may take once nothing new is to come, in milliseconds. */
const GRACE_MS = 10_000;

/**
 * Follows a server's requests from now on, and answers how to close it: as soon as those under way have their replies.
 * Connections without a request, which `server.close` would wait for as long as their clients hold them, and requests
 * that take longer than {@link GRACE_MS} are cut off then.
 */
export function serverCloser(server: Server, clock: Clock): () => Promise<void> {
	const underWay = new Set<ServerResponse>();
	server.on('request', (_request, response: ServerResponse) => {
		underWay.add(response);
		response.once('close', () => underWay.delete(response));
	});
	const replied = async () => {
		for (const response of underWay) await new Promise((resolve) => response.once('close', resolve));
	};
	return async () => {
		if (!server.listening) return;
		const closed = new Promise<void>((resolve) => server.close(() => resolve()));
		const over = new AbortController();
		await Promise.race([replied(), nap(clock, GRACE_MS, over.signal)]);
		over.abort();
		server.closeAllConnections();
		await closed;
	};
}
