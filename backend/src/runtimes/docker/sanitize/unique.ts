import { SANITIZED_HOST } from '../../scrub/addresses';
import { named, quoted } from '../postgres';
import type { Column, Table } from './catalog';
import { tableName } from './guards';

/**
 * Has the new values of a table differ where they must: of those that would be equal, all but one get their record's id.
 * @param changes the table of the new values: `home` and `place` say of which row, the others are called as the columns
 */
export function differing(table: Table, changes: string, changed: readonly Column[]): string {
	const idOf = table.columns.some(({ name }) => name === 'id') ? 'id::text' : 'copy::text';
	return table.unique
		.flatMap(({ keys, where, columns }) => {
			// A text can be told apart by its end; what else is unique is left to PostgreSQL.
			const told = changed.find(({ name, kind }) => kind === 'text' && columns.includes(name));
			return told === undefined ? [] : [{ keys, where, told }];
		})
		.map(({ keys, where, told }) => {
			const columns = table.columns
				.map(({ name, type }) =>
					changed.some((each) => each.name === name)
						? `CASE WHEN n.place IS NULL THEN t.${named(name)} ELSE n.${named(name)}::${type} END AS ${named(name)}`
						: `t.${named(name)}`,
				)
				.join(', ');
			const column = named(told.name);
			const suffixed = `CASE WHEN n.${column} LIKE ${quoted(`%@${SANITIZED_HOST}`)}
				THEN replace(n.${column}, '@', '-' || d.suffix || '@')
				ELSE ${told.limit === null ? `n.${column}` : `left(n.${column}, ${told.limit} - 1 - length(d.suffix))`} || '-' || d.suffix END`;
			return `UPDATE ${changes} n SET ${column} = ${suffixed}
				FROM (SELECT home, place, ${idOf} AS suffix, copy, ours FROM (
					SELECT *, row_number() OVER (PARTITION BY ${keys.join(', ')} ORDER BY ours, place) AS copy FROM (
						SELECT ${columns}, t.tableoid AS home, t.ctid AS place, n.place IS NOT NULL AS ours
						FROM ${table.partitioned ? '' : 'ONLY '}${tableName(table)} t
						LEFT JOIN ${changes} n ON n.home = t.tableoid AND n.place = t.ctid OFFSET 0
					) rows WHERE ${[...keys.map((key) => `(${key}) IS NOT NULL`), ...(where === null ? [] : [where])].join(' AND ')}
				) copies WHERE copy > 1 AND ours) d
				WHERE n.home = d.home AND n.place = d.place;`;
		})
		.join('\n');
}
