import { type DomainList, type FieldDescription, MAX_RECORDS, type OdooReader } from '../odoo-reader';
import { missingField } from '../vocabulary/apps';
import { all, either, not, within } from '../vocabulary/domains';
import { findNamed, findQuality } from './names';
import { NotUnderstood } from '../text/not-understood';
import { numberFilter } from '../question/numbers';
import type { Clause, Filter } from '../question/request';
import type { Comparison } from '../vocabulary/grammar-words';
import { idOf, nameOf, sayMoney, sayNumber } from '../text/say';
import { SALES, SOLD_LINES, type Subject } from '../vocabulary/subjects';
import type { Vocabulary } from '../vocabulary/vocabulary';

/** What a clause comes down to. */
export interface Resolved {
	readonly subject: Subject;
	readonly vocabulary: Vocabulary;
	readonly domain: DomainList;
	/** What narrows the records down, in words. */
	readonly texts: readonly string[];
	/** Fields that the question is about and that are shown therefore. */
	readonly fields: readonly string[];
	/** The amount that counts for these records. */
	readonly amount: FieldDescription | undefined;
	readonly date: FieldDescription | undefined;
	readonly notes: readonly string[];
	/** What the records that belong to a record come to, by its id; in words. */
	readonly sums: ReadonlyMap<number, string>;
	/** The currency that amounts were compared in, by its sign in the question. */
	readonly currency: string | undefined;
}

/** What clauses are resolved with. */
export interface Resolving {
	readonly odoo: OdooReader;
	readonly now: Date;
	vocabulary(model: string): Promise<Vocabulary>;
}

interface Part {
	readonly domain: DomainList;
	readonly text: string;
	readonly fields?: readonly string[];
	readonly notes?: readonly string[];
	readonly sums?: ReadonlyMap<number, string>;
}

/**
 * Looks up what a clause names, and makes the domain of it.
 * @throws {NotUnderstood} where a name is not found, or this Odoo cannot tell what the clause is about.
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
		vocabulary: { ...vocabulary, description },
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

function soleAmount({ words, description }: Vocabulary): FieldDescription | undefined {
	if (words) return undefined;
	const amounts = [...description.fields.values()].filter(({ type, stored }) => type === 'monetary' && stored);
	return description.fields.get('amount_total') ?? (amounts.length === 1 ? amounts[0] : undefined);
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

/** `VIP customers`, and `Acme invoices`: a tag or a stage of that name, else whose they are. */
async function qualityPart(odoo: OdooReader, name: string, { vocabulary, subject }: Clause): Promise<Part> {
	const quality = await findQuality(odoo, name, vocabulary);
	if (quality) return quality;
	if (!/^\p{Lu}/u.test(name)) {
		throw new NotUnderstood(`I did not understand “${name}” in a question about ${subject.plural}.`);
	}
	const preposition = subject.model === 'res.partner' ? 'itself' : 'of';
	const owner = name.replace(/['’]s?$/, '');
	const found = await findNamed(odoo, { kind: 'name', preposition, name: owner }, vocabulary, subject.plural);
	return { ...found, notes: found.note === undefined ? [] : [found.note] };
}

function datePart(
	clause: Clause,
	date: FieldDescription | undefined,
	{ range }: Extract<Filter, { kind: 'date' }>,
): Part {
	const { timePath } = clause.subject;
	if (timePath !== undefined) {
		const domain = within({ name: timePath, type: 'datetime' }, range);
		return { domain, text: range.text };
	}
	if (!date)
		throw new NotUnderstood(`I do not know which date of ${clause.subject.plural} “${range.text}” is about.`);
	const notes = date.name === 'create_date' ? [`“${range.text}” was taken for when they were created.`] : [];
	return { domain: within(date, range), text: `${date.label} ${range.text}`, fields: [date.name], notes };
}

function amountPart(
	{ subject, vocabulary }: Clause,
	amount: FieldDescription | undefined,
	filter: Extract<Filter, { kind: 'amount' }>,
): Part {
	const { operator, value, to, unit } = filter;
	const field = amount ?? (unit === undefined ? vocabulary.field(vocabulary.words?.quantity) : undefined);
	if (!field) {
		throw new NotUnderstood(
			`I do not know which number of ${subject.plural} is meant by “${sayNumber(value)}”. Name the field, as in ` +
				`“${subject.plural} with color over ${sayNumber(value)}”.`,
		);
	}
	const isMoney = field.type === 'monetary' || unit !== undefined;
	const say = (each: number) => (isMoney ? sayMoney(each, unit) : sayNumber(each));
	const filterOf = numberFilter(field, { operator, value, to }, say);
	if (filterOf.kind !== 'domain') throw new NotUnderstood('');
	return { domain: filterOf.domain, text: filterOf.text, fields: [field.name] };
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

/** Whether who has no such records at all is asked for too. */
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

/** Whether the records say which currency they are in, so that they can be grouped by it. */
export const hasCurrency = ({ description }: Vocabulary): boolean =>
	description.fields.get('currency_id')?.stored === true;

const sayRelated = ({ subject, texts }: Resolved) =>
	texts.length === 0 ? subject.plural : `${subject.plural} (${texts.join('; ')})`;

/** The related records, and the field that leads from them to the ones that are asked for. */
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
	// What was sold is on the lines of the orders.
	const isPlain = clause.filters.every(({ kind }) => kind === 'date');
	if (clause.subject.model === SALES.model && isPlain) {
		const lines = await context.vocabulary(SOLD_LINES.model);
		const through = linkField(lines, vocabulary);
		const instead = { subject: SOLD_LINES, vocabulary: lines, filters: clause.filters };
		if (through) return { link: through, related: await resolve(context, instead) };
	}
	throw new NotUnderstood(`I do not see how ${clause.subject.plural} belong to ${subject.plural} here.`);
}

/** Company and contacts owe together, so invoices are of the company where Odoo says which that is. */
const LINKS: Readonly<Record<string, readonly string[]>> = {
	'account.move': ['commercial_partner_id', 'partner_id', 'invoice_user_id'],
};

function linkField(from: Vocabulary, to: Vocabulary): FieldDescription | undefined {
	const { fields, model } = from.description;
	const candidates = [...(LINKS[model] ?? []), ...(from.words?.party ?? []), ...(from.words?.names ?? [])];
	const isLink = (field: FieldDescription | undefined) =>
		field?.type === 'many2one' && field.stored && field.relation === to.description.model;
	const known = candidates.map((name) => fields.get(name)).find(isLink);
	if (known) return known;
	const links = [...fields.values()].filter((field) => isLink(field) && !/^(?:create|write)_uid$/.test(field.name));
	return links.length === 1 ? links[0] : undefined;
}
