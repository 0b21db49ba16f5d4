import { MAX_RECORDS, type OdooReader } from '../odoo-reader';
import { idOf, nameOf } from '../text/say';
import type { Company } from './resolved';

/** Reads the companies once, when they are first asked for. */
export function companiesOf(odoo: OdooReader): () => Promise<readonly Company[]> {
	let asked: Promise<readonly Company[]> | undefined;
	return () => (asked ??= readCompanies(odoo));
}

async function readCompanies(odoo: OdooReader): Promise<readonly Company[]> {
	const rows = await odoo.search('res.company', { domain: [], fields: ['currency_id'], limit: MAX_RECORDS });
	return rows.map((row) => ({ id: idOf(row.id) ?? 0, currency: nameOf(row.currency_id) }));
}
