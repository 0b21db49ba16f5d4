import { flatten, resolve } from 'mingo/util';
import { type Doc, isArray } from './documents';
import { EMPTY_ARRAY, encodeValue } from './keys';

/** The direction in which a field is sorted. */
export type Direction = 1 | -1;

/** The fields to sort by, the most important first, and their directions. */
export type SortSpec = readonly (readonly [path: string, direction: Direction])[];

/** The value at a dotted path, as filters see it. If the path leads through an array, the values of all elements. */
export function valueAt(doc: Doc, path: string): unknown {
	if (!path.includes('.')) return Object.hasOwn(doc, path) ? doc[path] : undefined;
	return resolve(doc, path, { unwrapArray: true });
}

/**
 * The values at a path by which a document is found and sorted: the value itself, or each element of an array, or
 * `EMPTY_ARRAY` if it has none. These are exactly the values that mingo's `$eq` compares, so an index misses no
 * document.
 */
export function valuesAt(doc: Doc, path: string): unknown[] {
	const value = valueAt(doc, path);
	if (!isArray(value)) return [value];
	if (value.length === 0) return [EMPTY_ARRAY];
	const depth = path.split('.').length - 1;
	return depth === 0 ? value : [...new Set<unknown>([...value, ...flatten(value, depth)])];
}

/**
 * Bytes that sort as the documents do by `sort`. An array counts as its least element, or as its greatest if
 * descending.
 */
export function sortKey(doc: Doc, sort: SortSpec): Buffer {
	return Buffer.concat(
		sort.map(([path, direction]) => {
			const keys = valuesAt(doc, path).map((value) => encodeValue(value, Infinity, direction === -1).bytes);
			return keys.reduce((least, key) => (Buffer.compare(key, least) < 0 ? key : least));
		}),
	);
}
