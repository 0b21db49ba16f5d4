import { mkdirSync } from 'node:fs';
import { open, type RootDatabase } from 'lmdb';
import { type Collection, Catalog, type Index } from './catalog';
import { type Doc, decode, encode, encodeStored } from './documents';
import { EngineError } from './errors';
import { HASH_BYTES, after, encodeValue, inverted } from './keys';
import { valueAt, valuesAt } from './paths';

/** The most bytes of a key in lmdb. */
const MAX_KEY_BYTES = 1978;
export const MAX_ID_BYTES = 400;
const PREFIX_BYTES = 5;
const MAX_FIELDS_BYTES = MAX_KEY_BYTES - PREFIX_BYTES - (MAX_ID_BYTES + HASH_BYTES);

/**
 * How many keys are read at a time. No cursor of lmdb is open between two chunks, while the reader does other things.
 */
const FIRST_CHUNK = 4;
const LARGEST_CHUNK = 512;

/** The most writes that share a transaction. */
const LARGEST_BATCH = 1000;

const CATALOG_KEY = Buffer.from([0]);

/** Keys from `lower` (inclusive) to `upper` (exclusive). */
export interface KeyRange {
	lower: Buffer;
	upper: Buffer;
}

/** A stored document. It is decoded when `doc` is first read. */
export class Stored {
	#doc: Doc | undefined;

	constructor(
		/** The encoded `_id`. */
		readonly id: Buffer,
		readonly bytes: Buffer,
	) {}

	get doc(): Doc {
		return (this.#doc ??= decode(this.bytes));
	}
}

/** The entries of a document in an index. */
interface Entries {
	readonly index: Index;
	readonly had: readonly Buffer[];
}

interface QueuedWrite {
	run: () => unknown;
	resolve: (value: unknown) => void;
	reject: (error: unknown) => void;
}

type Outcome = { ok: true; value: unknown } | { ok: false; error: unknown };

/**
 * Documents and their indexes in one lmdb file. Keys: `0` the catalog; `1 collection _id` a document;
 * `2 index field… _id` an entry of an index, whose value is the encoded `_id`.
 */
export class Store {
	readonly #root: RootDatabase<Buffer, Buffer>;
	#catalog: Catalog;
	#queue: QueuedWrite[] = [];
	#writing: Promise<void> | undefined;
	#closed = false;

	private constructor(root: RootDatabase<Buffer, Buffer>) {
		this.#root = root;
		this.#catalog = this.#loadCatalog();
	}

	/** Opens the file in `dir`, which is made if need be. */
	static open(dir: string): Store {
		mkdirSync(dir, { recursive: true, mode: 0o700 });
		// This class batches writes. lmdb's own batching leaves a promise unhandled, whose rejection would end the
		// process.
		const eventTurnBatching = false;
		return new Store(
			open({ path: dir, keyEncoding: 'binary', encoding: 'binary', cache: false, eventTurnBatching }),
		);
	}

	/** Lets the file be told from an empty one. */
	async mark(): Promise<void> {
		if (this.#root.doesExist(CATALOG_KEY)) return;
		await this.write(() => {
			this.#catalog.changed = true;
		});
	}

	get catalog(): Catalog {
		return this.#catalog;
	}

	#loadCatalog(): Catalog {
		const bytes = this.#root.get(CATALOG_KEY);
		return bytes ? Catalog.fromDoc(decode(bytes)) : new Catalog();
	}

	/** Copies everything as it is now, and compact, into that directory. */
	copyTo(directory: string): Promise<void> {
		return this.#root.backup(directory, true);
	}

	/** Waits for current writes and closes the file. Later writes are refused. */
	async close(): Promise<void> {
		this.#closed = true;
		await this.#writing;
		await this.#root.close();
	}

