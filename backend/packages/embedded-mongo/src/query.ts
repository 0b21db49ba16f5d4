import { Binary } from 'bson';
import { Aggregator } from 'mingo/aggregator';
import { Context } from 'mingo/core';
import { Lazy, type Iterator as LazyIterator } from 'mingo/lazy';
import * as accumulatorOperators from 'mingo/operators/accumulator';
import * as expressionOperators from 'mingo/operators/expression';
import * as pipelineOperators from 'mingo/operators/pipeline';
import * as projectionOperators from 'mingo/operators/projection';
import * as queryOperators from 'mingo/operators/query';
import { Query } from 'mingo/query';
import type { Options } from 'mingo/types';
import type { Collection } from './catalog';
import { comparisonOperators } from './comparison';
import { type Doc, isDoc } from './documents';
import { EngineError, unsupported } from './errors';
import { type Predicate, compileFilter, readFilter, refuseMistakes } from './filter';
import { type SortSpec, sortKey } from './paths';
import { type Plan, plan } from './planner';
import type { Store, Stored } from './store';

/** What to find. `limit` 0 means all. The filter must come from `readFilter`. */
export interface FindSpec {
	filter: Doc;
	sort: SortSpec;
	skip: number;
	limit: number;
}

/** Finds documents. The caller may or may not see what is written while it iterates. */
export function* find(
	store: Store,
	collection: Collection,
	{ filter, sort, skip, limit }: FindSpec,
): Generator<Stored, void> {
	const chosen = plan(store, collection, filter, sort);
	let unsure = !chosen.exact;
	// If the caller goes on later, a document may have changed since its index entry was read. Then it is tested.
	queueMicrotask(() => (unsure = true));
	let test: Predicate | undefined = unsure ? compileFilter(filter) : undefined;
	const matches = (stored: Stored) => !unsure || (test ??= compileFilter(filter))(stored.doc);
	let found = candidates(store, collection, chosen, sort.length > 0);
	if (!chosen.sorted) found = sorted(found, matches, sort);
	let position = 0;
	for (const stored of found) {
		if (chosen.sorted && !matches(stored)) continue;
		if (++position <= skip) continue;
		yield stored;
		if (limit > 0 && position === skip + limit) return;
	}
}

function* sorted(found: Iterable<Stored>, matches: (stored: Stored) => boolean, sort: SortSpec): Generator<Stored> {
	const all: { key: Buffer; stored: Stored }[] = [];
	for (const stored of found) {
		if (matches(stored)) all.push({ key: sortKey(stored.doc, sort), stored });
	}
	all.sort((a, b) => Buffer.compare(a.key, b.key));
	for (const { stored } of all) yield stored;
}

/** Reads each document of a plan once, in the plan's order if `inOrder` is set. */
function* candidates(
	store: Store,
	collection: Collection,
	{ index, ranges, reverse, sorted }: Plan,
	inOrder: boolean,
): Generator<Stored> {
	const scans = ranges.map((range) => ({ scan: store.scan(range, reverse), skip: range.skip }));
	const keys = inOrder && sorted && scans.length > 1 ? merged(scans, reverse) : chained(scans);
	const seen = index?.unordered ? new Set<string>() : undefined;
	for (const { key, value } of keys) {
		if (!index) {
			yield store.read(key, value);
			continue;
		}
		const id = value.toString('latin1');
		if (seen?.has(id)) continue;
		seen?.add(id);
		const stored = store.get(collection, value);
		if (stored) yield stored;
	}
}

interface Entry {
	key: Buffer;
	value: Buffer;
}

interface Scan {
	scan: Generator<Entry>;
	skip: number;
}

function* chained(scans: Scan[]): Generator<Entry> {
	for (const { scan } of scans) yield* scan;
}

/** Merges sorted scans into one sorted scan. */
function* merged(scans: Scan[], reverse: boolean): Generator<Entry> {
	const heads = scans.flatMap(({ scan, skip }) => {
		const next = scan.next();
		return next.done ? [] : [{ scan, skip, entry: next.value }];
	});
	for (;;) {
		let least = heads[0];
		if (!least) return;
		for (const head of heads) {
			const order = Buffer.compare(head.entry.key.subarray(head.skip), least.entry.key.subarray(least.skip));
			if (reverse ? order > 0 : order < 0) least = head;
		}
		yield least.entry;
		const next = least.scan.next();
		if (next.done) heads.splice(heads.indexOf(least), 1);
		else least.entry = next.value;
	}
}

const query = { ...queryOperators, ...comparisonOperators };
const projectionContext = Context.init({ query, expression: expressionOperators, projection: projectionOperators });

