import { ObjectId, UUID } from 'bson';
import type { Collection, Index } from './catalog';
import { type Doc, isDoc } from './documents';
import { type Conjunct, conjunctsOf, isOperators } from './filter';
import { type EncodedValue, TAG, after, encodeValue, sameValue, tagOf } from './keys';
import type { Direction, SortSpec } from './paths';
import { type KeyRange, MAX_ID_BYTES, type Store, fieldLimit, trailingDirection } from './store';

/** How the documents that a filter may match are read. */
export interface Plan {
	/** The index that is read; the documents themselves, which lie in the order of `_id`, when there is none. */
	index: Index | undefined;
	/** What is read of the index. Each range lists the same fields after its first `skip` bytes, by which ranges are merged. */
	ranges: (KeyRange & { skip: number })[];
	reverse: boolean;
	/** Whether documents come out in the order asked for. */
	sorted: boolean;
}

/** At most so many ranges are read for the values of `$in`. */
const MOST_RANGES = 500;

interface Field {
	path: string;
	direction: Direction;
	limit: number;
}

interface Candidate {
	index: Index | undefined;
	prefix: Buffer;
	fields: Field[];
	unordered: boolean;
}

/**
 * Finds the cheapest way to read what a filter (as `readFilter` gave it) may match: fields compared with one value or
 * several (`$in`) at the beginning of an index, then a range, then the order.
 */
export function plan(store: Store, collection: Collection, filter: Doc, sort: SortSpec): Plan {
	const conjuncts = conjunctsOf(filter);
	let best: { plan: Plan; score: number } | undefined;
	for (const candidate of candidates(store, collection, conjuncts)) {
		const found = planFor(candidate, conjuncts, sort);
		if (!best || found.score > best.score) best = found;
	}
	if (!best) throw new Error('A collection can always be read as a whole.');
	return best.plan;
}

function candidates(store: Store, collection: Collection, conjuncts: Conjunct[]): Candidate[] {
	const primary: Candidate = {
		index: undefined,
		prefix: store.documentRange(collection).lower,
		fields: [{ path: '_id', direction: 1, limit: MAX_ID_BYTES }],
		unordered: false,
	};
	const usable = collection.indexes.filter((index) => index.ready && holdsAllOf(index, conjuncts));
	return [
		primary,
		...usable.map((index) => {
			const limit = fieldLimit(index);
			const fields = index.fields.map(([path, direction]) => ({ path, direction, limit }));
			const trailing = { path: '_id', direction: trailingDirection(index), limit: MAX_ID_BYTES };
			return {
				index,
				prefix: store.indexRange(index).lower,
				fields: fields.some(({ path }) => path === '_id') ? fields : [...fields, trailing],
				unordered: index.unordered,
			};
		}),
	];
}

/** Whether every document that meets the conditions stands in the index, which may be sparse or partial. */
function holdsAllOf(index: Index, conjuncts: Conjunct[]): boolean {
	const demandsValue = (path: string) =>
		conjuncts.some((conjunct) => {
			const values = conjunct.path === path ? equalTo(conjunct.operand) : undefined;
			return values?.every((value) => value !== null) ?? false;
		});
	if (index.spec.sparse && !index.fields.some(([path]) => demandsValue(path))) return false;
	return Object.entries(index.spec.partialFilterExpression ?? {}).every(
		([path, operand]) =>
			conjuncts.some((conjunct) => conjunct.path === path && sameCondition(conjunct.operand, operand)) ||
			(isDoc(operand) && sameValue(operand, { $exists: true }) && demandsValue(path)),
	);
}

function sameCondition(a: unknown, b: unknown): boolean {
	const normal = (operand: unknown) => (isOperators(operand) ? operand : { $eq: operand });
	try {
		return sameValue(normal(a), normal(b));
	} catch {
		return false;
	}
}

/** The values one of which a field has to equal, when an index can tell: no arrays, documents or patterns. */
function equalTo(operand: unknown): unknown[] | undefined {
	if (isScalar(operand)) return [operand];
	if (!isDoc(operand)) return undefined;
	if ('$eq' in operand && isScalar(operand['$eq'])) return [operand['$eq']];
	const list = operand['$in'];
	return Array.isArray(list) && list.every(isScalar) ? list : undefined;
}

