import { mkdirSync } from 'node:fs';
import { open, type RootDatabase } from 'lmdb';
import { type Collection, Catalog, type Index } from './catalog';
import { type Doc, decode, encode, encodeStored } from './documents';
import { EngineError } from './errors';
import { HASH_BYTES, after, encodeValue, inverted } from './keys';
import { valueAt, valuesAt } from './paths';

/** The most bytes of a key in lmdb, of an encoded `_id` and of all indexed fields together. */
const MAX_KEY_BYTES = 1978;
export const MAX_ID_BYTES = 400;
const PREFIX_BYTES = 5;
const MAX_FIELDS_BYTES = MAX_KEY_BYTES - PREFIX_BYTES - (MAX_ID_BYTES + HASH_BYTES);

/** How many keys are read at a time: no cursor of lmdb stays open while the reader does something else. */
const FIRST_CHUNK = 4;
const LARGEST_CHUNK = 512;

/** How many writes share a transaction at most. */
const LARGEST_BATCH = 1000;

const CATALOG_KEY = Buffer.from([0]);

/** Keys from `lower` (inclusive) to `upper` (exclusive). */
export interface KeyRange {
	lower: Buffer;
	upper: Buffer;
}

/** A stored document, decoded when somebody looks into it. */
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

/** The entries that a document has in an index. */
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
		// Writes are batched here. lmdb's own batching leaves a promise unheard, whose rejection would end the process.
		const eventTurnBatching = false;
		return new Store(
			open({ path: dir, keyEncoding: 'binary', encoding: 'binary', cache: false, eventTurnBatching }),
		);
	}

	get catalog(): Catalog {
		return this.#catalog;
	}

	#loadCatalog(): Catalog {
		const bytes = this.#root.get(CATALOG_KEY);
		return bytes ? Catalog.fromDoc(decode(bytes)) : new Catalog();
	}

	/** Waits for writes under way and closes the file. Later writes are refused. */
	async close(): Promise<void> {
		this.#closed = true;
		await this.#writing;
		await this.#root.close();
	}

	/**
	 * Runs `run`, alone and seeing all earlier writes, and resolves with its result once it is on disk. Writes that wait
	 * at the same time share one transaction. An `EngineError` is the write's own; what it wrote before stays.
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
		// Those who write in the same turn of the event loop travel together.
		await new Promise(setImmediate);
		while (this.#queue.length > 0) {
			const batch = this.#queue.splice(0, LARGEST_BATCH);
			try {
				await this.#commit(batch);
			} catch {
				// One of them failed unforeseen and nothing was kept: each gets a transaction of its own.
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

	/** Reads keys and values in order, or in reverse; what is written meanwhile may or may not be seen. */
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

	/** The document with that key, as `scan` gave it. */
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

	/** What a document's indexes have of it: to be asked for before it changes, and given to `replace`. */
	entriesIn(indexes: readonly Index[], doc: Doc): readonly Entries[] {
		return indexes.map((index) => ({ index, had: entriesOf(index, doc, undefined) }));
	}

	/**
	 * Stores a document in the place of one with the same `_id`, of which those indexes had these entries; in all others
	 * it stands as it did. Within `write` only. Throws `DuplicateKey`.
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

	/** Fills a new index from the documents there are. Within `write` only. Throws `DuplicateKey`, having undone it. */
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
	 * The entries that a document has in an index, and which of them are `added` to those it `had`. Throws `DuplicateKey`
	 * when another document has one of these.
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

/** Why a transaction failed: lmdb tells it by a promise at the error, whose rejection, unheard, would end the process. */
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

/** The key of an entry: the direction of the last field holds for the `_id` behind it as well. */
function entryKey(index: Index, entry: Buffer, id: Buffer): Buffer {
	return Buffer.concat([keyPrefix(2, index.id), entry, trailingDirection(index) === -1 ? inverted(id) : id]);
}

/** The direction in which an index sorts by `_id` those documents whose indexed fields are equal. */
export function trailingDirection(index: Index): 1 | -1 {
	return index.fields.at(-1)?.[1] ?? 1;
}

/** The most bytes a field of an index keeps of a value. */
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

/** The encoded fields under which a document stands in an index; tells when they are not in the order of documents. */
function entriesOf(index: Index, doc: Doc, whenUnordered: (() => void) | undefined): Buffer[] {
	if (index.covers && !index.covers(doc)) return [];
	if (index.spec.sparse && index.fields.every(([path]) => isMissing(doc, path))) return [];
	const limit = fieldLimit(index);
	/** Of each entry its parts. */
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
