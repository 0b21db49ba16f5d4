import { type FieldDescription, MAX_RECORDS } from '../odoo-reader';
import type { Clause, Filter } from '../question/request';
import { NotUnderstood } from '../text/not-understood';
import { idOf, nameOf, sayMoney, sayNumber } from '../text/say';
import { missingField } from '../vocabulary/apps';
import type { Comparison } from '../vocabulary/comparisons';
import { all, either, not } from '../vocabulary/domains';
import { hasCurrency, soleAmount } from '../vocabulary/fields';
import { SALES, SOLD_LINES, type Subject } from '../vocabulary/subjects';
import type { Vocabulary } from '../vocabulary/vocabulary';
import { amountPart, datePart, qualityPart } from './filter-parts';
import { linkField } from './link-field';
import { findNamed } from './names';
import type { Part, Resolved, Resolving } from './resolved';

/**
 * Looks up the names in a clause, and makes its domain.
 * @throws {NotUnderstood} where a name is not found, or this Odoo lacks a field that the clause needs.
 */
export async function resolve(context: Resolving, clause: Clause): Promise<Resolved> {
	const { subject, vocabulary, filters } = clause;
	const { description, words, field } = vocabulary;
	const wanted = filters.findLast((filter) => filter.kind === 'domain' && filter.amount !== undefined);
	const byState = wanted?.kind === 'domain' && wanted.amount !== undefined ? field([wanted.amount]) : undefined;
	if (subject.amount !== undefined && !description.fields.has(subject.amount)) {
		throw new NotUnderstood(missingField(subject.amount, subject));
	}
	const own = subject.amount === undefined ? undefined : field([subject.amount]);
	const amount = byState ?? own ?? field(words?.amount) ?? soleAmount(vocabulary);
	const date = field(words?.date) ?? field(['date', 'create_date']);
	const implied = filters.some(
		(filter) =>
			filter.kind === 'related' &&
			!filter.negated &&
			!holdsForNone(filter) &&
			subject.shownBy?.includes(filter.clause.subject.model),
	);
	const base = implied ? { domain: [], notes: [] } : baseOf(subject, vocabulary, context.now);
	const parts: Part[] = [];
	for (const filter of filters) parts.push(await partOf(context, clause, { amount, date }, filter));
	const currency = filters.find((filter) => filter.kind === 'amount')?.unit;
	return {
		subject,
		vocabulary,
		domain: all(base.domain, ...parts.map(({ domain }) => domain)),
		texts: parts.map(({ text }) => text),
		fields: parts.flatMap(({ fields = [] }) => fields),
		amount,
		date,
		notes: [...base.notes, ...parts.flatMap(({ notes = [] }) => notes)],
		sums: parts.findLast(({ sums }) => sums !== undefined)?.sums ?? new Map(),
		currency,
	};
}

function baseOf(subject: Subject, { description }: Vocabulary, now: Date) {
	if (!subject.base) return { domain: [], notes: [] };
	const domain = subject.base(description, now);
	if (domain) return { domain, notes: [] };
	const instead = subject.otherwise?.base(description, now);
	if (instead && subject.otherwise) return { domain: instead, notes: [subject.otherwise.note] };
	throw new NotUnderstood(`This Odoo does not tell ${subject.plural} from other records (${description.model}).`);
}

async function partOf(
	context: Resolving,
	clause: Clause,
	means: Pick<Resolved, 'amount' | 'date'>,
	filter: Filter,
): Promise<Part> {
	switch (filter.kind) {
		case 'domain':
			return filter;
		case 'date':
			return datePart(clause, means.date, filter);
		case 'amount':
			return amountPart(clause, means.amount, filter);
		case 'name': {
			const found = await findNamed(context.odoo, filter, clause.vocabulary, clause.subject.plural);
			return { ...found, notes: found.note === undefined ? [] : [found.note] };
		}
		case 'quality':
			return qualityPart(context.odoo, filter.name, clause);
		case 'related':
			return relatedPart(context, clause, filter);
		case 'not': {
			const inner = await partOf(context, clause, means, filter.of);
			return { ...inner, domain: not(inner.domain), text: `not ${inner.text}` };
		}
		case 'either': {
			const [one, other] = filter.of;
			const first = await partOf(context, clause, means, one);
			const second = await partOf(context, clause, means, other);
			return {
				domain: either(first.domain, second.domain),
				text: `${first.text} or ${second.text}`,
				fields: [...(first.fields ?? []), ...(second.fields ?? [])],
				notes: [...(first.notes ?? []), ...(second.notes ?? [])],
			};
		}
	}
}

