import { quoted, named } from '../postgres';
import { type Catalog, SAFE_SESSION } from './catalog';
import { leftIn } from './expressions';
import { FUNCTIONS } from './functions';
import { tableName, withoutGuards } from './guards';
import type { TablePlan } from './plan';
import { switchesIn } from './switches';
import { differing } from './unique';

/** Begins the message of the error that ends a copy which still has addresses. */
export const LEFT = 'addresses are left in:';

/** A table as reports and people call it. */
export const shownName = ({ schema, name }: { readonly schema: string; readonly name: string }) =>
	schema === 'public' ? name : `${schema}.${name}`;

const rowsOf = ({ table }: TablePlan) => `${table.partitioned ? '' : 'ONLY '}${tableName(table)} t`;

/** Asks which columns there is something to do in; answers their tables' numbers and theirs. */
export function probe(plans: readonly TablePlan[]): string {
	const each = plans.flatMap((plan, number) => {
		if (plan.columns.length === 0) return [];
		const found = plan.columns.map(({ expression }) => `coalesce(bool_or(${expression.where}), false)`).join(', ');
		const kept = plan.lost === null ? '' : ` WHERE (${plan.lost}) IS NOT TRUE`;
		return [`SELECT ${number}, array_positions(ARRAY[${found}], true) FROM ${rowsOf(plan)}${kept};`];
	});
	return `${SAFE_SESSION} BEGIN READ ONLY;\n${each.join('\n')}\nCOMMIT;`;
}

/** Those columns that the answer to {@link probe} tells of. */
export function worthwhile(plans: readonly TablePlan[], answer: readonly (readonly string[])[]): TablePlan[] {
	const found = new Map(
		answer.map(([number, columns = '']) => [Number(number), columns.slice(1, -1).split(',').map(Number)]),
	);
	return plans.map((plan, number) => ({
		...plan,
		columns: plan.columns.filter((_column, index) => found.get(number)?.includes(index + 1)),
	}));
}

/** New values are worked out for all tables before anything of the database's own may run: the key is gone by then. */
function readNew(plan: TablePlan, changes: string): string {
	const inner = plan.columns.flatMap(({ expression }, index) => [
		`${expression.value} AS n${index}`,
		`${expression.current} AS o${index}`,
	]);
	const values = plan.columns.map(({ column }, index) => `n${index} AS ${named(column.name)}`).join(', ');
	const where = plan.columns.map(({ expression }) => `(${expression.where})`).join(' OR ');
	const kept = plan.lost === null ? '' : ` AND (${plan.lost}) IS NOT TRUE`;
	const differ = plan.columns.map((_column, index) => `n${index} IS DISTINCT FROM o${index}`).join(' OR ');
	return `CREATE TEMP TABLE ${changes} ON COMMIT DROP AS SELECT home, place, ${values} FROM (
		SELECT t.tableoid AS home, t.ctid AS place, ${inner.join(', ')} FROM ${rowsOf(plan)} WHERE (${where})${kept} OFFSET 0
	) worked_out WHERE ${differ};`;
}

function writeNew({ table, columns }: TablePlan, changes: string): string {
	const set = columns.map(({ column: { name, type } }) => `${named(name)} = n.${named(name)}::${type}`).join(', ');
	return `WITH changed AS (UPDATE ${table.partitioned ? '' : 'ONLY '}${tableName(table)} t SET ${set} FROM ${changes} n
			WHERE ${table.partitioned ? 't.tableoid = n.home AND ' : ''}t.ctid = n.place RETURNING 1)
		SELECT 'changed', ${quoted(shownName(table))}, pg_temp.all_of(count(*), (SELECT count(*) FROM ${changes})) FROM changed;`;
}

function deleteLost({ table, lost }: TablePlan): string {
	return `WITH deleted AS (DELETE FROM ONLY ${tableName(table)} t WHERE ${lost ?? 'false'} RETURNING 1)
		SELECT 'deleted', ${quoted(shownName(table))}, count(*) FROM deleted;`;
}

/** Looks into every column of every table, changed or not. */
function scan({ tables, views }: Pick<Catalog, 'tables' | 'views'>): string {
	const looks = [...tables.filter(({ owned }) => owned), ...views].flatMap((table) => {
		const columns = table.columns.flatMap((column) => {
			const left = leftIn(column);
			return left === undefined ? [] : [{ name: `${shownName(table)}.${column.name}`, left }];
		});
		if (columns.length === 0) return [];
		const names = columns.map(({ name }) => quoted(name)).join(', ');
		const found = columns.map(({ left }) => `bool_or(${left})`).join(', ');
		const only = 'partitioned' in table && !table.partitioned ? 'ONLY ' : '';
		return [
			`INSERT INTO pg_temp.left_over SELECT name FROM (SELECT ARRAY[${found}] AS found FROM ${only}${tableName(table)} t) looked,
				unnest(ARRAY[${names}], found) AS each(name, is_left) WHERE is_left;`,
		];
	});
	return `CREATE TEMP TABLE left_over (name text) ON COMMIT DROP;
		${looks.join('\n')}
		DO $$ BEGIN IF EXISTS (SELECT FROM pg_temp.left_over) THEN
			RAISE EXCEPTION '${LEFT} %', (SELECT string_agg(name, ', ' ORDER BY name) FROM pg_temp.left_over);
		END IF; END $$;`;
}

/** Everything, in one transaction; answers lines of `changed` or `deleted`, a table's name, and how many rows. */
export function script(catalog: Catalog, plans: readonly TablePlan[], key: Buffer): string {
	const changing = plans
		.filter(({ columns }) => columns.length > 0)
		.map((plan, number) => ({ plan, changes: `pg_temp.new_${number}` }));
	const losing = plans.filter(({ lost }) => lost !== null);
	const guards = withoutGuards(catalog, plans);
	const view = (ending: string) =>
		catalog.views.map((each) => `REFRESH MATERIALIZED VIEW ${tableName(each)}${ending};`);
	return [
		'\\set VERBOSITY terse',
		SAFE_SESSION,
		'BEGIN;',
		FUNCTIONS,
		'SET CONSTRAINTS ALL IMMEDIATE;',
		guards.off,
		`SET LOCAL sanitizing.key = ${quoted(key.toString('hex'))};`,
		...changing.map(({ plan, changes }) => readNew(plan, changes)),
		`SET LOCAL sanitizing.key = '';`,
		...changing.map(({ plan, changes }) =>
			differing(
				plan.table,
				changes,
				plan.columns.map(({ column }) => column),
			),
		),
		...changing.map(({ plan, changes }) => writeNew(plan, changes)),
		// Later than the changes: what refers to a deleted row is written anew at another place.
		...losing.map(deleteLost),
		...switchesIn(catalog.tables).map(
			({ table, set, where }) =>
				`WITH changed AS (UPDATE public.${named(table)} t SET ${set} WHERE ${where} RETURNING 1)
				SELECT 'changed', ${quoted(table)}, count(*) FROM changed;`,
		),
		`SELECT 'deleted', 'pg_largeobject', count(lo_unlink(oid)) FROM pg_largeobject_metadata WHERE pg_has_role(lomowner, 'USAGE');`,
		...view(' WITH NO DATA'),
		...view(''),
		scan(catalog),
		guards.on,
		// Statistics hold values, too.
		...[...new Set([...changing.map(({ plan }) => plan), ...losing].map(({ table }) => tableName(table)))].map(
			(name) => `ANALYZE ${name};`,
		),
		'COMMIT;',
	].join('\n');
}
