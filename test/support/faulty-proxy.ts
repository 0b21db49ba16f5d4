import { once } from 'node:events';
import { connect, createServer, type ListenOptions, type NetConnectOpts, type Server, type Socket } from 'node:net';
import { freePort } from './free-port';
import { until } from './until';

/** A proxy before a server, whose line can be cut. */
export interface FaultyLine {
	/** Cuts every connection. Whoever connects is let in and cut off, until so many have been. */
	cutOff(count: number): Promise<void>;
	/** Cuts every connection, and refuses others until `until` has resolved. */
	refuse(until: () => Promise<unknown>): Promise<void>;
	close(): Promise<void>;
}

/** A proxy before a database. */
export interface FaultyProxy extends FaultyLine {
	/** The connection string that leads through it to that database. */
	uriOf(database: string): string;
}

/** Starts a proxy on loopback before the server of that connection string, be it one of TCP or of a Unix socket. */
export async function startFaultyProxy(uri: string): Promise<FaultyProxy> {
	const host = decodeURIComponent(/^mongodb:\/\/([^/?]+)/.exec(uri)?.[1] ?? '');
	const target = host.startsWith('/') ? { path: host } : { host: new URL(uri).hostname, port: portIn(uri) };
	const port = await freePort();
	return {
		...(await startFaultyLine(target, { host: '127.0.0.1', port })),
		uriOf: (database) => `mongodb://127.0.0.1:${port}/${database}?directConnection=true`,
	};
}

/** Starts a proxy at that place before a server. */
export async function startFaultyLine(target: NetConnectOpts, place: ListenOptions): Promise<FaultyLine> {
	const sockets = new Set<Socket>();
	let cutting = false;
	let cuts = 0;

	const serve = (client: Socket) => {
		if (cutting) {
			cuts += 1;
			client.destroy();
			return;
		}
		// Either end may have said all of its own, and still hear the other.
		const upstream = connect({ ...target, allowHalfOpen: true });
		for (const [socket, other] of [
			[client, upstream],
			[upstream, client],
		] as const) {
			sockets.add(socket);
			socket.setNoDelay();
			socket.on('error', () => other.destroy());
			socket.on('close', () => {
				sockets.delete(socket);
				// What had come to its end was passed on, and may still be on its way.
				if (!socket.readableEnded) other.destroy();
			});
			socket.pipe(other);
		}
	};
	const listen = async (): Promise<Server> => {
		const server = createServer({ allowHalfOpen: true }, serve).listen(place);
		await once(server, 'listening');
		return server;
	};
	const cut = () => {
		for (const socket of sockets) socket.destroy();
	};
	const shut = async (server: Server) => {
		const closed = once(server, 'close');
		server.close();
		cut();
		await closed;
	};

	let server = await listen();
	return {
		async cutOff(count) {
			cutting = true;
			const enough = cuts + count;
			cut();
			await until(() => cuts >= enough);
			cutting = false;
		},
		async refuse(isOver) {
			await shut(server);
			await isOver();
			server = await listen();
		},
		close: () => shut(server),
	};
}

const portIn = (uri: string) => Number(new URL(uri).port || 27017);
