import { Agent, type ClientRequestArgs } from 'node:http';
import { connect, type Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { Client, type ClientChannel, type ConnectConfig } from 'ssh2';

/** Where a Docker Engine answers on its own machine. */
const ENGINE_SOCKET = '/var/run/docker.sock';
/** How long a connection that nothing is asked over stays open, in milliseconds. */
const IDLE_MS = 30_000;

type Login = Pick<ConnectConfig, 'username' | 'privateKey' | 'hostVerifier'>;

/**
 * Carries requests to the Docker Engine of another machine over one SSH connection, each on a channel of its own to the
 * Engine's socket: to log in for each would take longer than most of them, and servers let few log in at once. The
 * connection is made when it is needed, and again where it was lost.
 */
export class SshAgent extends Agent {
	readonly #server: { readonly host: string; readonly port: number };
	readonly #login: Login;
	#line: Promise<Line> | null = null;

	constructor(server: { readonly host: string; readonly port: number }, login: Login) {
		super();
		this.#server = server;
		this.#login = login;
	}

	override createConnection(
		_options: ClientRequestArgs,
		callback?: (error: Error | null, stream: Duplex) => void,
	): undefined {
		this.#channel().then(
			(channel) => callback?.(null, channel),
			// By its type it wants a stream in any case.
			(error: unknown) => callback?.(error instanceof Error ? error : new Error(String(error)), new Duplex()),
		);
	}

	async #channel(): Promise<ClientChannel> {
		const line = (this.#line ??= this.#open());
		return (await line).channel();
	}

	#open(): Promise<Line> {
		const { host, port } = this.#server;
		const socket = connect(port, host);
		const client = new Client();
		const forget = () => {
			if (this.#line === opened) this.#line = null;
		};
		const opened: Promise<Line> = new Promise<Line>((resolve, reject) => {
			client.once('ready', () => resolve(new Line(client, socket, forget)));
			client.on('error', reject);
			client.once('close', () => {
				reject(new Error('The SSH connection was lost.'));
				forget();
			});
			client.connect({ ...this.#login, sock: socket, keepaliveInterval: 10_000, keepaliveCountMax: 3 });
		});
		opened.catch(() => {
			socket.destroy();
			forget();
		});
		return opened;
	}
}

/** An SSH connection that is logged in. It keeps no process alive that has nothing to ask. */
class Line {
	readonly #client: Client;
	readonly #socket: Socket;
	#channels = 0;
	#ending: NodeJS.Timeout | undefined;

	readonly #onEnd: () => void;

	/** @param onEnd told before it ends for want of work: whoever comes then needs another one */
	constructor(client: Client, socket: Socket, onEnd: () => void) {
		this.#client = client;
		this.#socket = socket;
		this.#onEnd = onEnd;
	}

	channel(): Promise<ClientChannel> {
		this.#count(1);
		return new Promise((resolve, reject) => {
			const fail = (error: Error) => {
				this.#count(-1);
				reject(error);
			};
			try {
				this.#client.openssh_forwardOutStreamLocal(ENGINE_SOCKET, (error, channel) => {
					if (error) {
						fail(error);
						return;
					}
					channel.once('close', () => this.#count(-1));
					resolve(channel);
				});
			} catch (error) {
				fail(error instanceof Error ? error : new Error(String(error)));
			}
		});
	}

	#count(change: 1 | -1) {
		this.#channels += change;
		clearTimeout(this.#ending);
		if (this.#channels > 0) {
			this.#socket.ref();
			return;
		}
		this.#socket.unref();
		this.#ending = setTimeout(() => {
			this.#onEnd();
			this.#client.end();
		}, IDLE_MS).unref();
	}
}
