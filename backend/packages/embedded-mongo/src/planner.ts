import { ObjectId, UUID } from 'bson';
import type { Collection, Index } from './catalog';
import { type Doc, isDoc } from './documents';
import { type Conjunct, conjunctsOf, isConjunction, isOperators } from './filter';
import { type EncodedValue, TAG, after, encodeValue, sameValue, tagOf } from './keys';
import type { Direction, SortSpec } from './paths';
import { type KeyRange, MAX_ID_BYTES, type Store, fieldLimit, trailingDirection } from './store';

/** How the documents that a filter may match are read. */
export interface Plan {
	/** The index to read. Without one, the documents themselves are read, in the order of `_id`. */
	index: Index | undefined;
	/**
	 * The ranges to read. The first `skip` bytes of a range's keys are equal; ranges are merged by the bytes after
	 * them.
	 */
	ranges: (KeyRange & { skip: number })[];
	reverse: boolean;
	/** Whether the plan gives documents in the requested order. */
	sorted: boolean;
	/** Whether every document in the ranges matches the filter, unless it has changed since its entry was read. */
	exact: boolean;
}

/** The most ranges that are read for the values of `$in`. */
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
 * Finds the cheapest way to read all documents that a filter of `readFilter` may match. The best index begins with
 * fields that the filter compares with one value, or with several (`$in`). After those, it helps if the next field has
 * a range, and then if the index has the requested order.
 */
export function plan(store: Store, collection: Collection, filter: Doc, sort: SortSpec): Plan {
	const conjuncts = conjunctsOf(filter);
	let best = planFor(primary(store, collection), conjuncts, sort);
	// No index can lead to fewer documents than their ids do.
	if (!best.unique) {
		for (const candidate of candidates(store, collection, conjuncts)) {
			const found = planFor(candidate, conjuncts, sort);
			if (found.score > best.score) best = found;
		}
	}
	best.plan.exact &&= isConjunction(filter);
	return best.plan;
}

/** The way that reads the documents themselves, in the order of their ids. */
const primary = (store: Store, collection: Collection): Candidate => ({
	index: undefined,
	prefix: store.documentRange(collection).lower,
	fields: [{ path: '_id', direction: 1, limit: MAX_ID_BYTES }],
	unordered: false,
});

function candidates(store: Store, collection: Collection, conjuncts: Conjunct[]): Candidate[] {
	const usable = collection.indexes.filter((index) => index.ready && holdsAllOf(index, conjuncts));
	return usable.map((index) => {
		const limit = fieldLimit(index);
		const fields = index.fields.map(([path, direction]) => ({ path, direction, limit }));
		const trailing = { path: '_id', direction: trailingDirection(index), limit: MAX_ID_BYTES };
		return {
			index,
			prefix: store.indexRange(index).lower,
			fields: fields.some(({ path }) => path === '_id') ? fields : [...fields, trailing],
			unordered: index.unordered,
		};
	});
}

/** Whether the index, which may be sparse or partial, has every document that meets the conditions. */
function holdsAllOf(index: Index, conjuncts: Conjunct[]): boolean {
	const demandsValue = (path: string) =>
		conjuncts.some((conjunct) => {
			const values = conjunct.path === path ? equalTo(conjunct.operand) : undefined;
			return values?.every((value) => value !== null) ?? false;
		});
	if (index.spec.sparse && !index.fields.some(([path]) => demandsValue(path))) return false;
	return conditionsOf(index).every(
		(condition) =>
			conjuncts.some((conjunct) => sameCondition(conjunct, condition)) ||
			(isDoc(condition.operand) &&
				sameValue(condition.operand, { $exists: true }) &&
				demandsValue(condition.path)),
	);
}

/** The conditions that every document of a partial index meets. */
const conditionsOf = (index: Index | undefined): Conjunct[] =>
	Object.entries(index?.spec.partialFilterExpression ?? {}).map(([path, operand]) => ({ path, operand }));

function sameCondition(a: Conjunct, b: Conjunct): boolean {
	const normal = ({ operand }: Conjunct) => (isOperators(operand) ? operand : { $eq: operand });
	try {
		return a.path === b.path && sameValue(normal(a), normal(b));
	} catch {
		return false;
	}
}

/**
 * The values one of which the field must equal; undefined if the condition is another, or an index cannot find them.
 */
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

/**
 * Whether the documents that meet the condition are exactly those with an index entry for one of these values. This
 * does not hold for NaN, nor for fields within arrays of documents.
 */
