import { dateRangeAt } from '../dates/date-ranges';
import type { FieldDescription } from '../odoo-reader';
import type { Match } from '../text/phrase-table';
import { OPEN_ENDS } from '../vocabulary/comparisons';
import { FILLERS, NOT, ORDERED, WITH, WITHOUT } from '../vocabulary/grammar-words';
import { OWING } from '../vocabulary/owing';
import { SALES } from '../vocabulary/subjects';
import type { Vocabulary } from '../vocabulary/vocabulary';
import { amountAt, numberOf } from './amounts';
import { fieldAt } from './field-filters';
import { lateAt } from './late';
import { bothFilters, emptyFilter } from './make-filters';
import { skipArticles } from './name-at';
import { namedAt, prepositionAt } from './name-filters';
import { comparedNumberAt, comparisonAt, currencyAt, numberAt } from './numbers';
import type { Reading } from './reading';
import type { Clause, Filter } from './request';

/** The filter for records of a model that begins at a token; null where none does. */
export function filterAt(reading: Reading, start: number, vocabulary: Vocabulary): Match<Filter> | null {
	const { tokens, now } = reading;
	const late = lateAt(reading, start, vocabulary) ?? owingAt(reading, start, vocabulary);
	if (late) return late;
	const state = stateAt(reading, start, vocabulary);
	// “Due” is a state, but in `due this week` the field.
	if (state) return longerOf(state, fieldAt(reading, start, vocabulary));
	const negation = NOT.at(tokens, start);
	if (negation) {
		const inner = filterAt(reading, start + negation.length, vocabulary);
		return inner && { value: { kind: 'not', of: inner.value }, length: negation.length + inner.length };
	}
	const unit = tokens[start]?.stem === 'in' ? currencyAt(tokens, start + 1) : undefined;
	if (unit !== undefined) return { value: { kind: 'currency', unit }, length: 2 };
	const range = dateRangeAt(tokens, start, now);
	if (range) return { value: { kind: 'date', range: range.value }, length: range.length };
	return (
		namedAt(reading, start, vocabulary) ??
		withoutAt(reading, start, vocabulary) ??
		withAt(reading, start, vocabulary) ??
		orderedAt(reading, start, vocabulary) ??
		fieldAt(reading, start, vocabulary) ??
		numberOf(amountAt(reading, start, vocabulary)) ??
		countedAt(reading, start) ??
		amountAt(reading, start, vocabulary) ??
		prepositionAt(reading, start, vocabulary)
	);
}

/** A state by one of its words: `unpaid`, `draft`. */
export function stateAt({ tokens }: Reading, start: number, { states }: Vocabulary): Match<Filter> | null {
	const state = states.at(tokens, start);
	if (!state) return null;
	const { domain, text, amount, date } = state.value;
	const meant = { ...(amount !== undefined && { amount }), ...(date !== undefined && { date }) };
	return { value: { kind: 'domain', domain, text, ...meant }, length: state.length };
}

/** `without email`, `no phone`, `without invoices` */
function withoutAt(reading: Reading, start: number, vocabulary: Vocabulary): Match<Filter> | null {
	const without = WITHOUT.at(reading.tokens, start);
	if (!without) return null;
	const at = skipArticles(reading.tokens, start + without.length);
	const field = plainFieldAt(reading, at, vocabulary);
	if (field) {
		let value = emptyFilter(field.value, true);
		let next = at + field.length;
		// “Without phone and email” and “without phone or email” both mean: with neither.
		for (;;) {
			const joint = /^(?:and|or|,)$/.test(reading.tokens[next]?.text.toLowerCase() ?? '') ? 1 : 0;
			const other = joint ? plainFieldAt(reading, next + joint, vocabulary) : null;
			if (!other || fieldAt(reading, next + joint, vocabulary)) break;
			value = bothFilters(value, emptyFilter(other.value, true));
			next += joint + other.length;
		}
		return { value, length: next - start };
	}
	const related = relatedAt(reading, at, true);
	return related && { value: related.value, length: at + related.length - start };
}

/** `with email`, `with more than 3 orders`, `whose amount is over 5`, `with outstanding invoices over $1000` */
function withAt(reading: Reading, start: number, vocabulary: Vocabulary): Match<Filter> | null {
	const { tokens } = reading;
	const opening = WITH.at(tokens, start);
	if (!opening) return null;
	const at = skipArticles(tokens, start + opening.length);
	const longer = (match: Match<Filter> | null) => match && { value: match.value, length: at + match.length - start };
	const amount = amountAt(reading, at, vocabulary);
	const inner =
		numberOf(amount) ??
		fieldAt(reading, at, vocabulary) ??
		countedAt(reading, at) ??
		amount ??
		stateAt(reading, at, vocabulary);
	if (inner) return longer(inner);
	const field = plainFieldAt(reading, at, vocabulary);
	if (field) return longer({ value: emptyFilter(field.value, false), length: field.length });
	return longer(relatedAt(reading, at, false));
}

