import type { Model } from './model';
import { rowId, type Env } from './orm';

/** What it costs to look at a row, in the units of `Draft.work`. */
export const ROW_WORK = 200;

/** Those records and all below (`child_of`) or above (`parent_of`) them, by the many2one `parent`. */
export function hierarchyIds(
	env: Env,
	model: Model,
	starts: readonly number[],
	operator: 'child_of' | 'parent_of',
	parent: string | undefined,
): ReadonlySet<number> {
	const found = new Set(starts);
	if (!parent) return found;
	const neighbors = new Map<number, number[]>();
	for (const row of env.draft.rows(model.name).values()) {
		env.draft.work(ROW_WORK);
		const above = env.value(model, row, parent);
		if (typeof above !== 'number') continue;
		const [from, to] = operator === 'child_of' ? [above, rowId(row)] : [rowId(row), above];
		const known = neighbors.get(from);
		if (known) known.push(to);
		else neighbors.set(from, [to]);
	}
	for (const id of found) for (const next of neighbors.get(id) ?? []) found.add(next);
	return found;
}