function isExactly({ path, operand }: Conjunct, values: unknown[]): boolean {
	return !path.includes('.') && (!isDoc(operand) || Object.keys(operand).length === 1) && !values.some(Number.isNaN);
}

function planFor(candidate: Candidate, conjuncts: Conjunct[], sort: SortSpec) {
	const { index, fields, unordered } = candidate;
	let prefixes = [candidate.prefix];
	let used = 0;
	const met = new Set<Conjunct>();
	const single = new Set<string>();
	for (const { path, direction, limit } of fields) {
		const condition = conjuncts.find((conjunct) => conjunct.path === path && equalTo(conjunct.operand));
		if (!condition) break;
		const values = equalTo(condition.operand) ?? [];
		const encoded = distinct(values, (value) => encodeValue(value, limit, direction === -1));
		if (prefixes.length * encoded.length > MOST_RANGES) break;
		prefixes = prefixes.flatMap((prefix) => encoded.map((bytes) => Buffer.concat([prefix, bytes])));
		if (encoded.length === 1) single.add(path);
		if (isExactly(condition, values)) met.add(condition);
		used++;
	}
	const next = unordered ? undefined : fields[used];
	const bounds = next && boundsOf(next, conjuncts);
	for (const conjunct of bounds?.met ?? []) met.add(conjunct);
	const exact = conjuncts.every(
		(conjunct) => met.has(conjunct) || conditionsOf(index).some((condition) => sameCondition(conjunct, condition)),
	);
	const order = unordered ? undefined : orderOf(fields.slice(used), sort, single);
	const ranges = prefixes.map((prefix) => ({
		lower: bounds ? Buffer.concat([prefix, bounds.lower]) : prefix,
		upper: bounds ? Buffer.concat([prefix, bounds.upper]) : after(prefix),
		skip: prefix.length,
	}));
	const unique = used >= (index?.fields.length ?? 1) && (index === undefined || index.spec.unique === true);
	return {
		plan: { index, ranges, reverse: order === 'reverse', sorted: order !== undefined, exact },
		unique,
		score: used * 4 + (unique ? 100 : 0) + (bounds ? 2 : 0) + (order && sort.length > 0 ? 3 : 0),
	};
}

/** Encodes the values and drops duplicates. */
function distinct(values: unknown[], encode: (value: unknown) => EncodedValue): Buffer[] {
	return [...new Map(values.map(encode).map(({ bytes }) => [bytes.toString('latin1'), bytes])).values()];
}

/**
 * The range of bytes that the field's `$gt`, `$gte`, `$lt` and `$lte` allow, which compare values of one type only.
 * `met` are the conditions that this range expresses completely.
 */
function boundsOf(
	{ path, direction, limit }: Field,
	conjuncts: Conjunct[],
): (KeyRange & { met: Conjunct[] }) | undefined {
	const asked = conjuncts.filter((conjunct) => conjunct.path === path && isDoc(conjunct.operand));
	const comparisonsOf = ({ operand }: Conjunct) =>
		Object.entries(isDoc(operand) ? operand : {}).filter(
			([operator, value]) => /^\$[gl]te?$/.test(operator) && value !== null && isScalar(value),
		);
	const comparisons = asked.flatMap(comparisonsOf);
	const tag = comparisons[0] && tagOf(comparisons[0][1]);
	if (tag === undefined || tag === TAG.nan || comparisons.some(([, value]) => tagOf(value) !== tag)) return undefined;
	const type: Buffer = Buffer.from([direction === -1 ? tag ^ 0xff : tag]);
	let lower: Buffer = type;
	let upper: Buffer = after(type);
	let whole = !path.includes('.');
	for (const [operator, value] of comparisons) {
		const { bytes, truncated } = encodeValue(value, limit, direction === -1);
		if (truncated) {
			whole = false;
			continue;
		}
		const atLeast = operator.startsWith('$g') === (direction === 1);
		const edge = operator.endsWith('e') === atLeast ? bytes : after(bytes);
		if (atLeast && Buffer.compare(edge, lower) > 0) lower = edge;
		if (!atLeast && Buffer.compare(edge, upper) < 0) upper = edge;
	}
	const saysNoMore = (conjunct: Conjunct) =>
		isDoc(conjunct.operand) && comparisonsOf(conjunct).length === Object.keys(conjunct.operand).length;
	return { lower, upper, met: whole ? asked.filter(saysNoMore) : [] };
}

/** How to read the fields to get the requested order. Fields that the filter fixes to a single value do not matter. */
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
