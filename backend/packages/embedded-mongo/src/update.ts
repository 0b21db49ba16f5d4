import { ObjectId } from 'bson';
import type { Index } from './catalog';
import { type Doc, isArray, isDoc } from './documents';
import { EngineError, unsupported } from './errors';
import { type Predicate, compileFilter, conjunctsOf, isOperators, readFilter } from './filter';
import { compareValues, sameValue } from './keys';
import { sortKey } from './paths';
import { readSort } from './query';

/**
 * MongoDB's update operators (https://www.mongodb.com/docs/manual/reference/operator/update/). mingo's are not used,
 * because they silently ignore what MongoDB refuses (e.g. `$push` to a number) and cannot set two fields of one array
 * element.
 */

/** What an update depends on beside its operators. */
export interface UpdateContext {
	/** The filter that found the document, from `readFilter`. The positional `$` depends on it. */
	filter: Doc;
	arrayFilters: Doc[];
	/** Whether an upsert inserts the document, so that `$setOnInsert` applies. */
	inserting: boolean;
	now: Date;
}

type Container = Doc | unknown[];

interface Target {
	container: Container;
	key: string;
}

type Operator = (target: Target, argument: unknown, path: string) => void;

/** Whether an update replaces the whole document, rather than using operators. Throws if it mixes both. */
export function isReplacement(update: Doc): boolean {
	const keys = Object.keys(update);
	const operators = keys.filter((key) => key.startsWith('$')).length;
	if (operators > 0 && operators < keys.length) {
		throw new EngineError('FailedToParse', 'An update has either operators or fields, not both.');
	}
	return operators === 0;
}

/** Changes `doc` in place by the operators of `update`. If it throws, `doc` may be half changed. */
export function applyUpdate(doc: Doc, update: Doc, context: UpdateContext): void {
	const changes = Object.entries(update).flatMap(([name, fields]) => {
		if (!isDoc(fields)) throw new EngineError('FailedToParse', `${name} needs a document of fields.`);
		return Object.entries(fields).map(([path, argument]) => ({ name, path, argument }));
	});
	refuseConflicts(
		changes.flatMap(({ name, path, argument }) => (name === '$rename' ? [path, String(argument)] : [path])),
	);
	const elements = new ElementFinder(doc, context);
	for (const { name, path, argument } of changes) {
		const operator = operatorNamed(name, doc, context);
		for (const concrete of elements.expand(path)) {
			const target = locate(doc, concrete, !LEAVES_MISSING.has(name));
			if (target) operator(target, argument, path);
		}
	}
	elements.refuseUnusedFilters();
}

/** Makes a function that says whether an update may change a document's entries in an index. */
export function concernedBy(update: Doc): (index: Index) => boolean {
	const changed = new Set(
		Object.entries(update)
			.flatMap(([name, fields]) =>
				Object.entries(isDoc(fields) ? fields : {}).flatMap(([path, argument]) =>
					name === '$rename' ? [path, String(argument)] : [path],
				),
			)
			.map(firstOf),
	);
	return ({ spec, fields }) =>
		fields.some(([path]) => changed.has(firstOf(path))) ||
		Object.keys(spec.partialFilterExpression ?? {}).some((key) => key.startsWith('$') || changed.has(firstOf(key)));
}

const firstOf = (path: string) => path.split('.', 1)[0];

/** Operators that leave a missing field missing. */
const LEAVES_MISSING = new Set(['$unset', '$pop', '$pull', '$pullAll', '$rename']);

function operatorNamed(name: string, doc: Doc, { inserting, now }: UpdateContext): Operator {
	switch (name) {
		case '$setOnInsert':
			return inserting ? set : () => undefined;
		case '$currentDate':
			return (target, argument) => {
				if (argument !== true && !(isDoc(argument) && argument['$type'] === 'date')) {
					throw unsupported('$currentDate with anything but dates');
				}
				write(target, new Date(now));
			};
		case '$rename':
			return (target, argument, path) => {
				if (typeof argument !== 'string') throw new EngineError('BadValue', `$rename ${path} needs a name.`);
				const value = read(target);
				if (value === undefined) return;
				erase(target);
				const destination = locate(doc, argument.split('.'), true);
				if (destination) write(destination, value);
			};
		default: {
			const operator = OPERATORS[name];
			if (operator) return operator;
			throw name === '$bit' ? unsupported('$bit') : new EngineError('FailedToParse', `Unknown modifier: ${name}`);
		}
	}
}

