import type { JsonValue } from '../json';
import { type DomainList, type FieldDescription, MAX_RECORDS } from '../odoo-reader';
import type { Clause, Filter } from '../question/request';
import { NotUnderstood } from '../text/not-understood';
import { idOf, sayMoney, sayNumber, saySums } from '../text/say';
import { missingField } from '../vocabulary/apps';
import type { Comparison } from '../vocabulary/comparisons';
import { all, either, not } from '../vocabulary/domains';
import { soleAmount } from '../vocabulary/fields';
import { SALES, SOLD_LINES, type Subject } from '../vocabulary/subjects';
import type { Vocabulary } from '../vocabulary/vocabulary';
import { amountPart, datePart, qualityPart } from './filter-parts';
import { splitOf } from './currencies';
import { linkField } from './link-field';
import { findNamed } from './names';
import type { Part, Resolved, Resolving } from './resolved';

/**
 * Looks up the names in a clause, and makes its domain. `about` names the fields to add up or to sort by.
 * @throws {NotUnderstood} where a name is not found, or this Odoo lacks a field that the clause needs.
 */
export async function resolve(context: Resolving, clause: Clause, about: readonly string[] = []): Promise<Resolved> {
	const { subject, vocabulary, filters } = clause;
	const { description, words, field } = vocabulary;
	const wanted = filters.findLast((filter) => filter.kind === 'domain' && filter.amount !== undefined);
	const byState = wanted?.kind === 'domain' && wanted.amount !== undefined ? field([wanted.amount]) : undefined;
	if (subject.amount !== undefined && !description.fields.has(subject.amount)) {
		throw new NotUnderstood(missingField(subject.amount, subject));
	}
	const own = subject.amount === undefined ? undefined : field([subject.amount]);
	const namesState = filters.some(hasState);
	const isUsual = !namesState && !filters.some(namesRecord);
	const due = isUsual ? duePart(vocabulary, [...filters.flatMap(fieldsOf), ...about], context.now) : null;
	const amount = byState ?? own ?? (due && field([due.amount])) ?? field(words?.amount) ?? soleAmount(vocabulary);
	const byDate = filters.flatMap((filter) => (filter.kind === 'domain' ? (filter.date ?? []) : []));
	const date = field(byDate) ?? field(words?.date) ?? field(['date', 'create_date']);
	const implied = filters.some(
		(filter) =>
			filter.kind === 'related' &&
			!filter.negated &&
			!holdsForNone(filter) &&
			subject.shownBy?.includes(filter.clause.subject.model),
	);
	const base = [
		...(implied ? [] : [baseOf(subject, vocabulary, context.now)]),
		...(isUsual && subject.usual ? [usualOf(subject.usual, vocabulary, context.now)] : []),
	];
	const baseDomain = all(...base.map(({ domain }) => domain));
	const parts: Part[] = [];
	for (const filter of filters) parts.push(await partOf(context, clause, { amount, date }, filter));
	if (due && !mentionsState(baseDomain)) parts.push(due);
	return {
		subject,
		vocabulary,
		domain: all(baseDomain, ...parts.map(({ domain }) => domain)),
		texts: parts.map(({ text }) => text),
		fields: parts.flatMap(({ fields = [] }) => fields),
		saysState: base.some(({ domain, isUsual: usual }) => !usual && mentionsState(domain)),
		isUsual,
		amount,
		date,
		notes: [...base.flatMap(({ notes }) => notes), ...parts.flatMap(({ notes = [] }) => notes)],
		sums: parts.findLast(({ sums }) => sums !== undefined)?.sums ?? new Map(),
	};
}

const usualOf = ({ base, note }: NonNullable<Subject['usual']>, { description }: Vocabulary, now: Date) => {
	const domain = base(description, now);
	return { domain: domain ?? [], notes: domain ? [note] : [], isUsual: true };
};

/** Whether a domain is about the state of documents. */
const mentionsState = (domain: DomainList) =>
	domain.some((condition) => Array.isArray(condition) && STATES.has(condition[0]));

const STATES: ReadonlySet<JsonValue | undefined> = new Set(['state', 'payment_state']);

/** Whether a filter, or one in it, holds. */
const anyFilter =
	(holds: (filter: Filter) => boolean) =>
	(filter: Filter): boolean => {
		if (filter.kind === 'not') return anyFilter(holds)(filter.of);
		return filter.kind === 'either' ? filter.of.some(anyFilter(holds)) : holds(filter);
	};