const longerOf = (one: Match<Filter>, other: Match<Filter> | null) =>
	other && other.length > one.length ? other : one;

/** `who owe us money`, `who owe us more than $1000`: contacts with open documents of that sum, in each currency. */
function owingAt(reading: Reading, start: number, { description }: Vocabulary): Match<Filter> | null {
	const owing = description.model === 'res.partner' ? OWING.at(reading.tokens, start) : null;
	const documents = owing && reading.vocabulary(owing.value.model);
	if (!documents) return null;
	const number = comparedNumberAt(reading.tokens, start + owing.length, false);
	const { operator = '>', value = 0, unit } = number ?? {};
	const clause = { subject: owing.value, vocabulary: documents, filters: [] };
	const sum = { operator, value, ...(unit !== undefined && { unit }) };
	return {
		value: { kind: 'related', clause, negated: false, sum },
		length: owing.length + (number?.length ?? 0),
	};
}

/** `who ordered this month`: customers with confirmed orders of that time. */
function orderedAt(reading: Reading, start: number, { description }: Vocabulary): Match<Filter> | null {
	const ordered = description.model === 'res.partner' ? ORDERED.at(reading.tokens, start) : null;
	const orders = ordered && reading.vocabulary(SALES.model);
	if (!orders) return null;
	const { filters, end } = filtersFrom(reading, start + ordered.length, orders);
	const clause = { subject: SALES, vocabulary: orders, filters };
	return { value: { kind: 'related', clause, negated: false }, length: end - start };
}

/** A field on its own. A one2many, such as an order's lines, is read as related records instead. */
function plainFieldAt({ tokens }: Reading, start: number, { fields }: Vocabulary): Match<FieldDescription> | null {
	const field = fields.at(tokens, start);
	return field && field.value.type !== 'one2many' ? field : null;
}

/** Related records with their filters: `outstanding invoices over $1000` */
function relatedAt(reading: Reading, start: number, negated: boolean): Match<Filter> | null {
	const clause = clauseAt(reading, start);
	return clause && { value: { kind: 'related', clause: clause.value, negated }, length: clause.length };
}

/** `more than 3 orders` */
function countedAt(reading: Reading, start: number): Match<Filter> | null {
	const comparison = comparisonAt(reading.tokens, start);
	const at = start + (comparison?.length ?? 0);
	const number = numberAt(reading.tokens, at);
	if (!number || number.value.unit !== undefined) return null;
	const open = OPEN_ENDS.at(reading.tokens, at + number.length);
	const next = at + number.length + (open?.length ?? 0);
	const clause = clauseAt(reading, next);
	if (!clause || clause.value.subject.model === '') return null;
	const operator = open?.value ?? comparison?.value ?? '=';
	return {
		value: {
			kind: 'related',
			clause: clause.value,
			negated: false,
			count: { operator, value: number.value.value },
		},
		length: next + clause.length - start,
	};
}

/** A noun with states before it, and filters after it. */
export function clauseAt(reading: Reading, start: number): Match<Clause> | null {
	const { tokens, mentions } = reading;
	const mention = mentions.find((each) => each.start >= start);
	const vocabulary = mention && reading.vocabulary(mention.subject.model);
	if (!vocabulary) return null;
	const filters: Filter[] = [];
	let at = start;
	while (at < mention.start) {
		const state = stateAt(reading, at, vocabulary);
		if (state) filters.push(state.value);
		else if (!FILLERS.at(tokens, at)) return null;
		at += state?.length ?? 1;
	}
	if (at > mention.start) return null;
	const after = filtersFrom(reading, at + mention.length, vocabulary);
	const clause = { subject: mention.subject, vocabulary, filters: [...filters, ...after.filters] };
	return { value: clause, length: after.end - start };
}

/** All filters from `start` on, and where they end. */
function filtersFrom(reading: Reading, start: number, vocabulary: Vocabulary) {
	const filters: Filter[] = [];
	let end = start;
	for (;;) {
		const skipped = skipJoints(reading, end);
		const filter = filterAt(reading, skipped, vocabulary);
		if (!filter) return { filters, end };
		filters.push(filter.value);
		end = skipped + filter.length;
	}
}

function skipJoints({ tokens }: Reading, start: number): number {
	let at = start;
	for (;;) {
		const joint = /^(?:and|that|which|who|are|is|were|was|,)$/.test(tokens[at]?.text.toLowerCase() ?? '');
		if (!joint) return at;
		at += 1;
	}
}
