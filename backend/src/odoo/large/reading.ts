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
/** Pieces have so many characters and an item more at most. */
const PIECE_LENGTH = 64 * 1024;
/** What is handed on of each text of a refusal. */
const TEXT_LENGTH = 4_000;
/** Of objects within one another, so many are handed on: JSON-RPC's reply, its `error` and the `data` of that. */
const LEVELS = 3;

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
function outlineOf(json: JsonValue | undefined, levels = LEVELS): JsonValue | undefined {
	if (typeof json === 'string') return json.trim().slice(0, TEXT_LENGTH);
	if (!isJsonObject(json)) return Array.isArray(json) ? [] : json;
	if (levels === 0) return {};
	return Object.fromEntries(
		['jsonrpc', 'error', 'code', 'data', 'name', 'message'].flatMap((name): [string, JsonValue][] => {
			const outline = Object.hasOwn(json, name) ? outlineOf(json[name], levels - 1) : undefined;
			return outline === undefined ? [] : [[name, outline]];
		}),
	);
}

function cut(value: JsonValue): Omit<Extract<Reading, { kind: 'result' }>, 'kind'> {
	const pieces = [...piecesOf(value)].map(bytesOf);
	const counts = pieces.map(countValues);
	return { pieces, values: counts.reduce((sum, count) => sum + count, 0), most: Math.max(...counts) };
}

/** Each begins with what opens the value or with a comma; the last one ends with what closes it. */
function piecesOf(value: JsonValue): Iterable<string> {
	if (Array.isArray(value) && value.length > 0) return joined(value, textOf, '[', ']');
	if (!isJsonObject(value)) return [textOf(value)];
	const members = Object.entries(value);
	if (members.length === 0) return ['{}'];
	return joined(members, ([name, member]) => `${textOf(name)}:${textOf(member)}`, '{', '}');
}

const textOf = (value: JsonValue) => JSON.stringify(value);

function* joined<T>(items: readonly T[], write: (item: T) => string, open: string, close: string): Generator<string> {
	let piece = '';
	let separator = open;
	for (const item of items) {
		piece += separator + write(item);
		separator = ',';
		if (piece.length < PIECE_LENGTH) continue;
		yield piece;
		piece = '';
	}
	yield piece + close;
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
