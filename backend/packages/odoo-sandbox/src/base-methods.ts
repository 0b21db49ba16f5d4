import { z } from 'zod';
import { parseDomain } from './domain';
import { searchIds } from './evaluate-domain';
import { formattedReadGroup, readGroup } from './read-group';
import { accessError, PythonException, userError } from './errors';
import { onModel, onRecords, optional, type Method } from './method';
import type { Model, Vals } from './model';
import type { Env } from './orm';
import { sortIds } from './order';
import { describeFields, readRecords } from './read';
import { copyVals, createRecords, defaultOf, unlinkRecords, writeRecords } from './write';

const names = z.preprocess((value) => (typeof value === 'string' ? Array.from(value) : value), z.array(z.string()));
const domain = z.unknown().refine((value) => value !== undefined, 'is missing');
const count = z.int();
const vals = z.custom<Vals>((value) => value !== undefined, 'is missing');

/** How `read` shows a many2one: with its name; any other value of `load` shows the id alone. */
const NAMED = '_classic_read';
const load = z.string().nullable().default(NAMED);

interface Page {
	readonly offset?: number | null;
	readonly limit?: number | null;
	readonly order?: string | null;
}

function search(env: Env, model: Model, criteria: unknown, page: Page = {}): number[] {
	const ids = searchIds(env, model, parseDomain(criteria ?? []));
	const { offset, limit, order } = page;
	for (const [name, number, exception] of [
		['OFFSET', offset, 'InvalidRowCountInResultOffsetClause'],
		['LIMIT', limit, 'InvalidRowCountInLimitClause'],
	] as const) {
		if (number && number < 0)
			throw new PythonException(`psycopg2.errors.${exception}`, `${name} must not be negative\n`);
	}
	const sorted = sortIds(env, model, ids, order ?? model.order);
	return sorted.slice(offset ?? 0, limit ? (offset ?? 0) + limit : undefined);
}

const nameOf = (env: Env, model: Model, id: number): [number, string] => [id, env.record(model.name, id).displayName];

function nameSearch(env: Env, model: Model, name: string, criteria: unknown, operator: string, limit: number | null) {
	const named = parseDomain([['display_name', operator, name]]);
	const ids = searchIds(env, model, { kind: 'and', of: [named, parseDomain(criteria ?? [])] });
	const sorted = sortIds(env, model, ids, model.order);
	return sorted.slice(0, limit ?? undefined).map((id) => nameOf(env, model, id));
}

const searchParameters = { domain, offset: optional(count), limit: optional(count), order: optional(z.string()) };

const groupParameters = {
	offset: optional(count),
	limit: optional(count),
};

