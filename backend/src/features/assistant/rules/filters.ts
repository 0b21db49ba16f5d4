import type { DomainList, FieldDescription } from '../planner';
import { dateRangeAt } from './dates';
import { either, not, within } from './domains';
import {
	AND,
	BETWEEN,
	BY,
	COMPARISONS,
	CONTAINS,
	CURRENCY_WORDS,
	EMPTY,
	FILLED,
	FILLERS,
	GROUP,
	IS,
	NAMED,
	NO_NOUNS,
	NOT,
	NUMBER_WORDS,
	OPEN_ENDS,
	OPERATORS,
	ORDERED,
	OR,
	PREPOSITIONS,
	SHOW,
	SORT,
	WITH,
	WITHOUT,
} from './grammar-words';
import { SALES } from './lexicon';
import type { Mention } from './mentions';
import { NotUnderstood } from './not-understood';
import type { Match } from './phrase-table';
import type { Clause, Comparison, Filter } from './request';
import type { Token } from './tokenizer';
import type { Vocabulary } from './vocabulary';

/** What filters are read with. */
export interface Reading {
	readonly tokens: readonly Token[];
	readonly now: Date;
	readonly mentions: readonly Mention[];
	vocabulary(model: string): Vocabulary | undefined;
}

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

function skipArticles(tokens: readonly Token[], start: number): number {
	let at = start;
	while (/^(?:a|an|the|any|some|their|its)$/.test(tokens[at]?.stem ?? '')) at += 1;
	return at;
}

/** A field by itself; records that a record has are no field here, but more records. */
function plainFieldAt({ tokens }: Reading, start: number, { fields }: Vocabulary): Match<FieldDescription> | null {
	const field = fields.at(tokens, start);
	return field && field.value.type !== 'one2many' ? field : null;
}

function bothFilters(one: Filter, other: Filter): Filter {
	if (one.kind !== 'domain' || other.kind !== 'domain') return one;
	return {
		kind: 'domain',
		domain: [...one.domain, ...other.domain],
		text: `${one.text} and ${other.text}`,
		fields: [...(one.fields ?? []), ...(other.fields ?? [])],
	};
}

