import { type DomainList, MAX_RECORDS, type OdooReader } from '../odoo-reader';
import type { Request } from '../question/request';
import { NotUnderstood } from '../text/not-understood';
import { describe, idOf, NAMED, sayCount, sayMoney, sayNumber, sayValue } from '../text/say';
import { DEFAULT_LIMIT } from './answer-list';
import { currenciesOf, splitOf } from './currencies';
import { linkTo, resolve } from './resolve';
import type { Resolved, Resolving } from './resolved';
import type { Said } from './said';

/** `top 5 customers by revenue`: groups the related records by the one they belong to. @throws {NotUnderstood} */
export async function answerRank(
	context: Resolving,
	{ clause, limit }: Request,
	rank: NonNullable<Request['rank']>,
): Promise<Said> {
	const { odoo } = context;
	// A date is the date of the sale, not the date when the customer was created.
	const dates = clause.filters.filter(({ kind }) => kind === 'date');
	const rest = clause.filters.filter(({ kind }) => kind !== 'date');
	const measured = { ...rank.clause, filters: [...rank.clause.filters, ...dates] };
	const { link, related } = await linkTo(context, clause, measured);
	const own = await resolve(context, { ...clause, filters: rest });
	const isImplied = rest.length === 0 && clause.subject.shownBy?.includes(related.subject.model) === true;
	const among = isImplied || own.domain.length === 0 ? null : await idsOf(odoo, own);
	const field = rank.by === 'sum' ? related.amount : undefined;
	if (rank.by === 'sum' && !field) {
		throw new NotUnderstood(`I do not know which number of ${related.subject.plural} is meant.`);
	}
	const domain = [...related.domain, among ? [link.name, 'in', among] : [link.name, '!=', false]];
	const grouping = {
		domain,
		groupBy: [link.name],
		aggregates: field ? [{ field: field.name, function: 'sum' as const }] : [],
		order: { by: field ? `${field.name}:sum` : 'count', descending: rank.descending },
		limit: Math.min(limit ?? DEFAULT_LIMIT, MAX_RECORDS),
	};
	const rankIn = async (condition: DomainList, currency: string | undefined) => {
		const rows = await odoo.group(related.subject.model, { ...grouping, domain: [...domain, ...condition] });
		return rows.map((row) => ({ row, currency }));
	};
	// Sums in several currencies cannot be compared, so that each currency has its own ranking.
	const split = field?.type === 'monetary' ? await splitOf(odoo, related.vocabulary, field) : undefined;
	const currencies = split ? await currenciesOf(odoo, { ...related, domain }, split) : [];
	const [first] = currencies;
	const by = split?.by;
	const ranked =
		by && currencies.length > 1
			? await inTurn(currencies, (row) => rankIn([[by, '=', idOf(row[by]) ?? false]], split.currencyOf(row)))
			: await rankIn([], split?.currencyOf(first ?? {}));
	const records = ranked.map(({ row }) => row);
	const named = ranked.slice(0, NAMED).map(({ row, currency }) => {
		const sum = field ? row[`${field.name}:sum`] : row.count;
		const value = typeof sum === 'number' ? sum : 0;
		const text = field?.type === 'monetary' ? sayMoney(value, currency) : sayNumber(value);
		return `${sayValue(row[link.name])} (${text})`;
	});
	const what = `${field ? `${field.label} of` : 'number of'} ${related.subject.plural}${describe(related)}`;
	const list = named.length > 0 ? `: ${named.join(', ')}${records.length > NAMED ? ' …' : ''}` : '';
	const text = `${sayCount(new Set(records.map((row) => idOf(row[link.name]))).size, clause.subject)}${describe(own)} by ${what}, ${
		rank.descending ? 'highest' : 'lowest'
	} first${list}.`;
	const mixed = currencies.length > 1 ? ['Each currency is ranked on its own, as nothing is converted.'] : [];
	const notes = [...related.notes, ...own.notes, ...mixed, ...(related.subject.note ? [related.subject.note] : [])];
	return { text: [text, ...new Set(notes)].join(' '), records };
}

async function idsOf(odoo: OdooReader, { subject, domain }: Resolved): Promise<number[]> {
	const rows = await odoo.search(subject.model, { domain, fields: ['id'], limit: MAX_RECORDS });
	if (rows.length === MAX_RECORDS) {
		throw new NotUnderstood(`There are too many such ${subject.plural} to rank. Narrow them down first.`);
	}
	return rows.flatMap(({ id }) => idOf(id) ?? []);
}

/** Asks for each of the items, one after the other, and joins what they bring. */
async function inTurn<T, R>(items: readonly T[], ask: (item: T) => Promise<readonly R[]>): Promise<R[]> {
	const all: R[] = [];
	for (const item of items) all.push(...(await ask(item)));
	return all;
}