/** The methods that every model has, with the parameters of Odoo's `BaseModel`. */
const BASE_METHODS: Readonly<Record<string, Method | readonly Method[]>> = {
	search: [
		onModel(searchParameters, (env, model, args) => search(env, model, args.domain, args), { since: 17 }),
		onModel(
			{
				args: domain,
				offset: optional(count),
				limit: optional(count),
				order: optional(z.string()),
				count: optional(z.boolean()),
			},
			(env, model, args) => {
				const found = search(env, model, args.args, args);
				return args.count ? found.length : found;
			},
			{ until: 16 },
		),
	],
	search_count: onModel({ domain, limit: optional(count) }, (env, model, args) => {
		const found = searchIds(env, model, parseDomain(args.domain ?? [])).length;
		return args.limit ? Math.min(found, args.limit) : found;
	}),
	search_read: onModel(
		{
			domain: optional(domain),
			fields: optional(names),
			offset: optional(count),
			limit: optional(count),
			order: optional(z.string()),
			load,
		},
		(env, model, args) =>
			readRecords(env, model, search(env, model, args.domain, args), args.fields, args.load === NAMED),
		{ takesMore: true },
	),
	read: onRecords({ fields: optional(names), load }, (env, model, ids, args) =>
		readRecords(env, model, ids, args.fields, args.load === NAMED),
	),
	create: onModel({ vals_list: vals }, (env, model, { vals_list }) =>
		Array.isArray(vals_list)
			? createRecords(env, model, z.array(vals).parse(vals_list))
			: createRecords(env, model, [vals_list])[0],
	),
	write: onRecords({ vals }, (env, model, ids, args) => {
		writeRecords(env, model, ids, args.vals);
		return true;
	}),
	unlink: onRecords({}, (env, model, ids) => {
		unlinkRecords(env, model, ids);
		return true;
	}),
	copy: onRecords({ default: optional(z.record(z.string(), z.unknown())) }, (env, model, ids, args) => {
		const copies = createRecords(
			env,
			model,
			ids.map((id) => ({ ...copyVals(env, model, id), ...args.default })),
		);
		return env.version < 18 ? copies[0] : copies;
	}),
	name_search: [
		onModel(
			{
				name: z.preprocess((value) => (value === false || value === null ? '' : value), z.string().default('')),
				domain: optional(domain),
				operator: z.string().default('ilike'),
				limit: z.preprocess((value) => (value === false ? null : value), count.nullable().default(100)),
			},
			(env, model, args) => nameSearch(env, model, args.name, args.domain, args.operator, args.limit),
			{ since: 19 },
		),
		onModel(
			{
				name: z.preprocess((value) => (value === false || value === null ? '' : value), z.string().default('')),
				args: optional(domain),
				operator: z.string().default('ilike'),
				limit: z.preprocess((value) => (value === false ? null : value), count.nullable().default(100)),
			},
			(env, model, args) => nameSearch(env, model, args.name, args.args, args.operator, args.limit),
			{ until: 18 },
		),
	],
	name_create: onModel({ name: z.string() }, (env, model, { name }) => {
		if (!model.recName) throw userError(`Cannot create a ${model.description} from a name alone.`);
		const [id = 0] = createRecords(env, model, [{ [model.recName]: name }]);
		return nameOf(env, model, id);
	}),
	name_get: onRecords({}, (env, model, ids) => ids.map((id) => nameOf(env, model, id)), { until: 16 }),
	exists: onRecords({}, (env, model, ids) => ids.filter((id) => env.draft.get(model.name, id)), { until: 18 }),
	fields_get: onModel({ allfields: optional(names), attributes: optional(names) }, (env, model, args) =>
		describeFields(env, model, args.allfields, args.attributes),
	),
	default_get: [
		onModel({ fields: names }, (env, model, args) => defaults(env, model, args.fields), { since: 19 }),
		onModel({ fields_list: names }, (env, model, args) => defaults(env, model, args.fields_list), { until: 18 }),
	],
	read_group: onModel(
		{
			domain,
			fields: names,
			groupby: z.preprocess((value) => (typeof value === 'string' ? [value] : value), z.array(z.string())),
			...groupParameters,
			orderby: optional(z.string()),
			lazy: z.boolean().default(true),
		},
		readGroup,
	),
	formatted_read_group: onModel(
		{
			domain,
			groupby: z.array(z.string()).default([]),
			aggregates: z.array(z.string()).default([]),
			having: z.array(z.unknown()).default([]),
			...groupParameters,
			order: optional(z.string()),
		},
		formattedReadGroup,
		{ since: 19 },
	),
	check_access_rights: onModel(
		{ operation: z.string(), raise_exception: z.boolean().default(true) },
		(env, model, args) => {
			const allowed = isAllowed(model, args.operation);
			if (allowed || !args.raise_exception) return env.version >= 18 && args.raise_exception ? null : allowed;
			throw accessError(
				`You are not allowed to ${args.operation} '${model.description}' (${model.name}) records.`,
			);
		},
	),
	has_access: onRecords({ operation: z.string() }, (_env, model, _ids, args) => isAllowed(model, args.operation), {
		since: 18,
	}),
	get_metadata: onRecords({}, (env, model, ids) =>
		readRecords(env, model, ids, ['create_uid', 'create_date', 'write_uid', 'write_date']).map((metadata) => ({
			...metadata,
			xmlid: false,
			noupdate: false,
		})),
	),
};

const baseMethods = new Map(Object.entries(BASE_METHODS));

function isAllowed(model: Model, operation: string): boolean {
	if (!['read', 'create', 'write', 'unlink'].includes(operation)) {
		throw new PythonException('builtins.AssertionError', 'Invalid access mode');
	}
	return operation === 'read' || !model.readonly;
}

function defaults(env: Env, model: Model, fields: readonly string[]): Record<string, unknown> {
	return Object.fromEntries(
		fields.flatMap((name): [string, unknown][] => {
			const field = model.fields.get(name);
			const value = field && defaultOf(env, name, field);
			return value === undefined || value === false ? [] : [[name, value]];
		}),
	);
}

/** The method of that name that the model has in this version of Odoo. */
export function findMethod(env: Env, model: Model, name: string): Method | undefined {
	const own = model.methods.get(name);
	const candidates = own ? [own] : [baseMethods.get(name) ?? []].flat();
	return candidates.find(({ since = 0, until = Infinity }) => since <= env.version && env.version <= until);
}

/** The names of the methods that can be called on the model in this version of Odoo. */
export function methodNames(env: Env, model: Model): string[] {
	const all = [...baseMethods.keys(), ...model.methods.keys()];
	return all.filter((name) => findMethod(env, model, name)).sort();
}