	/**
	 * Runs `run` alone, after all earlier writes, and resolves with its result once everything is on disk. Writes that
	 * wait at the same time share a transaction. If `run` throws an `EngineError`, only this write is rejected, and
	 * what it had written before stays.
	 */
	write<T>(run: () => T): Promise<T> {
		return new Promise<T>((resolve, reject) => {
			if (this.#closed) {
				reject(new Error('The embedded database is closed.'));
				return;
			}
			let result: { value: T } | undefined;
			this.#queue.push({
				run: () => {
					result = { value: run() };
				},
				resolve: () => {
					if (result) resolve(result.value);
				},
				reject,
			});
			this.#writing ??= this.#drain();
		});
	}

	async #drain(): Promise<void> {
		// Writes of the same turn of the event loop share a transaction.
		await new Promise(setImmediate);
		while (this.#queue.length > 0) {
			const batch = this.#queue.splice(0, LARGEST_BATCH);
			try {
				await this.#commit(batch);
			} catch {
				// One write failed unexpectedly, so nothing of the batch was stored. Now each gets its own transaction.
				for (const write of batch) await this.#commit([write]).catch(write.reject);
			}
		}
		this.#writing = undefined;
	}

	async #commit(batch: QueuedWrite[]): Promise<void> {
		let outcomes: Outcome[] = [];
		try {
			await this.#root.childTransaction(() => {
				outcomes = batch.map(({ run }): Outcome => {
					try {
						return { ok: true, value: run() };
					} catch (error) {
						if (error instanceof EngineError) return { ok: false, error };
						throw error;
					}
				});
				if (this.#catalog.changed) this.#root.putSync(CATALOG_KEY, Buffer.from(encode(this.#catalog.toDoc())));
			});
			await this.#root.flushed;
		} catch (error) {
			this.#catalog = this.#loadCatalog();
			throw await reasonOf(error);
		}
		this.#catalog.stored();
		outcomes.forEach((outcome, i) => {
			if (outcome.ok) batch[i]?.resolve(outcome.value);
			else batch[i]?.reject(outcome.error);
		});
	}

	/** The keys of all documents of a collection. */
	documentRange(collection: Collection): KeyRange {
		const prefix = keyPrefix(1, collection.id);
		return { lower: prefix, upper: after(prefix) };
	}

	/** The keys of all entries of an index. */
	indexRange(index: Pick<Index, 'id'>): KeyRange {
		const prefix = keyPrefix(2, index.id);
		return { lower: prefix, upper: after(prefix) };
	}

	/** Reads keys and values in order, or in reverse. It may or may not see what is written meanwhile. */
	*scan(range: KeyRange, reverse = false): Generator<{ key: Buffer; value: Buffer }> {
		let { lower, upper } = range;
		let first = true;
		for (let limit = FIRST_CHUNK; ; limit = Math.min(limit * 4, LARGEST_CHUNK)) {
			const chunk = [
				...this.#root.getRange(
					reverse
						? { start: upper, end: lower, reverse, exclusiveStart: true, inclusiveEnd: true, limit }
						: { start: lower, end: upper, exclusiveStart: !first, limit },
				),
			];
			yield* chunk;
			const last = chunk.at(-1);
			if (!last || chunk.length < limit) return;
			first = false;
			if (reverse) upper = last.key;
			else lower = last.key;
		}
	}

	/** How many keys lie in a range. */
	count({ lower, upper }: KeyRange): number {
		return this.#root.getKeysCount({ start: lower, end: upper });
	}

	/** The document with that encoded `_id`. */
	get(collection: Collection, id: Buffer): Stored | undefined {
		const bytes = this.#root.get(documentKey(collection, id));
		return bytes && new Stored(id, bytes);
	}

	/** The document of a key and value from `scan`. */
	read(key: Buffer, bytes: Buffer): Stored {
		return new Stored(key.subarray(PREFIX_BYTES), bytes);
	}

	/** Stores a new document. Within `write` only. Throws `DuplicateKey`. */
	insert(collection: Collection, doc: Doc): void {
		const id = encodeId(doc['_id']);
		const key = documentKey(collection, id);
		if (this.#root.get(key)) throw duplicateId(collection, doc['_id']);
		const bytes = encodeStored(doc);
		const entries = collection.indexes.map((index) => this.#newEntries(collection, index, doc, id, []).added);
		collection.indexes.forEach((index, i) => {
			for (const entry of entries[i] ?? []) this.#root.putSync(entryKey(index, entry, id), id);
		});
		this.#root.putSync(key, Buffer.from(bytes));
	}

	/**
	 * The entries of a document in these indexes. Call it before the document changes, and pass the result to
	 * `replace`.
	 */
	entriesIn(indexes: readonly Index[], doc: Doc): readonly Entries[] {
		return indexes.map((index) => ({ index, had: entriesOf(index, doc, undefined) }));
	}

	/**
	 * Replaces the document with that `_id`. `before` are its entries in the indexes that the change may affect; its
	 * entries in other indexes stay. Within `write` only. Throws `DuplicateKey`.
	 */
	replace(collection: Collection, id: Buffer, before: readonly Entries[], doc: Doc, bytes: Uint8Array): void {
		const changes = before.map(({ index, had }) => ({
			index,
			had,
			...this.#newEntries(collection, index, doc, id, had),
		}));
		for (const { index, had, has, added } of changes) {
			for (const entry of had) {
				if (!has.some((other) => other.equals(entry))) this.#root.removeSync(entryKey(index, entry, id));
			}
			for (const entry of added) this.#root.putSync(entryKey(index, entry, id), id);
		}
		this.#root.putSync(documentKey(collection, id), Buffer.from(bytes));
	}

	/** Removes a document. Within `write` only. */
	remove(collection: Collection, { id, doc }: Stored): void {
		for (const index of collection.indexes) {
			for (const entry of entriesOf(index, doc, undefined)) this.#root.removeSync(entryKey(index, entry, id));
		}
		this.#root.removeSync(documentKey(collection, id));
	}

	/** Adds all documents to a new index. Within `write` only. On `DuplicateKey`, empties the index and throws. */
	fill(collection: Collection, index: Index): void {
		try {
			for (const { value } of this.scan(this.documentRange(collection))) {
				const doc = decode(value);
				const id = encodeId(doc['_id']);
				for (const entry of this.#newEntries(collection, index, doc, id, []).added) {
					this.#root.putSync(entryKey(index, entry, id), id);
				}
			}
		} catch (error) {
			this.clear(this.indexRange(index));
			throw error;
		}
	}

	/** Removes all keys of a range. Within `write` only. */
	clear(range: KeyRange): void {
		for (const { key } of this.scan(range)) this.#root.removeSync(key);
	}

	/**
	 * The entries that a document shall have in an index, and those of them that it does not have yet (`added`). Throws
	 * `DuplicateKey` if another document has one of the added entries in a unique index.
	 */
	#newEntries(collection: Collection, index: Index, doc: Doc, id: Buffer, had: readonly Buffer[]) {
		const has = entriesOf(index, doc, () => {
			this.#catalog.changed = true;
		});
		const added = has.filter((entry) => !had.some((other) => other.equals(entry)));
		if (index.spec.unique) {
			for (const entry of added) {
				const prefix = Buffer.concat([keyPrefix(2, index.id), entry]);
				for (const { value } of this.scan({ lower: prefix, upper: after(prefix) })) {
					if (!value.equals(id)) throw duplicateKey(collection, index, doc);
				}
			}
		}
		return { has, added };
	}
}

