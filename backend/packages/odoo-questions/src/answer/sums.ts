import { type DomainList, type FieldDescription, MAX_RECORDS } from '../odoo-reader';
import { nameOf, saySums } from '../text/say';
import { hasCompany } from '../vocabulary/fields';
import { splitOf } from './currencies';
import type { Resolved, Resolving } from './resolved';

/** The aggregates that can be asked for. */
export type Aggregation = 'sum' | 'avg';

/** An aggregate of the records in one currency, of one company, where Odoo tells them apart. */
export interface Sum {
	readonly currency: string | undefined;
	readonly company: string | undefined;
	/** Whether it was taken off, as credit notes are. */
	readonly isNegative: boolean;
	readonly value: number;
	readonly count: number;
}

/** Aggregates a field of all records that fit, never across currencies. */
export async function sumsOf(
	context: Resolving,
	{ subject, vocabulary, domain }: Pick<Resolved, 'subject' | 'vocabulary'> & { readonly domain: DomainList },
	field: FieldDescription,
	how: Aggregation,
): Promise<readonly Sum[]> {
	const { by, currencyOf } = await splitOf(context.odoo, vocabulary, field);
	const { negative } = subject;
	const levels = [
		...(by === null ? [] : [by]),
		...((await hasSeveralCompanies(context, vocabulary)) ? ['company_id'] : []),
		...(negative ? [negative.field] : []),
	];
	const rows = await context.odoo.group(subject.model, {
		domain,
		groupBy: [...new Set(levels)],
		aggregates: [{ field: field.name, function: how }],
		limit: MAX_RECORDS,
	});
	return rows.map((row) => {
		const value = row[`${field.name}:${how}`];
		const isNegative = negative !== undefined && row[negative.field] === negative.key;
		return {
			currency: currencyOf(row),
			company: nameOf(row.company_id),
			isNegative,
			value: typeof value === 'number' ? (isNegative ? -value : value) : 0,
			count: typeof row.count === 'number' ? row.count : 0,
		};
	});
}

/** Whether the records are documents, and the user sees those of several companies. */
export const hasSeveralCompanies = async ({ odoo }: Resolving, vocabulary: Resolved['vocabulary']) =>
	hasCompany(vocabulary) && (await odoo.companies()).length > 1;

/** The sums by currency. Averages are weighted by their numbers of records. */
export function totalsOf(sums: readonly Sum[], how: Aggregation): ReadonlyMap<string | undefined, number> {
	const totals = new Map<string | undefined, { value: number; count: number }>();
	for (const { currency, value, count } of sums) {
		const before = totals.get(currency) ?? { value: 0, count: 0 };
		const weight = how === 'avg' ? count : 1;
		totals.set(currency, { value: before.value + value * weight, count: before.count + count });
	}
	return new Map(
		[...totals].map(([currency, { value, count }]) => [
			currency,
			how === 'sum' ? value : count > 0 ? value / count : 0,
		]),
	);
}

/** ` (My Company $5.00; Other Company $7.00)`, where the records are of several companies. */
export function sayCompanies(sums: readonly Sum[], say: (ofCompany: readonly Sum[]) => string): string {
	const companies = [...new Set(sums.map(({ company }) => company))];
	if (companies.length < 2 || companies.includes(undefined)) return '';
	const each = companies.map((name) => `${name ?? ''} ${say(sums.filter(({ company }) => company === name))}`);
	return ` (${each.join('; ')})`;
}

/** `Invoices of $500.00 less credit notes of $100.00.`, where some were taken off. */
export function sayNegatives(sums: readonly Sum[], how: Aggregation, { negative }: Resolved['subject']): string {
	if (how !== 'sum' || !negative || !sums.some(({ isNegative }) => isNegative)) return '';
	const say = (isNegative: boolean) => {
		const these = sums.filter((sum) => sum.isNegative === isNegative);
		const totals = totalsOf(
			these.map((sum) => ({ ...sum, value: Math.abs(sum.value) })),
			'sum',
		);
		return these.length > 0 ? saySums(totals) : '0';
	};
	return ` ${negative.others} of ${say(false)} less ${negative.plural} of ${say(true)}.`;
}
