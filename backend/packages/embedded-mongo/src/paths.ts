import { flatten, resolve } from 'mingo/util';
import { type Doc, isArray } from './documents';
import { EMPTY_ARRAY, encodeValue } from './keys';

/** Which way a field is sorted. */
export type Direction = 1 | -1;

/** Fields and directions to sort by, in order of weight. */
export type SortSpec = readonly (readonly [path: string, direction: Direction])[];

/** The value at a dotted path as a filter sees it: through arrays, that of every element. */
export function valueAt(doc: Doc, path: string): unknown {
	if (!path.includes('.')) return Object.hasOwn(doc, path) ? doc[path] : undefined;
	return resolve(doc, path, { unwrapArray: true });
}

/**
 * The values by which a document is found and sorted at a path: the value itself, or for arrays each element
 * (`EMPTY_ARRAY` when there is none). Exactly what mingo's `$eq` compares with, so that an index loses nothing.
 */
export function valuesAt(doc: Doc, path: string): unknown[] {
	const value = valueAt(doc, path);
	if (!isArray(value)) return [value];
	if (value.length === 0) return [EMPTY_ARRAY];
	const depth = path.split('.').length - 1;
	return depth === 0 ? value : [...new Set<unknown>([...value, ...flatten(value, depth)])];
}

/** Bytes whose order is that of the documents under `sort`; of an array, its least (or greatest) element counts. */
export function sortKey(doc: Doc, sort: SortSpec): Buffer {
	return Buffer.concat(
		sort.map(([path, direction]) => {
			const keys = valuesAt(doc, path).map((value) => encodeValue(value, Infinity, direction === -1).bytes);
			return keys.reduce((least, key) => (Buffer.compare(key, least) < 0 ? key : least));
		}),
	);
}