/**
 * Why a transaction failed. lmdb attaches the reason as a promise that rejects, and which must be handled, or the
 * process would end.
 */
async function reasonOf(error: unknown): Promise<unknown> {
	if (!(error instanceof Error && 'commitError' in error)) return error;
	try {
		await error.commitError;
		return error;
	} catch (reason) {
		return reason;
	}
}

function keyPrefix(kind: number, id: number): Buffer {
	const prefix = Buffer.allocUnsafe(PREFIX_BYTES);
	prefix[0] = kind;
	prefix.writeUInt32BE(id, 1);
	return prefix;
}

function documentKey(collection: Collection, id: Buffer): Buffer {
	return Buffer.concat([keyPrefix(1, collection.id), id]);
}

/** The key of an entry. The `_id` at its end is sorted in the direction of the last field. */
function entryKey(index: Index, entry: Buffer, id: Buffer): Buffer {
	return Buffer.concat([keyPrefix(2, index.id), entry, trailingDirection(index) === -1 ? inverted(id) : id]);
}

/** The direction in which an index sorts documents by `_id` whose indexed fields are equal. */
export function trailingDirection(index: Index): 1 | -1 {
	return index.fields.at(-1)?.[1] ?? 1;
}

/** The most bytes of a value in an index, for each field. */
export function fieldLimit(index: Index): number {
	return Math.floor(MAX_FIELDS_BYTES / index.fields.length) - HASH_BYTES;
}