const hasState = anyFilter((filter) => filter.kind === 'domain' && mentionsState(filter.domain));

/** Whether the question asks for records by their own name, whatever their state. */
const namesRecord = anyFilter((filter) => filter.kind === 'name' && /^(?:named|itself)$/.test(filter.preposition));

/** The fields that a filter names. */
const fieldsOf = (filter: Filter): readonly string[] => {
	if (filter.kind === 'domain') return filter.fields ?? [];
	return filter.kind === 'amount' && filter.field ? [filter.field.name] : [];
};

/** What is due is posted and not paid; null where the question is not about such fields. */
function duePart({ words, description }: Vocabulary, fields: readonly string[], now: Date) {
	const { due } = words ?? {};
	const domain = due?.fields.some((name) => fields.includes(name)) ? due.condition(description, now) : null;
	return due && domain ? { domain, text: due.text, amount: due.amount } : null;
}

function baseOf(subject: Subject, { description }: Vocabulary, now: Date) {
	if (!subject.base) return { domain: [], notes: [], isUsual: false };
	const domain = subject.base(description, now);
	if (domain) return { domain, notes: subject.baseNote === undefined ? [] : [subject.baseNote], isUsual: false };
	const instead = subject.otherwise?.base(description, now);
	if (instead && subject.otherwise) return { domain: instead, notes: [subject.otherwise.note], isUsual: false };
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
		case 'currency':
			return amountPart(context.odoo, clause, means.amount, filter);
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
	const money = amount?.type === 'monetary' && amount.stored ? amount : undefined;
	const split = money && (await splitOf(context.odoo, related.vocabulary, money));
	const { negative } = related.subject;
	const groups = await context.odoo.group(related.subject.model, {
		domain: [...related.domain, [link.name, '!=', false]],
		groupBy: [link.name, ...(split?.by ? [split.by] : []), ...(negative ? [negative.field] : [])],
		aggregates: money ? [{ field: money.name, function: 'sum' }] : [],
		limit: MAX_RECORDS,
	});
	if (groups.length === MAX_RECORDS) {
		throw new NotUnderstood(
			`More ${clause.subject.plural} have such ${related.subject.plural} than I compare at once. Narrow it down, e.g. ` +
				'by a date.',
		);
	}
	const { count } = filter;
	const outside = filter.negated || holdsForNone(filter);
	const counts = new Map<number, number>();
	const sums = new Map<number, Map<string | undefined, number>>();
	for (const group of groups) {
		const id = idOf(group[link.name]);
		if (id === undefined) continue;
		counts.set(id, (counts.get(id) ?? 0) + (typeof group.count === 'number' ? group.count : 0));
		const sum = money ? group[`${money.name}:sum`] : undefined;
		if (typeof sum !== 'number') continue;
		const currency = split?.currencyOf(group);
		const known = sums.get(id) ?? new Map<string | undefined, number>();
		const sign = negative && group[negative.field] === negative.key ? -1 : 1;
		sums.set(id, known.set(currency, (known.get(currency) ?? 0) + sign * sum));
	}
	const ids = [...counts].flatMap(([id, found]) => {
		const fits =
			(count === undefined || COMPARE[count.operator](found, count.value)) && sumFits(filter, sums.get(id));
		return fits === (outside && count !== undefined) ? [] : [id];
	});
	const what = sayRelated(related);
	const number = count ? `${COUNT_WORDS[count.operator]}${sayNumber(count.value)} ` : '';
	const { sum } = filter;
	const sumText =
		sum && sum.value !== 0 ? ` of ${COUNT_WORDS[sum.operator]}${sayMoney(sum.value, sum.unit)} in all` : '';
	return {
		domain: [['id', outside ? 'not in' : 'in', ids]],
		text: `${filter.negated ? 'without' : 'with'} ${number}${what}${sumText}`,
		notes: related.notes,
		...(outside ? {} : { sums: new Map([...sums].map(([id, each]) => [id, saySums(each)])) }),
	};
}

/** Whether the sum in one of the currencies, which must be the named one, compares so. */
const sumFits = (
	{ sum }: Extract<Filter, { kind: 'related' }>,
	sums: ReadonlyMap<string | undefined, number> = new Map(),
) =>
	sum === undefined ||
	[...sums].some(
		([currency, value]) =>
			(sum.unit === undefined || sum.unit === currency) &&
			COMPARE[sum.operator](Math.round(value * 100) / 100, sum.value),
	);

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
