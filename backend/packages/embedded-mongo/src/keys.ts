import { createHash } from 'node:crypto';
import { BSONRegExp, Binary, ObjectId } from 'bson';
import { unsupported } from './errors';
import { isDoc, typeName } from './documents';

/**
 * Encodes values as bytes. Bytes sort as their values do in BSON
 * (https://www.mongodb.com/docs/manual/reference/bson-type-comparison-order/). No encoded value is the beginning of
 * another, so several can be joined and compared as a whole.
 */

/** The first byte of an encoded value. */
export const TAG = {
	emptyArray: 0x05,
	null: 0x0a,
	nan: 0x0f,
	number: 0x10,
	string: 0x20,
	object: 0x30,
	array: 0x40,
	binary: 0x50,
	objectId: 0x60,
	boolean: 0x70,
	date: 0x80,
	regex: 0x90,
} as const;

/** The length of the hash that replaces the part of a value beyond the limit. */
export const HASH_BYTES = 16;

/** Stands for an empty array where the elements of arrays are indexed or sorted. */
export const EMPTY_ARRAY = Symbol('empty array');

let scratch = Buffer.allocUnsafe(16 * 1024);
let position = 0;

function reserve(bytes: number): void {
	if (position + bytes <= scratch.length) return;
	const larger = Buffer.allocUnsafe(Math.max(scratch.length * 2, position + bytes));
	scratch.copy(larger, 0, 0, position);
	scratch = larger;
}

function putByte(byte: number): void {
	reserve(1);
	scratch[position++] = byte;
}

/** Puts a double so that its bytes sort as its value does: with the sign bit flipped, or, if negative, all bits. */
function putNumber(value: number): void {
	reserve(8);
	scratch.writeDoubleBE(value === 0 ? 0 : value, position);
	const negative = value < 0;
	for (let i = position; i < position + 8; i++) {
		const byte = scratch[i] ?? 0;
		scratch[i] = negative ? byte ^ 0xff : i === position ? byte ^ 0x80 : byte;
	}
	position += 8;
}

/** Puts UTF-8 that ends with two zero bytes. A zero byte in the text is followed by 0xff. */
function putString(value: string): void {
	reserve(value.length * 3 + 2);
	const start = position;
	const length = scratch.write(value, start, 'utf8');
	position = start + length;
	if (value.includes('\0')) {
		const bytes = Buffer.from(scratch.subarray(start, position));
		position = start;
		for (const byte of bytes) {
			putByte(byte);
			if (byte === 0) putByte(0xff);
		}
	}
	putByte(0);
	putByte(0);
}

function putValue(value: unknown): void {
	if (typeof value === 'string') {
		putByte(TAG.string);
		putString(value);
	} else if (typeof value === 'number') {
		putByte(Number.isNaN(value) ? TAG.nan : TAG.number);
		if (!Number.isNaN(value)) putNumber(value);
	} else if (value === null || value === undefined) {
		putByte(TAG.null);
	} else if (value instanceof ObjectId) {
		putByte(TAG.objectId);
		reserve(12);
		scratch.set(value.id, position);
		position += 12;
	} else if (value instanceof Date) {
		putByte(TAG.date);
		putNumber(value.getTime());
	} else if (typeof value === 'boolean') {
		putByte(TAG.boolean);
		putByte(value ? 1 : 0);
	} else if (value === EMPTY_ARRAY) {
		putByte(TAG.emptyArray);
	} else if (Array.isArray(value)) {
		putByte(TAG.array);
		for (const item of value) {
			putByte(1);
			putValue(item);
		}
		putByte(0);
	} else if (isDoc(value)) {
		putByte(TAG.object);
		for (const key of Object.keys(value)) {
			const field = value[key];
			if (field === undefined) continue;
			putByte(1);
			putByte(tagOf(field));
			putString(key);
			putValue(field);
		}
		putByte(0);
	} else if (value instanceof Binary) {
		putByte(TAG.binary);
		reserve(5 + value.length());
		scratch.writeUInt32BE(value.length(), position);
		scratch[position + 4] = value.sub_type;
		scratch.set(value.buffer.subarray(0, value.length()), position + 5);
		position += 5 + value.length();
	} else if (value instanceof BSONRegExp || value instanceof RegExp) {
		putByte(TAG.regex);
		putString(value instanceof RegExp ? value.source : value.pattern);
		putString(value instanceof RegExp ? value.flags : value.options);
	} else {
		throw unsupported(`comparing values of the BSON type ${typeName(value)}`);
	}
}

/** The first byte of an encoded value. All values of a type have the same, and types sort by it. */
export function tagOf(value: unknown): number {
	if (typeof value === 'string') return TAG.string;
	if (typeof value === 'number') return Number.isNaN(value) ? TAG.nan : TAG.number;
	if (value === null || value === undefined) return TAG.null;
	if (value === EMPTY_ARRAY) return TAG.emptyArray;
	if (value instanceof Date) return TAG.date;
	if (value instanceof ObjectId) return TAG.objectId;
	if (typeof value === 'boolean') return TAG.boolean;
	if (Array.isArray(value)) return TAG.array;
	if (value instanceof Binary) return TAG.binary;
	if (value instanceof BSONRegExp || value instanceof RegExp) return TAG.regex;
	return TAG.object;
}

/** An encoded value. If it was `truncated`, equal values still have equal bytes, but they may sort differently. */
export interface EncodedValue {
	bytes: Buffer;
	truncated: boolean;
}

/**
 * Encodes a value. If it has more bytes than `limit`, the rest is replaced by a hash of the whole, so that equal values
 * stay equal and different values stay different. With `descending`, the order is reversed.
 */
export function encodeValue(value: unknown, limit = Infinity, descending = false): EncodedValue {
	position = 0;
	putValue(value);
	let bytes = Buffer.from(scratch.subarray(0, position));
	const truncated = bytes.length > limit;
	if (truncated) {
		const hash = createHash('sha256').update(bytes).digest().subarray(0, HASH_BYTES);
		bytes = Buffer.concat([bytes.subarray(0, limit), hash]);
	}
	return { bytes: descending ? inverted(bytes) : bytes, truncated };
}

/** Flips every bit, which reverses the order. */
export function inverted(bytes: Buffer): Buffer {
	const result = Buffer.allocUnsafe(bytes.length);
	for (let i = 0; i < bytes.length; i++) result[i] = (bytes[i] ?? 0) ^ 0xff;
	return result;
}

/** The first key after all keys that begin with `prefix`. */
export function after(prefix: Buffer): Buffer {
	let end = prefix.length;
	while (end > 0 && prefix[end - 1] === 0xff) end--;
	const result = Buffer.from(prefix.subarray(0, end));
	if (end > 0) result[end - 1] = (result[end - 1] ?? 0) + 1;
	return result;
}

/** Compares two values in the order of BSON. */
export function compareValues(a: unknown, b: unknown): number {
	if (typeof a === 'number' && typeof b === 'number' && !Number.isNaN(a - b)) return a - b;
	if (a instanceof Date && b instanceof Date) return a.getTime() - b.getTime();
	return Buffer.compare(encodeValue(a).bytes, encodeValue(b).bytes);
}

/** Whether MongoDB takes two values to be equal. Documents must have their fields in the same order; 0 equals -0. */
export function sameValue(a: unknown, b: unknown): boolean {
	return compareValues(a, b) === 0;
}