/** The encoded `_id`. Throws `KeyTooLong` above 400 bytes and `BadValue` for arrays and regular expressions. */
export function encodeId(id: unknown): Buffer {
	if (Array.isArray(id)) throw new EngineError('BadValue', "The '_id' value cannot be of type array");
	const { bytes } = encodeValue(id);
	if (bytes.length > MAX_ID_BYTES) {
		throw new EngineError('KeyTooLong', `An _id may have ${MAX_ID_BYTES} bytes, this one has ${bytes.length}.`);
	}
	return bytes;
}

/** Encodes the indexed fields of a document. Calls `whenUnordered` if the entries do not sort as the documents do. */
function entriesOf(index: Index, doc: Doc, whenUnordered: (() => void) | undefined): Buffer[] {
	if (index.covers && !index.covers(doc)) return [];
	if (index.spec.sparse && index.fields.every(([path]) => isMissing(doc, path))) return [];
	const limit = fieldLimit(index);
	/** The parts of each entry, one part for each field. */
	let combined: Buffer[][] = [[]];
	let arrays = 0;
	let unordered = false;
	for (const [path, direction] of index.fields) {
		if (!Array.isArray(valueAt(doc, path))) {
			const key = encodeValue(valueAt(doc, path), limit, direction === -1);
			unordered ||= key.truncated;
			for (const parts of combined) parts.push(key.bytes);
			continue;
		}
		const keys = valuesAt(doc, path).map((value) => encodeValue(value, limit, direction === -1));
		unordered = true;
		arrays++;
		combined = combined.flatMap((parts) => keys.map((key) => [...parts, key.bytes]));
	}
	const entries = combined.map((parts) => Buffer.concat(parts));
	if (arrays > 1) {
		throw new EngineError('CannotIndexParallelArrays', `Index ${index.spec.name} meets more than one array.`);
	}
	if (unordered && !index.unordered) {
		index.unordered = true;
		whenUnordered?.();
	}
	return arrays === 0 ? entries : entries.filter((entry, i) => entries.findIndex((e) => e.equals(entry)) === i);
}

function isMissing(doc: Doc, path: string): boolean {
	const value = valueAt(doc, path);
	return value === undefined || (path.includes('.') && Array.isArray(value) && value.length === 0);
}

function duplicateId(collection: Collection, id: unknown): EngineError {
	return duplicateError(collection, '_id_', { _id: 1 }, { _id: id });
}

function duplicateKey(collection: Collection, { spec }: Index, doc: Doc): EngineError {
	const keyValue = Object.fromEntries(Object.keys(spec.key).map((path) => [path, valueAt(doc, path) ?? null]));
	return duplicateError(collection, spec.name, spec.key, keyValue);
}

function duplicateError({ database, name }: Collection, index: string, keyPattern: Doc, keyValue: Doc): EngineError {
	return new EngineError(
		'DuplicateKey',
		`E11000 duplicate key error collection: ${database}.${name} index: ${index} dup key: ${JSON.stringify(keyValue)}`,
		{ keyPattern, keyValue },
	);
}
