import { type Sanitizing, SanitizingError, type SanitizingReport } from '../../sanitizing';
import { createScrubber } from '../../scrub/pseudonyms';
import { SqlError } from '../postgres';
import { type OwnedDatabase, readCatalog, SAFE_SESSION } from './catalog';
import { planOf } from './plan';
import { resolveRules } from './rules';
import { LEFT, probe, script, shownName, worthwhile } from './script';

export { keptFiles } from './attachments';
export type { OwnedDatabase } from './catalog';

const KEPT = `SELECT count(*) FROM public.ir_attachment WHERE store_fname IS NOT NULL OR db_datas IS NOT NULL;`;

/**
 * Makes a restored database of Odoo's fit for people who may not see the original, wholly or not at all. No Odoo may have
 * it open. Everything is done as its owner: what is in it, functions and triggers as well, is its owner's own.
 * @throws SanitizingError
 */
export async function sanitizeDatabase(
	where: OwnedDatabase,
	sanitizing: Sanitizing,
	{ signal, log }: { readonly signal: AbortSignal; readonly log: (text: string) => Promise<void> },
): Promise<SanitizingReport> {
	const ask = (sql: string) => where.postgres.askAs(where.owner, where.database, sql, signal);
	try {
		const catalog = await readCatalog(where, signal);
		for (const name of ['ir_model_fields', 'ir_attachment', 'ir_config_parameter', 'res_users']) {
			if (catalog.tables.some((table) => table.schema === 'public' && table.name === name && table.owned))
				continue;
			throw new SanitizingError(`The database is not one of Odoo's: it has no table ${name} of its owner's.`);
		}
		const foreign = catalog.tables.find(({ owned, extension }) => !owned && !extension);
		if (foreign)
			throw new SanitizingError(`The table ${shownName(foreign)} is not its owner's, and cannot be changed.`);
		const fields = await catalog.fields();
		const plans = planOf(catalog, fields, resolveRules(sanitizing.rules, fields, catalog.tables), sanitizing);
		const needed = worthwhile(plans, await ask(probe(plans)));
		await log(`Sanitizing ${needed.filter(({ columns }) => columns.length > 0).length} of ${plans.length} tables.`);
		const report = reportOf(await ask(script(catalog, needed, sanitizing.key)));
		const [[kept = '0'] = []] = await ask(SAFE_SESSION + KEPT);
		return { tables: report, attachments_kept: Number(kept) };
	} catch (error) {
		if (error instanceof SqlError) throw inWords(error, sanitizing);
		throw error;
	}
}

/** PostgreSQL's complaints may quote what they are about. */
function inWords({ message }: SqlError, { key }: Sanitizing): SanitizingError {
	const left = message.indexOf(LEFT);
	if (left >= 0) return new SanitizingError(`The copy is not clean: ${message.slice(left).split('\n')[0] ?? ''}`);
	const text = createScrubber(key).scrub(message).replaceAll(key.toString('hex'), '…');
	return new SanitizingError(`The database could not be sanitized: ${text}`);
}

function reportOf(lines: readonly (readonly string[])[]): SanitizingReport['tables'] {
	const tables = new Map<string, { name: string; changed: number; deleted: number }>();
	for (const [what, name = '', count] of lines) {
		if (what !== 'changed' && what !== 'deleted') continue;
		const table = tables.get(name) ?? { name, changed: 0, deleted: 0 };
		table[what] += Number(count);
		tables.set(name, table);
	}
	return [...tables.values()]
		.filter(({ changed, deleted }) => changed + deleted > 0)
		.sort((one, other) => (one.name < other.name ? -1 : 1));
}
