import { BSONRegExp, Binary, ObjectId, deserialize, serialize } from 'bson';
import { EngineError, unsupported } from './errors';

/** A BSON document as a JavaScript object. */
export type Doc = Record<string, unknown>;

/** The most bytes a document may have, as in MongoDB. */
export const MAX_DOCUMENT_BYTES = 16 * 1024 * 1024;

/** Whether `value` is a document: a plain object that is neither an array nor of a BSON class. */
export function isDoc(value: unknown): value is Doc {
	return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

/** `Array.isArray`, but the elements get the type `unknown` instead of `any`. */
export function isArray(value: unknown): value is unknown[] {
	return Array.isArray(value);
}

/** Reads BSON. Regular expressions stay `BSONRegExp`, because JavaScript's would lose their options. */
export function decode(bytes: Uint8Array): Doc {
	return deserialize(bytes, { bsonRegExp: true });
}

/** Writes BSON. Fields whose value is `undefined` are left out. */
export function encode(doc: Doc): Uint8Array {
	return serialize(doc, { ignoreUndefined: true });
}

/** Writes a document to be stored. Throws `BSONObjectTooLarge` above 16 MiB. */
export function encodeStored(doc: Doc): Uint8Array {
	const bytes = encode(doc);
	if (bytes.length > MAX_DOCUMENT_BYTES) {
		throw new EngineError(
			'BSONObjectTooLarge',
			`The document has ${bytes.length} bytes; at most ${MAX_DOCUMENT_BYTES} are allowed.`,
		);
	}
	return bytes;
}

/**
 * Refuses values whose comparison would not be exact here (64-bit integers beyond 2^53, decimals, timestamps, code …).
 * Numbers, strings, booleans, null, dates, object ids, binaries, regular expressions, arrays and documents pass.
 */
export function assertStorable(value: unknown): void {
	switch (typeof value) {
		case 'string':
		case 'number':
		case 'boolean':
		case 'undefined':
			return;
		default:
			break;
	}
	if (value === null || value instanceof ObjectId || value instanceof Binary || value instanceof BSONRegExp) return;
	if (value instanceof Date) {
		if (Number.isNaN(value.getTime())) throw new EngineError('BadValue', 'A date is out of range.');
	} else if (Array.isArray(value)) {
		for (const item of value) assertStorable(item);
	} else if (isDoc(value)) {
		for (const key of Object.keys(value)) assertStorable(value[key]);
	} else {
		throw unsupported(`values of the BSON type ${typeName(value)}`);
	}
}

/** The name of a value's BSON class, for messages. */
export function typeName(value: unknown): string {
	return typeof value === 'object' && value !== null ? value.constructor.name : typeof value;
}
