import { type Server, type Socket, createServer } from 'node:net';
import { adminCommands } from './commands/admin';
import type { Command, Engine } from './commands/command';
import { handshakeCommands } from './commands/handshake';
import { readCommands } from './commands/read';
import { writeCommands } from './commands/write';
import type { Doc } from './documents';
import { EngineError } from './errors';
import { MessageReader, type Request, readRequest, writeReply } from './wire';

const COMMANDS = new Map<string, Command>(
	Object.entries({ ...handshakeCommands, ...readCommands, ...writeCommands, ...adminCommands }),
);

/** Serves MongoDB's wire protocol. Unexpected errors go to `log`. */
export function createWireServer(engine: Engine, log: (message: string) => void): Server {
	const connections = new Set<Socket>();
	const server = createServer({ noDelay: true }, (socket) => {
		connections.add(socket);
		serve(engine, socket, log);
		socket.once('close', () => connections.delete(socket));
	});
	server.once('closing', () => {
		for (const socket of connections) socket.destroy();
	});
	return server;
}

/** Answers the requests of a connection one after the other. */
function serve(engine: Engine, socket: Socket, log: (message: string) => void): void {
	const reader = new MessageReader();
	let last = Promise.resolve();
	let replies = 0;
	const answer = async (message: Buffer) => {
		const request = readRequest(message);
		const reply = await run(engine, request, log);
		if (request.answered && !socket.destroyed) socket.write(writeReply(request, ++replies, reply));
	};
	const fail = (error: unknown) => {
		log(`embedded database: connection ended: ${error instanceof Error ? error.message : String(error)}`);
		socket.destroy();
	};
	socket.on('data', (chunk) => {
		try {
			for (const message of reader.push(chunk)) last = last.then(() => answer(message)).catch(fail);
		} catch (error) {
			fail(error);
		}
	});
	socket.on('error', () => socket.destroy());
}

async function run(engine: Engine, { body }: Request, log: (message: string) => void): Promise<Doc | Uint8Array> {
	try {
		const name = Object.keys(body)[0] ?? '';
		const command = COMMANDS.get(name);
		if (!command) throw new EngineError('CommandNotFound', `no such command: '${name}'`);
		if ('startTransaction' in body || 'txnNumber' in body) {
			throw new EngineError(
				'IllegalOperation',
				'The embedded database has no transactions; set MONGODB_URI to use them.',
			);
		}
		return await command(engine, body);
	} catch (error) {
		if (error instanceof EngineError) {
			return { ok: 0, errmsg: error.message, code: error.code, codeName: error.codeName, ...error.details };
		}
		log(`embedded database: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
		return { ok: 0, errmsg: 'The embedded database failed; its log says why.', code: 1, codeName: 'InternalError' };
	}
}