function emptyFilter({ name, label, type }: FieldDescription, empty: boolean): Filter {
	const isText = ['char', 'text', 'html'].includes(type);
	const domain = isText
		? empty
			? ['|', [name, '=', false], [name, '=', '']]
			: [
					[name, '!=', false],
					[name, '!=', ''],
				]
		: [[name, empty ? '=' : '!=', type === 'boolean' ? true : false]];
	if (type === 'boolean') {
		return {
			kind: 'domain',
			domain: [[name, '=', !empty]],
			text: `${empty ? 'not ' : ''}${label}`,
			fields: [name],
		};
	}
	return { kind: 'domain', domain, text: `${empty ? 'without' : 'with'} ${label}`, fields: [name] };
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

/** `qty_available < 10`, `country is Germany`, `due this week`, `due date before March`, `email contains example.com` */
function fieldAt(reading: Reading, start: number, vocabulary: Vocabulary): Match<Filter> | null {
	const { tokens } = reading;
	const field = vocabulary.fields.at(tokens, start);
	if (!field) return null;
	let at = start + field.length;
	const is = IS.at(tokens, at);
	if (is) at += is.length;
	const negation = NOT.at(tokens, at);
	if (negation) at += negation.length;
	const value = valueAt(reading, at, field.value, vocabulary, is !== null || negation !== null);
	if (!value) return null;
	const filter: Filter = negation ? { kind: 'not', of: value.value } : value.value;
	return { value: filter, length: at + value.length - start };
}

function valueAt(
	reading: Reading,
	start: number,
	field: FieldDescription,
	vocabulary: Vocabulary,
	introduced: boolean,
): Match<Filter> | null {
	const { tokens, now } = reading;
	if (introduced) {
		const empty = EMPTY.at(tokens, start);
		if (empty) return { value: emptyFilter(field, true), length: empty.length };
		const filled = FILLED.at(tokens, start);
		if (filled) return { value: emptyFilter(field, false), length: filled.length };
	}
	const comparison = comparisonAt(tokens, start);
	const at = start + (comparison?.length ?? 0);
	switch (field.type) {
		case 'integer':
		case 'float':
		case 'monetary':
			return numberFilterAt(tokens, start, field, introduced);
		case 'date':
		case 'datetime': {
			const plain = dateRangeAt(tokens, start, now);
			const range = plain ?? comparedDateAt(reading, at, comparison?.value);
			if (!range) return null;
			const text = `${field.label} ${range.value.text}`;
			const length = plain ? plain.length : at + range.length - start;
			return { value: domainFilter(within(field, range.value), text, field), length };
		}
		case 'selection':
			return selectionAt(tokens, at, start, field, comparison?.value);
		case 'boolean':
			return booleanAt(tokens, at, start, field);
		case 'many2one':
		case 'many2many': {
			if (comparison && comparison.value !== '=' && comparison.value !== '!=') return null;
			const begin = skipArticles(tokens, at);
			const isSaid =
				introduced || comparison !== null || isProper(tokens[begin]) || tokens[begin]?.kind === 'quoted';
			const name = isSaid ? nameAt(reading, begin, vocabulary) : null;
			if (!name) return null;
			const filter: Filter = { kind: 'name', preposition: 'field', name: name.value, field };
			return {
				value: comparison?.value === '!=' ? { kind: 'not', of: filter } : filter,
				length: begin + name.length - start,
			};
		}
		case 'char':
		case 'text':
		case 'html':
			return textFilterAt(reading, start, field, vocabulary, introduced);
		default:
			return null;
	}
}

/** @throws {NotUnderstood} for what Odoo would leave out of a search. */
function domainFilter(domain: DomainList, text: string, { name, label, searchable }: FieldDescription): Filter {
	if (!searchable) {
		throw new NotUnderstood(`Odoo cannot search by ${label} (${name}): it computes it anew at each reading.`);
	}
	return { kind: 'domain', domain, text, fields: [name] };
}

/** `> 2026-01-01` */
function comparedDateAt({ tokens, now }: Reading, start: number, comparison: Comparison | undefined) {
	const range = comparison && dateRangeAt(tokens, start, now);
	if (!range) return null;
	const { from, to, text } = range.value;
	const open = { '>': { from: to }, '>=': { from }, '<': { to: from }, '<=': { to }, '=': { from, to }, '!=': null };
	const ends = open[comparison];
	if (!ends) return null;
	const bounds = {
		...('from' in ends && ends.from && { from: ends.from }),
		...('to' in ends && ends.to && { to: ends.to }),
	};
	return { value: { ...bounds, text: `${comparison} ${text}` }, length: range.length };
}

export function comparisonAt(tokens: readonly Token[], start: number): Match<Comparison> | null {
	const token = tokens[start];
	if (token?.kind === 'operator') return { value: OPERATORS[token.text] ?? '=', length: 1 };
	return COMPARISONS.at(tokens, start);
}

interface NumberValue {
	readonly value: number;
	readonly unit?: string;
}

/** `1000`, `$1,000.50`, `1k`, `ten`, `500 euros`; the currency may stand before or after. */
export function numberAt(tokens: readonly Token[], start: number): Match<NumberValue> | null {
	const before = CURRENCY_WORDS[tokens[start]?.stem ?? ''];
	const at = start + (before === undefined ? 0 : 1);
	const token = tokens[at];
	if (!token) return null;
	const value = token.value ?? NUMBER_WORDS[token.stem];
	if (value === undefined) return null;
	const after = CURRENCY_WORDS[tokens[at + 1]?.stem ?? ''];
	const percent = tokens[at + 1]?.stem === 'percent' ? 'percent' : undefined;
	const unit = token.unit ?? before ?? after ?? percent;
	const length = at + 1 + (token.unit === undefined && before === undefined && (after ?? percent) ? 1 : 0) - start;
	return { value: { value, ...(unit !== undefined && { unit }) }, length };
}

/** A number with its comparison: `over $1000`, `between 10 and 20`, `5 or more`. */
function comparedNumberAt(tokens: readonly Token[], start: number, bare: boolean) {
	const between = BETWEEN.at(tokens, start);
	if (between) {
		const low = numberAt(tokens, start + between.length);
		const middle = start + between.length + (low?.length ?? 0);
		const and = AND.at(tokens, middle);
		const high = and && numberAt(tokens, middle + and.length);
		if (!low || !high) return null;
		const unit = low.value.unit ?? high.value.unit;
		return {
			operator: '>=' as const,
			value: low.value.value,
			to: high.value.value,
			unit,
			length: middle + and.length + high.length - start,
		};
	}
	const comparison = comparisonAt(tokens, start);
	const at = start + (comparison?.length ?? 0);
	const number = numberAt(tokens, at);
	if (!number) return null;
	const open = comparison ? null : OPEN_ENDS.at(tokens, at + number.length);
	if (!comparison && !open && !bare) return null;
	return {
		operator: comparison?.value ?? open?.value ?? ('=' as const),
		value: number.value.value,
		to: undefined,
		unit: number.value.unit,
		length: at + number.length + (open?.length ?? 0) - start,
	};
}

const OPERATOR_WORDS: Readonly<Record<Comparison, string>> = {
	'=': '',
	'!=': 'other than ',
	'<': 'under ',
	'<=': 'at most ',
	'>': 'over ',
	'>=': 'at least ',
};

/** What a comparison of a field with a number is, as a domain and in words. */
export function numberFilter(
	field: FieldDescription,
	{ operator, value, to }: { operator: Comparison; value: number; to?: number | undefined },
	say: (value: number) => string = String,
): Filter {
	const { name, label } = field;
	if (to !== undefined) {
		const domain = [
			[name, '>=', value],
			[name, '<=', to],
		];
		return domainFilter(domain, `${label} between ${say(value)} and ${say(to)}`, field);
	}
	return domainFilter([[name, operator, value]], `${label} ${OPERATOR_WORDS[operator]}${say(value)}`, field);
}

function numberFilterAt(
	tokens: readonly Token[],
	start: number,
	field: FieldDescription,
	bare: boolean,
): Match<Filter> | null {
	const number = comparedNumberAt(tokens, start, bare || tokens[start]?.kind === 'number');
	return number && { value: numberFilter(field, number), length: number.length };
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

function selectionAt(
	tokens: readonly Token[],
	at: number,
	start: number,
	field: FieldDescription,
	comparison: Comparison | undefined,
): Match<Filter> | null {
	const choices = field.selection.toSorted((one, other) => other[1].length - one[1].length);
	for (const [key, label] of choices) {
		for (const words of [label, key]) {
			const length = sameWords(tokens, at, words);
			if (length === 0) continue;
			const filter = domainFilter([[field.name, '=', key]], `${field.label} ${label}`, field);
			return {
				value: comparison === '!=' ? { kind: 'not', of: filter } : filter,
				length: at + length - start,
			};
		}
	}
	return null;
}

/** How many tokens say those words, quoted or not; 0: others do. */
function sameWords(tokens: readonly Token[], start: number, words: string): number {
	const first = tokens[start];
	if (first?.text.toLowerCase() === words.toLowerCase()) return 1;
	const parts = words.toLowerCase().split(/[\s_-]+/);
	return parts.every((part, index) => tokens[start + index]?.text.toLowerCase() === part) ? parts.length : 0;
}

function booleanAt(tokens: readonly Token[], at: number, start: number, field: FieldDescription): Match<Filter> | null {
	const word = tokens[at]?.stem ?? '';
	const yes = /^(?:true|yes|1)$/.test(word);
	if (!yes && !/^(?:false|no|0)$/.test(word)) return null;
	const text = `${field.label}: ${yes ? 'yes' : 'no'}`;
	return { value: domainFilter([[field.name, '=', yes]], text, field), length: at + 1 - start };
}

const PATTERNS = {
	contains: (text: string) => ['ilike', text, 'containing'],
	starts: (text: string) => ['=ilike', `${text}%`, 'starting with'],
	ends: (text: string) => ['=ilike', `%${text}`, 'ending with'],
} as const;

function textFilterAt(
	reading: Reading,
	start: number,
	field: FieldDescription,
	vocabulary: Vocabulary,
	introduced: boolean,
): Match<Filter> | null {
	const { tokens } = reading;
	const pattern = CONTAINS.at(tokens, start);
	if (pattern) {
		const text = valueTextAt(reading, start + pattern.length, vocabulary);
		if (!text) return null;
		const [operator = 'ilike', value = '', words = ''] = PATTERNS[pattern.value](escapeLike(text.value));
		return {
			value: domainFilter([[field.name, operator, value]], `${field.label} ${words} “${text.value}”`, field),
			length: pattern.length + text.length,
		};
	}
	const comparison = comparisonAt(tokens, start);
	if (comparison && comparison.value !== '=' && comparison.value !== '!=') return null;
	const at = start + (comparison?.length ?? 0);
	const isQuoted = tokens[at]?.kind === 'quoted' || tokens[at]?.kind === 'email';
	if (!comparison && !introduced && !isQuoted) return null;
	const text = valueTextAt(reading, at, vocabulary);
	if (!text) return null;
	const filter = domainFilter(
		[[field.name, '=ilike', escapeLike(text.value)]],
		`${field.label} “${text.value}”`,
		field,
	);
	return {
		value: comparison?.value === '!=' ? { kind: 'not', of: filter } : filter,
		length: at + text.length - start,
	};
}

/** `%` and `_` stand for any text in Odoo's patterns. */
export const escapeLike = (text: string): string => text.replace(/[\\%_]/g, (character) => `\\${character}`);

/** A text: one token of any form, or a name. */
function valueTextAt(reading: Reading, start: number, vocabulary: Vocabulary): Match<string> | null {
	const token = reading.tokens[start];
	if (!token || token.kind === 'mark' || token.kind === 'operator') return null;
	if (token.kind !== 'word') return { value: token.text, length: 1 };
	return nameAt(reading, start, vocabulary);
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

const INSIDE_NAMES = /^(?:and|&|-|\/|\.|of|the|de|la|von|van|der|den|du|do|da)$/i;

/** A name: what is quoted, or the words up to the next one that the grammar knows. */
export function nameAt(reading: Reading, start: number, vocabulary: Vocabulary): Match<string> | null {
	const { tokens } = reading;
	const first = tokens[start];
	if (!first || first.kind === 'mark' || endsName(reading, start, vocabulary)) return null;
	if (first.kind === 'reference') return { value: first.text, length: 1 };
	if (first.kind === 'quoted') return first.text === '' ? null : { value: first.text, length: 1 };
	let at = start;
	while (at < tokens.length) {
		const token = tokens[at];
		if (!token || token.kind === 'quoted') break;
		if (
			at > start &&
			INSIDE_NAMES.test(token.text) &&
			isProper(tokens[at + 1]) &&
			!endsName(reading, at + 1, vocabulary)
		) {
			at += 2;
			continue;
		}
		if (endsName(reading, at, vocabulary)) break;
		at += 1;
	}
	const last = tokens[at - 1];
	if (!last || at === start) return null;
	return { value: nameText(tokens.slice(start, at)), length: at - start };
}

/** As it was written; a possessive ends with its name. */
function nameText(tokens: readonly Token[]): string {
	return tokens
		.map((token, index) => {
			const gap = index > 0 && token.start > (tokens[index - 1]?.end ?? 0) ? ' ' : '';
			return gap + token.text;
		})
		.join('')
		.replace(/['’]s?$/, '');
}

const isProper = (token: Token | undefined) =>
	token !== undefined && (/^[\p{Lu}\p{N}]/u.test(token.text) || token.kind === 'reference');

/** Whether no name goes on with this token. */
function endsName(reading: Reading, at: number, { fields, states }: Vocabulary): boolean {
	const { tokens, now } = reading;
	const token = tokens[at];
	if (!token || token.kind === 'operator') return true;
	if (token.kind === 'mark') return token.text !== '&';
	if (token.kind === 'number' || token.kind === 'date')
		return dateRangeAt(tokens, at, now) !== null || token.kind === 'date';
	if (token.kind !== 'word' && token.kind !== 'identifier') return false;
	if (dateRangeAt(tokens, at, now)) return true;
	// Names are written with a capital, more often than not; words of the grammar are not.
	if (isProper(token)) return false;
	const isGrammar = [
		WITH,
		WITHOUT,
		COMPARISONS,
		NOT,
		AND,
		OR,
		BETWEEN,
		GROUP,
		BY,
		SORT,
		SHOW,
		NAMED,
		PREPOSITIONS,
		FILLERS,
		CONTAINS,
	].some((table) => table.at(tokens, at) !== null);
	return isGrammar || fields.at(tokens, at) !== null || states.at(tokens, at) !== null;
}

/** Filters that are joined by `or` become one. */
export const orFilter = (one: Filter, other: Filter): Filter => {
	if (one.kind === 'domain' && other.kind === 'domain') {
		const names = [...(one.fields ?? []), ...(other.fields ?? [])];
		return {
			kind: 'domain',
			domain: either(one.domain, other.domain),
			text: `${one.text} or ${other.text}`,
			...(names.length > 0 && { fields: names }),
			...(one.amount !== undefined && one.amount === other.amount && { amount: one.amount }),
		};
	}
	return { kind: 'either', of: [one, other] };
};

export const notFilter = (filter: Filter): Filter =>
	filter.kind === 'domain'
		? {
				kind: 'domain',
				domain: not(filter.domain),
				text: `not ${filter.text}`,
				...(filter.fields && { fields: filter.fields }),
			}
		: { kind: 'not', of: filter };