const COMPARE: Readonly<Record<Comparison, (one: number, other: number) => boolean>> = {
	'=': (one, other) => one === other,
	'!=': (one, other) => one !== other,
	'<': (one, other) => one < other,
	'<=': (one, other) => one <= other,
	'>': (one, other) => one > other,
	'>=': (one, other) => one >= other,
};

const COUNT_WORDS: Readonly<Record<Comparison, string>> = {
	'=': '',
	'!=': 'other than ',
	'<': 'fewer than ',
	'<=': 'at most ',
	'>': 'more than ',
	'>=': 'at least ',
};

/** Whether a filter also holds for records without any related ones, as “fewer than 3 orders” does. */
const holdsForNone = ({ count }: Extract<Filter, { kind: 'related' }>) =>
	count !== undefined && COMPARE[count.operator](0, count.value);

async function relatedPart(
	context: Resolving,
	clause: Clause,
	filter: Extract<Filter, { kind: 'related' }>,
): Promise<Part> {
	const { link, related } = await linkTo(context, clause, filter.clause);
	const { amount } = related;
	const isMoney = amount?.type === 'monetary' && amount.stored && hasCurrency(related.vocabulary);
	const groups = await context.odoo.group(related.subject.model, {
		domain: [...related.domain, [link.name, '!=', false]],
		groupBy: isMoney ? [link.name, 'currency_id'] : [link.name],
		aggregates: isMoney ? [{ field: amount.name, function: 'sum' }] : [],
		limit: MAX_RECORDS,
	});
	if (groups.length === MAX_RECORDS) {
		throw new NotUnderstood(
			`${MAX_RECORDS} or more ${clause.subject.plural} have such ${related.subject.plural}, which is more than I ` +
				'compare at once. Narrow it down, e.g. by a date.',
		);
	}
	const { count } = filter;
	const outside = filter.negated || holdsForNone(filter);
	const counts = new Map<number, number>();
	const sums = new Map<number, string>();
	for (const group of groups) {
		const id = idOf(group[link.name]);
		if (id === undefined) continue;
		counts.set(id, (counts.get(id) ?? 0) + (typeof group.count === 'number' ? group.count : 0));
		const sum = isMoney ? group[`${amount.name}:sum`] : undefined;
		const before = sums.get(id);
		if (typeof sum !== 'number') continue;
		sums.set(id, `${before === undefined ? '' : `${before} and `}${sayMoney(sum, nameOf(group.currency_id))}`);
	}
	const ids = [...counts].flatMap(([id, found]) => {
		const fits = count === undefined || COMPARE[count.operator](found, count.value);
		return fits === (outside && count !== undefined) ? [] : [id];
	});
	const what = sayRelated(related);
	const number = count ? `${COUNT_WORDS[count.operator]}${sayNumber(count.value)} ` : '';
	return {
		domain: [['id', outside ? 'not in' : 'in', ids]],
		text: `${filter.negated ? 'without' : 'with'} ${number}${what}`,
		notes: related.notes,
		...(outside ? {} : { sums }),
	};
}

const sayRelated = ({ subject, texts }: Resolved) =>
	texts.length === 0 ? subject.plural : `${subject.plural} (${texts.join('; ')})`;

/** The related records, and their field that relates them to the records that are asked for. */
export async function linkTo(
	context: Resolving,
	{ subject, vocabulary }: Pick<Clause, 'subject' | 'vocabulary'>,
	clause: Clause,
): Promise<{ link: FieldDescription; related: Resolved }> {
	const { amount } = clause.subject;
	if (amount !== undefined && !clause.vocabulary.description.fields.has(amount)) {
		throw new NotUnderstood(missingField(amount, clause.subject));
	}
	const link = linkField(clause.vocabulary, vocabulary);
	if (link) return { link, related: await resolve(context, clause) };
	// Products are related to the lines of an order, not to the order.
	const isPlain = clause.filters.every(({ kind }) => kind === 'date');
	if (clause.subject.model === SALES.model && isPlain) {
		const lines = await context.vocabulary(SOLD_LINES.model);
		const through = linkField(lines, vocabulary);
		const instead = { subject: SOLD_LINES, vocabulary: lines, filters: clause.filters };
		if (through) return { link: through, related: await resolve(context, instead) };
	}
	throw new NotUnderstood(`I do not see how ${clause.subject.plural} belong to ${subject.plural} here.`);
}
