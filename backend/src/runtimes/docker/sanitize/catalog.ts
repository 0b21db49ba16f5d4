import { z } from 'zod';
import type { Postgres } from '../postgres';

/** What a column holds, for those who look for text in it; domains are what they are made of. */
const KINDS = ['text', 'json', 'jsonb', 'bytea', 'other'] as const;
const kindSchema = z.enum([...KINDS, 'text[]', 'json[]', 'jsonb[]', 'bytea[]', 'number', 'date', 'boolean']);
export type ColumnKind = z.infer<typeof kindSchema>;

const columnSchema = z.object({
	name: z.string(),
	kind: kindSchema,
	/** As SQL writes it. */
	type: z.string(),
	required: z.boolean(),
	/** How many characters it takes, if not any number. */
	limit: z.int().nullable(),
	/** PostgreSQL works it out, and nobody sets it. */
	generated: z.boolean(),
});
export type Column = z.infer<typeof columnSchema>;

const tableSchema = z.object({
	schema: z.string(),
	name: z.string(),
	partitioned: z.boolean(),
	owned: z.boolean(),
	/** Whether an extension of PostgreSQL has made it. */
	extension: z.boolean(),
	columns: z.array(columnSchema),
	/** What must differ in all rows: expressions over columns, where a condition holds. */
	unique: z.array(
		z.object({ keys: z.array(z.string()), where: z.string().nullable(), columns: z.array(z.string()) }),
	),
});
export type Table = z.infer<typeof tableSchema>;

const switchSchema = z.object({ name: z.string(), state: z.enum(['O', 'D', 'R', 'A']) });
const guardSchema = z.object({
	schema: z.string(),
	name: z.string(),
	forced: z.boolean(),
	triggers: z.array(switchSchema),
	rules: z.array(switchSchema),
	checks: z.array(z.object({ name: z.string(), definition: z.string(), columns: z.array(z.string()) })),
});
/** What of a table's own would run, or refuse, while it is changed. */
export type Guard = z.infer<typeof guardSchema>;

const domainSchema = z.object({ type: z.string(), name: z.string(), definition: z.string() });
const viewSchema = z.object({ schema: z.string(), name: z.string(), columns: z.array(columnSchema) });

const fieldSchema = z.object({
	model: z.string(),
	name: z.string(),
	type: z.string(),
	stored: z.boolean(),
	required: z.boolean(),
	/** The path to the field that it shows. */
	related: z.string().nullable(),
	relation: z.string().nullable(),
});
/** A field, as Odoo's own table of them has it. */
export type Field = z.infer<typeof fieldSchema>;

/** Settings with which a database's own settings and names mean nothing to the statements after it. */
export const SAFE_SESSION = `
SET standard_conforming_strings = on; SET search_path = pg_catalog, pg_temp; SET row_security = off;
SET statement_timeout = 0; SET lock_timeout = 0; SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8'; SET bytea_output = 'hex'; SET transform_null_equals = off; SET xmloption = content;
SET default_transaction_read_only = off; SET client_min_messages = error; SET check_function_bodies = off; SET jit = off;
`;

const OURS = `n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'`;

/** Types within domains and arrays, by what they are made of. */
const BASES = `WITH RECURSIVE steps(type, base, required) AS (
		SELECT oid, oid, false FROM pg_type WHERE oid IN (
			SELECT atttypid FROM pg_attribute UNION SELECT typelem FROM pg_type JOIN pg_attribute ON atttypid = pg_type.oid)
		UNION ALL
		SELECT s.type, t.typbasetype, s.required OR t.typnotnull FROM steps s JOIN pg_type t ON t.oid = s.base WHERE t.typtype = 'd'
	), ends AS (
		SELECT s.type, s.base, bool_or(s.required) OVER (PARTITION BY s.type) AS required FROM steps s
	), bases AS (
		SELECT e.type, t.oid AS base, t.typelem AS element, t.typcategory AS category, e.required
		FROM ends e JOIN pg_type t ON t.oid = e.base WHERE t.typtype <> 'd'
	), plain AS (
		SELECT b.*, CASE
			WHEN base = 'json'::regtype THEN 'json' WHEN base = 'jsonb'::regtype THEN 'jsonb' WHEN base = 'bytea'::regtype THEN 'bytea'
			WHEN category = 'S' OR base = 'xml'::regtype THEN 'text'
			WHEN category = 'N' THEN 'number' WHEN category IN ('D', 'T') THEN 'date' WHEN category = 'B' THEN 'boolean'
			ELSE 'other' END AS kind FROM bases b
	), kinds AS (
		SELECT p.type, p.base, p.required, CASE WHEN p.category <> 'A' THEN p.kind
			WHEN e.kind IN ('text', 'json', 'jsonb', 'bytea') THEN e.kind || '[]' ELSE 'other' END AS kind
		FROM plain p LEFT JOIN plain e ON e.type = p.element AND p.category = 'A'
	), columns_of AS MATERIALIZED (
		SELECT a.attrelid, jsonb_agg(jsonb_build_object('name', a.attname, 'kind', k.kind,
			'type', format_type(a.atttypid, a.atttypmod), 'required', a.attnotnull OR k.required,
			'generated', a.attgenerated <> '', 'limit', CASE WHEN k.base IN ('varchar'::regtype, 'bpchar'::regtype)
				THEN nullif(greatest(a.atttypmod, (SELECT max(d.typtypmod) FROM steps s JOIN pg_type d ON d.oid = s.base
					WHERE s.type = a.atttypid)) - 4, -5) END) ORDER BY a.attnum) AS columns
		FROM pg_attribute a JOIN pg_class o ON o.oid = a.attrelid AND o.relkind IN ('r', 'p', 'm') JOIN kinds k ON k.type = a.atttypid
		WHERE a.attnum > 0 AND NOT a.attisdropped GROUP BY a.attrelid
	)`;

