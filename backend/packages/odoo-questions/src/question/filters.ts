import type { FieldDescription } from '../odoo-reader';
import { dateRangeAt } from '../dates/date-ranges';
import { fieldAt } from './field-filters';
import {
	FILLERS,
	NAMED,
	NO_NOUNS,
	NOT,
	OPEN_ENDS,
	ORDERED,
	PREPOSITIONS,
	WITH,
	WITHOUT,
} from '../vocabulary/grammar-words';
import { bothFilters, emptyFilter } from './make-filters';
import { isProper, nameAt, skipArticles } from './name-at';
import { comparedNumberAt, comparisonAt, numberAt, numberFilter } from './numbers';
import type { Match } from '../text/phrase-table';
import type { Reading } from './reading';
import type { Clause, Filter } from './request';
import { SALES } from '../vocabulary/subjects';
import type { Vocabulary } from '../vocabulary/vocabulary';

/** A filter that begins at a token, of records of that kind; null where none does. */
export function filterAt(reading: Reading, start: number, vocabulary: Vocabulary): Match<Filter> | null {
	const { tokens, now } = reading;
	const state = stateAt(reading, start, vocabulary);
	if (state) return state;
	const negation = NOT.at(tokens, start);
	if (negation) {
		const inner = filterAt(reading, start + negation.length, vocabulary);
		return inner && { value: { kind: 'not', of: inner.value }, length: negation.length + inner.length };
	}
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
	const { domain, text, amount } = state.value;
	return { value: { kind: 'domain', domain, text, ...(amount !== undefined && { amount }) }, length: state.length };
}

/** `named Acme`, `called "Oak Desk"` */
function namedAt(reading: Reading, start: number, vocabulary: Vocabulary): Match<Filter> | null {
	const named = NAMED.at(reading.tokens, start);
	const name = named && nameAt(reading, start + named.length, vocabulary);
	if (!name) return null;
	return { value: { kind: 'name', preposition: 'named', name: name.value }, length: named.length + name.length };
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
		// `without phone and email`, `without phone or email`: with neither.
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

/** `customers who ordered this month`: who has confirmed orders of then. */
function orderedAt(reading: Reading, start: number, { description }: Vocabulary): Match<Filter> | null {
	const ordered = description.model === 'res.partner' ? ORDERED.at(reading.tokens, start) : null;
	const orders = ordered && reading.vocabulary(SALES.model);
	if (!orders) return null;
	const { filters, end } = filtersFrom(reading, start + ordered.length, orders);
	const clause = { subject: SALES, vocabulary: orders, filters };
	return { value: { kind: 'related', clause, negated: false }, length: end - start };
}

/** A field by itself; records that a record has are no field here, but more records. */
function plainFieldAt({ tokens }: Reading, start: number, { fields }: Vocabulary): Match<FieldDescription> | null {
	const field = fields.at(tokens, start);
	return field && field.value.type !== 'one2many' ? field : null;
}

/** Records that belong to the ones asked for: `outstanding invoices over $1000`, with all that narrows them down. */
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

/** A noun with its states before it and filters after it. */
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

/** All filters that stand one after the other. */
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

/** A number that says which field it is of: `less than 10 in stock` is about no records that are counted. */
const numberOf = (match: Match<Filter> | null) => (match?.value.kind === 'domain' ? match : null);

/** A number without a field before it: `over $1000`, `less than 10 in stock`. */
function amountAt({ tokens }: Reading, start: number, { fields }: Vocabulary): Match<Filter> | null {
	const number = comparedNumberAt(tokens, start, false);
	if (!number) return null;
	const next = start + number.length;
	const of = /^(?:in|of|worth|item)$/.test(tokens[next]?.stem ?? '') ? 1 : 0;
	const field = fields.at(tokens, next) ?? (of ? fields.at(tokens, next + of) : null);
	if (field && ['integer', 'float', 'monetary'].includes(field.value.type)) {
		const skipped = fields.at(tokens, next) ? 0 : of;
		return { value: numberFilter(field.value, number), length: number.length + skipped + field.length };
	}
	const { operator, value, to, unit, length } = number;
	return {
		value: {
			kind: 'amount',
			operator,
			value,
			...(to !== undefined && { to }),
			...(unit !== undefined && { unit }),
		},
		length,
	};
}

/** `of Alder & Finch`, `in Germany`, `by Mitchell Admin`, `of customer Acme`, `in stage Won`, `in the Furniture category` */
function prepositionAt(reading: Reading, start: number, vocabulary: Vocabulary): Match<Filter> | null {
	const { tokens } = reading;
	const preposition = NO_NOUNS.at(tokens, start) ? null : PREPOSITIONS.at(tokens, start);
	if (!preposition) return null;
	const at = skipArticles(tokens, start + preposition.length);
	const field = vocabulary.fields.at(tokens, at);
	// `in state draft`
	const said = field && !field.value.relation ? fieldAt(reading, at, vocabulary) : null;
	if (said) return { value: said.value, length: at + said.length - start };
	if (field?.value.relation) {
		const name = nameAt(reading, at + field.length, vocabulary);
		if (name) {
			return {
				value: {
					kind: 'name',
					preposition: preposition.value,
					name: name.value,
					field: field.value,
				},
				length: at + field.length + name.length - start,
			};
		}
	}
	// `by product` wants groups.
	const isNoun = reading.mentions.some((mention) => mention.start === at) && !isProper(tokens[at]);
	const name = isNoun ? null : nameAt(reading, at, vocabulary);
	if (!name) return null;
	const after = at + name.length;
	const trailing = vocabulary.fields.at(tokens, after);
	if (trailing?.value.relation && trailing.value.type !== 'one2many') {
		return {
			value: { kind: 'name', preposition: preposition.value, name: name.value, field: trailing.value },
			length: after + trailing.length - start,
		};
	}
	return {
		value: { kind: 'name', preposition: preposition.value, name: name.value },
		length: after - start,
	};
}
