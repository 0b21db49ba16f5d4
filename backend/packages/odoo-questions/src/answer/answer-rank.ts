import { MAX_RECORDS, type OdooReader } from '../odoo-reader';
import type { Request } from '../question/request';
import { NotUnderstood } from '../text/not-understood';
import { describe, idOf, NAMED, sayCount, sayList, sayMoney, sayNumber, sayValue } from '../text/say';
import { byCurrency } from './answer-aggregate';
import { DEFAULT_LIMIT } from './answer-list';
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
	const currencies = field?.type === 'monetary' ? await byCurrency(odoo, { ...related, domain }, field, 'sum') : [];
	const records = await odoo.group(related.subject.model, {
		domain,
		groupBy: [link.name],
		aggregates: field ? [{ field: field.name, function: 'sum' }] : [],
		order: { by: field ? `${field.name}:sum` : 'count', descending: rank.descending },
		limit: Math.min(limit ?? DEFAULT_LIMIT, MAX_RECORDS),
	});
	const isMixed = currencies.length > 1;
	const say = (value: number) =>
		field?.type === 'monetary' ? sayMoney(value, isMixed ? undefined : currencies[0]?.currency) : sayNumber(value);
	const named = records.slice(0, NAMED).map((row) => {
		const value = field ? row[`${field.name}:sum`] : row.count;
		return `${sayValue(row[link.name])} (${say(typeof value === 'number' ? value : 0)})`;
	});
	const what = `${field ? `${field.label} of` : 'number of'} ${related.subject.plural}${describe(related)}`;
	const list = named.length > 0 ? `: ${named.join(', ')}${records.length > NAMED ? ' …' : ''}` : '';
	const text = `${sayCount(records.length, clause.subject)}${describe(own)} by ${what}, ${
		rank.descending ? 'highest' : 'lowest'
	} first${list}.`;
	const mixed = isMixed
		? [`Amounts in ${sayList(currencies.flatMap(({ currency }) => currency ?? []))} were added up as they are.`]
		: [];
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
