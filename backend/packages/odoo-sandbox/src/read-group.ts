import { parseDomain, type Domain } from './domain';
import { pythonRepr } from './python-repr';
import { aggregate, parseAggregate, type Aggregate } from './aggregate';
import { valueError } from './errors';
import { searchIds } from './evaluate-domain';
import { isStored } from './fields';
import { groupKey, parseGroupBy, type GroupBy, type GroupKey } from './group-by';
import type { Row } from './journal';
import type { Model } from './model';
import type { Env } from './orm';

/** What it costs to work a value into its group, in the units of `Draft.work`. */
const VALUE_WORK = 1000;

interface Group {
	readonly keys: readonly GroupKey[];
	readonly rows: readonly Row[];
}

interface ReadGroupArgs {
	readonly domain: unknown;
	readonly fields: readonly string[];
	readonly groupby: readonly string[];
	readonly offset: number | null;
	readonly limit: number | null;
	readonly orderby: string | null;
	readonly lazy: boolean;
}

/** `read_group`, as Odoo has it up to 19: groups by the first field alone when `lazy`. */
export function readGroup(env: Env, model: Model, args: ReadGroupArgs): Record<string, unknown>[] {
	const groupBy = args.groupby.map((spec) => parseGroupBy(env, model, spec, 'month'));
	const used = args.lazy ? groupBy.slice(0, 1) : groupBy;
	const aggregates = args.fields.flatMap((spec) => readGroupAggregate(model, spec));
	const groups = groupRows(env, model, args.domain, used);
	const [first] = used;
	const countName = args.lazy && first && used.length === 1 ? `${first.field}_count` : '__count';
	const records = groups.map((group) => ({
		group,
		record: {
			...Object.fromEntries(used.map((by, index) => [by.spec, group.keys[index]?.label ?? false])),
			[countName]: group.rows.length,
			__count: group.rows.length,
			...aggregateGroup(env, model, aggregates, group),
		},
	}));
	const sorted = sortGroups(records, args.orderby, used, countName);
	const rest = args.groupby.slice(1);
	return page(sorted, args).map(({ group, record }) => {
		const { __count, ...shown } = record;
		return {
			...shown,
			...(countName === '__count' ? { __count } : {}),
			__domain: joinDomain(group, args.domain),
			...(args.lazy && rest.length > 0 ? { __context: { group_by: rest } } : {}),
			...(env.version >= 15 ? rangesOf(used, group) : {}),
		};
	});
}

interface FormattedArgs {
	readonly domain: unknown;
	readonly groupby: readonly string[];
	readonly aggregates: readonly string[];
	readonly having: readonly unknown[];
	readonly offset: number | null;
	readonly limit: number | null;
	readonly order: string | null;
}

/** `formatted_read_group`, which takes the place of `read_group` from Odoo 19 on. */
export function formattedReadGroup(env: Env, model: Model, args: FormattedArgs): Record<string, unknown>[] {
	const groupBy = args.groupby.map((spec) => parseGroupBy(env, model, spec, null));
	const aggregates = args.aggregates.map((spec) => parseAggregate(model, spec));
	const having = parseDomain(args.having);
	const records = groupRows(env, model, args.domain, groupBy)
		.map((group) => ({
			group,
			record: {
				...Object.fromEntries(groupBy.map((by, index) => [by.spec, group.keys[index]?.bounds ?? false])),
				__extra_domain: extraDomain(group),
				...aggregateGroup(env, model, aggregates, group),
			},
		}))
		.filter(({ record }) => holds(having, record));
	return page(sortGroups(records, args.order, groupBy, '__count'), args).map(({ record }) => record);
}

/** What a name in `read_group`'s fields adds up: `name:function(field)`, `field:function`, or the field's own way. */
function readGroupAggregate(model: Model, spec: string): Aggregate[] {
	if (spec === '__count') return [];
	const [, name, func, inner] = /^(\w+)(?::(\w+)(?:\((\w+)\))?)?$/.exec(spec) ?? [];
	if (!name) throw valueError(`Invalid field specification ${pythonRepr(spec)}.`);
	if (func) return [{ ...parseAggregate(model, `${inner ?? name}:${func}`), name }];
	const field = model.fields.get(name);
	if (!field) throw valueError(`Invalid field ${pythonRepr(name)} on model ${pythonRepr(model.name)}`);
	if (field.type !== 'integer' && field.type !== 'float' && field.type !== 'monetary') return [];
	if (field.aggregator === null || !isStored(field)) return [];
	return [{ ...parseAggregate(model, `${name}:${field.aggregator ?? 'sum'}`), name }];
}

function groupRows(env: Env, model: Model, criteria: unknown, groupBy: readonly GroupBy[]): Group[] {
	const table = env.draft.rows(model.name);
	const rows = searchIds(env, model, parseDomain(criteria ?? [])).map((id) => table.get(id) ?? { id });
	if (groupBy.length === 0) return [{ keys: [], rows }];
	const groups = new Map<string, { keys: GroupKey[]; rows: Row[] }>();
	// A field that comes again makes no further groups, however many values it has.
	const distinct = [...new Map(groupBy.map((by) => [by.spec, by])).values()];
	const places = groupBy.map(({ spec }) => distinct.findIndex((by) => by.spec === spec));
	for (const row of rows) {
		env.draft.work(VALUE_WORK * (distinct.length + 1));
		for (const combined of combinations(distinct.map((by) => groupKey(env, model, row, by)))) {
			const keys = places.flatMap((place) => combined[place] ?? []);
			const id = JSON.stringify(keys.map((key) => key.value));
			const group = groups.get(id);
			if (group) group.rows.push(row);
			else groups.set(id, { keys, rows: [row] });
		}
	}
	return [...groups.values()].sort((left, right) => compareKeys(left.keys, right.keys));
}

