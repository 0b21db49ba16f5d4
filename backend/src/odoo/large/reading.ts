import { isJsonObject, parseJson, type JsonValue } from '../json';

/** The answer of an Odoo, to be read. */
export interface LargeAnswer {
	readonly blocks: readonly Uint8Array<ArrayBuffer>[];
	/** Where the result is: JSON-2 answers nothing else, JSON-RPC has an envelope about it. */
	readonly protocol: 'json-2' | 'json-rpc';
	/** The status of HTTP. */
	readonly status: number;
}

/** What a large answer is. */
export type Reading =
	| {
			readonly kind: 'result';
			/** The result as JSON, cut between the items of its list or object. */
			readonly pieces: readonly Uint8Array<ArrayBuffer>[];
			/** At most so many values are in it, and in any one piece. */
			readonly values: number;
			readonly most: number;
	  }
	/** No result: what tells why, of what was answered; undefined where that is not JSON. */
	| { readonly kind: 'refusal'; readonly json: JsonValue | undefined }
	| { readonly kind: 'too_large'; readonly why: string };

/** Records of ten fields in 32 MiB have fewer. To read as many empty lists or keys takes seconds. */
const MAX_VALUES = 4_000_000;
/** Pieces have about so many characters, unless one item has more. */
const PIECE_LENGTH = 64 * 1024;
/** What is handed on of each text of a refusal. */
const TEXT_LENGTH = 4_000;

/** Reads an answer, for as long as that takes: seconds, where somebody means to be slow. */
export function readLarge({ blocks, protocol, status }: LargeAnswer): Reading {
	const bytes = Buffer.concat(blocks);
	if (countValues(bytes) > MAX_VALUES) {
		return { kind: 'too_large', why: `The answer holds more than ${MAX_VALUES} values.` };
	}
	const json = jsonOf(bytes);
	const result = protocol === 'json-2' ? (status === 200 ? json : undefined) : resultOf(json);
	if (result === undefined) return { kind: 'refusal', json: outlineOf(json) };
	try {
		return { kind: 'result', ...cut(result) };
	} catch (error) {
		if (!(error instanceof RangeError)) throw error;
		return { kind: 'too_large', why: 'The answer is nested too deep.' };
	}
}

function jsonOf(bytes: Buffer): JsonValue | undefined {
	try {
		return parseJson(bytes.toString());
	} catch {
		return undefined;
	}
}

function resultOf(json: JsonValue | undefined): JsonValue | undefined {
	if (!isJsonObject(json) || json.jsonrpc !== '2.0' || json.error !== undefined) return undefined;
	return json.result ?? null;
}

/** The members of a refusal that somebody looks at, their texts cut: a traceback may have megabytes. */
function outlineOf(json: JsonValue | undefined): JsonValue | undefined {
	if (typeof json === 'string') return json.slice(0, TEXT_LENGTH);
	if (!isJsonObject(json)) return Array.isArray(json) ? [] : json;
	return Object.fromEntries(
		['jsonrpc', 'error', 'code', 'data', 'name', 'message'].flatMap((name): [string, JsonValue][] => {
			const outline = Object.hasOwn(json, name) ? outlineOf(trimmed(json[name])) : undefined;
			return outline === undefined ? [] : [[name, outline]];
		}),
	);
}

const trimmed = (value: JsonValue | undefined) => (typeof value === 'string' ? value.trim() : value);

function cut(value: JsonValue): Omit<Extract<Reading, { kind: 'result' }>, 'kind'> {
	const pieces = [...piecesOf(value)].map(bytesOf);
	const counts = pieces.map(countValues);
	return { pieces, values: counts.reduce((sum, count) => sum + count, 0), most: Math.max(...counts) };
}

/** Each begins with what opens the value or with a comma; the last one ends with what closes it. */
function piecesOf(value: JsonValue): Iterable<string> {
	if (Array.isArray(value) && value.length > 0) return chopped(value, '[', ']', (items) => items);
	if (!isJsonObject(value)) return [JSON.stringify(value)];
	const members = Object.entries(value);
	return members.length > 0 ? chopped(members, '{', '}', (some) => Object.fromEntries(some)) : ['{}'];
}

function* chopped<T>(all: readonly T[], open: string, close: string, join: (some: T[]) => JsonValue) {
	let count = 1;
	for (let at = 0; at < all.length;) {
		const text = JSON.stringify(join(all.slice(at, at + count)));
		const begin = at === 0 ? open : ',';
		at += count;
		yield `${begin}${text.slice(1, -1)}${at < all.length ? '' : close}`;
		count = text.length < PIECE_LENGTH ? count * 2 : Math.ceil(count / 2);
	}
}

/** In memory of its own, so that it can be handed to another thread. */
function bytesOf(text: string): Uint8Array<ArrayBuffer> {
	const bytes = new Uint8Array(Buffer.byteLength(text));
	new TextEncoder().encodeInto(text, bytes);
	return bytes;
}

const [QUOTE, COMMA, BRACKET, BRACE, BACKSLASH] = [0x22, 0x2c, 0x5b, 0x7b, 0x5c];

/** At most so many values: their commas and opening brackets, outside of texts. */
function countValues(bytes: Uint8Array): number {
	let count = 1;
	let inText = false;
	for (let at = 0; at < bytes.length; at++) {
		const byte = bytes[at];
		if (inText) {
			if (byte === BACKSLASH) at += 1;
			else if (byte === QUOTE) inText = false;
		} else if (byte === QUOTE) inText = true;
		else if (byte === COMMA || byte === BRACKET || byte === BRACE) count += 1;
	}
	return count;
}
