import { Long } from 'bson';
import type { Clock } from './clock';
import { MAX_DOCUMENT_BYTES } from './documents';
import { EngineError } from './errors';

const FIRST_BATCH = 101;
const IDLE_MS = 10 * 60_000;

interface OpenCursor {
	documents: Iterator<Uint8Array>;
	/** The document that did not fit into the previous batch. */
	next: Uint8Array | undefined;
	namespace: string;
	usedAt: number;
}

/**
 * Keeps the results of queries that clients fetch in batches. `closeIdle` closes cursors that were idle for ten
 * minutes.
 */
export class Cursors {
	readonly #open = new Map<number, OpenCursor>();
	#lastId = 0;

	constructor(readonly clock: Clock) {}

	/** Answers with the first batch. Keeps the rest for `more`, unless `single` is set. */
	open(namespace: string, documents: Iterable<Uint8Array>, batchSize = FIRST_BATCH, single = false): Uint8Array {
		const cursor = { documents: documents[Symbol.iterator](), next: undefined, namespace, usedAt: 0 };
		const batch = takeBatch(cursor, batchSize);
		const id = batch.finished || single ? 0 : ++this.#lastId;
		if (id !== 0) this.#keep(id, cursor);
		return cursorReply('firstBatch', batch.documents, id, namespace);
	}

	/** Answers with the next batch. Throws `CursorNotFound`. */
	more(id: number, namespace: string, batchSize = Infinity): Uint8Array {
		const cursor = this.#open.get(id);
		if (cursor?.namespace !== namespace) throw new EngineError('CursorNotFound', `cursor id ${id} not found`);
		this.#open.delete(id);
		const batch = takeBatch(cursor, batchSize === 0 ? Infinity : batchSize);
		if (!batch.finished) this.#keep(id, cursor);
		return cursorReply('nextBatch', batch.documents, batch.finished ? 0 : id, namespace);
	}

	/** Closes a cursor. Answers whether it was open. */
	kill(id: number): boolean {
		return this.#open.delete(id);
	}

	closeIdle(): void {
		const oldest = this.clock.now().getTime() - IDLE_MS;
		for (const [id, { usedAt }] of this.#open) if (usedAt < oldest) this.#open.delete(id);
	}

	#keep(id: number, cursor: OpenCursor): void {
		cursor.usedAt = this.clock.now().getTime();
		this.#open.set(id, cursor);
	}
}

function takeBatch(cursor: OpenCursor, size: number): { documents: Uint8Array[]; finished: boolean } {
	const documents: Uint8Array[] = [];
	let bytes = 0;
	while (documents.length < size) {
		const next = cursor.next ?? take(cursor.documents);
		cursor.next = undefined;
		if (!next) return { documents, finished: true };
		bytes += next.length;
		if (bytes > MAX_DOCUMENT_BYTES && documents.length > 0) {
			cursor.next = next;
			break;
		}
		documents.push(next);
	}
	return { documents, finished: false };
}

function take(documents: Iterator<Uint8Array>): Uint8Array | undefined {
	const result = documents.next();
	return result.done === true ? undefined : result.value;
}

/** Encodes `{ cursor: { [field]: documents, id, ns }, ok: 1 }`, where the documents are BSON already. */
function cursorReply(field: string, documents: Uint8Array[], id: number, namespace: string): Uint8Array {
	const array = embedded(
		4,
		field,
		documents.flatMap((document, i) => [Buffer.from(`\x03${i}\0`), document]),
	);
	const rest = [Buffer.from('\x12id\0'), Buffer.from(Long.fromNumber(id).toBytesLE()), ...text('ns', namespace)];
	const ok = Buffer.from('\x01ok\0\0\0\0\0\0\0\xf0\x3f', 'latin1');
	return Buffer.concat(framed([...embedded(3, 'cursor', [...array, ...rest]), ok]));
}

function embedded(type: number, name: string, parts: Uint8Array[]): Uint8Array[] {
	return [Buffer.from(`${String.fromCharCode(type)}${name}\0`), ...framed(parts)];
}

/** Makes a BSON document of encoded elements. */
function framed(parts: Uint8Array[]): Uint8Array[] {
	const size = Buffer.alloc(4);
	size.writeInt32LE(parts.reduce((sum, part) => sum + part.length, 5));
	return [size, ...parts, Buffer.from([0])];
}

function text(name: string, value: string): Uint8Array[] {
	const bytes = Buffer.from(`${value}\0`);
	const size = Buffer.alloc(4);
	size.writeInt32LE(bytes.length);
	return [Buffer.from(`\x02${name}\0`), size, bytes];
}
