import { type Doc, decode, encode } from './documents';

/**
 * The supported part of MongoDB's wire protocol (https://www.mongodb.com/docs/manual/reference/mongodb-wire-protocol/).
 */

const OP_REPLY = 1;
const OP_QUERY = 2004;
const OP_MSG = 2013;

const HEADER_BYTES = 16;
const CHECKSUM_PRESENT = 1;
const MORE_TO_COME = 2;
/** Flags of a message. A server must refuse messages with required flags that it does not know. */
const REQUIRED_FLAGS = 0xffff;

/** The most bytes of a message, the same as in MongoDB. */
export const MAX_MESSAGE_BYTES = 48_000_000;

/** A command from a client. */
export interface Request {
	id: number;
	/** The command, including the documents of its document sequences. */
	body: Doc;
	/** Whether the client expects a reply. */
	answered: boolean;
	/** Whether it is an OP_QUERY, by which drivers send their first `hello`. */
	legacy: boolean;
}

/** A message that cannot be understood. The connection must be closed. */
export class ProtocolError extends Error {}

/** Splits a stream of bytes into messages. */
export class MessageReader {
	#chunks: Buffer[] = [];
	#length = 0;

	/** Adds bytes and answers the messages that they complete. Throws `ProtocolError`. */
	push(chunk: Buffer): Buffer[] {
		this.#chunks.push(chunk);
		this.#length += chunk.length;
		const messages: Buffer[] = [];
		while (this.#length >= HEADER_BYTES) {
			const size = this.#joined(4).readInt32LE(0);
			if (size < HEADER_BYTES || size > MAX_MESSAGE_BYTES) throw new ProtocolError(`message of ${size} bytes`);
			if (this.#length < size) break;
			const bytes = this.#joined(size);
			messages.push(bytes.subarray(0, size));
			this.#chunks =
				size < bytes.length ? [bytes.subarray(size), ...this.#chunks.slice(1)] : this.#chunks.slice(1);
			this.#length -= size;
		}
		return messages;
	}

	/** The first chunk, joined with the next ones until it has at least so many bytes. */
	#joined(bytes: number): Buffer {
		const first = this.#chunks[0];
		if (first && first.length >= bytes) return first;
		const joined = Buffer.concat(this.#chunks);
		this.#chunks = [joined];
		return joined;
	}
}

/** Reads a message. Throws `ProtocolError` if it is malformed or of an unsupported kind. */
export function readRequest(message: Buffer): Request {
	try {
		const id = message.readInt32LE(4);
		const opCode = message.readInt32LE(12);
		if (opCode === OP_MSG) return readMsg(id, message);
		if (opCode === OP_QUERY) return readQuery(id, message);
		throw new ProtocolError(`opcode ${opCode}`);
	} catch (error) {
		if (error instanceof ProtocolError) throw error;
		throw new ProtocolError(error instanceof Error ? error.message : 'malformed message');
	}
}

function readMsg(id: number, message: Buffer): Request {
	const flags = message.readUInt32LE(HEADER_BYTES);
	if (flags & REQUIRED_FLAGS & ~(CHECKSUM_PRESENT | MORE_TO_COME)) throw new ProtocolError(`flags ${flags}`);
	const end = flags & CHECKSUM_PRESENT ? message.length - 4 : message.length;
	let body: Doc | undefined;
	const sequences: Doc = {};
	let position = HEADER_BYTES + 4;
	while (position < end) {
		const kind = message[position++];
		const size = message.readInt32LE(position);
		if (size < 5) throw new ProtocolError(`section of ${size} bytes`);
		const section = message.subarray(position, position + size);
		if (kind === 0) body = decode(section);
		else if (kind === 1) {
			const nameEnd = section.indexOf(0, 4);
			sequences[section.toString('utf8', 4, nameEnd)] = readSequence(section.subarray(nameEnd + 1));
		} else throw new ProtocolError(`section of kind ${kind ?? 'unknown'}`);
		position += size;
	}
	if (!body) throw new ProtocolError('no body');
	return { id, body: Object.assign(body, sequences), answered: !(flags & MORE_TO_COME), legacy: false };
}

function readSequence(bytes: Buffer): Doc[] {
	const docs: Doc[] = [];
	for (let position = 0; position < bytes.length;) {
		const size = bytes.readInt32LE(position);
		if (size < 5) throw new ProtocolError('empty document in a sequence');
		docs.push(decode(bytes.subarray(position, position + size)));
		position += size;
	}
	return docs;
}

function readQuery(id: number, message: Buffer): Request {
	const nameStart = HEADER_BYTES + 4;
	const nameEnd = message.indexOf(0, nameStart);
	const name = message.toString('utf8', nameStart, nameEnd);
	if (!name.endsWith('.$cmd')) throw new ProtocolError('OP_QUERY of anything but a command');
	const start = nameEnd + 1 + 8;
	const body = decode(message.subarray(start, start + message.readInt32LE(start)));
	return { id, body: Object.assign(body, { $db: name.slice(0, -'.$cmd'.length) }), answered: true, legacy: true };
}

/** Encodes the reply to a request. */
export function writeReply(request: Request, id: number, answer: Doc | Uint8Array): Buffer {
	const body = answer instanceof Uint8Array ? answer : encode(answer);
	const extra = request.legacy ? 20 : 5;
	const message = Buffer.allocUnsafe(HEADER_BYTES + extra + body.length);
	message.fill(0, HEADER_BYTES, HEADER_BYTES + extra);
	message.writeInt32LE(message.length, 0);
	message.writeInt32LE(id, 4);
	message.writeInt32LE(request.id, 8);
	message.writeInt32LE(request.legacy ? OP_REPLY : OP_MSG, 12);
	if (request.legacy) message.writeInt32LE(1, HEADER_BYTES + 16);
	message.set(body, HEADER_BYTES + extra);
	return message;
}
