import { createServer, type RequestListener, type Server, type ServerOptions } from 'node:http';

/**
 * How long a client may take to send, in milliseconds, so that many slow ones (slowloris) hold no sockets. None of it
 * limits how long a reply takes: deploys are waited for up to ten minutes.
 */
const RECEIVING = {
	/** For the head of a request. */
	headersTimeout: 10_000,
	/** For the whole request; 1 MiB in that time is what a poor line can do. */
	requestTimeout: 60_000,
	/** Between two requests on one connection. */
	keepAliveTimeout: 5_000,
	connectionsCheckingInterval: 5_000,
	/** In bytes; more is 431. */
	maxHeaderSize: 16 * 1024,
};

/** The service's HTTP server, which waits for slow senders only so long (408). */
export function createHttpServer(app: RequestListener, receiving: ServerOptions = RECEIVING): Server {
	return createServer({ ...RECEIVING, ...receiving }, app);
}

/** Where the server listens: that port, or any free one for 0. */
interface Place {
	readonly host: string;
	readonly port: number;
}

/** Resolves with the server's own address, as this machine reaches it, once it listens. */
export async function listen(server: Server, { host, port }: Place): Promise<string> {
	await new Promise<void>((resolve, reject) => {
		server.once('error', reject);
		server.listen(port, host, resolve);
	});
	const address = server.address();
	const taken = typeof address === 'object' && address !== null ? address.port : 0;
	const name = host === '0.0.0.0' || host === '::' ? 'localhost' : host.includes(':') ? `[${host}]` : host;
	return `http://${name}:${taken}`;
}