const set: Operator = (target, argument) => {
	write(target, argument);
};

const OPERATORS: Partial<Record<string, Operator>> = {
	$set: set,
	$unset: (target) => {
		erase(target);
	},
	$inc: arithmetic('increment', (value, by) => value + by),
	$mul: arithmetic('multiply', (value, by) => value * by),
	$min: (target, argument) => {
		const value = read(target);
		if (value === undefined || compareValues(argument, value) < 0) write(target, argument);
	},
	$max: (target, argument) => {
		const value = read(target);
		if (value === undefined || compareValues(argument, value) > 0) write(target, argument);
	},
	$push: (target, argument, path) => {
		const { items, position, slice, sort } = readPush(argument);
		const array = arrayAt(target, path, '$push');
		array.splice(position ?? array.length, 0, ...items);
		if (sort !== undefined) array.sort(comparisonBy(sort));
		if (slice !== undefined) {
			if (slice < 0) array.splice(0, Math.max(0, array.length + slice));
			else array.splice(slice);
		}
	},
	$addToSet: (target, argument, path) => {
		const items = isDoc(argument) && '$each' in argument ? eachOf(argument, '$addToSet') : [argument];
		const array = arrayAt(target, path, '$addToSet');
		for (const item of items) {
			if (!array.some((other) => sameValue(other, item))) array.push(item);
		}
	},
	$pop: (target, argument, path) => {
		if (argument !== 1 && argument !== -1) throw new EngineError('FailedToParse', '$pop takes 1 or -1.');
		const array = existingArray(target, path, '$pop');
		if (argument === 1) array?.pop();
		else array?.shift();
	},
	$pull: (target, argument, path) => {
		const array = existingArray(target, path, '$pull');
		if (array) write(target, array.filter(negated(elementTest(argument))));
	},
	$pullAll: (target, argument, path) => {
		if (!Array.isArray(argument)) throw new EngineError('BadValue', '$pullAll needs an array.');
		const array = existingArray(target, path, '$pullAll');
		if (array) {
			write(
				target,
				array.filter((item) => !argument.some((other) => sameValue(item, other))),
			);
		}
	},
};

function arithmetic(verb: string, compute: (value: number, by: number) => number): Operator {
	return (target, by, path) => {
		const value = read(target) === undefined ? 0 : read(target);
		if (typeof by !== 'number' || typeof value !== 'number') {
			throw new EngineError('TypeMismatch', `Cannot ${verb} ${path}: both sides have to be numbers.`);
		}
		write(target, compute(value, by));
	};
}

function readPush(argument: unknown) {
	if (!isDoc(argument) || !('$each' in argument)) return { items: [argument] };
	const foreign = Object.keys(argument).find((key) => !['$each', '$position', '$slice', '$sort'].includes(key));
	if (foreign !== undefined) throw new EngineError('BadValue', `Unrecognized clause in $push: ${foreign}`);
	return {
		items: eachOf(argument, '$push'),
		position: integer(argument, '$position'),
		slice: integer(argument, '$slice'),
		sort: argument['$sort'],
	};
}

function eachOf(argument: Doc, operator: string): unknown[] {
	const items = argument['$each'];
	if (!Array.isArray(items)) throw new EngineError('TypeMismatch', `$each of ${operator} needs an array.`);
	return items;
}

function integer(argument: Doc, name: string): number | undefined {
	const value = argument[name];
	if (value === undefined) return undefined;
	if (typeof value !== 'number' || !Number.isInteger(value)) {
		throw new EngineError('BadValue', `${name} needs an integer.`);
	}
	return value;
}