const COLUMNS = `(SELECT columns FROM columns_of WHERE attrelid = c.oid)`;

const NAMES_OF = (keys: string) =>
	`(SELECT coalesce(jsonb_agg(a.attname), '[]') FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum = ANY (${keys}))`;

const TABLES = `${BASES} SELECT jsonb_build_object('schema', n.nspname, 'name', c.relname, 'partitioned', c.relkind = 'p',
	'owned', pg_has_role(c.relowner, 'USAGE'), 'extension', EXISTS (SELECT FROM pg_depend d
		WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e'), 'columns', coalesce(${COLUMNS}, '[]'),
	'unique', (SELECT coalesce(jsonb_agg(jsonb_build_object(
			'keys', (SELECT jsonb_agg(pg_get_indexdef(i.indexrelid, k, false)) FROM generate_series(1, i.indnkeyatts) k),
			'where', pg_get_expr(i.indpred, i.indrelid),
			'columns', ${NAMES_OF(`i.indkey::int2[] || ARRAY(SELECT d.refobjsubid::int2 FROM pg_depend d
				WHERE d.classid = 'pg_class'::regclass AND d.objid = i.indexrelid AND d.refobjid = c.oid)`)})), '[]')
		FROM pg_index i WHERE i.indrelid = c.oid AND i.indisunique))
	FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
	WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND ${OURS} ORDER BY n.nspname, c.relname;`;

const GUARDS = `SELECT jsonb_build_object('schema', n.nspname, 'name', c.relname, 'forced', c.relforcerowsecurity,
	'triggers', (SELECT coalesce(jsonb_agg(jsonb_build_object('name', tgname, 'state', tgenabled)), '[]')
		FROM pg_trigger WHERE tgrelid = c.oid AND NOT tgisinternal),
	'rules', (SELECT coalesce(jsonb_agg(jsonb_build_object('name', rulename, 'state', ev_enabled)), '[]')
		FROM pg_rewrite WHERE ev_class = c.oid),
	'checks', (SELECT coalesce(jsonb_agg(jsonb_build_object('name', conname, 'definition', pg_get_constraintdef(k.oid),
			'columns', ${NAMES_OF('k.conkey')})), '[]')
		FROM pg_constraint k WHERE conrelid = c.oid AND contype = 'c' AND coninhcount = 0))
	FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
	WHERE c.relkind IN ('r', 'p') AND pg_has_role(c.relowner, 'USAGE') AND ${OURS};`;

const DOMAINS = `SELECT jsonb_build_object('type', format_type(t.oid, NULL), 'name', k.conname, 'definition', pg_get_constraintdef(k.oid))
	FROM pg_constraint k JOIN pg_type t ON t.oid = k.contypid JOIN pg_namespace n ON n.oid = t.typnamespace
	WHERE k.contype = 'c' AND ${OURS} AND pg_has_role(t.typowner, 'USAGE');`;

const VIEWS = `${BASES} SELECT jsonb_build_object('schema', n.nspname, 'name', c.relname, 'columns', coalesce(${COLUMNS}, '[]'))
	FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
	WHERE c.relkind = 'm' AND c.relispopulated AND pg_has_role(c.relowner, 'USAGE') AND ${OURS} ORDER BY c.oid;`;

const FIELDS = `SELECT jsonb_build_object('model', model, 'name', name, 'type', ttype, 'stored', coalesce(store, false),
	'required', coalesce(required, false), 'related', related, 'relation', relation) FROM public.ir_model_fields;`;

/** A database whose owner alone is in it. */
export interface OwnedDatabase {
	readonly postgres: Pick<Postgres, 'askAs'>;
	readonly database: string;
	readonly owner: string;
}

/** What there is in a database. */
export async function readCatalog({ postgres, database, owner }: OwnedDatabase, signal: AbortSignal) {
	const rows = async <T>(schema: z.ZodType<T>, sql: string): Promise<T[]> => {
		const lines = await postgres.askAs(owner, database, SAFE_SESSION + sql, signal);
		return lines.map(([text = '']) => schema.parse(JSON.parse(text)));
	};
	return {
		tables: await rows(tableSchema, TABLES),
		guards: await rows(guardSchema, GUARDS),
		domains: await rows(domainSchema, DOMAINS),
		views: await rows(viewSchema, VIEWS),
		/** @throws SqlError where it is no database of Odoo's */
		fields: () => rows(fieldSchema, FIELDS),
	};
}

export type Catalog = Awaited<ReturnType<typeof readCatalog>>;
