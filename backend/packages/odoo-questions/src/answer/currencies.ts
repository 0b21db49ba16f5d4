import type { JsonObject } from '../json';
import { type DomainList, type FieldDescription, MAX_RECORDS, type OdooReader } from '../odoo-reader';
import { NotUnderstood } from '../text/not-understood';
import { idOf, nameOf, sayList } from '../text/say';
import { currencyFieldOf, hasCompany } from '../vocabulary/fields';
import type { Clause } from '../question/request';
import type { Subject } from '../vocabulary/subjects';
import type { Vocabulary } from '../vocabulary/vocabulary';

/** How the sums of a field are kept apart by currency. */
export interface CurrencySplit {
	/** The field to group by; null where all sums are in one currency, or in none. */
	readonly by: string | null;
	readonly currencyOf: (row: JsonObject) => string | undefined;
}

/** How to keep apart the currencies of a field: by its own where Odoo stores it, else by the company's. */
export async function splitOf(
	odoo: OdooReader,
	vocabulary: Vocabulary,
	field: FieldDescription,
): Promise<CurrencySplit> {
	const currency = currencyFieldOf(vocabulary, field);
	if (!currency) return { by: null, currencyOf: () => undefined };
	if (currency.stored) return { by: currency.name, currencyOf: (row) => nameOf(row[currency.name]) };
	const known = await odoo.companies();
	const [first, ...others] = new Set(known.map((company) => company.currency));
	if (others.length === 0 || !hasCompany(vocabulary)) {
		return { by: null, currencyOf: () => (others.length === 0 ? first : undefined) };
	}
	return {
		by: 'company_id',
		currencyOf: (row) => known.find(({ id }) => id === idOf(row.company_id))?.currency,
	};
}

/** The currencies that the records are in, one group of them for each; none where they need not be kept apart. */
export const currenciesOf = async (
	odoo: OdooReader,
	{ subject, domain }: { readonly subject: Subject; readonly domain: DomainList },
	{ by }: CurrencySplit,
): Promise<readonly JsonObject[]> =>
	by === null ? [] : odoo.group(subject.model, { domain, groupBy: [by], aggregates: [], limit: MAX_RECORDS });

/**
 * The condition that the amounts of a field are in a currency, and a note on those that are not.
 * @throws {NotUnderstood} where they are in another one, or in none.
 */
export async function inCurrency(
	odoo: OdooReader,
	{ subject, vocabulary }: Pick<Clause, 'subject' | 'vocabulary'>,
	field: FieldDescription,
	unit: string,
): Promise<{ domain: DomainList; notes: string[] }> {
	const { label } = field;
	const currency = currencyFieldOf(vocabulary, field);
	if (!currency) throw new NotUnderstood(`${label} is no amount of money, so it is not in ${unit}.`);
	const found = currency.stored
		? await odoo.currencies(subject.model, currency.name)
		: (await odoo.companies()).map((company) => company.currency);
	const others = [...new Set(found)].flatMap((each) => (each === undefined || each === unit ? [] : [each]));
	if (!currency.searchable) {
		if (others.length === 0) return { domain: [], notes: [] };
		throw new NotUnderstood(
			`${label} of ${subject.plural} is in ${sayList(others)} here, and I convert nothing. Ask for it in ${sayList(others, 'or')}.`,
		);
	}
	const note = `Only amounts in ${unit} were compared, as nothing is converted; those in ${sayList(others)} are left out.`;
	return { domain: [[`${currency.name}.name`, '=', unit]], notes: others.length > 0 ? [note] : [] };
}