function comparisonBy(sort: unknown): (a: unknown, b: unknown) => number {
	if (sort === 1 || sort === -1) return (a, b) => sort * compareValues(a, b);
	const spec = readSort(sort);
	const key = (item: unknown) => sortKey(isDoc(item) ? item : {}, spec);
	return (a, b) => Buffer.compare(key(a), key(b));
}

/** Tests which elements `$pull` removes: equal values, or those that meet operators or conditions on their fields. */
function elementTest(condition: unknown): (item: unknown) => boolean {
	const { condition: operand } = readFilter({ condition });
	if (isOperators(operand) || operand instanceof RegExp) {
		const matches = compileFilter({ item: operand });
		return (item) => matches({ item });
	}
	if (isDoc(operand)) {
		const matches = compileFilter(operand);
		return (item) => isDoc(item) && matches(item);
	}
	return (item) => sameValue(item, condition);
}

function negated<T>(test: (item: T) => boolean): (item: T) => boolean {
	return (item) => !test(item);
}

/** Refuses two changes of the same field, or of a field and a part of it. */
function refuseConflicts(paths: string[]): void {
	const sorted = paths.map((path) => `${path}.`).sort();
	sorted.forEach((path, i) => {
		const next = sorted[i + 1];
		if (next?.startsWith(path)) {
			throw new EngineError(
				'ConflictingUpdateOperators',
				`Updating the path '${next.slice(0, -1)}' would create a conflict at '${path.slice(0, -1)}'`,
			);
		}
	});
}

/** Replaces `$`, `$[]` and `$[name]` in paths by the positions of the elements. */
class ElementFinder {
	readonly #filters = new Map<string, { matches: Predicate; used: boolean }>();

	constructor(
		readonly doc: Doc,
		readonly context: UpdateContext,
	) {
		for (const filter of context.arrayFilters) {
			const read = readFilter(filter);
			const name = nameOf(read);
			if (name === undefined || this.#filters.has(name)) {
				throw new EngineError(
					'FailedToParse',
					'Each array filter has to name one element, and each a different one.',
				);
			}
			this.#filters.set(name, { matches: compileFilter(read), used: false });
		}
	}

	expand(path: string): string[][] {
		let expanded: string[][] = [[]];
		for (const segment of path.split('.')) {
			expanded = segment.startsWith('$')
				? expanded.flatMap((parent) =>
						this.#positions(parent, segment, path).map((i) => [...parent, String(i)]),
					)
				: expanded.map((parent) => [...parent, segment]);
		}
		return expanded;
	}

	refuseUnusedFilters(): void {
		for (const [name, { used }] of this.#filters) {
			if (!used)
				throw new EngineError('FailedToParse', `The array filter for '${name}' was not used in the update.`);
		}
	}

	#positions(parent: string[], segment: string, path: string): number[] {
		const array = this.#arrayAt(parent);
		if (segment === '$') return [this.#matched(parent.join('.'), array ?? [])];
		const name = /^\$\[(\w*)\]$/.exec(segment)?.[1];
		if (name === undefined)
			throw new EngineError('BadValue', `The path '${path}' has a field that begins with '$'.`);
		if (!array) throw new EngineError('BadValue', `The path '${parent.join('.')}' has to exist and be an array.`);
		if (name === '') return array.map((_, i) => i);
		const filter = this.#filters.get(name);
		if (!filter)
			throw new EngineError('BadValue', `No array filter found for identifier '${name}' in path '${path}'`);
		filter.used = true;
		return array.flatMap((item, i) => (filter.matches({ [name]: item }) ? [i] : []));
	}

