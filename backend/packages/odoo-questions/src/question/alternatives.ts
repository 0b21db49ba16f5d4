import type { Match } from '../text/phrase-table';
import { tokenize } from '../text/tokenizer';
import { AND, OR } from '../vocabulary/grammar-words';
import { filterAt, stateAt } from './filters';
import { orFilter } from './make-filters';
import type { QuestionParts } from './question-parts';
import type { Filter } from './request';

/** The alternative to the last filter, after `or`: `draft or sent`, `in Germany or France`. */
export function alternativeAt(question: QuestionParts, at: number): number {
	const { tokens, reading, vocabulary, filters } = question;
	const last = filters.at(-1);
	if (!last) return 0;
	const or = OR.at(tokens, at);
	const joint = or ?? (last.kind === 'name' || excludesNext(question, last, at) ? AND.at(tokens, at) : null);
	if (!joint) return 0;
	const next = at + joint.length;
	const same = last.kind === 'name' && !or ? null : filterAt(reading, next, vocabulary);
	const match = same ?? nameLike(question, last, next);
	if (!match) return 0;
	filters.splice(-1, 1, orFilter(last, match.value));
	return joint.length + match.length;
}

/** Whether “and” means “or”, as in `draft and posted`: no record is in two states at once. */
function excludesNext({ reading, vocabulary }: QuestionParts, last: Filter, at: number): boolean {
	const next = stateAt(reading, at + 1, vocabulary)?.value;
	const field = soleField(last);
	return field !== null && next !== undefined && field === soleField(next);
}

/** The field of a filter with a single condition; null for other filters. */
function soleField(filter: Filter): string | null {
	const [condition, ...more] = filter.kind === 'domain' ? filter.domain : [];
	const [name] = Array.isArray(condition) && more.length === 0 ? condition : [];
	return typeof name === 'string' ? name : null;
}

/** `France` after `in Germany or`: a name, for which the last filter's preposition holds too. */
function nameLike(question: QuestionParts, last: Filter, at: number): Match<Filter> | null {
	if (last.kind !== 'name' || !/^[\p{Lu}\p{N}]/u.test(question.tokens[at]?.text ?? '')) return null;
	const match = filterAsAfter('of', question, at);
	return match?.value.kind === 'name' ? { value: { ...last, name: match.value.name }, length: match.length } : null;
}

/** Parses the tokens from `at` on as if `word` stood before them. */
export function filterAsAfter(word: string, { reading, vocabulary }: QuestionParts, at: number): Match<Filter> | null {
	const tokens = [...tokenize(word), ...reading.tokens.slice(at)];
	const match = filterAt({ ...reading, tokens }, 0, vocabulary);
	return match && { value: match.value, length: match.length - 1 };
}
