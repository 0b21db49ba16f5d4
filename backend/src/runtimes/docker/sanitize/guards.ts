import { named } from '../postgres';
import type { Catalog, Guard } from './catalog';
import type { TablePlan } from './plan';

const ENABLING = { O: 'ENABLE', R: 'ENABLE REPLICA', A: 'ENABLE ALWAYS' } as const;

/** A table as SQL names it. */
export const tableName = ({ schema, name }: { readonly schema: string; readonly name: string }) =>
	`${named(schema)}.${named(name)}`;

/** Turns off what of the database's own would run amid the changes, or refuse them; answers how it is turned on again. */
export function withoutGuards({ guards, domains }: Pick<Catalog, 'guards' | 'domains'>, plans: readonly TablePlan[]) {
	const off: string[] = [];
	const on: string[] = [];
	for (const guard of guards) {
		const table = tableName(guard);
		for (const [what, switches] of [['TRIGGER', guard.triggers] as const, ['RULE', guard.rules] as const]) {
			for (const { name, state } of switches) {
				if (state === 'D') continue;
				off.push(`ALTER TABLE ${table} DISABLE ${what} ${named(name)};`);
				on.push(`ALTER TABLE ${table} ${ENABLING[state]} ${what} ${named(name)};`);
			}
		}
		if (guard.forced) {
			off.push(`ALTER TABLE ${table} NO FORCE ROW LEVEL SECURITY;`);
			on.push(`ALTER TABLE ${table} FORCE ROW LEVEL SECURITY;`);
		}
		for (const { name, definition } of checksOn(guard, plans)) {
			off.push(`ALTER TABLE ${table} DROP CONSTRAINT ${named(name)};`);
			on.push(checkAgain(`ALTER TABLE ${table} ADD CONSTRAINT ${named(name)} ${definition}`));
		}
	}
	for (const { type, name, definition } of domains) {
		off.push(`ALTER DOMAIN ${type} DROP CONSTRAINT ${named(name)};`);
		on.push(checkAgain(`ALTER DOMAIN ${type} ADD CONSTRAINT ${named(name)} ${definition}`));
	}
	return { off: off.join('\n'), on: on.join('\n') };
}

/** Those that look at what is changed. */
function checksOn({ schema, name, checks }: Guard, plans: readonly TablePlan[]) {
	const plan = plans.find(({ table }) => table.schema === schema && table.name === name);
	const changed = new Set(plan?.columns.map(({ column }) => column.name));
	return checks.filter(({ columns }) => columns.some((column) => changed.has(column)));
}

const DOLLARS = '$again$';

/** A check that hashes fail holds for what is written from now on. */
function checkAgain(statement: string): string {
	// Nobody closes the block from within the text of a check.
	const safe = statement.replaceAll(DOLLARS, '$ again$');
	const later = safe.endsWith('NOT VALID') ? safe : `${safe} NOT VALID`;
	return `DO ${DOLLARS} BEGIN ${safe}; EXCEPTION WHEN OTHERS THEN ${later}; END ${DOLLARS};`;
}