	#arrayAt(path: string[]): unknown[] | undefined {
		const target = locate(this.doc, path, false);
		const value = target && read(target);
		return Array.isArray(value) ? value : undefined;
	}

	/** The first element that meets all conditions of the filter on its array. */
	#matched(path: string, array: unknown[]): number {
		const conjuncts = conjunctsOf(this.context.filter).filter(
			(conjunct) => conjunct.path === path || conjunct.path.startsWith(`${path}.`),
		);
		const tests = conjuncts.map((conjunct) => compileFilter({ [conjunct.path]: conjunct.operand }));
		const found = array.findIndex((item) => {
			const alone: Doc = {};
			const target = locate(alone, path.split('.'), true);
			if (target) write(target, [item]);
			return tests.every((matches) => matches(alone));
		});
		if (tests.length === 0 || found === -1) {
			throw new EngineError('BadValue', 'The positional operator did not find the match needed from the query.');
		}
		return found;
	}
}

function nameOf(filter: Doc): string | undefined {
	const names = Object.entries(filter).map(([key, value]) =>
		key.startsWith('$') && Array.isArray(value) ? value.filter(isDoc).map(nameOf)[0] : key.split('.')[0],
	);
	return new Set(names).size === 1 ? names[0] : undefined;
}

/**
 * Finds the container and the key of a path. With `make`, missing documents on the way are created; without it, the
 * answer is `undefined` if one is missing. Throws `PathNotViable` if the path leads through a value that has no fields.
 */
function locate(doc: Doc, path: string[], make: boolean): Target | undefined {
	let container: Container = doc;
	for (const [i, key] of path.entries()) {
		if (Array.isArray(container) && !/^\d+$/.test(key)) {
			if (!make) return undefined;
			throw new EngineError(
				'PathNotViable',
				`Cannot create field '${key}' in an array (path '${path.join('.')}')`,
			);
		}
		const target: Target = { container, key };
		if (i === path.length - 1) return target;
		let next = read(target);
		if (next === undefined && make) {
			next = {};
			write(target, next);
		}
		if (Array.isArray(next) || isDoc(next)) container = next;
		else if (make) {
			throw new EngineError(
				'PathNotViable',
				`Cannot create field '${path[i + 1] ?? ''}' in '${key}', which has none`,
			);
		} else return undefined;
	}
	return undefined;
}

function read({ container, key }: Target): unknown {
	if (Array.isArray(container)) return container[Number(key)];
	return Object.hasOwn(container, key) ? container[key] : undefined;
}

function write({ container, key }: Target, value: unknown): void {
	if (Array.isArray(container)) {
		const index = Number(key);
		if (index > container.length + 1_500_000) throw new EngineError('BadValue', `The index ${key} is too large.`);
		while (container.length < index) container.push(null);
		container[index] = value;
	} else {
		Object.defineProperty(container, key, { value, writable: true, enumerable: true, configurable: true });
	}
}

function erase(target: Target): void {
	if (read(target) === undefined) return;
	if (Array.isArray(target.container)) target.container[Number(target.key)] = null;
	else Reflect.deleteProperty(target.container, target.key);
}

function existingArray(target: Target, path: string, operator: string): unknown[] | undefined {
	const value = read(target);
	if (value === undefined || isArray(value)) return value;
	throw new EngineError('BadValue', `Cannot apply ${operator} to ${path}: it is no array.`);
}

/** A copy of the array to change. The original may be an argument of the update, which must not change. */
function arrayAt(target: Target, path: string, operator: string): unknown[] {
	const array = [...(existingArray(target, path, operator) ?? [])];
	write(target, array);
	return array;
}

/** The document that an upsert starts with: the fields that the filter compares with one value, and an `_id`. */
export function documentFromFilter(filter: Doc): Doc {
	const doc: Doc = {};
	for (const { path, operand } of conjunctsOf(filter)) {
		const value = isOperators(operand) ? operand['$eq'] : operand;
		if (value === undefined || value instanceof RegExp) continue;
		const target = locate(doc, path.split('.'), true);
		if (target) write(target, value);
	}
	return doc;
}

/** The document with its `_id` first, as in MongoDB. If it has none, a new one is added. */
export function withId(doc: Doc): Doc {
	const { _id, ...rest } = doc;
	return { _id: _id ?? (Object.hasOwn(doc, '_id') ? null : new ObjectId()), ...rest };
}