/** Reduces documents to the fields of a projection. The positional `$` depends on `filter`. */
export function* project(docs: Iterable<Doc>, projection: Doc, filter: Doc): Generator<Doc> {
	const positional = Object.keys(projection).some((path) => path.endsWith('.$'));
	const cursor = refuseMistakes(() =>
		new Query<Doc>(positional ? filter : {}, { context: projectionContext, scriptEnabled: false }).find<Doc>(
			docs,
			readFilter(projection),
		),
	);
	while (refuseMistakes(() => cursor.hasNext())) yield refuseMistakes(() => cursor.next());
}

/** The supported stages of aggregations. Stages that write or read other collections are not supported. */
const STAGES = [
	'$addFields',
	'$bucket',
	'$count',
	'$facet',
	'$group',
	'$limit',
	'$match',
	'$project',
	'$replaceRoot',
	'$replaceWith',
	'$set',
	'$skip',
	'$sort',
	'$sortByCount',
	'$unset',
	'$unwind',
];

const aggregationContext = Context.init({
	query,
	accumulator: accumulatorOperators,
	expression: expressionOperators,
	projection: projectionOperators,
	pipeline: {
		...pipelineOperators,
		/** Sorts in the order of the indexes, unlike mingo. */
		$sort: (docs: LazyIterator, spec: unknown, _options: Options) => {
			const sort = readSort(spec);
			return docs.transform<Doc>((all) =>
				Lazy(
					all
						.map((doc) => ({ doc, key: sortKey(doc, sort) }))
						.sort((a, b) => Buffer.compare(a.key, b.key))
						.map(({ doc }) => doc),
				),
			);
		},
		/** Gives no document if there is nothing to count, unlike mingo. */
		$count: (docs: LazyIterator, field: string, _options: Options) =>
			docs.transform<Doc>((all) => Lazy(all.length === 0 ? [] : [{ [field]: all.length }])),
	},
});

/** Reads a sort specification. Throws `BadValue` for anything but fields with 1 or -1. */
export function readSort(spec: unknown): SortSpec {
	if (!isDoc(spec)) throw new EngineError('BadValue', 'A sort has to be a document.');
	return Object.entries(spec).map(([path, direction]) => {
		if (direction !== 1 && direction !== -1) {
			throw isDoc(direction)
				? unsupported('sorting by $meta')
				: new EngineError('BadValue', `Sort ${path} by 1 or -1.`);
		}
		return [path, direction];
	});
}

/** Runs an aggregation. A `$match`, `$sort` and `$limit` at its beginning use the indexes. */
export function aggregate(store: Store, collection: Collection | undefined, pipeline: Doc[]): Iterable<Doc> {
	const stages = pipeline.map((stage) => {
		const [name, ...others] = Object.keys(stage);
		if (name === undefined || others.length > 0) {
			throw new EngineError('FailedToParse', 'A pipeline stage has to have exactly one field.');
		}
		if (!name.startsWith('$')) {
			throw new EngineError('UnrecognizedPipelineStage', `Unrecognized pipeline stage name: '${name}'`);
		}
		if (!STAGES.includes(name)) throw unsupported(`the aggregation stage ${name}`);
		return readFilter(stage);
	});
	if (JSON.stringify(pipeline).includes('$$NOW')) throw unsupported('$$NOW');
	const spec: FindSpec = { filter: {}, sort: [], skip: 0, limit: 0 };
	if (isDoc(stages[0]?.['$match'])) spec.filter = readFilterOf(stages.shift());
	if (stages[0] && '$sort' in stages[0]) spec.sort = readSort(stages.shift()?.['$sort']);
	if (typeof stages[0]?.['$limit'] === 'number') spec.limit = stages[0]['$limit'];
	const docs = collection ? documentsOf(find(store, collection, spec)) : [];
	if (stages.length === 0) return docs;
	return refuseMistakes(() =>
		new Aggregator(stages, { context: aggregationContext, scriptEnabled: false }).run<Doc>(comparable(docs)),
	);
}

function readFilterOf(stage: Doc | undefined): Doc {
	const filter = stage?.['$match'];
	return isDoc(filter) ? filter : {};
}

function* documentsOf(found: Iterable<Stored>): Generator<Doc> {
	for (const { doc } of found) yield doc;
}

/** mingo compares objects by their text. The text of a plain `Binary` loses bytes, so different values look equal. */
class ComparableBinary extends Binary {
	override toString(): string {
		return `${this.sub_type}:${super.toString('base64')}`;
	}
}

function* comparable(docs: Iterable<Doc>): Generator<Doc> {
	for (const doc of docs) {
		makeComparable(doc);
		yield doc;
	}
}

function makeComparable(container: Doc | unknown[]): void {
	for (const [key, value] of Object.entries(container)) {
		if (value instanceof Binary) {
			Reflect.set(container, key, new ComparableBinary(value.buffer.subarray(0, value.position), value.sub_type));
		} else if (Array.isArray(value) || isDoc(value)) makeComparable(value);
	}
}