/** A record is in one group for each value of a many2many. */
function combinations(keys: readonly (readonly GroupKey[])[]): GroupKey[][] {
	return keys.reduce<GroupKey[][]>(
		(heads, tails) => heads.flatMap((head) => tails.map((tail) => [...head, tail])),
		[[]],
	);
}

function compareKeys(left: readonly GroupKey[], right: readonly GroupKey[]): number {
	for (const [index, key] of left.entries()) {
		const difference = compareValues(key.sort, right[index]?.sort ?? false);
		if (difference !== 0) return difference;
	}
	return 0;
}

/** Unset comes last. */
function compareValues(left: unknown, right: unknown): number {
	if (left === right) return 0;
	if (left === false && typeof right !== 'boolean') return 1;
	if (right === false && typeof left !== 'boolean') return -1;
	if (typeof left === 'number' && typeof right === 'number') return left - right;
	return String(left) < String(right) ? -1 : 1;
}

function aggregateGroup(
	env: Env,
	model: Model,
	aggregates: readonly Aggregate[],
	group: Group,
): Record<string, unknown> {
	const byName = new Map(aggregates.map((each) => [each.name, each]));
	return Object.fromEntries(
		[...byName].map(([name, each]) => {
			env.draft.work(VALUE_WORK * group.rows.length);
			return [name, aggregate(env, model, each, group.rows)];
		}),
	);
}

interface Shown {
	readonly group: Group;
	readonly record: Readonly<Record<string, unknown>>;
}

function sortGroups<T extends Shown>(
	records: readonly T[],
	order: string | null,
	groupBy: readonly GroupBy[],
	countName: string,
): T[] {
	if (!order) return [...records];
	// What comes again decides nothing.
	const terms = [...new Set(order.split(','))].map((term) => {
		const [name = '', direction = 'asc'] = term.trim().split(/\s+/);
		const index = groupBy.findIndex((by) => by.spec === name || by.field === name);
		if (index >= 0) return { sign: sign(direction), key: ({ group }: T): unknown => group.keys[index]?.sort };
		const column = name === '__count' ? countName : name;
		if (records.some(({ record }) => !Object.hasOwn(record, column))) {
			throw valueError(`Order term ${pythonRepr(term.trim())} is not a valid aggregate nor valid groupby`);
		}
		return { sign: sign(direction), key: ({ record }: T): unknown => record[column] };
	});
	return [...records].sort((left, right) => {
		for (const { sign: factor, key } of terms) {
			const difference = factor * compareValues(key(left), key(right));
			if (difference !== 0) return difference;
		}
		return 0;
	});
}

const sign = (direction: string) => (direction.toLowerCase() === 'desc' ? -1 : 1);

function page<T>(
	items: readonly T[],
	{ offset, limit }: { readonly offset: number | null; readonly limit: number | null },
): T[] {
	return items.slice(offset ?? 0, limit ? (offset ?? 0) + limit : undefined);
}

/** The domain of a group's records, beside the one they were searched with. */
function extraDomain(group: Group): unknown[] {
	const conditions = group.keys.flatMap((key) => key.domain);
	if (conditions.length === 0) return [[1, '=', 1]];
	return [...new Array<string>(conditions.length - 1).fill('&'), ...conditions];
}

function joinDomain(group: Group, criteria: unknown): unknown[] {
	const searched: readonly unknown[] = Array.isArray(criteria) ? criteria : [];
	return searched.length > 0 && group.keys.length > 0
		? ['&', ...extraDomain(group), ...explicitAnd(searched)]
		: searched.length > 0
			? [...searched]
			: extraDomain(group);
}

/** The domain as one operand: what implicit `&` there is, written out. */
function explicitAnd(domain: readonly unknown[]): unknown[] {
	let operands = 0;
	for (const item of domain.toReversed()) {
		if (item === '&' || item === '|') operands -= 1;
		else if (item !== '!') operands += 1;
	}
	return [...new Array<string>(operands - 1).fill('&'), ...domain];
}

function rangesOf(groupBy: readonly GroupBy[], group: Group): { __range?: Record<string, unknown> } {
	const ranges = groupBy.flatMap((by, index): [string, unknown][] =>
		by.granularity ? [[by.spec, group.keys[index]?.range ?? false]] : [],
	);
	return ranges.length > 0 ? { __range: Object.fromEntries(ranges) } : {};
}

/** Whether a domain over a group's aggregates holds; comparisons of numbers are all it takes. */
function holds(domain: Domain, record: Readonly<Record<string, unknown>>): boolean {
	switch (domain.kind) {
		case 'constant':
			return domain.value;
		case 'not':
			return !holds(domain.of, record);
		case 'and':
			return domain.of.every((part) => holds(part, record));
		case 'or':
			return domain.of.some((part) => holds(part, record));
		case 'any':
			throw valueError(`Invalid having clause on ${pythonRepr(domain.field)}`);
		case 'condition': {
			const own = record[domain.field];
			const { operator, value } = domain;
			if (typeof own !== 'number' || typeof value !== 'number') {
				throw valueError(`Invalid having clause ${pythonRepr([domain.field, operator, value])}`);
			}
			const comparison = { '=': own === value, '!=': own !== value, '<': own < value, '<=': own <= value };
			if (operator === '>') return own > value;
			if (operator === '>=') return own >= value;
			if (operator in comparison) return Object.entries(comparison).some(([name, is]) => name === operator && is);
			throw valueError(`Invalid having clause ${pythonRepr([domain.field, operator, value])}`);
		}
	}
}
