import { JsonBytes } from '../core/json-bytes';

/** How deep JSON that is written already may be: in the body of a reply, its `data`, an item of that, and the item's own. */
const MAX_LEVELS = 4;

/** What `JSON.stringify` writes of a reply, in parts, where some of it is written already; else null. */
export const jsonPartsOf = (body: unknown): Uint8Array[] | null =>
	holdsBytes(body) ? [...partsOf(body)].map((part) => (typeof part === 'string' ? Buffer.from(part) : part)) : null;

/** In bytes. */
export const sizeOfParts = (parts: readonly Uint8Array[]) => parts.reduce((sum, part) => sum + part.byteLength, 0);

function holdsBytes(value: unknown, levels = MAX_LEVELS): value is object {
	if (typeof value !== 'object' || value === null) return false;
	if (value instanceof JsonBytes) return true;
	return levels > 0 && Object.values(value).some((item) => holdsBytes(item, levels - 1));
}

function* partsOf(value: object): Generator<string | Uint8Array> {
	if (value instanceof JsonBytes) {
		yield* value.pieces;
		return;
	}
	const isList = Array.isArray(value);
	let separator = isList ? '[' : '{';
	for (const [key, item] of Object.entries(value)) {
		if (item === undefined && !isList) continue;
		yield isList ? separator : `${separator}${JSON.stringify(key)}:`;
		if (holdsBytes(item)) yield* partsOf(item);
		else yield JSON.stringify(item ?? null);
		separator = ',';
	}
	yield isList ? ']' : '}';
}