function isScalar(value: unknown): boolean {
	return (
		value === null ||
		['string', 'number', 'boolean'].includes(typeof value) ||
		value instanceof Date ||
		value instanceof ObjectId ||
		value instanceof UUID
	);
}

function planFor(candidate: Candidate, conjuncts: Conjunct[], sort: SortSpec) {
	const { index, fields, unordered } = candidate;
	let prefixes = [candidate.prefix];
	let used = 0;
	const single = new Set<string>();
	for (const { path, direction, limit } of fields) {
		const condition = conjuncts.find((conjunct) => conjunct.path === path && equalTo(conjunct.operand));
		if (!condition) break;
		const values = distinct(equalTo(condition.operand) ?? [], (value) =>
			encodeValue(value, limit, direction === -1),
		);
		if (prefixes.length * values.length > MOST_RANGES) break;
		prefixes = prefixes.flatMap((prefix) => values.map((bytes) => Buffer.concat([prefix, bytes])));
		if (values.length === 1) single.add(path);
		used++;
	}
	const next = unordered ? undefined : fields[used];
	const bounds = next && boundsOf(next, conjuncts);
	const order = unordered ? undefined : orderOf(fields.slice(used), sort, single);
	const ranges = prefixes.map((prefix) => ({
		lower: bounds ? Buffer.concat([prefix, bounds.lower]) : prefix,
		upper: bounds ? Buffer.concat([prefix, bounds.upper]) : after(prefix),
		skip: prefix.length,
	}));
	const unique = used >= (index?.fields.length ?? 1) && (index === undefined || index.spec.unique === true);
	return {
		plan: { index, ranges, reverse: order === 'reverse', sorted: order !== undefined },
		score: used * 4 + (unique ? 100 : 0) + (bounds ? 2 : 0) + (order && sort.length > 0 ? 3 : 0),
	};
}

/** The encoded values, each once. */
function distinct(values: unknown[], encode: (value: unknown) => EncodedValue): Buffer[] {
	return [...new Map(values.map(encode).map(({ bytes }) => [bytes.toString('latin1'), bytes])).values()];
}

/** The bytes between which a field lies by its `$gt`, `$gte`, `$lt` and `$lte`, which all compare within one type. */
function boundsOf({ path, direction, limit }: Field, conjuncts: Conjunct[]): KeyRange | undefined {
	const comparisons = conjuncts
		.filter((conjunct) => conjunct.path === path)
		.flatMap(({ operand }) => (isDoc(operand) ? Object.entries(operand) : []))
		.filter(([operator, value]) => /^\$[gl]te?$/.test(operator) && value !== null && isScalar(value));
	const tag = comparisons[0] && tagOf(comparisons[0][1]);
	if (tag === undefined || tag === TAG.nan || comparisons.some(([, value]) => tagOf(value) !== tag)) return undefined;
	const type: Buffer = Buffer.from([direction === -1 ? tag ^ 0xff : tag]);
	let lower: Buffer = type;
	let upper: Buffer = after(type);
	for (const [operator, value] of comparisons) {
		const { bytes, truncated } = encodeValue(value, limit, direction === -1);
		if (truncated) continue;
		const atLeast = operator.startsWith('$g') === (direction === 1);
		const edge = operator.endsWith('e') === atLeast ? bytes : after(bytes);
		if (atLeast && Buffer.compare(edge, lower) > 0) lower = edge;
		if (!atLeast && Buffer.compare(edge, upper) < 0) upper = edge;
	}
	return { lower, upper };
}

/** Whether reading the fields forward or in reverse gives the order asked for; fields of one single value don't matter. */
function orderOf(fields: Field[], sort: SortSpec, single: Set<string>): 'forward' | 'reverse' | undefined {
	const wanted = sort.filter(([path]) => !single.has(path));
	if (wanted.length > fields.length) return undefined;
	const turned = wanted[0] && fields[0] ? wanted[0][1] * fields[0].direction : 1;
	const fits = wanted.every(([path, direction], i) => {
		const field = fields[i];
		return field?.path === path && field.direction * turned === direction;
	});
	if (!fits) return undefined;
	return turned === 1 ? 'forward' : 'reverse';
}
